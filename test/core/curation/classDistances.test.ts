import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classDistances } from '../../../src/core/curation/classDistances.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';

describe('distances from classes', () => {
  const random = new RandomStream(9, 1);
  const around = (centre: readonly number[], spread: number) => centre.map((value) => value + spread * random.normal());
  const places = [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
  ];
  const labels = Array.from({ length: 120 }, (_, row) => row % 3);
  const points = labels.map((label) => around(places[label]!, label === 2 ? 0.2 : 0.05));

  it('are multiples of what is usual in the class, or in the other one that an image may belong to', async () => {
    const far = [0, 0, 0, 1];
    const all = [...points, far, around(places[1]!, 0.05), around(places[1]!, 0.05)].map(unit);
    const classOf = Int32Array.from([...labels, 0, 0, 0]);
    const otherClassOf = Int32Array.from(all.keys(), (row) => (row === 120 || row === 122 ? 1 : -1));
    const images = { vectors: Float32Array.from(all.flat()), rows: all.length, dim: 4 };
    const contentKeys = all.map((_, row) => row);
    const distances = await classDistances({ ...images, contentKeys, classOf, otherClassOf }, plainProducts, () => {});
    const expected = (row: number, label: number) => slowDistance(all, row, label) / usualDistance(all, classOf, label);
    for (const row of [0, 1, 2, 50, 119]) close(distances[row]!, expected(row, labels[row]!));
    close(distances[120]!, Math.min(expected(120, 0), expected(120, 1)));
    close(distances[121]!, expected(121, 0));
    close(distances[122]!, expected(122, 1));
    assert.ok(distances[120]! > 5 && distances[121]! > 5 && distances[122]! < 3);

    function slowDistance(vectors: readonly number[][], row: number, label: number): number {
      const similarities = vectors
        .flatMap((other, j) => (j !== row && classOf[j] === label ? [dot(vectors[row]!, other)] : []))
        .sort((a, b) => b - a)
        .slice(0, 10);
      const mean = similarities.reduce((sum, value) => sum + value, 0) / similarities.length;
      return -Math.log(Math.max(0.01, mean));
    }
    function usualDistance(vectors: readonly number[][], classes: Int32Array, label: number): number {
      const own = [...classes.keys()].filter((row) => classes[row] === label);
      const sorted = own.map((row) => slowDistance(vectors, row, label)).sort((a, b) => a - b);
      return sorted[Math.floor(sorted.length / 2)]!;
    }
  });

  it('are 1 without a class, and alone in one but for a copy', async () => {
    const vectors = Float32Array.from([points[0]!, points[1]!, points[1]!].map(unit).flat());
    const images = { vectors, rows: 3, dim: 4, contentKeys: [1, 2, 2] };
    const classes = { classOf: Int32Array.of(-1, 0, 0), otherClassOf: Int32Array.of(-1, -1, -1) };
    const distances = await classDistances({ ...images, ...classes }, plainProducts, () => {});
    assert.deepEqual([...distances], [1, 1, 1]);
  });

  function dot(a: readonly number[], b: readonly number[]): number {
    return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  }
  function unit(vector: readonly number[]): number[] {
    return vector.map((value) => value / Math.sqrt(dot(vector, vector)));
  }
  function close(actual: number, expected: number): void {
    assert.ok(Math.abs(actual / expected - 1) < 1e-3, `${actual} is not ${expected}`);
  }
});
