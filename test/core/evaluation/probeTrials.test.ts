import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { principalCoordinates } from '../../../src/core/evaluation/principalAxes.ts';
import {
  FEW_LABEL_TRIALS,
  PROBE_TRIALS,
  runFewLabelTrials,
  runProbeTrials,
  type ProbeTrialOptions,
} from '../../../src/core/evaluation/probeTrials.ts';
import { plainProducts } from '../../../src/core/linearAlgebra/products.ts';
import { RandomStream } from '../../../src/core/random.ts';

const runtime = { products: plainProducts, between: () => undefined };

/** Images of two classes; `signal` tells them apart, and `copies` of each hold the same numbers. */
async function trials(
  signal: number,
  copies: number,
  grouped: boolean,
  count = 60,
  dim = 40,
): Promise<ProbeTrialOptions> {
  const random = new RandomStream(7);
  const rows = count * copies;
  const labels = Int32Array.from({ length: rows }, (_, row) => Math.floor(row / copies) % 2);
  const matrix = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < dim; i++) {
      const value = random.normal() + (i === 0 ? signal * (labels[row]! * 2 - 1) : 0);
      matrix[row * dim + i] = row % copies === 0 ? value : matrix[(row - (row % copies)) * dim + i]!;
    }
  }
  return {
    features: await principalCoordinates(matrix, rows, dim, plainProducts),
    labels,
    groups: Int32Array.from({ length: rows }, (_, row) => (grouped ? row - (row % copies) : row)),
    classes: 2,
    bank: Uint32Array.from(labels.keys()),
    test: undefined,
    seed: 1,
  };
}

suite('probe trials', () => {
  test('copies teach nothing about each other', async () => {
    const honest = await runProbeTrials(await trials(0, 3, true, 150, 120), runtime);
    const fooled = await runProbeTrials(await trials(0, 3, false, 150, 120), runtime);
    assert.ok(Math.abs(honest.macro.mean - 0.5) < 0.15, `${honest.macro.mean}`);
    assert.ok(fooled.macro.mean > 0.8, `${fooled.macro.mean}`);
  });

  test('find what there is, with an error and a strength for each', async () => {
    const { accuracy, macro, strengths } = await runProbeTrials(await trials(2, 1, true, 200), runtime);
    // Φ(2), if nothing else were to be learnt.
    assert.ok(Math.abs(macro.mean - 0.977) < 0.05, `${macro.mean}`);
    assert.ok(accuracy.error > 0 && accuracy.error < 0.1);
    assert.equal(strengths.length, PROBE_TRIALS);
  });

  test('are tested on the test rows, without learning from their copies', async () => {
    const options = await trials(0, 2, true);
    // One of each pair of copies is in the test split.
    const test = options.bank.filter((row) => row % 2 === 1 && row < 60);
    const bank = options.bank.filter((row) => !test.includes(row));
    const { macro } = await runProbeTrials({ ...options, bank, test }, runtime);
    assert.ok(Math.abs(macro.mean - 0.5) < 0.25, `${macro.mean}`);
    const ungrouped = { ...options, groups: Int32Array.from(options.bank) };
    assert.ok((await runProbeTrials({ ...ungrouped, bank, test }, runtime)).macro.mean > 0.8);
  });

  test('more labels help, and as many are taken as every class has', async () => {
    const options = await trials(2, 1, true, 24, 10);
    let done = 0;
    const curve = await runFewLabelTrials(options, runtime, () => done++);
    // Of 12 pictures a class, one at least is tested on.
    assert.deepEqual(
      curve.map(({ labels }) => labels),
      [1, 5, 10],
    );
    assert.ok(curve[0]!.macro.mean < curve[1]!.macro.mean && curve[1]!.macro.mean <= curve[2]!.macro.mean + 0.05);
    assert.ok(curve[0]!.macro.mean > 0.55);
    assert.equal(done, 3 * FEW_LABEL_TRIALS);
  });

  test('are the same for the same seed only', async () => {
    const options = await trials(1, 1, true);
    const run = async (seed: number) => (await runProbeTrials({ ...options, seed }, runtime)).macro.mean;
    assert.equal(await run(1), await run(1));
    assert.notEqual(await run(1), await run(2));
  });
});
