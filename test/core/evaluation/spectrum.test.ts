import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  covarianceEigenvalues,
  effectiveRank,
  participationRatio,
  rankMe,
  singularValues,
  spreadOfNormalized,
} from '../../../src/core/evaluation/spectrum.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { testVectors, unlessVectors } from '../../shared.ts';
import { assertAllClose, assertClose, flat, randomMatrix, type Rows } from './matrices.ts';

suite('spectrum', () => {
  test('equals the reference vectors', { skip: unlessVectors }, () => {
    const vectors = testVectors('rank') as Record<string, unknown>;
    const number = (name: string) => vectors[name] as number;
    const z = vectors['Z'] as Rows;
    const [matrix, rows, dim] = [flat(z), z.length, z[0]!.length];
    const singular = singularValues(matrix, rows, dim);
    assertAllClose(singular, vectors['singular_values'] as number[]);
    assertClose(rankMe(singular), number('rankme_eps1e-7 (uncentred SVD, p=sigma/sum+eps)'));
    assertClose(effectiveRank(singular), number('effective_rank_roy_vetterli (eps=0)'));
    const eigenvalues = covarianceEigenvalues(matrix, rows, dim);
    assertAllClose(eigenvalues, vectors['cov_eigenvalues_desc'] as number[]);
    assertClose(effectiveRank(eigenvalues), number('effective_rank_cov (exp entropy of eigenvalues)'));
    assertClose(participationRatio(eigenvalues), number('participation_ratio'));
    const { standardDeviation, relativeDeviation } = spreadOfNormalized(matrix, rows, dim);
    assertClose(standardDeviation, number('std_of_l2_normalised (unbiased std per dim, mean)'));
    assertClose(relativeDeviation, standardDeviation / number('isotropic_reference_1/sqrt(d)'));
  });

  test('finds the singular values a matrix was made of, tall or wide', () => {
    // Rows are scaled unit vectors plus rotations in two planes, so that the factors are known exactly.
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const tall = Float32Array.of(5 * c, 5 * s, -2 * s, 2 * c, 0, 0);
    const wide = Float32Array.of(5 * c, -2 * s, 0, 5 * s, 2 * c, 0);
    assertAllClose(singularValues(tall, 3, 2), [5, 2]);
    assertAllClose(singularValues(wide, 2, 3), [5, 2]);
  });

  test('a matrix and its transpose share their singular values', () => {
    const [rows, dim] = [23, 10];
    const matrix = randomMatrix(new RandomStream(1), rows, dim);
    const flipped = Float32Array.from(
      { length: rows * dim },
      (_, i) => matrix[(i % rows) * dim + Math.floor(i / rows)]!,
    );
    assertAllClose(singularValues(matrix, rows, dim), singularValues(flipped, dim, rows), 1e-13);
  });

  test('an offset of all rows changes the singular values, not the covariance', () => {
    const random = new RandomStream(2);
    const matrix = randomMatrix(random, 40, 6);
    const shifted = matrix.map((value, i) => value + (i % 6));
    assertAllClose(covarianceEigenvalues(shifted, 40, 6), covarianceEigenvalues(matrix, 40, 6), 1e-5);
    assert.ok(singularValues(shifted, 40, 6)[0]! > 3 * singularValues(matrix, 40, 6)[0]!);
  });

  test('the ranks count equal values, and 1 where one of them rules', () => {
    assertClose(effectiveRank(Float64Array.of(2, 2, 2, 0)), 3, 1e-15);
    assertClose(participationRatio(Float64Array.of(2, 2, 2, 0)), 3, 1e-15);
    assertClose(rankMe(Float64Array.of(2, 2, 2, 0)), 3, 1e-5);
    const collapsed = new Float32Array(100 * 16).fill(0.25);
    assertClose(effectiveRank(singularValues(collapsed, 100, 16)), 1, 1e-4);
    assert.equal(effectiveRank(new Float64Array(4)), 0);
    assert.equal(rankMe(new Float64Array(4)), 0);
    assert.equal(participationRatio(new Float64Array(4)), 0);
  });

  test('what is not finite gives NaN, not an error', () => {
    const matrix = Float32Array.of(1, Number.NaN, 0, 2, 1, 1);
    assert.ok(Number.isNaN(effectiveRank(singularValues(matrix, 3, 2))));
    assert.ok(covarianceEigenvalues(matrix, 3, 2).every(Number.isNaN));
    assert.ok(Number.isNaN(spreadOfNormalized(matrix, 3, 2).relativeDeviation));
  });
});

suite('spreadOfNormalized', () => {
  test('is about 1 with balanced directions, whatever the lengths', () => {
    const random = new RandomStream(3);
    const matrix = randomMatrix(random, 2000, 64).map((value, i) => value * (1 + Math.floor(i / 64)));
    const { relativeDeviation, centerNorm } = spreadOfNormalized(matrix, 2000, 64);
    assertClose(relativeDeviation, 1, 0.01);
    assert.ok(centerNorm < 0.05);
  });

  test('is 0 where all rows have one direction', () => {
    const matrix = Float32Array.from({ length: 30 }, (_, i) => (1 + Math.floor(i / 3)) * (1 + (i % 3)));
    const { relativeDeviation, centerNorm } = spreadOfNormalized(matrix, 10, 3);
    assertClose(relativeDeviation, 0, 1e-7);
    assertClose(centerNorm, 1, 1e-12);
  });

  test('needs two rows', () => {
    assert.ok(Number.isNaN(spreadOfNormalized(Float32Array.of(1, 2), 1, 2).standardDeviation));
  });
});
