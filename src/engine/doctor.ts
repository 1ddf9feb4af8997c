import { accessSync, constants, mkdirSync } from 'node:fs';
import { availableParallelism, freemem, loadavg, totalmem } from 'node:os';
import { parseExactReference, shippedVersion } from '../core/encoders/defaultVersions.ts';
import { machineAdvice } from '../core/encoders/machineAdvice.ts';
import type { ProviderTrial } from '../core/encoders/executionProviders.ts';
import { asLikenessError, cancelled, ErrorCode, messageOf } from '../core/errors.ts';
import type { DoctorReport, DoctorRequest, StrongerEncoder } from '../protocol/engine.ts';
import { BUILT_IN_SOURCE } from './encoders/builtIn.ts';
import type { ResolvedEncoder } from './encoders/encoder.ts';
import type { RuntimeDescription } from './encoders/onnxMessages.ts';
import { OnnxWorker } from './encoders/onnxRuntime.ts';
import { openEncoder } from './encoders/openEncoder.ts';
import { tryAllProviders, type ProviderTools, type Waiting } from './encoders/providers/chooseProvider.ts';
import { tryProvider } from './encoders/providers/trial.ts';
import { DEFAULT_ENCODER_ID, type EncoderRegistry } from './encoders/registry.ts';
import { HubCache } from './hub/hubCache.ts';
import type { EngineOptions } from './machine.ts';
import { codecVersions } from './images/codec.ts';
import { describeTensorFlow } from './training/tensorflow/probe.ts';
import type { TensorFlowDescription } from './training/tensorflow/resolve.ts';
import { configNotices, readConfig } from './store/config.ts';
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
 * @param waiting its signal ends what providers are being tried
 * @param run tries a provider
 */
export async function runDoctor(
  registry: EncoderRegistry,
  options: EngineOptions,
  request: DoctorRequest = {},
  used: UsedEncoder = { reference: DEFAULT_ENCODER_ID, root: undefined },
  waiting: Waiting = {},
  run: ProviderTools['run'] = tryOnMachine,
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

  // One that isn't indexed yet has its settings too.
  const configured = used.root ?? request.folder;
  if (configured !== undefined) {
    try {
      readConfig(configured);
      problems.push(...configNotices(configured));
    } catch (error) {
      const { code, message } = asLikenessError(error);
      if (!problems.some((problem) => problem.message === message)) note(code, message);
    }
  }
  const { encoder, measured } = await measureUsed(registry, options, used, note, waiting);
  try {
    mkdirSync(options.cacheFolder, { recursive: true });
    accessSync(options.cacheFolder, constants.W_OK);
  } catch (error) {
    note(ErrorCode.ReadOnly, `The cache folder ${options.cacheFolder} can't be written: ${messageOf(error)}`);
  }
  if (freemem() < LITTLE_MEMORY_BYTES) {
    note('low-memory', `Only ${Math.round(freemem() / 2 ** 20)} MiB of memory are free; large encoders will be slow.`);
  }
  const trials =
    measured !== undefined && runtime !== undefined
      ? await tryAllProviders(measured.resolved, options.cacheFolder, options.threads, tools(runtime, run), waiting)
      : [];
  const isUsed = measured?.resolved.card.id === encoder?.id;
  const { choice } = options.execution ?? { choice: 'cpu' };
  return {
    ...(encoder && { encoder }),
    machine: { threads: options.threads, cores, memoryBytes: totalmem(), freeBytes: freemem() },
    slow: machineAdvice({ threads: options.threads, cores, load, encoder, choice, trials: isUsed ? trials : [] }),
    versions,
    ...(measured && { measuredWith: measured.resolved.card.name }),
    // The CPU is what others are compared with, so it agrees with itself by definition.
    providers: [
      measured === undefined
        ? { name: 'cpu', works: false, imagesPerSecond: 0, agreement: 0 }
        : { name: 'cpu', works: true, imagesPerSecond: measured.imagesPerSecond, agreement: 1 },
      ...trials.map(described),
    ],
    downloads: await new HubCache(options.cacheFolder).usage(),
    problems,
  };
}

interface MeasuredEncoder {
  readonly resolved: ResolvedEncoder;
  /** On the CPU. */
  readonly imagesPerSecond: number;
}

