import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  boxBetween,
  clampBox,
  isTooSmall,
  isWholePicture,
  movedBox,
  parseBox,
  resizedBox,
  SMALLEST_REGION,
  type Box,
} from '../../../src/core/images/boxes.ts';

const picture = { width: 100, height: 60 };

function isWithin({ x, y, width, height }: Box): boolean {
  return x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= picture.width && y + height <= picture.height;
}

describe('clampBox', () => {
  it('cuts off what reaches beyond the picture, and grows to whole pixels', () => {
    assert.deepEqual(clampBox({ x: -5, y: 10.4, width: 30, height: 100 }, picture), {
      x: 0,
      y: 10,
      width: 25,
      height: 50,
    });
    assert.deepEqual(clampBox({ x: 99.5, y: 59.5, width: 1, height: 1 }, picture), {
      x: 99,
      y: 59,
      width: 1,
      height: 1,
    });
  });

  it('is undefined outside of the picture and for what is no box', () => {
    for (const [x, y, width, height] of [
      [100, 0, 10, 10],
      [0, 60, 10, 10],
      [-10, 0, 10, 10],
      [5, 5, 0, 10],
      [5, 5, 10, -3],
      [Number.NaN, 0, 10, 10],
      [0, 0, Number.NaN, 10],
    ] as const) {
      assert.equal(clampBox({ x, y, width, height }, picture), undefined, `${x},${y},${width},${height}`);
    }
  });

  it('always lies within, and leaves what does as it is', () => {
    const side = fc.integer({ min: -200, max: 200 });
    fc.assert(
      fc.property(side, side, side, side, (x, y, width, height) => {
        const box = { x, y, width, height };
        const clamped = clampBox(box, picture);
        if (clamped !== undefined) assert.ok(isWithin(clamped));
        if (isWithin(box)) assert.deepEqual(clamped, box);
      }),
    );
  });
});

describe('a box that is dragged', () => {
  it('is the same whichever corner it began at', () => {
    const expected = { x: 10, y: 20, width: 31, height: 11 };
    for (const [from, to] of [
      [
        { x: 10.2, y: 20.9 },
        { x: 40.1, y: 30.5 },
      ],
      [
        { x: 40.1, y: 20.9 },
        { x: 10.2, y: 30.5 },
      ],
      [
        { x: 40.1, y: 30.5 },
        { x: 10.2, y: 20.9 },
      ],
    ] as const) {
      assert.deepEqual(boxBetween(from, to, picture), expected);
    }
    assert.equal(boxBetween({ x: -9, y: -9 }, { x: -2, y: 70 }, picture), undefined);
  });
});

describe('a box that is moved and resized by keys', () => {
  it('stays within the picture, keeps its size when moved and never gets too small', () => {
    const start = { x: 40, y: 20, width: 20, height: 16 };
    assert.deepEqual(movedBox(start, 10, -5, picture), { x: 50, y: 15, width: 20, height: 16 });
    assert.deepEqual(movedBox(start, 500, -500, picture), { x: 80, y: 0, width: 20, height: 16 });
    assert.deepEqual(resizedBox(start, -500, 500, picture), { x: 40, y: 20, width: SMALLEST_REGION, height: 40 });
  });
});

describe('parseBox', () => {
  it('reads four whole numbers and nothing else', () => {
    assert.deepEqual(parseBox('10, 20,30,40'), { x: 10, y: 20, width: 30, height: 40 });
    assert.deepEqual(parseBox('-1,0,3,4')?.x, -1);
    for (const text of [
      '',
      '1,2,3',
      '1,2,3,4,5',
      '1,2,3,x',
      '1.5,2,3,4',
      '1,2,,4',
      '1e3,2,3,4',
      '99999999999999999999,1,1,1',
    ]) {
      assert.equal(parseBox(text), undefined, text);
    }
  });
});

it('tells what is too small and what is the whole picture', () => {
  assert.equal(isTooSmall({ width: 7, height: 100 }), true);
  assert.equal(isTooSmall({ width: 8, height: 8 }), false);
  assert.equal(isWholePicture({ x: 0, y: 0, ...picture }, picture), true);
  assert.equal(isWholePicture({ x: 0, y: 0, width: 100, height: 59 }, picture), false);
});
