import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  cocoShapeOf,
  IdsBehind,
  keypointNamesOf,
  keypointShapeOf,
} from '../../../../src/core/export/objects/yoloObjects.ts';

const size = { width: 200, height: 100 };

describe("a line of YOLO's as an annotation of COCO's", () => {
  it('has its box in pixels', () => {
    assert.deepEqual(cocoShapeOf([0.25, 0.3, 0.3, 0.4], size, undefined), {
      shape: { bbox: [20, 10, 60, 40], area: 2400, iscrowd: 0, segmentation: [] },
      hasMore: false,
    });
    const { shape, hasMore } = cocoShapeOf([0.083333, 0.166667, 0.166667, 0.333333, 0.87], size, undefined);
    assert.deepEqual([shape.bbox, hasMore], [[0, 0, 33.333, 33.333], true], 'the confidence has no place');
  });

  it('has the outline as a polygon with the box and the area of it', () => {
    // A triangle of 60 by 40 pixels.
    assert.deepEqual(cocoShapeOf([0.1, 0.1, 0.4, 0.1, 0.1, 0.5], size, undefined).shape, {
      bbox: [20, 10, 60, 40],
      area: 1200,
      iscrowd: 0,
      segmentation: [[20, 10, 80, 10, 20, 50]],
    });
  });

  it('has keypoints where data.yaml says that there are some', () => {
    const pose = [0.25, 0.3, 0.3, 0.4, 0.1, 0.1, 2, 0.2, 0.2, 1, 0, 0, 0];
    const { shape, hasMore } = cocoShapeOf(pose, size, keypointShapeOf([3, 3]));
    assert.deepEqual(
      [shape.bbox, shape.keypoints, shape.num_keypoints, hasMore],
      [[20, 10, 60, 40], [20, 10, 2, 40, 20, 1, 0, 0, 0], 2, false],
    );
    // Ten numbers would be an outline otherwise.
    const flat = cocoShapeOf([0.25, 0.3, 0.3, 0.4, 0.1, 0.1, 0.2, 0.2, 0, 0], size, keypointShapeOf([3, 2])).shape;
    assert.deepEqual([flat.keypoints, flat.num_keypoints, flat.segmentation], [[20, 10, 2, 40, 20, 2, 0, 0, 0], 2, []]);
    assert.deepEqual([[17, 4], [0, 3], '17', undefined].map(keypointShapeOf), Array(4).fill(undefined));
  });
});

it('keypoints are called as data.yaml says, for each class or all of them', () => {
  const namesOf = (value: unknown) => keypointNamesOf(value, 1, [2, 3]);
  assert.deepEqual(namesOf({ 0: ['x', 'y'], 1: ['nose', 'tail'] }), ['nose', 'tail']);
  assert.deepEqual(
    namesOf([
      ['x', 'y'],
      ['nose', 'tail'],
    ]),
    ['nose', 'tail'],
  );
  assert.deepEqual(namesOf(['nose', 'tail']), ['nose', 'tail']);
  for (const none of [undefined, null, 'ab', {}, { 1: ['nose'] }, ['nose', 1], { 1: 'ab' }]) {
    assert.equal(namesOf(none), undefined, JSON.stringify(none));
  }
});

it("ids of annotations follow their image's, unless that is another image's already", () => {
  const ids = new IdsBehind([100, 1, 101, 104], 1000);
  assert.deepEqual(ids.of(1, 3), [1, 2, 3]);
  assert.deepEqual(ids.of(100, 3), [100, 1004, 1005]);
  assert.deepEqual(ids.of(101, 3), [101, 102, 103]);
  assert.deepEqual(ids.of(104, 2), [104, 105]);
  assert.deepEqual(ids.of(1, 0), []);
});
