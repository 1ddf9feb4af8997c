import assert from 'node:assert/strict';
import { test } from 'node:test';
import { covarianceEigenvalues } from '../../../src/core/evaluation/spectrum.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { principalPlane, startOf } from '../../../src/core/projection/principalPlane.ts';
import { classVectors } from './generated.ts';

const nothing = () => undefined;

test('the axes carry the two largest variances, and are not correlated', async () => {
  const data = classVectors({ rows: 400, dim: 24, classes: 5, seed: 6 });
  const { positions, explained } = await principalPlane(data, plainProducts, nothing);
  const spectrum = covarianceEigenvalues(data.vectors, data.rows, data.dim);
  const total = spectrum.reduce((sum, value) => sum + value, 0);
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < positions.length; i += 2) {
    xx += positions[i]! ** 2 / 399;
    xy += (positions[i]! * positions[i + 1]!) / 399;
    yy += positions[i + 1]! ** 2 / 399;
  }
  assert.ok(Math.abs(xx / spectrum[0]! - 1) < 1e-4, `${xx} against ${spectrum[0]}`);
  assert.ok(Math.abs(yy / spectrum[1]! - 1) < 1e-4, `${yy} against ${spectrum[1]}`);
  assert.ok(Math.abs(xy) < 1e-4 * xx);
  assert.ok(Math.abs(explained[0] - spectrum[0]! / total) < 1e-4);
});

test('data without a second direction lies on a line, and starts shaken', async () => {
  const vectors = Float32Array.from({ length: 5 * 3 }, (_, i) => (i % 3 === (i < 6 ? 0 : 1) ? 1 : 0));
  const plane = await principalPlane({ vectors, rows: 5, dim: 3 }, plainProducts, nothing);
  assert.ok(plane.positions.every(Number.isFinite));
  for (let i = 1; i < 10; i += 2) assert.ok(Math.abs(plane.positions[i]!) < 1e-6);
  const start = startOf(plane, 0);
  assert.equal(new Set(start).size, start.length);
  assert.ok(Math.abs(Math.max(...start.map(Math.abs)) - 10) < 1e-3);
});

test('one dimension is enough', async () => {
  const data = { vectors: Float32Array.of(1, -1, 1, 1), rows: 4, dim: 1 };
  const { positions, explained } = await principalPlane(data, plainProducts, nothing);
  assert.deepEqual(
    [...positions].map((value) => Math.round(10 * value)),
    [5, 0, -15, 0, 5, 0, 5, 0],
  );
  assert.deepEqual([Math.round(explained[0]), explained[1]], [1, 0]);
});
