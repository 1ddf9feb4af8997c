import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { Datasets } from '../../../src/engine/dataset.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import {
  decodeTrainingImages,
  listTrainingImages,
  listTrainingSet,
} from '../../../src/engine/training/trainingImages.ts';
import { trainedEncoderInterface } from '../../../src/engine/training/pretrainCard.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';
import { shade } from './shades.ts';

const signal = new AbortController().signal;

/** Six pictures without class folders, two of them in a test split, and a table with the labels of five. */
async function tableDataset(context: TestContext): Promise<string> {
  const root = temporaryFolder(context);
  for (let i = 0; i < 6; i++) {
    write(root, `${i < 4 ? 'pictures' : 'test'}/${i}.png`, await shade(i % 2 === 0 ? [200, 40, 40] : [40, 40, 200], i));
  }
  const rows = [0, 1, 2, 3, 4].map((i) => `${i},${i % 2 === 0 ? 'warm' : 'cold'}`);
  write(root, 'lists/labels.csv', `id;class\n${rows.join('\n')}\n`.replaceAll(',', ';'));
  write(root, '.likeness/config.json', '{"labels":{"source":"csv","file":"lists/labels.csv"}}');
  return root;
}

const decide = (path: string, content: string, value: string) =>
  `${JSON.stringify({ path, content, action: 'relabel', value, at: '2024-01-01T00:00:00Z' })}\n`;
const contentOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('labels from a table and from decisions', () => {
  it('are those that training sees, without class folders and without an index', async (context) => {
    const root = await tableDataset(context);
    write(root, '.likeness/decisions.jsonl', decide('pictures/3.png', '', 'warm'));
    const { images, notices } = await listTrainingSet(root, {}, signal);
    assert.deepEqual(
      images.map(({ path, label, split }) => [path, label, split]),
      [
        ['pictures/0.png', 'warm', undefined],
        ['pictures/1.png', 'cold', undefined],
        ['pictures/2.png', 'warm', undefined],
        ['pictures/3.png', 'warm', undefined],
        ['test/4.png', 'warm', 'test'],
        ['test/5.png', undefined, 'test'],
      ],
    );
    assert.deepEqual(notices, []);
    assert.deepEqual(await listTrainingImages(root, undefined, signal), images);
  });

  it('are told of where they name no image, and refused where they name none at all', async (context) => {
    const root = await tableDataset(context);
    write(root, 'lists/labels.csv', 'path,label\n0,warm\ngone.png,cold\n');
    const { notices } = await listTrainingSet(root, {}, signal);
    assert.match(notices.map(({ message }) => message).join(), /^1 row of .*labels\.csv names no image .*"gone\.png"/);
    write(root, 'lists/labels.csv', 'path,label\ngone.png,cold\n');
    const unmatched = { code: ErrorCode.LabelsUnmatched, message: /None of the 1 rows .*write paths relative to/ };
    await assert.rejects(listTrainingImages(root, undefined, signal), unmatched);
    write(root, '.likeness/config.json', '{"labels":{"source":"csv","file":"none.csv"}}');
    await assert.rejects(listTrainingImages(root, undefined, signal), { code: ErrorCode.FileNotFound });
  });

  it('are counted in the summary of a dataset and told with what is similar, where what is wrong with them is a notice', async (context) => {
    const root = await tableDataset(context);
    // Decided of a picture by its content, of which there is a copy elsewhere by now.
    copyFileSync(join(root, 'pictures/1.png'), join(root, 'pictures/copy.png'));
    const content = contentOf(join(root, 'pictures/1.png'));
    write(root, '.likeness/decisions.jsonl', decide('moved.png', content, 'lukewarm'));
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const summary = await engine.summary({ path: root });
    assert.deepEqual(
      summary!.classes.map(({ name, count }) => `${name} ${count}`),
      ['cold 1', 'lukewarm 2', 'warm 3'],
    );
    assert.deepEqual(summary!.notices, []);
    const asked = { image: join(root, 'pictures/0.png'), count: 9 };
    const warm = await engine.similar({ ...asked, filter: { classes: ['warm'] } });
    assert.deepEqual(
      [warm.query.label, warm.results.map(({ path, label }) => `${path} ${label}`).sort()],
      ['warm', ['pictures/2.png warm', 'test/4.png warm']],
    );
    write(root, '.likeness/decisions.jsonl', decide('pictures/2.png', '', 'hot'));
    const { results } = await engine.similar(asked);
    assert.equal(results.find(({ path }) => path === 'pictures/2.png')!.label, 'hot', 'what changed is read again');
    write(root, '.likeness/config.json', '{"labels":{"source":"csv","file":"none.csv"}}');
    const broken = await engine.summary({ path: root });
    assert.deepEqual([broken!.images, broken!.classes], [7, []]);
    assert.match(broken!.notices[0]!.message, /none\.csv doesn't exist/);
  });
});

it('an image that is decoded for training comes with its content', async (context) => {
  const root = await tableDataset(context);
  const images = await listTrainingImages(root, undefined, signal);
  const { input } = trainedEncoderInterface({ network: 'resnet10-light', size: 32 });
  const contents = new Map<string, string>();
  await decodeTrainingImages(root, images, input, job(), ({ image, content }) => {
    contents.set(image.path, content);
  });
  assert.equal(contents.size, 6);
  for (const [path, content] of contents) assert.equal(content, contentOf(join(root, path)));
});

it('a training leaves out an excluded image that has another name now, where the index knows it', async (context) => {
  const root = temporaryFolder(context);
  for (let i = 0; i < 4; i++) write(root, `a/${i}.png`, await shade([30 * i, 90, 120], i));
  const cacheFolder = temporaryFolder(context);
  const engine = new Engine({ ...engineOptions(), cacheFolder });
  context.after(() => engine.dispose());
  const index = () => engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
  await index();
  await engine.decisions.decide({ root, paths: ['a/1.png', 'a/2.png'], decision: { action: 'exclude' } });
  renameSync(join(root, 'a/1.png'), join(root, 'a/one.png'));
  await index();
  const datasets = new Datasets(cacheFolder);
  context.after(() => {
    datasets.dispose();
  });
  const { store } = datasets.get(root);
  const known = await listTrainingSet(root, { store }, signal);
  assert.deepEqual(
    known.images.map(({ path }) => path),
    ['a/0.png', 'a/3.png'],
  );
  const unknown = await listTrainingSet(root, {}, signal);
  assert.deepEqual(
    unknown.images.map(({ path }) => path),
    ['a/0.png', 'a/3.png', 'a/one.png'],
  );
});
