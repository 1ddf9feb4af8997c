import { LikenessError, cancelled, messageOf } from '../../core/errors.ts';
import type { EncoderInput } from '../../core/encoders/card.ts';
import type { Embeddings, Encoder, EncoderRuntimeOptions, ResolvedEncoder } from './encoder.ts';
import { modelFailure } from './modelFailure.ts';
import { OnnxWorker } from './onnxRuntime.ts';
import {
  chooseProvider,
  forgetProvider,
  leftToProcessor,
  machineTools,
  providerUse,
  type Computing,
  type Waiting,
} from './providers/chooseProvider.ts';
import type { ProviderUse } from './providers/providerUse.ts';
import { withoutSource } from './providers/runtimeMessage.ts';

/** Images that are handed over at once at most, and of small ones as many as have the pixels of that number of larger ones. */
const MAX_BATCH = 16;
const MAX_BATCH_OF_SMALL = 64;
const LARGER_PIXELS = 128 * 128;
/** One batch takes about this long at most, so that progress, cancellation and queries don't wait. */
const BATCH_MS = 250;
/** Images of the run that the batch size is chosen by. */
const MEASURED_IMAGES = 4;
/** Input and activations of one image, as a multiple of its input in float32: a generous guess for usual networks. */
const ACTIVATION_FACTOR = 16;

/** How the images of one call are spread over runs of the model. */
interface RunPlan {
  readonly batch: number;
  readonly imagesPerRun: number;
}

/**
 * Loads an encoder on a thread of its own and measures how many images it should take at once. Where the provider that it is to
 * run on fails, the processor takes its place for this time. Rejects with encoder-invalid, engine-stopped or unsupported-platform, or with
 * `cancelled`.
 *
 * @param waiting its signal ends what providers are being tried
 */
export async function openEncoder(
  resolved: ResolvedEncoder,
  options: EncoderRuntimeOptions,
  waiting: Waiting = {},
): Promise<Encoder> {
  const worker = new OnnxWorker();
  const tools = machineTools(() => worker.describe());
  try {
    const { threads, execution } = options;
    const computing: Computing = execution
      ? await chooseProvider(resolved, execution, threads, tools, waiting)
      : { provider: 'cpu' };
    const { provider } = computing;
    if (execution === undefined || provider === 'cpu') return await openOn(computing, resolved, worker, options);
    try {
      const use = await providerUse(resolved, provider, execution.memoryFolder, tools);
      return await openOn(computing, resolved, worker, options, use);
    } catch (error) {
      if (waiting.signal?.aborted === true) throw cancelled();
      // Told as what is wrong with the model, which it isn't.
      const cause: unknown = error instanceof LikenessError ? (error.cause ?? error) : error;
      const reason = `can't run it: ${withoutSource(messageOf(cause))}`;
      const left = await openOn(
        leftToProcessor(`runs ${resolved.card.name}`, provider, reason),
        resolved,
        worker,
        options,
      );
      // Only now is it known that the model isn't to blame.
      await forgetProvider(resolved, provider, execution.memoryFolder, tools);
      return left;
    }
  } catch (error) {
    await worker.dispose();
    throw withCode(error, resolved);
  }
}

async function openOn(
  computing: Computing,
  resolved: ResolvedEncoder,
  worker: OnnxWorker,
  { threads, memoryBytes }: EncoderRuntimeOptions,
  use?: ProviderUse,
): Promise<Encoder> {
  const load = () => worker.load(resolved.model, { threads, providers: [computing.provider] });
  const { session, inputs } = await (use === undefined ? load() : use.during(load));
  const declared = inputs.find(({ name }) => name === resolved.card.input.name)?.shape[0];
  const fixedBatch = typeof declared === 'number' && declared > 0 ? declared : undefined;
  const encoder = new OnnxEncoder(resolved, worker, session, fixedBatch, computing, use);
  try {
    await encoder.chooseBatchSize(memoryBytes);
  } catch (error) {
    // What takes its place needs the memory. Where the thread has ended, nothing is left to free.
    await worker.unload(session).catch(() => undefined);
    throw error;
  }
  return encoder;
}

