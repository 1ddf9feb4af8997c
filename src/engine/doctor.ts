import { accessSync, constants, mkdirSync } from 'node:fs';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { machineAdvice } from '../core/encoders/machineAdvice.ts';
import { asLikenessError, ErrorCode, messageOf } from '../core/errors.ts';
import type { DoctorReport, DoctorRequest } from '../protocol/engine.ts';
import { BUILT_IN_SOURCE } from './encoders/builtIn.ts';
import type { ResolvedEncoder } from './encoders/encoder.ts';
import type { RuntimeDescription } from './encoders/onnxMessages.ts';
import { OnnxWorker } from './encoders/onnxRuntime.ts';
import { openEncoder } from './encoders/openEncoder.ts';
import { machineTools, tryAllProviders } from './encoders/providers/chooseProvider.ts';
import { DEFAULT_ENCODER_ID, type EncoderRegistry } from './encoders/registry.ts';
import { HubCache } from './hub/hubCache.ts';
import type { EngineOptions } from './machine.ts';
import { codecVersions } from './images/codec.ts';
import { describeTensorFlow } from './training/tensorflow/probe.ts';
import type { TensorFlowDescription } from './training/tensorflow/resolve.ts';
import { version } from './version.ts';

/** The CPU is measured for about this long. */
const MEASURE_MS = 1_000;
/** Less free memory than this makes large models swap. */
const LITTLE_MEMORY_BYTES = 2 ** 30;

/** How the encoder of a dataset is named, and which dataset that is. */
interface UsedEncoder {
  readonly reference: string;
  readonly root: string | undefined;
}

/**
 * Versions, what computes here and how fast, and what stands in the way. A failure is its finding: it rejects
 * only with `cancelled`.
 *
 * @param signal ends what providers are being tried
 */
export async function runDoctor(
  registry: EncoderRegistry,
  options: EngineOptions,
  request: DoctorRequest = {},
  { reference, root }: UsedEncoder = { reference: DEFAULT_ENCODER_ID, root: undefined },
  signal?: AbortSignal,
): Promise<DoctorReport> {
  // Before anything is measured, which would count.
  const load = loadavg()[0] ?? 0;
  const problems: { code: string; message: string }[] = [];
  const note = (code: string, message: string) => problems.push({ code, message });
  const cores = availableParallelism();
  const versions: Record<string, string> = {
    likeness: version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    sqlite: process.versions['sqlite'] ?? 'unknown',
    ...codecVersions,
  };

  let runtime: RuntimeDescription | undefined;
  const worker = new OnnxWorker();
  try {
    runtime = await worker.describe();
    versions['onnxruntime'] = runtime.version;
  } catch (error) {
    note(ErrorCode.UnsupportedPlatform, messageOf(error));
  } finally {
    await worker.dispose();
  }

  const { text, problem } = await lookForTensorFlow(request);
  versions['tensorflow.js'] = text;
  if (problem !== undefined) note(problem.code, problem.message);

  let encoder: DoctorReport['encoder'];
  try {
    const { id, name, source } = (await registry.resolve(reference, root)).card;
    const stronger = id === DEFAULT_ENCODER_ID ? 'larger' : source === BUILT_IN_SOURCE ? 'default' : undefined;
    encoder = { id, name, stronger, imagesPerSecond: 0 };
  } catch (error) {
    // Vectors that were imported have no model, and nothing is wrong with them.
    if (asLikenessError(error).code !== ErrorCode.EncoderNotFound) note(ErrorCode.EncoderInvalid, messageOf(error));
  }
  let imagesPerSecond = 0;
  try {
    imagesPerSecond = await measureEncoder(await registry.resolve(DEFAULT_ENCODER_ID), options);
  } catch (error) {
    note(ErrorCode.EncoderInvalid, `The built-in encoder doesn't run: ${messageOf(error)}`);
  }
  if (encoder !== undefined) {
    const measured =
      encoder.id === DEFAULT_ENCODER_ID
        ? imagesPerSecond
        : await registry
            .resolve(reference, root)
            .then((resolved) => measureEncoder(resolved, options))
            .catch((error: unknown) => {
              note(ErrorCode.EncoderInvalid, `The encoder ${encoder!.name} doesn't run: ${messageOf(error)}`);
              return 0;
            });
    encoder = { ...encoder, imagesPerSecond: measured };
  }
  try {
    mkdirSync(options.cacheFolder, { recursive: true });
    accessSync(options.cacheFolder, constants.W_OK);
  } catch (error) {
    note(ErrorCode.ReadOnly, `The cache folder ${options.cacheFolder} can't be written: ${messageOf(error)}`);
  }
  if (freemem() < LITTLE_MEMORY_BYTES) {
    note('low-memory', `Only ${Math.round(freemem() / 2 ** 20)} MiB of memory are free; large encoders will be slow.`);
  }
  // The CPU is what others are compared with, so it agrees with itself by definition.
  const works = imagesPerSecond > 0;
  return {
    ...(encoder && { encoder }),
    machine: { threads: options.threads, cores, memoryBytes: totalmem(), freeBytes: freemem() },
    slow: machineAdvice({ threads: options.threads, cores, load, encoder }),
    versions,
    providers: [
      { name: 'cpu', works, imagesPerSecond, agreement: works ? 1 : 0 },
      ...(works && runtime ? await others(registry, options, runtime, signal) : []),
    ],
    downloads: await new HubCache(options.cacheFolder).usage(),
    problems,
  };
}

