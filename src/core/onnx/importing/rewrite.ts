import type { Attributes } from '../attributes.ts';
import { isNumericType, numericTensor } from '../tensors.ts';
import { viewOf, type Operand, type SourceNode } from './sourceNode.ts';

/** Adds a node in front of the one that is rewritten and gives its output. */
export type AddNode = (opType: string, inputs: readonly (Operand | undefined)[], attributes?: Attributes) => Operand;

/** Another form of a node, with the same outputs. Throws invalid-graph for what the other form can't say. */
export type Rewrite = (node: SourceNode, add: AddNode) => SourceNode;

/** The values of an input that has to be known; undefined where it is left out. */
export function knownInput(node: SourceNode, index: number, what: string): readonly number[] | undefined {
  const view = viewOf(node);
  const numbers = view.constants(index);
  if (numbers === undefined && view.has(index)) throw view.fail(`${what} has to be constant`);
  return numbers;
}

/** The number of dimensions of the first input, which has to be known. */
export function knownRank(node: SourceNode): number {
  const view = viewOf(node);
  const shape = view.shape(0);
  if (shape === undefined) throw view.fail('the number of dimensions of its input is not known');
  return shape.length;
}

/** A constant without dimensions of the element type of the node's first input. */
export function scalarLike(node: SourceNode, value: number): Operand {
  const view = viewOf(node);
  const type = view.type(0) ?? 'float32';
  if (!isNumericType(type)) throw view.fail(`element type ${type} is not supported`);
  return numericTensor(type, [], [value]);
}