class OnnxEncoder implements Encoder {
  readonly card: Encoder['card'];
  readonly identity: string;
  readonly computing: Computing;
  batchSize = 1;
  readonly #resolved: ResolvedEncoder;
  readonly #worker: OnnxWorker;
  readonly #session: number;
  readonly #fixedBatch: number | undefined;
  readonly #use: ProviderUse | undefined;

  constructor(
    resolved: ResolvedEncoder,
    worker: OnnxWorker,
    session: number,
    fixedBatch: number | undefined,
    computing: Computing,
    use: ProviderUse | undefined,
  ) {
    this.card = resolved.card;
    this.identity = resolved.identity;
    this.#resolved = resolved;
    this.#worker = worker;
    this.#session = session;
    this.#fixedBatch = fixedBatch;
    this.computing = computing;
    this.#use = use;
  }

  async embed(pixels: Uint8Array, count: number): Promise<Embeddings> {
    const { input, output } = this.card;
    const embed = () => this.#worker.embed(this.#session, { pixels, count, ...this.#planFor(count), input, output });
    try {
      return await (this.#use === undefined ? embed() : this.#use.during(embed));
    } catch (error) {
      throw withCode(error, this.#resolved);
    }
  }

  async dispose(): Promise<void> {
    await this.#worker.dispose();
    this.#use?.end();
  }

  /** Tries the model out; the first run also pays for what ONNX Runtime sets up once. */
  async chooseBatchSize(memoryBytes: number): Promise<void> {
    const perRun = this.card.batchIndependent ? (this.#fixedBatch ?? 1) : 1;
    let milliseconds = (await this.#measure(perRun)) / perRun;
    if (milliseconds < BATCH_MS) {
      this.batchSize = Math.ceil(MEASURED_IMAGES / perRun) * perRun;
      milliseconds = (await this.#measure(this.batchSize)) / this.batchSize;
    }
    const byMemory = memoryBytes / bytesPerImage(this.card.input);
    // Powers of two, so that small differences in timing lead to the same batches.
    const images =
      2 ** Math.floor(Math.log2(Math.max(1, Math.min(mostImages(this.card.input), BATCH_MS / milliseconds, byMemory))));
    this.batchSize = Math.max(1, Math.floor(images / perRun)) * perRun;
  }

  async #measure(count: number): Promise<number> {
    const { size, mean } = this.card.input;
    const pixels = new Uint8Array(count * size[0] * size[1] * mean.length).fill(128);
    const start = performance.now();
    await this.embed(pixels, count);
    return performance.now() - start;
  }

  #planFor(count: number): RunPlan {
    const batch = this.#fixedBatch ?? 1;
    // Filled with copies of one image, the batch is the same each time, whatever the neighbours would have been.
    if (!this.card.batchIndependent) return { batch, imagesPerRun: 1 };
    if (this.#fixedBatch !== undefined || count === 1) return { batch, imagesPerRun: batch };
    return { batch: this.batchSize, imagesPerRun: this.batchSize };
  }
}

/** What a run costs beside its images weighs more the smaller they are. */
function mostImages({ size: [height, width] }: EncoderInput): number {
  return Math.max(MAX_BATCH, Math.min(MAX_BATCH_OF_SMALL, (MAX_BATCH * LARGER_PIXELS) / (height * width)));
}

function bytesPerImage({ size: [height, width], mean }: EncoderInput): number {
  return height * width * mean.length * Float32Array.BYTES_PER_ELEMENT * ACTIVATION_FACTOR;
}

function withCode(error: unknown, { card, model }: ResolvedEncoder): LikenessError {
  return modelFailure('file' in model ? model.file : card.name, error);
}
