import { broadcastShapes } from './elementwise.ts';
import type { NodeView, ValueType } from './nodeView.ts';
import { matrixProduct } from './products.ts';
import type { ShapeRules } from './rules.ts';
import { convolutionShape } from './windows.ts';

/** The zero point says which integers are written; without one they are uint8. */
function quantized(node: NodeView): ValueType[] {
  return [{ type: node.has(2) ? node.type(2) : 'uint8', shape: node.shape(0) }];
}

export const quantizedShapes: ShapeRules = {
  QuantizeLinear: quantized,
  DequantizeLinear: (node) => [{ type: node.type(1), shape: node.shape(0) }],
  DynamicQuantizeLinear: (node) => [
    { type: 'uint8', shape: node.shape(0) },
    { type: 'float32', shape: [] },
    { type: 'uint8', shape: [] },
  ],
  ConvInteger: (node) => [{ type: 'int32', shape: convolutionShape(node, 1, Infinity) }],
  MatMulInteger: (node) => [{ type: 'int32', shape: matrixProduct(node, node.shape(0), node.shape(1)) }],
  // Both sides come with a scale and a zero point, which the result has too.
  QLinearConv: (node) => [{ type: node.type(7), shape: convolutionShape(node, 3, 8) }],
  QLinearMatMul: (node) => [{ type: node.type(7), shape: matrixProduct(node, node.shape(0), node.shape(3)) }],
  QLinearAdd: (node) => [{ type: node.type(0), shape: broadcastShapes(node, [node.shape(0), node.shape(3)]) }],
};
