import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  codeOf,
  encodeTriangle,
  similarityOf,
  triangleIndex,
  triangleSize,
} from '../../../src/core/evaluation/similarityCodes.ts';

test('a similarity comes back to within a thirty-thousandth, and none as none', () => {
  for (const value of [-1, -0.3333, 0, 1e-6, 0.98765, 1]) {
    assert.ok(Math.abs(similarityOf(codeOf(value)) - value) <= 1 / 65_534 + 1e-12, String(value));
  }
  assert.deepEqual([similarityOf(codeOf(1)), similarityOf(codeOf(-1)), similarityOf(codeOf(1.5))], [1, -1, 1]);
  assert.ok(Number.isNaN(similarityOf(codeOf(Number.NaN))));
});

test('a triangle holds every pair once, in the order asked for', () => {
  const n = 5;
  const matrix = Float32Array.from({ length: n * n }, (_, i) => {
    const [row, column] = [Math.floor(i / n), i % n];
    return (Math.min(row, column) * 10 + Math.max(row, column)) / 50;
  });
  const order = [3, 0, 4, 1, 2];
  const codes = encodeTriangle(matrix, n, order);
  assert.equal(codes.length, triangleSize(n));
  const seen = new Set<number>();
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      const index = triangleIndex(n, a, b);
      seen.add(index);
      assert.equal(index, triangleIndex(n, b, a));
      assert.equal(codes[index], codeOf(matrix[order[a]! * n + order[b]!]!));
    }
  }
  assert.equal(seen.size, codes.length);
});
