import type { GraphBuilder, GraphValue } from '../../onnx/graphBuilder.ts';

/**
 * Mean squared error over all pixels and colours of a batch.
 *
 * @param reconstruction `[N, 3, H, W]`
 * @param targets pixels from 0 to 1, of the same shape
 */
export function reconstructionLoss(graph: GraphBuilder, reconstruction: GraphValue, targets: GraphValue): GraphValue {
  const errors = graph.op('Sub', [reconstruction, targets]);
  return graph.op('ReduceMean', [graph.op('Mul', [errors, errors])], { keepdims: 0 });
}
