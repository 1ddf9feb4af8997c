/**
 * Indexing against its floors: decoding, inference and thumbnails, each alone on all cores.
 *
 *     npm run bench -- index [--images FOLDER] [--copies 1] [--encoder FILE.onnx] [--rounds 3]
 *
 * The budget is ≥ 90 % of 1 / (1/decode + 1/inference + 1/thumbnail), and ≤ 10 % of indexing for measuring quality and hashes,
 * which is told by processor time: that of measuring alone, of a sample, as a share of that of indexing in this process.
 * Copies make the folder larger: files of the same pictures with other bytes, so that all of them are work.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { buildForDevelopment } from '../../src/build/builder.ts';
import { inProject } from '../../src/build/project.ts';
import { hasImageExtension } from '../../src/core/images/fileKinds.ts';
import { proxySize } from '../../src/core/images/geometry.ts';
import type { RgbImage } from '../../src/core/images/pixels.ts';
import { EncoderRegistry } from '../../src/engine/encoders/registry.ts';
import { decodeRgb, readHeader } from '../../src/engine/images/codec.ts';
import { Engine } from '../../src/engine/engine.ts';
import { decodeClosely, decodeProxy, thumbnailOf, type DecodedImage } from '../../src/engine/images/imageDecoder.ts';
import { measureImage } from '../../src/engine/images/imageMeasures.ts';
import { PixelBudget } from '../../src/engine/images/pixelBudget.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import { shared } from '../shared.ts';
import { median, printTable, throughput } from './report.ts';

/** Images in one run of the model, for its floor: as many as the product takes. */
const BATCH = 16;

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: shared('data/clothing') },
    copies: { type: 'string', default: '1' },
    encoder: { type: 'string', default: shared('models/mobilenetv3-small-embed/model.onnx') },
    rounds: { type: 'string', default: '3' },
  },
});
const rounds = Number(values.rounds);
const cli = inProject('dist/cli.js');
await buildForDevelopment(console.error);

const files = readdirSync(values.images, { recursive: true, withFileTypes: true })
  .filter((file) => file.isFile() && hasImageExtension(file.name))
  .map((file) => join(file.parentPath, file.name));
const { card } = await new EncoderRegistry().resolve(values.encoder);
const { size, mean } = card.input;

const sizes = new Map(
  await Promise.all(
    files.map(async (file) => [file, proxySize(await readHeader(await readFile(file)), card.input)] as const),
  ),
);
// Copied once and well before it is timed, so that writing the copy to the disk doesn't count as indexing.
const copy = mkdtempSync(join(tmpdir(), 'likeness-bench-'));
const copies = Number(values.copies);
for (let i = 0; i < copies; i++) copyFolder(join(copy, String(i)), i);

const concurrency = availableParallelism() * 2;
const sample = files.filter((_, i) => i % Math.max(1, Math.floor(files.length / 400)) === 0);
const proxies: RgbImage[] = await Promise.all(
  sample.map(async (file) => decodeRgb(await readFile(file), sizes.get(file)!, 'linear', 1e9)),
);

const decodeOptions = { input: card.input, maxMegapixels: 1000, budget: new PixelBudget(1e9) };
const measured: { readonly bytes: Buffer; readonly image: DecodedImage }[] = await Promise.all(
  sample.map(async (file) => {
    const bytes = await readFile(file);
    return { bytes, image: await decodeProxy(bytes, file, decodeOptions) };
  }),
);

const figures = {
  decode: [] as number[],
  inference: [] as number[],
  thumbnail: [] as number[],
  ours: [] as number[],
  measures: [] as number[],
  whole: [] as number[],
};
for (let round = 0; round < rounds; round++) {
  // On either side, as a machine that others share becomes faster and slower within minutes.
  const before = await floors();
  const ours = (copies * files.length) / indexOnce();
  const after = await floors();
  for (const name of ['decode', 'inference', 'thumbnail'] as const) {
    figures[name].push(2 / (1 / before[name] + 1 / after[name]));
  }
  figures.ours.push(ours);
  const measureAll = () =>
    throughput(measured, concurrency, ({ bytes, image }) =>
      measureImage(image.proxy, () => decodeClosely(bytes, image, decodeOptions)),
    );
  // Once before it counts: of a whole run the compiler's time is a small part, of a sample it isn't.
  if (round === 0) await measureAll();
  const alone = await processorTime(measureAll);
  const whole = await processorTime(indexHere);
  figures.measures.push(alone / measured.length);
  figures.whole.push(whole / (copies * files.length));
}

