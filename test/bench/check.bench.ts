/**
 * All findings of a large dataset after indexing, then after a few changes.
 *
 *     npm run bench -- check [--images 20000] [--dim 576] [--changed 100] [--folder INDEXED]
 *
 * The index is made up, with copies planted, unless a folder that has one is named; nothing is written there but what a check
 * keeps. Budgets: 20,000 images ≤ 20 s on two cores, 100,000 ≤ 3 minutes with at most 1 GiB. Each check runs in a process of its
 * own, so that the memory is its own.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Progress } from '../../src/core/progress.ts';
import { checkDataset } from '../../src/engine/curation/checkDataset.ts';
import { checkedFile } from '../../src/engine/curation/checkedBefore.ts';
import { Datasets } from '../../src/engine/dataset.ts';
import { EncoderRegistry } from '../../src/engine/encoders/registry.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import { openStore } from '../../src/engine/store/openStore.ts';
import { printTable } from './report.ts';
import { SyntheticIndex } from './syntheticIndex.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '20000' },
    dim: { type: 'string', default: '576' },
    changed: { type: 'string', default: '100' },
    folder: { type: 'string' },
    measure: { type: 'string' },
  },
});

interface Measured {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly peakBytes: number;
  readonly findings: readonly string[];
  readonly images: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly recall: number;
  readonly phases: readonly (readonly [phase: string, seconds: number])[];
}

if (values.measure === undefined) await compare();
else process.stdout.write(JSON.stringify(await measure(values.measure)));

async function measure(root: string): Promise<Measured> {
  const datasets = new Datasets(join(root, '.cache'));
  const dataset = datasets.get(root);
  const started = performance.now();
  const phases: [string, number][] = [];
  let [phase, since] = ['Reading the index', started];
  const enter = (next: string) => {
    if (next === phase) return;
    phases.push([phase, (performance.now() - since) / 1000]);
    [phase, since] = [next, performance.now()];
  };
  const report = ({ phase: next }: Progress) => {
    enter(next);
  };
  const job = { signal: new AbortController().signal, report };
  const load = () => Promise.reject(new Error('no image lacks a vector'));
  const { threads } = engineOptions();
  const checked = await checkDataset(
    { folder: root },
    { dataset, registry: new EncoderRegistry(), threads, load, loadText: load, notices: [] },
    job,
  );
  enter('');
  const { user, system } = process.cpuUsage();
  const result = {
    seconds: (performance.now() - started) / 1000,
    processorSeconds: (user + system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    findings: checked.findings.map(({ id, score, message }) => `${id} ${score} ${message}`),
    ...{ images: checked.images, counts: checked.counts, recall: checked.neighbors?.recall ?? 1 },
    phases,
  };
  datasets.dispose();
  return result;
}

async function compare(): Promise<void> {
  const root = values.folder ?? mkdtempSync(join(tmpdir(), 'likeness-check-'));
  const changed = Number(values.changed);
  try {
    const store = openStore(root, { cacheFolder: join(root, '.cache'), mode: 'write' });
    rmSync(checkedFile(store), { force: true });
    const index = values.folder === undefined ? new SyntheticIndex(store, Number(values.dim)) : undefined;
    await index?.add(Number(values.images));
    print('from scratch', measureApart(root));
    print('again, nothing changed', measureApart(root));
    if (index !== undefined && changed > 0) {
      index.remove(Math.ceil(changed / 2));
      await index.add(Math.floor(changed / 2));
      const after = measureApart(root);
      print(`with ${changed} added or removed`, after);
      rmSync(checkedFile(store), { force: true });
      const afresh = measureApart(root);
      print('the same from scratch', afresh);
      const isSame = JSON.stringify(after.findings) === JSON.stringify(afresh.findings);
      console.log(isSame ? '\nFindings are the same.' : '\nFindings DIFFER.');
    }
    store.close();
  } finally {
    if (values.folder === undefined) rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function measureApart(root: string): Measured {
  const args = ['--disable-warning=ExperimentalWarning', import.meta.filename, '--measure', root];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}

function print(
  what: string,
  { seconds, processorSeconds, peakBytes, images, findings, counts, recall, phases }: Measured,
) {
  printTable(`Checking ${images} images, ${what}`, [
    ...phases.filter(([, spent]) => spent >= 0.05).map(([phase, spent]) => [phase, `${spent.toFixed(1)} s`] as const),
    ['all', `${seconds.toFixed(1)} s, ${processorSeconds.toFixed(1)} s of processor time`],
    ['peak memory', `${(peakBytes / 2 ** 20).toFixed(0)} MiB`],
    ['recall of neighbours', recall.toFixed(4)],
    [
      'findings',
      `${findings.length}: ${Object.entries(counts)
        .map(([kind, count]) => `${kind} ${count}`)
        .join(', ')}`,
    ],
  ]);
}
