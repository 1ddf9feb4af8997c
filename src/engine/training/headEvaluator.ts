import {
  HEAD_INPUTS,
  HEAD_OUTPUT,
  headEvaluationModel,
  type Half,
  type HeadsShape,
} from '../../core/training/imageTextHeads.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import { encodeModel } from '../encoders/onnxFile.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';

/** A head of a run that goes on. */
export class HeadEvaluator {
  readonly #worker: OnnxWorker;
  readonly #session: number;
  readonly #half: Half;
  readonly #shape: HeadsShape;
  readonly #parameters: readonly { readonly name: string; readonly dims: readonly number[] }[];

  private constructor(
    worker: OnnxWorker,
    session: number,
    half: Half,
    shape: HeadsShape,
    parameters: readonly { readonly name: string; readonly dims: readonly number[] }[],
  ) {
    this.#worker = worker;
    this.#session = session;
    this.#half = half;
    this.#shape = shape;
    this.#parameters = parameters;
  }

  static async open(worker: OnnxWorker, half: Half, shape: HeadsShape, threads: number): Promise<HeadEvaluator> {
    const { session, inputs } = await worker.load(
      { bytes: encodeModel(headEvaluationModel(half, shape)) },
      { threads },
    );
    const parameters = inputs
      .filter(({ name }) => name !== HEAD_INPUTS[half])
      .map(({ name, shape: dims }) => ({ name, dims: dims.map(Number) }));
    return new HeadEvaluator(worker, session, half, shape, parameters);
  }

  /** @param vectors `count × dim` of the tower @returns `count × outputs`, of length 1 */
  async run(vectors: Float32Array, state: TensorMap): Promise<Float32Array> {
    const dim = this.#shape[this.#half];
    const parameters = this.#parameters.map(({ name, dims }) => {
      return [name, { type: 'float32', dims, data: state.get(name)!.slice() }] as const;
    });
    const feeds = {
      [HEAD_INPUTS[this.#half]]: { type: 'float32' as const, dims: [vectors.length / dim, dim], data: vectors },
      ...Object.fromEntries(parameters),
    };
    const results = await this.#worker.run(this.#session, feeds);
    return results[HEAD_OUTPUT]!.data as Float32Array;
  }
}
