import type { GraphBuilder, GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';
import { integerTensor } from '../../../../src/core/onnx/tensors.ts';
import { gradientCase, type GradientCase } from './gradientCase.ts';

const gather = (
  detail: string,
  shape: readonly number[],
  indices: readonly number[],
  dims: readonly number[],
  axis: number,
): GradientCase =>
  gradientCase(`Gather ${detail}`, [shape], (graph, x) =>
    graph.op('Gather', [x, graph.integers(indices, dims)], { axis }),
  );

/** Indices that follow from the input: of its largest elements. */
function largest(graph: GraphBuilder, x: GraphValue): GraphValue {
  return graph.op('ArgMax', [x], { axis: 1, keepdims: 1 });
}

export const indexingCases: readonly GradientCase[] = [
  gather('of rows', [4, 3], [2, 0], [2], 0),
  gather('of rows, one of them twice', [4, 3], [2, 0, 2], [3], 0),
  gather('of columns', [2, 4], [3, 1, 1], [3], 1),
  gather('with a table of indices', [2, 4, 2], [0, 3, -1, 2], [2, 2], 1),
  gather('of one, which drops the axis', [2, 4, 2], [-3], [], 1),
  gather('of one, which keeps the axis', [2, 4], [1], [1], -1),
  gather('of the middle axis, each of them several times', [2, 3, 2], [1, -1, 1, 0, 0, 1], [3, 2], -2),
  gather('of the last axis with a table', [2, 2, 3], [2, 2, 0, -3], [2, 2], 2),
  gather('of all rows in another order', [3, 2], [2, 0, 1], [3], 0),
  gradientCase('GatherElements along the last axis, negative and repeated', [[2, 3]], (graph, x) => {
    return graph.op('GatherElements', [x, graph.integers([-1, 0, 2, 2, 1, 1, 1, -3], [2, 4])], { axis: -1 });
  }),
  gradientCase('Gather with computed indices', [[3, 4]], (graph, x) => {
    const rows = graph.op('ArgMax', [x], { axis: 0, keepdims: 0 });
    return graph.op('Gather', [x, rows], { axis: 0 });
  }),
  gradientCase('GatherElements of the largest', [[3, 4]], (graph, x) => {
    return graph.op('GatherElements', [x, largest(graph, x)], { axis: 1 });
  }),
  gradientCase('GatherElements, some twice', [[3, 2]], (graph, x) => {
    const indices = graph.constant(integerTensor([0, -1, 0, 2], [2, 2]));
    return graph.op('GatherElements', [x, indices], { axis: 0 });
  }),
  gradientCase('OneHot of the largest', [[3, 4]], (graph, x) => {
    const index = graph.op('ArgMax', [x], { axis: 1, keepdims: 0 });
    const targets = graph.op('OneHot', [index, graph.integers([4]), graph.floats([0, 1])]);
    return graph.op('Mul', [targets, graph.op('LogSoftmax', [x])]);
  }),
];