/** Trainings do without it unless they are set to it, or a person names one. */
async function lookForTensorFlow({ folder, engine, tensorFlowModule = '' }: DoctorRequest) {
  if (folder === undefined) return { text: 'not looked for' };
  try {
    return { text: tensorFlowText(await describeTensorFlow({ folder, module: tensorFlowModule })) };
  } catch (error) {
    const problem = asLikenessError(error);
    const wanted = engine === 'tensorflow' || tensorFlowModule !== '';
    const text =
      problem.code === ErrorCode.TensorFlowMissing ? 'none, which only matters for training on it' : problem.message;
    return wanted ? { text: 'none that works', problem } : { text };
  }
}

/** "4.22.0 (@tensorflow/tfjs-node-gpu; backend tensorflow on the GPU, also cpu)" */
function tensorFlowText({
  name,
  version: number,
  backend,
  backends,
  device,
  passedOver,
}: TensorFlowDescription): string {
  const others = backends.filter((other) => other !== backend);
  const computing = `backend ${backend}${device === undefined ? '' : ` on the ${device}`}`;
  const also = others.length === 0 ? '' : `, also ${others.join(', ')}`;
  const broken = passedOver.map(({ path, reason }) => `; ${path} can't be loaded: ${reason}`).join('');
  return `${number} (${name}; ${computing}${also})${broken}`;
}

/** What else this machine may run encoders on, tried anew with the default one. */
async function others(
  registry: EncoderRegistry,
  { cacheFolder, threads }: EngineOptions,
  runtime: RuntimeDescription,
  signal: AbortSignal | undefined,
): Promise<DoctorReport['providers']> {
  const tools = machineTools(() => Promise.resolve(runtime));
  const encoder = await registry.resolve(DEFAULT_ENCODER_ID);
  const trials = await tryAllProviders(encoder, cacheFolder, threads, tools, signal);
  return trials.map(({ provider, imagesPerSecond, agreement, unfit }) => {
    const works = unfit === undefined;
    return {
      name: provider,
      works,
      imagesPerSecond: Math.round(imagesPerSecond),
      agreement,
      ...(works ? {} : { reason: unfit }),
    };
  });
}

/** Images per second on the CPU. */
async function measureEncoder(resolved: ResolvedEncoder, { threads, memoryBytes }: EngineOptions): Promise<number> {
  const encoder = await openEncoder(resolved, { threads, memoryBytes });
  try {
    const { size, mean } = encoder.card.input;
    const bytes = encoder.batchSize * size[0] * size[1] * mean.length;
    const embed = () => encoder.embed(new Uint8Array(bytes).fill(127), encoder.batchSize);
    await embed();
    let images = 0;
    const start = performance.now();
    while (performance.now() - start < MEASURE_MS) {
      await embed();
      images += encoder.batchSize;
    }
    const rate = images / ((performance.now() - start) / 1000);
    return rate < 10 ? rate : Math.round(rate);
  } finally {
    await encoder.dispose();
  }
}
