import { allocateImageTensor, fillImageTensor, imageTensorDims } from '../../core/images/tensor.ts';
import type { EncoderInput } from '../../core/encoders/card.ts';
import type { OnnxModel } from '../../core/onnx/model.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import { encodeModel } from '../encoders/onnxFile.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import type { EvaluationSet } from './evaluation.ts';

/** Images in one run of the network. */
const BATCH = 64;

/** Runs a network of a run that goes on, with its parameters as they are. */
export class GraphEvaluator {
  readonly #worker: OnnxWorker;
  readonly #session: number;
  readonly #parameters: readonly { readonly name: string; readonly dims: readonly number[] }[];
  readonly #input: EncoderInput;

  private constructor(
    worker: OnnxWorker,
    session: number,
    parameters: readonly { readonly name: string; readonly dims: readonly number[] }[],
    input: EncoderInput,
  ) {
    this.#worker = worker;
    this.#session = session;
    this.#parameters = parameters;
    this.#input = input;
  }

  /** @param model takes pictures and, by their names, all parameters and statistics */
  static async open(
    worker: OnnxWorker,
    model: OnnxModel,
    input: EncoderInput,
    threads: number,
  ): Promise<GraphEvaluator> {
    const bytes = encodeModel(model);
    const { session, inputs } = await worker.load({ bytes }, { threads, training: true });
    const parameters = inputs
      .filter(({ name }) => name !== input.name)
      .map(({ name, shape: dims }) => ({ name, dims: dims.map(Number) }));
    return new GraphEvaluator(worker, session, parameters, input);
  }

  /** Row-major, `count × length of the output`. Stops between batches when the signal aborts, which the caller checks. */
  async run(
    output: string,
    { pixels, count }: Pick<EvaluationSet, 'pixels' | 'count'>,
    state: TensorMap,
    signal: AbortSignal,
  ): Promise<Float32Array> {
    for (const { name, dims } of this.#parameters) {
      const data = state.get(name);
      if (data === undefined) throw new Error(`the state of the run lacks ${name}`);
      await this.#worker.setConstant(this.#session, name, { type: 'float32', dims, data: data.slice() });
    }
    const imageLength = pixels.length / count;
    const parts: Float32Array[] = [];
    for (let start = 0; start < count && !signal.aborted; start += BATCH) {
      const present = Math.min(BATCH, count - start);
      const data = allocateImageTensor(this.#input, present);
      fillImageTensor(pixels.subarray(start * imageLength), present, this.#input, present, data);
      const images = { type: 'float32', dims: imageTensorDims(this.#input, present), data } as const;
      const outputs = await this.#worker.run(this.#session, { [this.#input.name]: images }, { fetches: [output] });
      parts.push(outputs[output]!.data as Float32Array);
    }
    const rows = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const part of parts) {
      rows.set(part, offset);
      offset += part.length;
    }
    return rows;
  }
}