rmSync(copy, { recursive: true, force: true });

const floor = (a: number, b: number, c: number) => 1 / (1 / a + 1 / b + 1 / c);
const ratios = figures.ours.map(
  (ours, i) => ours / floor(figures.decode[i]!, figures.inference[i]!, figures.thumbnail[i]!),
);
const perSecond = (rates: readonly number[]) => `${median(rates).toFixed(0)} images/s`;
printTable(`Indexing ${copies * files.length} images with ${card.name}, median of ${rounds}`, [
  ['decode floor', perSecond(figures.decode)],
  ['inference floor', perSecond(figures.inference)],
  ['thumbnail floor', perSecond(figures.thumbnail)],
  ['indexing, whole process', perSecond(figures.ours)],
  ['ratio to the floors together', `${(100 * median(ratios)).toFixed(1)} % (budget ≥ 90 %)`],
  ['measures, of the processor time of indexing', measuresShare()],
]);

/** Images a second of each part alone. */
async function floors() {
  const decodeAlone = async (file: string) => decodeRgb(await readFile(file), sizes.get(file)!, 'linear', 1e9);
  return {
    decode: await throughput(files, concurrency, decodeAlone),
    thumbnail: await throughput(proxies, concurrency, thumbnailOf),
    inference: await inferenceFloor(),
  };
}

/** The session alone on ready tensors, as ONNX Runtime comes: full batches, one after another. */
async function inferenceFloor(): Promise<number> {
  const session = await InferenceSession.create(values.encoder, {
    intraOpNumThreads: availableParallelism(),
    logSeverityLevel: 3,
  });
  const [height, width] = size;
  const dims = card.input.layout === 'NCHW' ? [BATCH, mean.length, height, width] : [BATCH, height, width, mean.length];
  const tensor = new Tensor('float32', new Float32Array(BATCH * mean.length * height * width).fill(0.1), dims);
  const run = () => session.run({ [card.input.name]: tensor }, [card.output.name]);
  await run();
  const batches = Math.max(8, Math.round(600 / BATCH));
  const start = performance.now();
  for (let i = 0; i < batches; i++) await run();
  const rate = (batches * BATCH) / ((performance.now() - start) / 1000);
  await session.release();
  return rate;
}

/** Copies the images, each with so many bytes behind its end, which decoders don't look at. */
function copyFolder(to: string, extraBytes: number): void {
  cpSync(values.images, to, { recursive: true });
  if (extraBytes === 0) return;
  for (const file of files) appendFileSync(join(to, relative(values.images, file)), Buffer.alloc(extraBytes));
}

/** Seconds of a whole process that indexes the copy from nothing. */
function indexOnce(): number {
  rmSync(join(copy, '.likeness'), { recursive: true, force: true });
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [cli, 'index', copy, '--encoder', values.encoder, '--json'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - start) / 1000;
}

function measuresShare(): string {
  const [part, whole] = [median(figures.measures), median(figures.whole)];
  return `${((100 * part) / whole).toFixed(1)} %, ${part.toFixed(2)} of ${whole.toFixed(2)} ms an image (budget ≤ 10 %)`;
}

/** Indexes the copy from nothing in this process. */
async function indexHere(): Promise<void> {
  rmSync(join(copy, '.likeness'), { recursive: true, force: true });
  const engine = new Engine({ ...engineOptions(), cacheFolder: join(copy, '.cache') });
  const job = { signal: new AbortController().signal, report: () => undefined };
  await engine.indexFolder({ folder: copy, encoder: values.encoder }, job);
  await engine.dispose();
}

/** Milliseconds of all threads. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