/** The encoder in use and its speed. Where it can't be measured, the default one shows whether any can. */
async function measureUsed(
  registry: EncoderRegistry,
  options: EngineOptions,
  { reference, root }: UsedEncoder,
  note: (code: string, message: string) => void,
  { signal, report }: Waiting,
): Promise<{ encoder: DoctorReport['encoder']; measured: MeasuredEncoder | undefined }> {
  const measure = async (resolved: ResolvedEncoder): Promise<MeasuredEncoder> => {
    report?.({ phase: `Measuring ${resolved.card.name}`, done: 0, total: undefined, rate: 0, secondsLeft: undefined });
    return { resolved, imagesPerSecond: await measureEncoder(resolved, options, signal) };
  };
  const refused = (what: string) => (error: unknown) => {
    if (signal?.aborted === true) throw cancelled();
    note(ErrorCode.EncoderInvalid, `${what} doesn't run: ${messageOf(error)}`);
    return undefined;
  };
  const resolved = await registry.resolve(reference, root).catch((error: unknown) => {
    const { code } = asLikenessError(error);
    // Vectors that were imported have no model, and nothing is wrong with them.
    const isGone = parseExactReference(reference) !== undefined || shippedVersion(reference) !== undefined;
    if (code !== ErrorCode.EncoderNotFound || isGone) note(isGone ? code : ErrorCode.EncoderInvalid, messageOf(error));
    return undefined;
  });
  const measuredOnes: (MeasuredEncoder | undefined)[] = [];
  const today = await registry.resolve(DEFAULT_ENCODER_ID);
  const isDefault = resolved?.identity === today.identity;
  if (resolved !== undefined && !isDefault) {
    measuredOnes.push(await measure(resolved).catch(refused(`The encoder ${resolved.card.name}`)));
  }
  if (measuredOnes[0] === undefined) {
    measuredOnes.push(await measure(today).catch(refused('The built-in encoder')));
  }
  const measured = measuredOnes.find((one) => one !== undefined);
  if (resolved === undefined) return { encoder: undefined, measured };
  const { id, name } = resolved.card;
  const imagesPerSecond = measured?.resolved.identity === resolved.identity ? measured.imagesPerSecond : 0;
  return { encoder: { id, name, stronger: strongerThan(resolved, isDefault), imagesPerSecond }, measured };
}

/** What would know more of a dataset's pictures than its encoder. */
function strongerThan(resolved: ResolvedEncoder, isDefault: boolean): StrongerEncoder {
  if (isDefault) return 'larger';
  const { id, source, classes } = resolved.card;
  // A later version of Likeness, which has been here too, may have brought it.
  const isLater = (shippedVersion(id) ?? 0) > shippedVersion(DEFAULT_ENCODER_ID)!;
  if (source === BUILT_IN_SOURCE) return isLater ? 'larger' : 'default';
  return classes === undefined ? 'tuned' : 'compared';
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

const tryOnMachine: ProviderTools['run'] = (request, signal) => tryProvider(request, { signal });

function tools(runtime: RuntimeDescription, run: ProviderTools['run']): ProviderTools {
  return { describe: () => Promise.resolve(runtime), run };
}

function described({ provider, imagesPerSecond, agreement, unfit }: ProviderTrial): DoctorReport['providers'][number] {
  const works = unfit === undefined;
  const rate = Math.round(imagesPerSecond);
  return { name: provider, works, imagesPerSecond: rate, agreement, ...(works ? {} : { reason: unfit }) };
}

/** Images per second on the CPU. */
async function measureEncoder(
  resolved: ResolvedEncoder,
  { threads, memoryBytes }: EngineOptions,
  signal: AbortSignal | undefined,
): Promise<number> {
  const encoder = await openEncoder(resolved, { threads, memoryBytes });
  try {
    const { size, mean } = encoder.card.input;
    const bytes = encoder.batchSize * size[0] * size[1] * mean.length;
    const embed = () => encoder.embed(new Uint8Array(bytes).fill(127), encoder.batchSize);
    await embed();
    let images = 0;
    const start = performance.now();
    while (performance.now() - start < MEASURE_MS) {
      if (signal?.aborted === true) throw cancelled();
      await embed();
      images += encoder.batchSize;
    }
    const rate = images / ((performance.now() - start) / 1000);
    return rate < 10 ? rate : Math.round(rate);
  } finally {
    await encoder.dispose();
  }
}
