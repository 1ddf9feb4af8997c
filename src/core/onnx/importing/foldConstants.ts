import type { OnnxTensor } from '../model.ts';
import { inferOutputs } from '../shapes/infer.ts';
import type { NodeView } from '../shapes/nodeView.ts';
import { dataTypeName, isNumericType, numbersOfTensor, numericTensor } from '../tensors.ts';
import { isFixed, sizeOf, type ArrayLayout, type NumericArray } from './arrays.ts';
import { foldArithmetic } from './foldArithmetic.ts';
import { foldArranging } from './foldArranging.ts';
import { isConstant, viewOf, type Operand, type SourceNode } from './sourceNode.ts';

/** The elements of each output, or undefined where a rule doesn't cover the case. Integers may be left with a fraction. */
export type FoldRule = (
  node: NodeView,
  inputs: readonly (NumericArray | undefined)[],
  outputs: readonly ArrayLayout[],
) => readonly ArrayLike<number>[] | undefined;
/** By operator. */
export type FoldRules = Readonly<Record<string, FoldRule>>;

const rules: FoldRules = { ...foldArithmetic, ...foldArranging };

/** Larger constants are weights, and stay as they are: what is folded here is arithmetic about shapes. */
const MOST_ELEMENTS = 65_536;

/**
 * Computes the outputs of a node all of whose inputs are known; of `Shape` and `Size` only the input's shape has to be.
 * Undefined where something isn't known, where the result is large, and for operators that have nothing to do with shapes.
 */
export function foldNode(node: SourceNode): OnnxTensor[] | undefined {
  if (node.domain !== '') return undefined;
  const view = viewOf(node);
  if (node.opType === 'Constant') {
    const literal = literalOf(view);
    return literal && [literal];
  }
  if (node.opType === 'Shape' || node.opType === 'Size') return foldShape(view);
  const rule = Object.hasOwn(rules, node.opType) ? rules[node.opType] : undefined;
  if (rule === undefined || !node.inputs.every((operand) => operand === undefined || isConstant(operand)))
    return undefined;
  const inputs = node.inputs.map((operand) => operand && arrayOf(operand));
  if (inputs.some((array, i) => array === undefined && node.inputs[i] !== undefined)) return undefined;
  const outputs = inferOutputs(view).flatMap(({ type, shape }) =>
    isNumericType(type) && isFixed(shape) && sizeOf(shape) <= MOST_ELEMENTS ? [{ type, dims: shape }] : [],
  );
  if (outputs.length < node.outputs.length) return undefined;
  const folded = rule(view, inputs, outputs);
  // A division by zero among integers is left to whoever runs the model.
  if (!folded?.every((data, i) => fits(outputs[i]!, data))) return undefined;
  return folded.map((data, i) => numericTensor(outputs[i]!.type, outputs[i]!.dims, data));
}

function fits({ type, dims }: ArrayLayout, data: ArrayLike<number>): boolean {
  if (data.length !== sizeOf(dims)) return false;
  return type.startsWith('float') || Array.from(data).every(Number.isInteger);
}

/** The value of a `Constant` node; undefined where it is no tensor of numbers. */
export function literalOf(view: NodeView): OnnxTensor | undefined {
  const { value, value_float: float, value_floats: floats, value_int: integer } = view.attributes;
  if (typeof value === 'object' && 'tensor' in value) return value.tensor;
  if (typeof float === 'object' && 'float' in float) return numericTensor('float32', [], [float.float]);
  if (typeof floats === 'object' && 'floats' in floats) {
    return numericTensor('float32', [floats.floats.length], floats.floats);
  }
  if (typeof integer === 'number') return numericTensor('int64', [], [integer]);
  const integers = view.ints('value_ints');
  return integers && numericTensor('int64', [integers.length], integers);
}

function foldShape(view: NodeView): OnnxTensor[] | undefined {
  const shape = view.shape(0);
  if (!isFixed(shape)) return undefined;
  if (view.opType === 'Size') return [numericTensor('int64', [], [sizeOf(shape)])];
  const sizes = shape.slice(view.int('start', 0), view.int('end', Infinity));
  return [numericTensor('int64', [sizes.length], sizes)];
}

function arrayOf(operand: Operand): NumericArray | undefined {
  if (!isConstant(operand) || sizeOf(operand.dims) > MOST_ELEMENTS) return undefined;
  const type = dataTypeName(operand.dataType);
  const data = numbersOfTensor(operand);
  return isNumericType(type) && data !== undefined ? { type, dims: operand.dims, data } : undefined;
}
