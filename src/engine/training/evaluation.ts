import type { EncoderCard, EncoderInput } from '../../core/encoders/card.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { NetworkShape } from '../../core/training/networkShape.ts';
import { evaluationModel } from '../../core/training/pretrainProgram.ts';
import { encodeModel } from '../encoders/onnxFile.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';

/** Images that the encoder embeds in one run. */
const BATCH = 64;

/** Pictures at an encoder's size, with what is known about them; one entry per picture. */
export interface EvaluationSet {
  /** uint8, `count × height × width × 3`, interleaved. */
  readonly pixels: Uint8Array;
  readonly count: number;
  /** Numbers of classes; −1 for none. */
  readonly labels: Int32Array;
  /** Equal for duplicates. */
  readonly groups: Int32Array;
  readonly classes: readonly string[];
}

/** Embeds pictures with the parameters of a run that goes on. */
export class RunEvaluator {
  readonly #worker: OnnxWorker;
  readonly #session: number;
  readonly #parameters: readonly { readonly name: string; readonly dims: readonly number[] }[];
  readonly #input: EncoderInput;
  readonly #output: EncoderCard['output'];

  private constructor(
    worker: OnnxWorker,
    session: number,
    parameters: readonly { readonly name: string; readonly dims: readonly number[] }[],
    { input, output }: Pick<EncoderCard, 'input' | 'output'>,
  ) {
    this.#worker = worker;
    this.#session = session;
    this.#parameters = parameters;
    this.#input = input;
    this.#output = output;
  }

  static async open(
    worker: OnnxWorker,
    shape: NetworkShape,
    card: Pick<EncoderCard, 'input' | 'output'>,
    threads: number,
  ): Promise<RunEvaluator> {
    const model = evaluationModel(shape);
    const { session, inputs } = await worker.load({ bytes: encodeModel(model) }, { threads, training: true });
    const parameters = inputs
      .filter(({ name }) => name !== card.input.name)
      .map(({ name, shape: dims }) => ({ name, dims: dims.map(Number) }));
    return new RunEvaluator(worker, session, parameters, card);
  }

  /** Rows of length 1, `count × dim`. */
  async embed({ pixels, count }: EvaluationSet, state: TensorMap, signal: AbortSignal): Promise<Float32Array> {
    for (const { name, dims } of this.#parameters) {
      const data = state.get(name);
      if (data === undefined) throw new Error(`the state of the run lacks ${name}`);
      await this.#worker.setConstant(this.#session, name, { type: 'float32', dims, data: data.slice() });
    }
    const { dim } = this.#output;
    const imageLength = pixels.length / count;
    const rows = new Float32Array(count * dim);
    for (let start = 0; start < count && !signal.aborted; start += BATCH) {
      const present = Math.min(BATCH, count - start);
      const { vectors } = await this.#worker.embed(this.#session, {
        pixels: pixels.slice(start * imageLength, (start + present) * imageLength),
        count: present,
        batch: present,
        imagesPerRun: present,
        input: this.#input,
        output: this.#output,
      });
      rows.set(vectors, start * dim);
    }
    return rows;
  }
}
