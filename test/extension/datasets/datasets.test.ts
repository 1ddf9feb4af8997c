import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ErrorCode, indexBusy } from '../../../src/core/errors.ts';
import { Datasets } from '../../../src/extension/datasets/datasets.ts';
import type { DatasetSummary } from '../../../src/protocol/engine.ts';
import { FakeCaller } from '../fakeCaller.ts';

const at = (file: string): string => path.resolve('/w', file);

/** Datasets of a workspace with the given folders, over an engine that knows the given roots. */
function fixture(folders: readonly string[], roots: readonly string[], remembered: readonly string[] = []) {
  let memory = remembered.map(at);
  const indexed = roots.map(at);
  const engine = new FakeCaller({
    'index/summary': ({ path: asked }) => {
      if (asked.endsWith('busy')) throw indexBusy(asked);
      const root = indexed.find((candidate) => asked === candidate || asked.startsWith(candidate + path.sep));
      return root === undefined ? undefined : ({ root } as DatasetSummary);
    },
  });
  const datasets = new Datasets(engine, {
    folders: () => folders.map((folder) => ({ path: at(folder), name: folder })),
    remembered: () => memory,
    remember: (kept) => (memory = [...kept]),
  });
  return { datasets, engine, indexed, memory: () => memory };
}

const folders = (states: readonly { folder: string }[]): string[] => states.map(({ folder }) => folder);

test('each folder of the workspace is listed, indexed or not, and asked about once', async () => {
  const { datasets, engine } = fixture(['a', 'b'], ['a']);
  const states = await datasets.load();
  assert.deepEqual(
    states.map(({ summary }) => summary?.root),
    [at('a'), undefined],
  );
  await datasets.load();
  assert.equal(engine.asked.length, 2);
});

test('two folders inside one dataset are one', async () => {
  const { datasets } = fixture(['a/train', 'a/test'], ['a']);
  assert.equal((await datasets.load()).length, 1);
});

test('a dataset below a folder takes its place, and is forgotten when its index is gone', async () => {
  const { datasets, indexed, memory } = fixture(['a'], ['a/cats']);
  await datasets.load();
  datasets.remember(at('a/cats'));
  assert.deepEqual(folders(await datasets.refresh()), [at('a/cats')]);
  indexed.pop();
  assert.deepEqual(folders(await datasets.refresh()), [at('a')]);
  assert.deepEqual(memory(), []);
});

test('a folder that fails is listed with its reason beside the others', async () => {
  const { datasets } = fixture(['busy', 'a'], ['a']);
  const [busy, other] = await datasets.load();
  assert.equal(busy?.error?.code, ErrorCode.IndexBusy);
  assert.ok(other?.summary);
});

test('a file belongs to the dataset that holds it', async () => {
  const { datasets } = fixture(['a', 'b'], ['a', 'b']);
  await datasets.load();
  assert.equal(datasets.find(at('b/x/y.png'))?.root, at('b'));
  assert.equal(datasets.find(at('ab/y.png')), undefined);
});

test('what is loaded is what the latest refresh found', async () => {
  const { datasets, indexed } = fixture(['a'], []);
  await datasets.load();
  indexed.push(at('a'));
  await datasets.refresh();
  assert.ok((await datasets.load())[0]?.summary);
});

test('folders and remembered roots are known before anything is read', () => {
  const { datasets, engine } = fixture(['a'], [], ['above', 'b/cats']);
  assert.deepEqual(datasets.folders, ['a', 'above', 'b/cats'].map(at));
  datasets.remember(at('above'));
  datasets.remember(at('c'));
  assert.deepEqual(datasets.folders, ['a', 'above', 'b/cats', 'c'].map(at));
  assert.equal(engine.asked.length, 0);
});
