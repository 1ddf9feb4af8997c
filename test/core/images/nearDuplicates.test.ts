import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runToEnd } from '../../../src/core/evaluation/steps.ts';
import { nearDuplicateGroups } from '../../../src/core/images/nearDuplicates.ts';
import { RandomStream } from '../../../src/core/random.ts';

/** 8 × 8 colours less their mean, as different from grey as `contrast` says. */
function picture(seed: number, contrast = 50): number[] {
  const random = new RandomStream(seed);
  const values = Array.from({ length: 192 }, () => contrast * random.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / 192;
  return values.map((value) => value - mean);
}

const changed = (source: readonly number[], by: number) => source.map((value, i) => value + (i % 2 === 0 ? by : -by));
const mirrored = (source: readonly number[]) => source.map((_, i) => source[i - (i % 8) + 7 - (i % 8)]!);

function groupsOf(pictures: readonly number[][], descriptors: readonly number[], known?: readonly number[]) {
  const dim = 2;
  return runToEnd(
    nearDuplicateGroups({
      count: pictures.length,
      colours: Float32Array.from(pictures.flat()),
      // Angles on a circle.
      descriptors: Float32Array.from(descriptors.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
      dim,
      known: known ?? pictures.map((_, i) => i),
    }),
  );
}

test('small changes and mirror images are the same picture, others are not', () => {
  const first = picture(1);
  const groups = groupsOf(
    [first, changed(first, 3.5), mirrored(changed(first, 2)), picture(2), picture(3)],
    [0, 1, 2, 0, 0],
  );
  assert.deepEqual([...groups.subarray(0, 3)], [groups[0], groups[0], groups[0]]);
  assert.equal(new Set(groups).size, 3);
});

test('larger changes are where the descriptors agree', () => {
  const first = picture(1);
  const groups = groupsOf(
    [first, changed(first, 7), picture(4), changed(picture(4), 7), changed(first, -8.5)],
    [0, 0.2, 0, 0.4, 0],
  );
  assert.equal(groups[0], groups[1]);
  assert.notEqual(groups[2], groups[3]);
  assert.equal(new Set(groups).size, 4);
});

test('pictures of hardly any contrast are not taken for each other', () => {
  const groups = groupsOf([picture(1, 2), picture(2, 2), picture(1, 2)], [0, 0, 0]);
  assert.equal(groups[0], groups[2]);
  assert.notEqual(groups[0], groups[1]);
});

test('what is known to be the same stays together', () => {
  const groups = groupsOf([picture(1), picture(2), picture(3), picture(4)], [0, 0, 0, 0], [5, 6, 5, 7]);
  assert.equal(groups[0], groups[2]);
  assert.equal(new Set(groups).size, 3);
});
