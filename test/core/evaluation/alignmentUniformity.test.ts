import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { alignment, uniformity } from '../../../src/core/evaluation/alignmentUniformity.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { testVectors, unlessVectors } from '../../shared.ts';
import { assertClose, cosine, flat, mean, randomMatrix, row, type Rows } from './matrices.ts';

interface AlignUniformVectors {
  readonly x: Rows;
  readonly y: Rows;
  readonly align_alpha1: number;
  readonly align_alpha2: number;
  readonly uniform_t2_x: number;
  readonly uniform_t2_y: number;
}

suite('alignment and uniformity', () => {
  test('equal the reference vectors', { skip: unlessVectors }, () => {
    const vectors = testVectors('align_uniform') as AlignUniformVectors;
    const [x, y, count, dim] = [flat(vectors.x), flat(vectors.y), vectors.x.length, vectors.x[0]!.length];
    assertClose(alignment(x, y, count, dim), vectors.align_alpha2);
    assertClose(alignment(x, y, count, dim, 1), vectors.align_alpha1);
    assertClose(uniformity(x, count, dim), vectors.uniform_t2_x);
    assertClose(uniformity(y, count, dim), vectors.uniform_t2_y);
  });

  test('equal the definitions in cosines, whatever the number of rows', () => {
    const dim = 9;
    const random = new RandomStream(1);
    for (const count of [2, 3, 5, 127, 128, 131, 261]) {
      const x = randomMatrix(random, count, dim, 0.5);
      const y = randomMatrix(random, count, dim, 0.5);
      const rows = Array.from({ length: count }, (_, i) => row(x, i, dim));
      const distances = rows.map((a, i) => 2 - 2 * cosine(a, row(y, i, dim)));
      assertClose(alignment(x, y, count, dim), mean(distances), 1e-12);
      const pairs = rows.flatMap((a, i) => rows.slice(i + 1).map((b) => 2 - 2 * cosine(a, b)));
      for (const t of [1, 2, 5]) {
        assertClose(uniformity(x, count, dim, t), Math.log(mean(pairs.map((d) => Math.exp(-t * d)))), 1e-12);
      }
    }
  });

  test('are 0 where everything coincides', () => {
    const x = Float32Array.from({ length: 50 * 3 }, (_, i) => i % 3);
    assert.equal(alignment(x, x, 50, 3), 0);
    assertClose(uniformity(x, 50, 3), 0, 1e-14);
  });

  test('come near −4 on a sphere of many dimensions', () => {
    assertClose(uniformity(randomMatrix(new RandomStream(2), 500, 512), 500, 512), -4, 0.01);
  });

  test('say nothing of a single row', () => {
    assert.ok(Number.isNaN(uniformity(Float32Array.of(1, 2), 1, 2)));
  });
});
