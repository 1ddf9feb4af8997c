import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { OnnxWorker } from '../../../src/engine/encoders/onnxRuntime.ts';
import { OnnxProducts } from '../../../src/engine/evaluation/onnxProducts.ts';

const worker = new OnnxWorker();
after(() => worker.dispose());

describe('products on ONNX Runtime', () => {
  for (const [Type, tolerance] of [
    [Float32Array, 1e-4],
    [Float64Array, 1e-12],
  ] as const) {
    it(`are those of plain arithmetic in ${Type.name}`, async () => {
      const random = new RandomStream(1);
      const matrix = (length: number) => new Type(length).map(() => random.normal());
      const [rows, dim] = [37, 19];
      const held = matrix(rows * dim);
      const [fast, plain] = await Promise.all([
        new OnnxProducts(worker, 2).hold(held, rows, dim),
        plainProducts.hold(held, rows, dim),
      ]);
      for (const count of [1, 5, 64]) {
        const left = matrix(count * dim);
        const other = matrix(count * rows);
        const expected = [await plain.timesTransposed(left, count), await plain.times(other, count)];
        const actual = [
          await fast.timesTransposed(fast.convert(left), count),
          await fast.times(fast.convert(other), count),
        ];
        actual.forEach((values, i) => {
          assert.ok(values instanceof Type && values.length === expected[i]!.length);
          values.forEach((value, j) => {
            assert.ok(Math.abs(value - expected[i]![j]!) < tolerance);
          });
        });
      }
      await fast.release();
    });
  }
});
