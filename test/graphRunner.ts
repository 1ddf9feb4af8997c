import { after } from 'node:test';
import type { GraphBuilder } from '../src/core/onnx/graphBuilder.ts';
import { encodeModel } from '../src/engine/encoders/onnxFile.ts';
import type { TensorValue } from '../src/engine/encoders/onnxMessages.ts';
import { OnnxWorker } from '../src/engine/encoders/onnxRuntime.ts';

export interface Numbers {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Runs graphs on ONNX Runtime for the tests of a file; create it at the top of the file. */
export class GraphRunner {
  readonly #worker = new OnnxWorker();

  constructor() {
    after(() => this.#worker.dispose());
  }

  /** Feeds float32 values by the names of the graph's inputs and gives all its outputs. */
  async run(
    graph: Pick<GraphBuilder, 'build'>,
    feeds: Readonly<Record<string, Numbers>>,
  ): Promise<Record<string, TensorValue>> {
    const { session } = await this.#worker.load({ bytes: encodeModel(graph.build()) }, { threads: 1 });
    const tensors = Object.entries(feeds).map(([name, { dims, data }]) => {
      return [name, { type: 'float32', dims, data: Float32Array.from(data) }] as const;
    });
    try {
      return await this.#worker.run(session, Object.fromEntries(tensors));
    } finally {
      await this.#worker.unload(session);
    }
  }
}
