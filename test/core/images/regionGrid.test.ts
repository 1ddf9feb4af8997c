import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { clampBox } from '../../../src/core/images/boxes.ts';
import {
  REGIONS_PER_IMAGE,
  regionBoxes,
  regionBytes,
  regionProxySize,
  scaledBox,
} from '../../../src/core/images/regionGrid.ts';
import { encoderInput } from '../../cards.ts';

const picture = { width: 600, height: 300 };

describe('regionBoxes', () => {
  it('covers the picture by overlapping boxes of two sizes, and has its centre', () => {
    const boxes = regionBoxes(picture);
    assert.equal(boxes.length, REGIONS_PER_IMAGE);
    assert.deepEqual(boxes[0], { x: 0, y: 0, width: 400, height: 200 });
    assert.deepEqual(boxes[3], { x: 200, y: 100, width: 400, height: 200 });
    assert.deepEqual(boxes[8], { x: 150, y: 75, width: 300, height: 150 });
    assert.deepEqual(boxes[12], { x: 300, y: 150, width: 300, height: 150 });
    assert.deepEqual(boxes[13], { x: 100, y: 50, width: 400, height: 200 });
  });

  it('has no box twice and none that reaches beyond the picture, whatever its size', () => {
    const side = fc.integer({ min: 1, max: 400 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const boxes = regionBoxes({ width, height });
        for (const box of boxes) assert.deepEqual(clampBox(box, { width, height }), box);
        assert.equal(new Set(boxes.map((box) => JSON.stringify(box))).size, boxes.length);
      }),
    );
  });

  it('has none of a picture whose parts would be too small', () => {
    assert.deepEqual(regionBoxes({ width: 900, height: 9 }), []);
    assert.equal(regionBoxes({ width: 14, height: 14 }).length, 5);
  });
});

describe('the copy that regions are cut from', () => {
  it('is as large as the smallest region needs, and never larger than the picture', () => {
    const input = encoderInput({ size: [224, 224], resize: 'shortest-edge', crop: 0.875 });
    const { width, height } = regionProxySize({ width: 4000, height: 3000 }, input);
    assert.deepEqual([width, height], [683, 512], 'half of it is 256 high');
    assert.deepEqual(regionProxySize({ width: 300, height: 200 }, input), { width: 300, height: 200 });
  });

  it('has the boxes where they are in the picture', () => {
    const copy = { width: 300, height: 150 };
    assert.deepEqual(scaledBox({ x: 150, y: 75, width: 300, height: 150 }, picture, copy), {
      x: 75,
      y: 38,
      width: 150,
      height: 75,
    });
    assert.deepEqual(scaledBox({ x: 592, y: 292, width: 8, height: 8 }, picture, { width: 2, height: 1 }), {
      x: 1,
      y: 0,
      width: 1,
      height: 1,
    });
  });
});

it('tells what the regions of an image take on the disk', () => {
  assert.equal(regionBytes(576), 14 * 576 * 4);
});
