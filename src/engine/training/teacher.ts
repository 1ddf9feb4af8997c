import type { EncoderCard } from '../../core/encoders/card.ts';
import { encoderBadOutput, type LikenessError } from '../../core/errors.ts';
import type { Lesson } from '../../core/training/distillProgram.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import { modelFailure } from '../encoders/modelFailure.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { Classifier, type ResolvedClassifier } from '../predictions/classifier.ts';

/** Pictures that an encoder embeds at once: always as many, so that its numbers are the same whenever it is asked. */
const BATCH = 16;

/** An encoder that a student learns from. */
export interface Teacher {
  readonly input: EncoderCard['input'];
  /** Pictures that it takes at once at most. */
  readonly batchSize: number;
  /**
   * What it says of pictures, row-major: the probabilities of its classes, or vectors of length 1.
   *
   * @param pixels uint8, `count × height × width × channels`, interleaved, at its own size; unusable afterwards
   */
  run(pixels: Uint8Array, count: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Rejects as `Classifier.open`, or with encoder-invalid or unsupported-platform. */
export async function openTeacher(
  resolved: ResolvedEncoder,
  lesson: Lesson['kind'],
  threads: number,
): Promise<Teacher> {
  if (lesson !== 'classes') return EmbeddingTeacher.open(resolved, threads);
  const { classes = [] } = resolved.card;
  return Classifier.open({ ...resolved, classes } satisfies ResolvedClassifier, threads);
}

class EmbeddingTeacher implements Teacher {
  readonly batchSize: number;
  readonly #resolved: ResolvedEncoder;
  readonly #worker: OnnxWorker;
  readonly #session: number;
  readonly #batch: number;

  private constructor(resolved: ResolvedEncoder, worker: OnnxWorker, session: number, fixed: number | undefined) {
    const { batchIndependent } = resolved.card;
    this.#resolved = resolved;
    this.#worker = worker;
    this.#session = session;
    this.#batch = fixed ?? (batchIndependent ? BATCH : 1);
    this.batchSize = Math.max(BATCH, this.#batch);
  }

  static async open(resolved: ResolvedEncoder, threads: number): Promise<EmbeddingTeacher> {
    const worker = new OnnxWorker();
    try {
      const { session, inputs } = await worker.load(resolved.model, { threads });
      const declared = inputs.find(({ name }) => name === resolved.card.input.name)?.shape[0];
      const fixed = typeof declared === 'number' && declared > 0 ? declared : undefined;
      return new EmbeddingTeacher(resolved, worker, session, fixed);
    } catch (error) {
      await worker.dispose();
      throw withCode(error, resolved);
    }
  }

  get input(): EncoderCard['input'] {
    return this.#resolved.card.input;
  }

  async run(pixels: Uint8Array, count: number): Promise<Float32Array> {
    const { input, output, batchIndependent, id } = this.#resolved.card;
    const imagesPerRun = batchIndependent ? this.#batch : 1;
    try {
      const job = { pixels, count, batch: this.#batch, imagesPerRun, input, output };
      const { vectors, invalid } = await this.#worker.embed(this.#session, job);
      if (invalid.length > 0) throw encoderBadOutput(id, 'numbers that are not finite, or all zero, for some images');
      return vectors;
    } catch (error) {
      throw withCode(error, this.#resolved);
    }
  }

  async dispose(): Promise<void> {
    await this.#worker.dispose();
  }
}

function withCode(error: unknown, { card, model }: ResolvedEncoder): LikenessError {
  return modelFailure('file' in model ? model.file : card.name, error);
}
