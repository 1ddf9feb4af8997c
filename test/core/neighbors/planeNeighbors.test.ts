import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planeNeighbors } from '../../../src/core/neighbors/planeNeighbors.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { sortedOthers } from '../projection/plain.ts';

const random = new RandomStream(6);
const point = (x: () => number, y: () => number) =>
  Float32Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? x() : y()));
const normal = () => random.normal();

const maps: Readonly<Record<string, Float32Array>> = {
  'a round cloud': point(normal, normal),
  'a line': point(normal, () => 3),
  'an upright line': point(() => -1, normal),
  'a cloud with one point far away': point(normal, normal).fill(500, 398),
  'a grid with equal distances': Float32Array.from({ length: 400 }, (_, i) =>
    i % 2 === 0 ? (i >> 1) % 14 : Math.floor((i >> 1) / 14),
  ),
  'one place': new Float32Array(400).fill(2),
};

for (const [name, positions] of Object.entries(maps)) {
  test(`the neighbours of ${name} are those of a plain search`, () => {
    const { neighbors, distances } = planeNeighbors(positions, 12);
    for (let row = 0; row < 200; row++) {
      const square = (other: number) =>
        (positions[2 * other]! - positions[2 * row]!) ** 2 + (positions[2 * other + 1]! - positions[2 * row + 1]!) ** 2;
      const expected = sortedOthers(200, row, square).slice(0, 12);
      assert.deepEqual([...neighbors.subarray(row * 12, row * 12 + 12)], expected);
      assert.equal(distances[row * 12 + 11], Math.fround(Math.sqrt(square(expected[11]!))));
    }
  });
}
