import { GraphBuilder } from '../../core/onnx/graphBuilder.ts';
import {
  converterTo,
  type HeldMatrix,
  type MatrixProducts,
  type MatrixValues,
} from '../../core/linearAlgebra/products.ts';
import { encodeModel } from '../encoders/onnxFile.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';

type Product = 'timesTransposed' | 'times';
type ElementType = 'float32' | 'float64';

/** Products of matrices on ONNX Runtime, in the precision of their factors. */
export class OnnxProducts implements MatrixProducts {
  readonly #worker: OnnxWorker;
  readonly #threads: number;

  /** @param worker stays the caller's */
  constructor(worker: OnnxWorker, threads: number) {
    this.#worker = worker;
    this.#threads = threads;
  }

  hold<Values extends MatrixValues>(matrix: Values, rows: number, dim: number): Promise<HeldMatrix<Values>> {
    const type = matrix instanceof Float32Array ? 'float32' : 'float64';
    const sessions = new Map<Product, Promise<number>>();
    const multiply = async (product: Product, left: Values, dims: readonly number[]): Promise<Values> => {
      const known = sessions.get(product);
      const opening = known ?? this.#open(product, type, matrix, [rows, dim]);
      if (!known) sessions.set(product, opening);
      const result = await this.#worker.run(
        await opening,
        { left: { type, dims, data: left } },
        { transfer: [left.buffer as ArrayBuffer] },
      );
      return result['product']!.data as Values;
    };
    return Promise.resolve({
      rows,
      dim,
      convert: converterTo(matrix),
      timesTransposed: (left, count) => multiply('timesTransposed', left, [count, dim]),
      times: (left, count) => multiply('times', left, [count, rows]),
      release: async () => {
        const opened = await Promise.all(sessions.values());
        await Promise.all(opened.map((session) => this.#worker.unload(session)));
      },
    });
  }

  async #open(product: Product, type: ElementType, data: MatrixValues, dims: readonly [number, number]) {
    const bytes = encodeModel(productModel(product, type, dims));
    const { session } = await this.#worker.load({ bytes }, { threads: this.#threads });
    await this.#worker.setConstant(session, 'held', { type, dims, data });
    return session;
  }
}

function productModel(product: Product, type: ElementType, [rows, dim]: readonly [number, number]) {
  const graph = new GraphBuilder(product);
  const held = graph.input('held', type, [rows, dim]);
  const left = graph.input('left', type, ['N', product === 'times' ? rows : dim]);
  const value = product === 'times' ? graph.op('MatMul', [left, held]) : graph.op('Gemm', [left, held], { transB: 1 });
  graph.output('product', value, type, ['N', product === 'times' ? dim : rows]);
  return graph.build();
}

/** Lends products of matrices on a thread of their own, as long as the work takes. */
export async function withProducts<T>(threads: number, work: (products: MatrixProducts) => Promise<T>): Promise<T> {
  const worker = new OnnxWorker();
  try {
    return await work(new OnnxProducts(worker, threads));
  } finally {
    await worker.dispose();
  }
}
