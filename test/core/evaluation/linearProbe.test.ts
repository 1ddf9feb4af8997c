import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { classify, ProbeFit, type LinearClassifier, type ProbeSet } from '../../../src/core/evaluation/linearProbe.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { testVectors, unlessVectors } from '../../shared.ts';
import { assertAllClose, assertClose, type Rows } from './matrices.ts';

const runtime = { products: plainProducts, between: () => undefined };

async function fitted(set: ProbeSet, classes: number, strength: number, tolerance = 1e-14): Promise<LinearClassifier> {
  const fit = await ProbeFit.open(set, classes, runtime);
  return fit.fit(strength, tolerance);
}

/** Classes around their own centres, features of very different sizes. */
function clusters(rows: number, dim: number, classes: number, seed: number): ProbeSet {
  const random = new RandomStream(seed);
  const centres = Array.from({ length: classes * dim }, () => random.normal());
  const labels = Int32Array.from({ length: rows }, (_, i) => i % classes);
  const features = Float64Array.from({ length: rows * dim }, (_, i) => {
    const feature = i % dim;
    return (centres[labels[Math.floor(i / dim)]! * dim + feature]! + 1.5 * random.normal()) / (1 + feature ** 2);
  });
  return { features, rows, dim, labels };
}

/** The same optimum by plain gradient descent, one example after another in each step. */
function descended({ features, rows, dim, labels }: ProbeSet, classes: number, strength: number) {
  const weights = Array.from({ length: classes }, () => new Array<number>(dim).fill(0));
  const biases = new Array<number>(classes).fill(0);
  const rate = 0.5;
  let loss = 0;
  for (let step = 0; step < 20_000; step++) {
    const gradient = weights.map((row) => row.map((weight) => strength * weight));
    const biasGradient = new Array<number>(classes).fill(0);
    loss = (strength / 2) * weights.flat().reduce((sum, weight) => sum + weight * weight, 0);
    for (let i = 0; i < rows; i++) {
      const x = [...features.subarray(i * dim, (i + 1) * dim)];
      const scores = weights.map((row, c) => row.reduce((sum, weight, k) => sum + weight * x[k]!, biases[c]!));
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      loss -= Math.log(Math.exp(scores[labels[i]!]!) / total) / rows;
      scores.forEach((score, c) => {
        const residual = (Math.exp(score) / total - (labels[i] === c ? 1 : 0)) / rows;
        biasGradient[c]! += residual;
        x.forEach((value, k) => (gradient[c]![k]! += residual * value));
      });
    }
    weights.forEach((row, c) => {
      row.forEach((_, k) => (row[k]! -= rate * gradient[c]![k]!));
      biases[c]! -= rate * biasGradient[c]!;
    });
  }
  return { weights: weights.flat(), biases, loss };
}

suite('the linear probe', () => {
  test('reaches the optimum of the reference', { skip: unlessVectors }, async () => {
    const reference = testVectors('linear_probe') as {
      readonly X: Rows;
      readonly y: readonly number[];
      readonly lam: number;
      readonly optimum_loss: number;
      readonly W: Rows;
      readonly b_zero_mean: readonly number[];
    };
    const { X, y, lam } = reference;
    const set = { features: Float64Array.from(X.flat()), rows: X.length, dim: 3, labels: Int32Array.from(y) };
    const { weights, biases, loss } = await fitted(set, 3, lam);
    assertClose(loss, reference.optimum_loss, 1e-12);
    assertAllClose(weights, reference.W.flat(), 1e-6);
    assertAllClose(biases, reference.b_zero_mean, 1e-6);
  });

  test('reaches the optimum that plain gradient descent creeps to', async () => {
    const set = clusters(40, 5, 4, 1);
    const expected = descended(set, 4, 0.02);
    const { weights, biases, loss } = await fitted(set, 4, 0.02);
    assertClose(loss, expected.loss, 1e-10);
    assertAllClose(weights, expected.weights, 1e-4);
    assertAllClose(biases, expected.biases, 1e-4);
  });

  test('ends within its tolerance, and float32 products change little', async () => {
    const set = clusters(300, 12, 3, 2);
    for (const strength of [10, 0.1, 1e-3, 1e-5]) {
      const exact = await fitted(set, 3, strength);
      const quick = await fitted(set, 3, strength, 1e-5);
      const single = await fitted({ ...set, features: Float32Array.from(set.features) }, 3, strength, 1e-6);
      assert.ok(quick.loss - exact.loss < 1e-4, `${strength}: ${quick.loss - exact.loss}`);
      assert.ok(Math.abs(single.loss - exact.loss) < 1e-5, `${strength}: ${single.loss - exact.loss}`);
    }
  });

  test('goes on from where the fit before ended', async () => {
    const set = clusters(200, 8, 5, 3);
    const fit = await ProbeFit.open(set, 5, runtime);
    await fit.fit(1e-2);
    const warm = await fit.fit(5e-3);
    const cold = await fitted(set, 5, 5e-3, 1e-6);
    assertClose(warm.loss, cold.loss, 1e-5);
    const again = await ProbeFit.open(set, 5, runtime, warm);
    assert.ok((await again.fit(5e-3)).evaluations <= 3);
  });

  test('predicts by the highest score, and tells the cross-entropy', async () => {
    const set = clusters(90, 4, 3, 4);
    const classifier = await fitted(set, 3, 1e-9, 1e-6);
    const held = await plainProducts.hold(set.features, set.rows, set.dim);
    const { classes, crossEntropy } = await classify(classifier, held, set.labels);
    const scoreOf = (row: number, label: number) => {
      let score = classifier.biases[label]!;
      for (let i = 0; i < 4; i++) score += classifier.weights[label * 4 + i]! * set.features[row * 4 + i]!;
      return score;
    };
    const scores = Array.from({ length: 90 }, (_, row) => [0, 1, 2].map((label) => scoreOf(row, label)));
    assert.deepEqual(
      [...classes],
      scores.map((row) => row.indexOf(Math.max(...row))),
    );
    const losses = scores.map((row, i) => {
      return Math.log(row.reduce((sum, score) => sum + Math.exp(score), 0)) - row[set.labels[i]!]!;
    });
    assertClose(crossEntropy, losses.reduce((sum, loss) => sum + loss, 0) / 90, 1e-12);
  });

  test('survives scores that no exponential holds', async () => {
    const set = {
      features: Float64Array.of(-2000, 2000, -1999, 2001),
      rows: 4,
      dim: 1,
      labels: Int32Array.of(0, 1, 0, 1),
    };
    const { loss, weights } = await fitted(set, 2, 1e-9, 1e-8);
    assert.ok(loss >= 0 && loss < 1e-5 && weights.every(Number.isFinite), `${loss}`);
  });

  test('stops when it is told to', async () => {
    let calls = 0;
    const between = () => {
      if (++calls === 3) throw new Error('stopped');
    };
    const fit = await ProbeFit.open(clusters(50, 3, 2, 5), 2, { products: plainProducts, between });
    await assert.rejects(fit.fit(1e-4), /stopped/);
    assert.equal(calls, 3);
  });
});
