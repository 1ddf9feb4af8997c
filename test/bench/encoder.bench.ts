/**
 * How good the shipped encoder is beside others, on images that it was not trained on.
 *
 *     npm run bench -- encoder [--encoders FILE.onnx,…]
 *
 * kNN accuracy (k = 10, cosine, each image among all others), the similarity of images of different classes, edits of one
 * picture, and images a second, measured in turns; the last is the shipped network before its training. The held-out classes are
 * those of `npm run train:default`, which are unpacked where they are missing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { provideData } from '../../src/build/defaultEncoder/data.ts';
import { measuredFolders, nearDuplicates } from '../../src/build/defaultEncoder/measuredFolders.ts';
import { measureEncoder, measureSpeeds } from '../../src/build/defaultEncoder/measures.ts';
import { network, seed, size, teacher } from '../../src/build/defaultEncoder/recipe.ts';
import { OnnxWorker } from '../../src/engine/encoders/onnxRuntime.ts';
import { EncoderRegistry } from '../../src/engine/encoders/registry.ts';
import { BUILT_IN_ENCODER_IDS } from '../../src/engine/encoders/builtIn.ts';
import { untrainedEncoder } from '../../src/engine/evaluation/untrained.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import { listTrainingImages } from '../../src/engine/training/trainingImages.ts';

/**
 * The shipped network with its first weights, the statistics of its normalisations taken from some of the images.
 *
 * @param folder of labelled images
 */
async function untrained(folder: string) {
  const context = { signal: new AbortController().signal, report: () => undefined };
  const images = await listTrainingImages(folder, undefined, context.signal);
  const labelled = images.map((image, contentKey) => ({ ...image, label: image.label ?? '', contentKey }));
  const worker = new OnnxWorker();
  try {
    const { threads } = engineOptions();
    return await untrainedEncoder({ network, size, seed }, labelled, folder, { worker, threads }, context);
  } finally {
    await worker.dispose();
  }
}

const { values } = parseArgs({ options: { encoders: { type: 'string', default: teacher } } });
const scratch = mkdtempSync(path.join(tmpdir(), 'likeness-encoder-'));
const percent = (share: number) => (100 * share).toFixed(1);
try {
  await provideData(console.log);
  const folders = await measuredFolders(scratch);
  const registry = new EncoderRegistry();
  const references = [...BUILT_IN_ENCODER_IDS, ...values.encoders.split(',')];
  const known = await Promise.all(references.map((reference) => registry.resolve(reference)));
  const [someImages] = Object.values(folders);
  const encoders = someImages === undefined ? known : [...known, await untrained(someImages)];
  const speeds = await measureSpeeds(encoders);
  const slowest = Math.min(...speeds);
  for (const [i, encoder] of encoders.entries()) {
    const { id, sets, changes } = await measureEncoder(encoder, folders, nearDuplicates);
    const mean = sets.reduce((sum, { accuracy }) => sum + accuracy, 0) / sets.length;
    console.log(
      `${id}: ${percent(mean)} % on average, ${speeds[i]!.toFixed(0)} images/s, ${(speeds[i]! / slowest).toFixed(1)} times the slowest`,
    );
    for (const { name, images, accuracy, unrelatedMean, unrelatedHigh } of sets) {
      const unrelated = `images of different classes ${unrelatedMean.toFixed(2)} similar, 99 % below ${unrelatedHigh.toFixed(2)}`;
      console.log(`  ${name} (${images} images): ${percent(accuracy)} %; ${unrelated}`);
    }
    if (changes === undefined) continue;
    const listed = (edits: typeof changes.smallEdits) =>
      edits.map(([name, value]) => `${name} ${value.toFixed(3)}`).join(', ');
    console.log(`  small edits: ${listed(changes.smallEdits)}\n  strong ones: ${listed(changes.strongEdits)}`);
    console.log(
      `  turned at least ${changes.turned.toFixed(2)}, other pictures at most ${changes.unrelated.toFixed(2)}`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
