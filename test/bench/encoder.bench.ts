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
import { meanAccuracy, measureEncoders } from '../../src/build/defaultEncoder/measures.ts';
import { knownEncoders, untrainedEncoders } from '../../src/build/defaultEncoder/otherEncoders.ts';
import { defaultRecipe, teacher } from '../../src/build/defaultEncoder/recipe.ts';
import { BUILT_IN_ENCODER_IDS } from '../../src/engine/encoders/builtIn.ts';

const { values } = parseArgs({ options: { encoders: { type: 'string', default: teacher } } });
const scratch = mkdtempSync(path.join(tmpdir(), 'likeness-encoder-'));
const percent = (share: number) => (100 * share).toFixed(1);
try {
  await provideData(console.log);
  const folders = await measuredFolders(scratch);
  const [someImages] = Object.values(folders);
  const encoders = await knownEncoders([...BUILT_IN_ENCODER_IDS, ...values.encoders.split(',')]);
  const untrained = await untrainedEncoders(defaultRecipe.settings, someImages);
  const measured = await measureEncoders([...encoders, ...untrained], { folders, nearDuplicates });
  const slowest = Math.min(...measured.map(({ imagesPerSecond }) => imagesPerSecond));
  for (const { id, sets, changes, imagesPerSecond } of measured) {
    const times = (imagesPerSecond / slowest).toFixed(1);
    console.log(
      `${id}: ${percent(meanAccuracy(sets))} % on average, ${imagesPerSecond.toFixed(0)} images/s, ${times} times the slowest`,
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
