import type { GraphBuilder, GraphValue } from './graphBuilder.ts';
import type { DataTypeName } from './model.ts';
import { elementCount } from './shapes/nodeView.ts';

const BYTES: Record<DataTypeName, number> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  string: 16,
  bool: 1,
  float16: 2,
  float64: 8,
  uint32: 4,
  uint64: 8,
  bfloat16: 2,
};

/** Operators whose output is another view of the input's memory. */
const VIEWS = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

/**
 * Memory that the values of a graph take while it runs node by node, each freed after its last use: the largest sum at
 * any node, in bytes. Inputs, constants and values of unknown size are left out, and so is what operators need inside.
 */
export function peakActivationBytes(graph: GraphBuilder): number {
  const owner = new Map<GraphValue, GraphValue>();
  const ownerOf = (value: GraphValue) => owner.get(value) ?? value;
  const lastUse = new Map<GraphValue, number>();
  graph.nodes.forEach((node, position) => {
    const [first] = node.inputs;
    if (VIEWS.has(node.opType) && first && node.outputs[0]) owner.set(node.outputs[0], ownerOf(first));
    for (const input of node.inputs) if (input) lastUse.set(ownerOf(input), position);
  });
  for (const { value } of graph.outputs) lastUse.set(ownerOf(value), Infinity);
  const freedAfter = new Map<number, GraphValue[]>();
  for (const [value, position] of lastUse) {
    if (value.producer) freedAfter.set(position, [...(freedAfter.get(position) ?? []), value]);
  }
  let current = 0;
  let peak = 0;
  graph.nodes.forEach((node, position) => {
    for (const output of node.outputs) if (ownerOf(output) === output) current += bytesOf(output);
    peak = Math.max(peak, current);
    for (const value of freedAfter.get(position) ?? []) current -= bytesOf(value);
    for (const output of node.outputs) {
      if (ownerOf(output) === output && !lastUse.has(output)) current -= bytesOf(output);
    }
  });
  return peak;
}

function bytesOf({ type, shape }: GraphValue): number {
  return type === undefined || shape === undefined ? 0 : (elementCount(shape) ?? 0) * BYTES[type];
}
