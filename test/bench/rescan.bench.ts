/**
 * Indexing a folder again in which nothing has changed, against a bare recursive stat of it.
 *
 *     npm run bench -- rescan [--files 100000] [--rounds 5]
 *
 * The budget is ≤ 2 × the bare stat. The files are empty and their records made up: neither is looked into.
 */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { indexDataset } from '../../src/engine/indexing/indexer.ts';
import { openStore } from '../../src/engine/store/openStore.ts';
import { fakeEncoder } from '../engine/indexing/fakeEncoder.ts';
import { median, printTable } from './report.ts';

const { values } = parseArgs({
  options: { files: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '5' } },
});
const files = Number(values.files);
const root = realpathSync(mkdtempSync(join(tmpdir(), 'likeness-bench-')));
try {
  await run();
} finally {
  rmSync(root, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const { encoder } = fakeEncoder();
  const store = openStore(root, { cacheFolder: join(root, 'cache'), mode: 'write' });
  const encoderKey = store.putEncoder(encoder.identity, encoder.card);
  const longAgo = new Date('2024-05-06T07:08:09Z');
  for (let folder = 0; folder < 100; folder++) mkdirSync(join(root, `class${folder}`));
  store.transaction(() => {
    for (let i = 0; i < files; i++) {
      const path = `class${i % 100}/${i}.jpg`;
      writeFileSync(join(root, path), '');
      utimesSync(join(root, path), longAgo, longAgo);
      const id = i.toString(16).padStart(64, '0');
      const record = { id, width: 1, height: 1, format: 'jpeg', problem: undefined, thumbnail: undefined };
      const contentKey = store.putContent(record);
      store.putVector(contentKey, encoderKey, Float32Array.of(1, 0, 0, 0));
      const file = { path, size: 0, modifiedAt: longAgo.getTime(), indexedAt: Date.now() };
      store.putFile({ ...file, contentKey, problem: undefined });
    }
  });

  const bare: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < Number(values.rounds) + 1; round++) {
    const start = performance.now();
    const seen = statAll(root);
    const middle = performance.now();
    const report = await indexDataset(
      {
        store,
        encoder,
        encoderReference: 'fake',
        exclude: [],
        followSymlinks: false,
        maxMegapixels: 200,
        only: undefined,
      },
      { signal: new AbortController().signal, report: () => undefined },
    );
    const end = performance.now();
    if (report.unchanged !== files || seen < files) throw new Error(`${report.unchanged} unchanged, ${seen} seen`);
    // The first round warms the file system's cache for both.
    if (round > 0) {
      bare.push(middle - start);
      ours.push(end - middle);
    }
  }
  store.close();
  printTable(`Indexing again, ${files} files unchanged, median of ${ours.length}`, [
    ['bare recursive stat', `${median(bare).toFixed(0)} ms`],
    ['indexing again', `${median(ours).toFixed(0)} ms`],
    ['ratio', `${median(ours.map((time, i) => time / bare[i]!)).toFixed(2)} × (budget ≤ 2 ×)`],
  ]);
}

function statAll(folder: string): number {
  let count = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) count += statAll(path);
    else if (lstatSync(path).isFile()) count++;
  }
  return count;
}
