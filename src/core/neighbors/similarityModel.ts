import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { byteTensor } from '../onnx/tensors.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { QUERY_ZERO } from './quantizedVectors.ts';

/**
 * Products of one quantised query with many quantised vectors: `query` uint8 [1, dim] times `vectors` int8 [dim, N]
 * gives `products` int32 [1, N].
 */
export function quantizedProductModel(dim: number): OnnxModel {
  const graph = new GraphBuilder('quantized product');
  const query = graph.input('query', 'uint8', [1, dim]);
  const vectors = graph.input('vectors', 'int8', [dim, 'rows']);
  const zero = graph.constant(byteTensor(QUERY_ZERO));
  graph.output('products', graph.op('MatMulInteger', [query, vectors, zero]), 'int32', [1, 'rows']);
  return graph.build();
}
