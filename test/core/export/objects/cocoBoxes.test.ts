import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BoxList } from '../../../../src/core/export/objects/boxList.ts';
import { cocoBoxOf, yoloLine } from '../../../../src/core/export/objects/cocoBoxes.ts';

const size = { width: 200, height: 100 };
const lineOf = (annotation: Readonly<Record<string, unknown>>) => {
  const found = cocoBoxOf(annotation, size);
  return 'box' in found ? yoloLine(3, found.box) : found.kind;
};

describe("a box of COCO's as one of YOLO's", () => {
  it('has its centre and size as parts of the image', () => {
    assert.equal(lineOf({ bbox: [20, 10, 60, 40] }), '3 0.25 0.3 0.3 0.4');
    assert.equal(lineOf({ bbox: [0, 0, 200, 100] }), '3 0.5 0.5 1 1');
    assert.equal(lineOf({ bbox: [1, 1, 1, 1] }), '3 0.0075 0.015 0.005 0.01');
    assert.equal(lineOf({ bbox: [0, 0, 100 / 3, 100 / 3] }), '3 0.083333 0.166667 0.166667 0.333333');
  });

  it("is cut off at the image's edges, beyond which YOLO refuses the file", () => {
    assert.equal(lineOf({ bbox: [-20, 90, 40, 40] }), '3 0.05 0.95 0.1 0.1');
    assert.equal(lineOf({ bbox: [200, 10, 20, 20] }), 'broken');
  });

  it('is that around the outline where there is no other, and the whole image where there is neither', () => {
    assert.equal(
      lineOf({
        segmentation: [
          [20, 10, 80, 10, 50, 50],
          [70, 30],
        ],
      }),
      '3 0.25 0.3 0.3 0.4',
    );
    const mask = { segmentation: { size: [1, 1], counts: 'x' } };
    assert.deepEqual([{ bbox: [], ...mask }, mask, { segmentation: [[]] }].map(lineOf), Array(3).fill('unstated'));
    assert.equal(lineOf({ bbox: [0, 0, 0, 0], ...mask }), 'broken');
    const outline = { segmentation: [[20, 10, 80, 10, 50, 50]] };
    for (const bbox of [[0, 0, 0, 0], [20, 10], [300, 10, 5, 5], 'x']) {
      assert.equal(lineOf({ bbox, ...outline }), '3 0.25 0.3 0.3 0.4', JSON.stringify(bbox));
    }
    assert.equal(lineOf({ bbox: [0, 0, 20, 10], ...outline }), '3 0.05 0.05 0.1 0.1');
    assert.equal(lineOf({ segmentation: [[300, 10, 380, 10, 350, 50]] }), 'broken');
    assert.deepEqual(cocoBoxOf({ bbox: null }, size), { kind: 'whole', box: [0.5, 0.5, 1, 1] });
    assert.equal(lineOf({ keypoints: [1, 2, 2] }), 'unstated');
  });

  it('is none of a crowd, or where the numbers are none', () => {
    assert.equal(lineOf({ bbox: [20, 10, 60, 40], iscrowd: 1 }), 'crowd');
    for (const bbox of [[20, 10, 60], [20, 10, '60', 40], [20, 10, 0, 40], [20, 10, -5, 40], 'x', {}]) {
      assert.equal(lineOf({ bbox }), 'broken', JSON.stringify(bbox));
    }
  });

  it('tells whether an outline or keypoints are lost with it', () => {
    const shapeOf = (more: object) => {
      const found = cocoBoxOf({ bbox: [20, 10, 60, 40], ...more }, size);
      return found.kind === 'box' && found.hasShape;
    };
    assert.deepEqual(
      [{}, { segmentation: [] }, { segmentation: [[1, 2, 3, 4, 5, 6]] }, { keypoints: [1, 2, 2] }].map(shapeOf),
      [false, false, true, true],
    );
  });
});

it("boxes come in any order, and are each image's in the order that they came in", () => {
  const boxes = new BoxList();
  const lines: string[][] = [[], [], [], []];
  for (let i = 0; i < 5000; i++) {
    const image = [2, 0, 3][i % 3]!;
    const box = [0.5, 0.25, (i + 1) / 10_000, 0.1] as const;
    boxes.add(image, i % 80, box);
    lines[image]!.push(`${yoloLine(i % 80, box)}\n`);
  }
  boxes.settle(4);
  assert.deepEqual(
    lines.map((_, image) => boxes.textOf(image)),
    lines.map((own) => own.join('')),
  );
});
