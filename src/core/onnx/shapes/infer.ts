import { dataTypeName } from '../tensors.ts';
import { arrangingShapes } from './arranging.ts';
import { elementwiseShapes } from './elementwise.ts';
import { UNKNOWN, type NodeView, type ValueType } from './nodeView.ts';
import { productShapes } from './products.ts';
import { quantizedShapes } from './quantized.ts';
import { reducingShapes } from './reducing.ts';
import type { ShapeRules } from './rules.ts';
import { windowShapes } from './windows.ts';

/** The rules of all operators that have one, whatever their domain. */
export const shapeRules: ShapeRules = {
  ...arrangingShapes,
  ...elementwiseShapes,
  ...productShapes,
  ...quantizedShapes,
  ...reducingShapes,
  ...windowShapes,
  Constant: constant,
};

function constant({ attributes }: NodeView): ValueType[] {
  const { value, value_float: float, value_floats: floats, value_int: integer, value_ints: integers } = attributes;
  if (typeof value === 'object' && 'tensor' in value) {
    return [{ type: dataTypeName(value.tensor.dataType), shape: value.tensor.dims }];
  }
  if (float !== undefined) return [{ type: 'float32', shape: [] }];
  if (integer !== undefined) return [{ type: 'int64', shape: [] }];
  if (typeof floats === 'object' && 'floats' in floats) return [{ type: 'float32', shape: [floats.floats.length] }];
  return [Array.isArray(integers) ? { type: 'int64', shape: [integers.length] } : UNKNOWN];
}

/**
 * Element types and shapes of a node's outputs, as far as its inputs tell. Operators without a rule give unknown ones.
 * Throws invalid-graph, naming the node, where its inputs don't fit together.
 */
export function inferOutputs(node: NodeView): readonly ValueType[] {
  const rule = Object.hasOwn(shapeRules, node.opType) ? shapeRules[node.opType] : undefined;
  if (rule === undefined) return Array.from({ length: node.outputCount }, () => UNKNOWN);
  return rule(node);
}
