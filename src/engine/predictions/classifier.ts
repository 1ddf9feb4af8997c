import { LikenessError, encoderNotFound } from '../../core/errors.ts';
import { classCountMismatch, noClassOutput } from '../../core/evaluation/predictionErrors.ts';
import { classProbabilities } from '../../core/evaluation/temperatureScaling.ts';
import type { EncoderInput } from '../../core/encoders/card.ts';
import { allocateImageTensor, fillImageTensor, imageTensorDims } from '../../core/images/tensor.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import type { LoadedModel } from '../encoders/onnxMessages.ts';
import { modelFailure } from '../encoders/modelFailure.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { statIfPresent } from '../fileStatus.ts';

/** Pixels of one run, which bound its memory and how long cancelling waits. */
const BATCH_PIXELS = 2 ** 19;
const MAX_BATCH = 64;
/** Outputs that tell classes apart, the best one first. */
const OUTPUTS = ['probabilities', 'logits'] as const;

type ClassOutput = (typeof OUTPUTS)[number];

/** An encoder that has learnt classes: its card names them. */
export interface ResolvedClassifier extends ResolvedEncoder {
  readonly classes: readonly string[];
}

/** A model that tells classes apart, on a thread of its own. */
export class Classifier {
  readonly batchSize: number;
  /** First axis of every run's tensor; what isn't needed of it is filled up, so that all runs are alike. */
  readonly #runSize: number;
  readonly input: EncoderInput;
  readonly #worker: OnnxWorker;
  readonly #session: number;
  readonly #resolved: ResolvedClassifier;
  readonly #output: ClassOutput;

  private constructor(
    worker: OnnxWorker,
    { session, inputs }: LoadedModel,
    resolved: ResolvedClassifier,
    output: ClassOutput,
  ) {
    const { input, batchIndependent } = resolved.card;
    const declared = inputs.find(({ name }) => name === input.name)?.shape[0];
    const fixed = typeof declared === 'number' && declared > 0 ? declared : undefined;
    const affordable = Math.floor(BATCH_PIXELS / (input.size[0] * input.size[1]));
    this.#runSize = fixed ?? (batchIndependent ? Math.max(1, Math.min(MAX_BATCH, affordable)) : 1);
    this.batchSize = batchIndependent ? this.#runSize : 1;
    this.input = input;
    this.#worker = worker;
    this.#session = session;
    this.#resolved = resolved;
    this.#output = output;
  }

  /**
   * Rejects with encoder-without-classes where the model has no output to tell classes by, invalid-card where that doesn't
   * fit the card's classes, encoder-not-found, encoder-invalid or unsupported-platform.
   */
  static async open(resolved: ResolvedClassifier, threads: number): Promise<Classifier> {
    const worker = new OnnxWorker();
    try {
      const loaded = await worker.load(resolved.model, { threads });
      return new Classifier(worker, loaded, resolved, classOutput(loaded, resolved));
    } catch (error) {
      await worker.dispose();
      throw withCode(error, resolved);
    }
  }

  /**
   * Row-major probabilities, `count × classes`. Rejects with encoder-invalid, invalid-card or engine-stopped.
   *
   * @param pixels uint8, at most `batchSize × height × width × channels` interleaved, at the input's size
   */
  readonly run = async (pixels: Uint8Array, count: number): Promise<Float32Array> => {
    const data = allocateImageTensor(this.input, this.#runSize);
    fillImageTensor(pixels, count, this.input, this.#runSize, data);
    const images = { type: this.input.type, dims: imageTensorDims(this.input, this.#runSize), data };
    const options = { fetches: [this.#output], transfer: [data.buffer] };
    try {
      const outputs = await this.#worker.run(this.#session, { [this.input.name]: images }, options);
      const { dims, data: values } = outputs[this.#output]!;
      const classes = this.#resolved.classes.length;
      if (values.length !== this.#runSize * classes) throw this.#mismatch(dims);
      const rows = (values as Float32Array).subarray(0, count * classes);
      return this.#output === 'logits' ? classProbabilities(rows, classes) : rows;
    } catch (error) {
      throw withCode(error, this.#resolved);
    }
  };

  /** Pending runs reject with engine-stopped. */
  async dispose(): Promise<void> {
    await this.#worker.dispose();
  }

  #mismatch(dims: readonly number[]): LikenessError {
    const given = `is of the shape ${dims.join(' × ')} for ${this.#runSize} images`;
    return classCountMismatch(nameOf(this.#resolved), this.#resolved.classes.length, this.#output, given);
  }
}

/** The output to use; throws encoder-without-classes or invalid-card. */
function classOutput({ outputs }: LoadedModel, resolved: ResolvedClassifier): ClassOutput {
  const found = OUTPUTS.map((name) => outputs.find((output) => output.name === name)).find(
    (output) => output?.type === 'float32',
  );
  if (found === undefined) throw noClassOutput(nameOf(resolved));
  const given = found.shape.at(-1);
  const { length } = resolved.classes;
  if (typeof given === 'number' && given > 0 && given !== length) {
    throw classCountMismatch(nameOf(resolved), length, found.name, `gives ${given} numbers for each image`);
  }
  return found.name as ClassOutput;
}

function nameOf({ model, card }: ResolvedEncoder): string {
  return 'file' in model ? model.file : card.id;
}

function withCode(error: unknown, { card, model }: ResolvedEncoder): LikenessError {
  if (error instanceof LikenessError) return error;
  // Deleted after it was found, by hand or with its run.
  if ('file' in model && statIfPresent(model.file) === undefined) return encoderNotFound(card.id);
  return modelFailure(nameOf({ card, model, identity: '' }), error);
}
