/**
 * Switching the encoder in use: from the choice to the first answer of Find Similar, and to what the Embedding Explorer
 * shows.
 *
 *     npm run bench -- switching [--images 100000] [--dim 576] [--folder INDEXED]
 *
 * An index is made up with vectors of two encoders, unless a folder is named that this benchmark made before. Each case is a
 * process of its own that has answered with the one encoder and then chooses the other; files lie in the system's cache, as
 * they do after indexing. The budget is ≤ 300 ms at 100,000 × 576, and ≤ 1 GiB of memory.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GraphBuilder } from '../../src/core/onnx/graphBuilder.ts';
import { Engine } from '../../src/engine/engine.ts';
import { BUILT_IN_SOURCE } from '../../src/engine/encoders/builtIn.ts';
import { EncoderRegistry } from '../../src/engine/encoders/registry.ts';
import { meta } from '../../src/engine/indexing/meta.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import { openStore } from '../../src/engine/store/openStore.ts';
import { writeModel } from '../engine/encoders/smallModels.ts';
import { printTable } from './report.ts';
import { SyntheticIndex } from './syntheticIndex.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    dim: { type: 'string', default: '576' },
    folder: { type: 'string' },
    measure: { type: 'string' },
  },
});

const ENCODERS = ['first', 'second'];

interface Measured {
  /** Milliseconds from the choice to the first answer of Find Similar. */
  readonly answer: number;
  /** From there to the summary that the Embedding Explorer shows. */
  readonly summary: number;
  /** Back to the encoder that was in use before: from the choice to the answer. */
  readonly back: number;
  readonly chosen: string;
  readonly residentBytes: number;
  readonly peakBytes: number;
}

if (values.measure === undefined) await compare();
else process.stdout.write(JSON.stringify(await measure(values.measure)));

async function measure(root: string): Promise<Measured> {
  const engine = new Engine({ ...engineOptions(), cacheFolder: join(root, '.cache') });
  const from = (await engine.summary({ path: root }))!.encoder!.id;
  const to = (await engine.listEncoders({ folder: root })).find(
    ({ id, source }) => id !== from && source !== BUILT_IN_SOURCE,
  )!.id;
  const first = openStore(root, { cacheFolder: join(root, '.cache'), mode: 'read' })!;
  const [path] = first.readImagePaths();
  first.close();
  const query = { image: join(root, path!), folder: root, count: 24 };
  await engine.similar(query);
  const switchTo = async (encoder: string): Promise<[milliseconds: number, id: string]> => {
    const start = performance.now();
    await engine.chooseEncoder(encoder, root);
    const { encoder: answered } = await engine.similar(query);
    return [performance.now() - start, answered.id];
  };
  const [answer, chosen] = await switchTo(to);
  const start = performance.now();
  await engine.summary({ path: root });
  const summarised = performance.now() - start;
  const [back, again] = await switchTo(from);
  if (chosen !== to || again !== from) throw new Error(`${to} was chosen, and ${chosen} answered; then ${again}`);
  const residentBytes = process.memoryUsage().rss;
  await engine.dispose();
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { answer, summary: summarised, back, chosen, residentBytes, peakBytes };
}

async function compare(): Promise<void> {
  const root = values.folder ?? mkdtempSync(join(tmpdir(), 'likeness-switching-'));
  mkdirSync(root, { recursive: true });
  try {
    const isMade = openStore(root, { cacheFolder: join(root, '.cache'), mode: 'read' });
    if (isMade === undefined) await make(root);
    isMade?.close();
    const runs = Array.from({ length: 3 }, () => measureApart(root));
    const all = (of: (run: Measured) => string) => runs.map(of).join(', ');
    const ms = (milliseconds: number) => `${milliseconds.toFixed(0)} ms`;
    const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
    printTable(`Switching the encoder, ${values.images} × ${values.dim}, three processes`, [
      ['choice to first answer, vectors not in memory', `${all(({ answer }) => ms(answer))} (budget ≤ 300 ms)`],
      ['and on to the summary of the Explorer', all(({ summary }) => ms(summary))],
      ['back: choice to first answer, vectors in memory', all(({ back }) => ms(back))],
      ['resident memory with both', all(({ residentBytes }) => mebibytes(residentBytes))],
      ['peak memory', `${all(({ peakBytes }) => mebibytes(peakBytes))} (budget ≤ 1024 MiB)`],
    ]);
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

/** An index with vectors of both encoders, the first of which it was indexed with. */
async function make(root: string): Promise<void> {
  const store = openStore(root, { cacheFolder: join(root, '.cache'), mode: 'write' });
  const index = new SyntheticIndex(store, Number(values.dim));
  await index.add(Number(values.images));
  const registry = new EncoderRegistry();
  for (const [seed, name] of ENCODERS.entries()) {
    const file = encoderFile(join(root, 'models', name), Number(values.dim), seed);
    const { card, identity } = await registry.resolve((await registry.add(file, root)).id, root);
    index.addEncoder(identity, card);
    if (seed > 0) continue;
    store.transaction(() => {
      store.writeMeta(meta.encoder, identity);
      store.writeMeta(meta.encoderReference, card.id);
      store.writeMeta(meta.indexedAt, String(Date.now()));
    });
  }
  store.close();
}

/** A picture of 16 × 16 pixels becomes `dim` numbers by one product. Returns the file's path. */
function encoderFile(folder: string, dim: number, seed: number): string {
  const graph = new GraphBuilder('encoder');
  const image = graph.input('image', 'float32', ['N', 3, 16, 16]);
  const weights = Float64Array.from({ length: 768 * dim }, (_, i) => Math.sin(i * (seed + 1) + 1));
  const flat = graph.op('Flatten', [image]);
  graph.output('vector', graph.op('MatMul', [flat, graph.floats(weights, [768, dim])]), 'float32', ['N', dim]);
  return writeModel(folder, 'encoder.onnx', graph.build());
}
