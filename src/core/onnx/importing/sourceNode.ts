import type { Attributes } from '../attributes.ts';
import type { GraphValue } from '../graphBuilder.ts';
import type { OnnxTensor } from '../model.ts';
import { NodeView, type TypedInput } from '../shapes/nodeView.ts';
import { dataTypeName } from '../tensors.ts';

/** A value of the new graph, or a constant that isn't in it (yet, or ever, where everything that reads it folds away). */
export type Operand = GraphValue | OnnxTensor;

/** A node on its way from a model to a graph. */
export interface SourceNode {
  readonly name: string;
  readonly opType: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly inputs: readonly (Operand | undefined)[];
  readonly attributes: Attributes;
  /** Names of the outputs; an empty one is left out. */
  readonly outputs: readonly string[];
}

export function isConstant(operand: Operand): operand is OnnxTensor {
  return 'dataType' in operand;
}

/** The node as the rules of shapes look at it. */
export function viewOf({ name, opType, inputs, attributes, outputs }: SourceNode): NodeView {
  const label = name === '' ? (outputs[0] ?? opType) : name;
  return new NodeView(label, opType, inputs.map(typed), attributes, outputs.length);
}

function typed(operand: Operand | undefined): TypedInput | undefined {
  if (operand === undefined || !isConstant(operand)) return operand;
  const { name = 'constant', dataType, dims } = operand;
  return { name, type: dataTypeName(dataType), shape: dims, constant: operand };
}

/** The attributes less the ones named. */
export function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}
