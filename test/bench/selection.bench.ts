/**
 * What the images are worth that `select` chooses to be labelled: how many test images their nearest chosen neighbours guess
 * right, mean over classes, by method and number.
 *
 *     npm run bench -- selection [--data FOLDER] [--encoder ID|FILE.onnx] [--counts 50,100,200] [--seeds 5] [--balanced]
 *
 * The folder has `train` and `test` with a folder for each class. Of methods that draw at random: the mean over seeds, and
 * the standard deviation.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encoderArgument } from '../../src/cli/paths.ts';
import { selectBalanced, selectorOf } from '../../src/core/curation/selection/select.ts';
import { selectionMethods, type SelectionWork } from '../../src/core/curation/selection/selection.ts';
import { predictByVote } from '../../src/core/evaluation/neighborVote.ts';
import { neighborsAmong } from '../../src/core/neighbors/neighborsAmong.ts';
import { readCuratedImages, type CuratedImages } from '../../src/engine/curation/curatedImages.ts';
import { withProducts } from '../../src/engine/evaluation/onnxProducts.ts';
import { Datasets } from '../../src/engine/dataset.ts';
import { Engine } from '../../src/engine/engine.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import { shared } from '../shared.ts';
import { printTable } from './report.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: shared('data/clothing') },
    encoder: { type: 'string', default: 'handcrafted' },
    counts: { type: 'string', default: '50,100,200' },
    seeds: { type: 'string', default: '5' },
    balanced: { type: 'boolean', default: false },
  },
});
/** Chosen neighbours that vote. */
const VOTES = [1, 5];

const folder = mkdtempSync(join(tmpdir(), 'likeness-selection-'));
const cacheFolder = join(folder, 'cache');
const engine = new Engine({ ...engineOptions(), cacheFolder });
const datasets = new Datasets(cacheFolder);
try {
  const root = join(folder, 'images');
  for (const part of ['train', 'test']) cpSync(join(values.data, part), join(root, part), { recursive: true });
  const job = { signal: new AbortController().signal, report: () => undefined };
  await engine.indexFolder({ folder: root, encoder: encoderArgument(values.encoder)! }, job);
  const dataset = datasets.get(root);
  const images = await readCuratedImages(dataset, dataset.store.readEncoders()[0]!, '');
  const rows: [string, string][] = [];
  for (const count of values.counts.split(',').map(Number)) {
    for (const method of selectionMethods) {
      const seeds = method === 'random' || method === 'typicality' ? Number(values.seeds) : 1;
      const scores: number[][] = [];
      for (let seed = 0; seed < seeds; seed++) scores.push(await measure(images, method, count, seed));
      const figures = VOTES.map((votes, i) => `${votes}-NN ${meanText(scores.map((score) => score[i]!))}`);
      rows.push([`${count} images by ${method}`, figures.join(', ')]);
    }
  }
  printTable(`Test images guessed right, macro, ${values.encoder}${values.balanced ? ', balanced' : ''}`, rows);
} finally {
  datasets.dispose();
  await engine.dispose();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function measure(images: CuratedImages, method: (typeof selectionMethods)[number], count: number, seed: number) {
  return withProducts(2, async (products) => {
    const work: SelectionWork = { products, inPhase: (_name, _total, run) => run(() => undefined) };
    const { vectors, dim, splits, labels } = images;
    const rowsOf = (split: string) => Uint32Array.from(splits.keys()).filter((row) => splits[row] === split);
    const [train, test] = [rowsOf('train'), rowsOf('test')];
    const own = Float32Array.from(
      { length: train.length * dim },
      (_, i) => vectors[train[Math.floor(i / dim)]! * dim + (i % dim)]!,
    );
    const problem = { vectors: own, rows: train.length, dim, candidates: [...train.keys()], fixed: [], count };
    const select = selectorOf(method, seed);
    const chosen = values.balanced
      ? await selectBalanced(
          problem,
          Array.from(train, (row) => labels[row]),
          select,
          work,
        )
      : await select(problem, work);
    const bank = Uint32Array.from(chosen, (place) => train[place]!);
    const names = [...new Set(labels)];
    const codes = Int32Array.from(bank, (row) => names.indexOf(labels[row]));
    const neighbors = await neighborsAmong(images, test, bank, Math.max(...VOTES), products, () => undefined);
    return VOTES.map((votes) => {
      const { classes } = predictByVote(neighbors, codes, names.length, { count: votes, temperature: 0.07 });
      const shares = names.map((name, code) => {
        const asked = [...test.keys()].filter((query) => labels[test[query]!] === name);
        return asked.filter((query) => classes[query] === code).length / asked.length;
      });
      return shares.reduce((sum, share) => sum + share, 0) / shares.length;
    });
  });
}

function meanText(scores: readonly number[]): string {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / Math.max(1, scores.length - 1);
  return `${(100 * mean).toFixed(1)} %${scores.length > 1 ? ` ± ${(100 * Math.sqrt(variance)).toFixed(1)}` : ''}`;
}
