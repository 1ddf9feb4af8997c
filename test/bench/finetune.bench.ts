/**
 * What fine-tuning an encoder of others is worth with few labels: the linear probe of its vectors, and the same probe with the
 * encoder's last layers trained beneath it, on the same labels.
 *
 *     npm run bench -- finetune [--encoder FILE.onnx] [--data FOLDER] [--labels 20] [--sets 10] [--first 0] [--stages N] [--epochs N]
 *
 * The data is a folder with a training and a test split; it is copied, so that nothing is written to it. Both ways are tested
 * on the test images, each class counting once; the interval is that of the differences over the choices of labels, and says
 * nothing of other test images.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { teacher } from '../../src/build/defaultEncoder/recipe.ts';
import { resampledEstimate } from '../../src/core/evaluation/resampling.ts';
import { EncoderRegistry } from '../../src/engine/encoders/registry.ts';
import { Trainings } from '../../src/engine/training/trainings.ts';
import type { FineTuneSettings } from '../../src/protocol/training.ts';
import { shared } from '../shared.ts';
import { printTable } from './report.ts';

const { values } = parseArgs({
  options: {
    encoder: { type: 'string', default: teacher },
    data: { type: 'string', default: shared('data/clothing') },
    labels: { type: 'string', default: '20' },
    sets: { type: 'string', default: '10' },
    /** The seed of the first choice of labels; settings are to be found with others than those that are reported. */
    first: { type: 'string', default: '0' },
    stages: { type: 'string' },
    epochs: { type: 'string' },
  },
});
const [labelsPerClass, sets, first] = [values.labels, values.sets, values.first].map(Number) as [
  number,
  number,
  number,
];
/** Where nothing is said, what people get. */
const stages = values.stages !== undefined && {
  trainedStages: values.stages === 'all' ? ('all' as const) : Number(values.stages),
};

const scratch = mkdtempSync(path.join(tmpdir(), 'likeness-finetune-'));
const threads = availableParallelism();
const trainings = new Trainings({ registry: new EncoderRegistry(), rootOf: (folder) => folder, threads });

/** Share of the test images that are right, each class counting once, and the seconds that it took. */
async function macroAccuracy(
  settings: FineTuneSettings,
): Promise<{ readonly share: number; readonly seconds: number }> {
  const context = { signal: new AbortController().signal, report: () => undefined };
  const { run } = await trainings.train('finetune', { folder: scratch, settings }, context);
  return { share: run.metrics['testMacro']!, seconds: run.seconds };
}

try {
  cpSync(values.data, scratch, { recursive: true });
  const from = path.resolve(values.encoder);
  const rows: { readonly probe: number; readonly tuned: number; readonly seconds: number }[] = [];
  for (let seed = first; seed < first + sets; seed++) {
    const common = { from, labelsPerClass, seed, threads };
    // Too slow to get anywhere: what the classifier begins with is the probe.
    const probe = await macroAccuracy({ ...common, trainedStages: 0, epochs: 1, learningRate: 1e-8 });
    const tuned = await macroAccuracy({
      ...common,
      ...stages,
      ...(values.epochs !== undefined && { epochs: Number(values.epochs) }),
    });
    rows.push({ probe: probe.share, tuned: tuned.share, seconds: tuned.seconds });
    console.log(`labels of seed ${seed}: probe ${percent(probe.share)}, fine-tuned ${percent(tuned.share)}`);
  }
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const differences = rows.map(({ probe, tuned }) => tuned - probe);
  const gain = resampledEstimate(differences, 0);
  printTable(`Fine-tuning with ${labelsPerClass} labels per class, ${sets} choices of labels`, [
    ['linear probe', percent(mean(rows.map(({ probe }) => probe)))],
    ['fine-tuned', percent(mean(rows.map(({ tuned }) => tuned)))],
    [
      'gain',
      sets > 1
        ? `${percent(gain.mean)} ± ${percent(gain.error)} points (aim ≥ 1.0, not below 0)`
        : percent(differences[0]!),
    ],
    ['seconds', mean(rows.map(({ seconds }) => seconds)).toFixed(0)],
  ]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
