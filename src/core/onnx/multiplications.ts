import type { GraphBuilder, GraphNode, GraphValue } from './graphBuilder.ts';
import { elementCount } from './shapes/nodeView.ts';

/**
 * Multiplications that the convolutions and matrix products of a graph take in one run: the usual measure of what a network
 * costs, as everything else is little beside them. Undefined where a size isn't fixed.
 */
export function countMultiplications(graph: GraphBuilder): number | undefined {
  let total = 0;
  for (const node of graph.nodes) {
    const count = ofNode(node);
    if (count === undefined) return undefined;
    total += count;
  }
  return total;
}

function ofNode({ opType, inputs, outputs, attributes }: GraphNode): number | undefined {
  const [first, second] = inputs;
  const output = outputs[0];
  switch (opType) {
    // Each number of the output is a product with one filter.
    case 'Conv':
    case 'ConvInteger':
      return times(count(output), perRow(second));
    // Each number of the input goes into one product with its filters.
    case 'ConvTranspose':
      return times(count(first), perRow(second));
    case 'MatMul':
    case 'MatMulInteger':
      return times(count(output), fixed(first?.shape?.at(-1)));
    case 'Gemm':
      return times(count(output), fixed(first?.shape?.at(attributes['transA'] === 1 ? 0 : -1)));
    default:
      return 0;
  }
}

/** Numbers of a weight for one place along its first axis. */
function perRow(weight: GraphValue | undefined): number | undefined {
  const { shape } = weight ?? {};
  return shape && elementCount(shape.slice(1));
}

function count(value: GraphValue | undefined): number | undefined {
  return value?.shape && elementCount(value.shape);
}

function fixed(size: unknown): number | undefined {
  return typeof size === 'number' ? size : undefined;
}

function times(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a * b;
}
