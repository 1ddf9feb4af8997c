import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { probeClassifierStart } from '../../../src/core/training/probeStart.ts';

const runtime = { products: plainProducts, between: () => undefined };

test('a probe’s classifier minimises cross-entropy and penalty of the features as they are', async () => {
  const [classes, dim, perClass] = [3, 4, 5];
  const random = new RandomStream(5);
  const labels = Int32Array.from({ length: classes * perClass }, (_, row) => row % classes);
  const features = Float32Array.from({ length: labels.length * dim }, (_, i) => {
    const [row, feature] = [Math.floor(i / dim), i % dim];
    // Far from zero and of an odd size, so that standardising them matters.
    return 7 + 0.1 * (random.normal() + (labels[row] === feature ? 2 : 0));
  });
  const start = await probeClassifierStart(features, labels, classes, runtime);
  const weights = start.get('classifier.weight')!;
  const biases = start.get('classifier.bias')!;
  assert.deepEqual([weights.length, biases.length], [classes * dim, classes]);

  // At the minimum no direction lowers the loss: by finite differences, in float64.
  let squares = 0;
  const means = Array.from({ length: dim }, (_, i) => {
    const own = Array.from(labels.keys(), (row) => features[row * dim + i]!);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  });
  features.forEach((value, i) => (squares += (value - means[i % dim]!) ** 2));
  const variance = squares / features.length;
  const lossOf = (w: ArrayLike<number>, b: ArrayLike<number>) => {
    let loss = 0;
    labels.forEach((label, row) => {
      const scores = Array.from({ length: classes }, (_, c) => {
        let score = b[c]!;
        for (let i = 0; i < dim; i++) score += w[c * dim + i]! * features[row * dim + i]!;
        return score;
      });
      const largest = Math.max(...scores);
      loss += largest + Math.log(scores.reduce((sum, s) => sum + Math.exp(s - largest), 0)) - scores[label]!;
    });
    let penalty = 0;
    // Of the weights of standardised features.
    for (let i = 0; i < w.length; i++) penalty += w[i]! ** 2 * variance;
    return loss + penalty / 2;
  };
  const least = lossOf(weights, biases);
  for (let i = 0; i < weights.length; i++) {
    for (const change of [0.05, -0.05]) {
      const moved = Float64Array.from(weights);
      moved[i]! += change;
      // The bias takes up what the mean of the feature adds, as that is not what the weight is about.
      const shifted = Float64Array.from(biases);
      shifted[Math.floor(i / dim)]! -= change * means[i % dim]!;
      assert.ok(lossOf(moved, shifted) > least, `weight ${i}`);
    }
  }
});
