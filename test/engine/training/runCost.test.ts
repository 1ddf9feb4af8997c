import { test } from 'node:test';
import { runSeconds } from '../../../src/engine/training/runCost.ts';
import { assertClose } from '../../close.ts';

const timing = {
  secondsPerStep: 2,
  secondsPerImage: 0.01,
  secondsPerEpoch: 0.5,
  secondsPerEmbedding: 0.1,
  secondsPerComparison: 0.001,
};
const images = (count: number, ...labels: (string | undefined)[]) =>
  Array.from({ length: count }, (_, i) => ({ label: labels[i % labels.length] }));

test('a run without labels costs reading, steps and the ends of its epochs', () => {
  const training = images(100, undefined);
  assertClose([runSeconds(timing, { training, test: [], stepsPerEpoch: 12, epochs: 3 })], [1 + 3 * (24 + 0.5)], 1e-9);
  // One class can't be told from another.
  const alike = images(100, 'cat');
  const cost = runSeconds(timing, { training: alike, test: images(10, 'cat'), stepsPerEpoch: 12, epochs: 3 });
  assertClose([cost], [1.1 + 3 * (24 + 0.5)], 1e-9);
});

test('with labels it costs predicting classes too: before, after and in between, and twice on test images', () => {
  const training = images(100, 'cat', 'dog', undefined, undefined);
  const monitoring = 50 * 0.1 + 50 * 50 * 0.001;
  const testing = (50 + 20) * 0.1 + 50 * 20 * 0.001;
  const base = { training, test: images(20, 'cat', 'dog'), stepsPerEpoch: 12 };
  // After each of the first two epochs; the third is the end.
  const three = 1.2 + 3 * 24.5 + 4 * monitoring + 2 * testing;
  assertClose([runSeconds(timing, { ...base, epochs: 3 })], [three], 1e-9);
  // Every second of 40 epochs, the last one left out.
  const forty = 1.2 + 40 * 24.5 + (19 + 2) * monitoring + 2 * testing;
  assertClose([runSeconds(timing, { ...base, epochs: 40 })], [forty], 1e-9);
});

test('of a large dataset a thousand images are watched, and test images are measured on samples', () => {
  const base = { training: images(20_000, 'cat', 'dog'), stepsPerEpoch: 0, epochs: 1 };
  const monitoring = 1000 * 0.1 + 1000 * 1000 * 0.001;
  const testing = (5000 + 2000) * 0.1 + 5000 * 2000 * 0.001;
  const expected = (20_000 + 2000) * 0.01 + 0.5 + 2 * monitoring + 2 * testing;
  assertClose([runSeconds(timing, { ...base, test: images(9000, 'cat') })], [expected], 1e-9);
});
