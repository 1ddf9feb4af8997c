import type { Attributes } from '../attributes.ts';
import { RUNTIME_DOMAIN } from '../graphBuilder.ts';
import { expandAttention, expandMultiHeadAttention } from './attention.ts';
import { operatorName, type OnnxNode } from '../model.ts';
import { geluFactors } from './gelu.ts';
import { knownRank, scalarLike, type AddNode } from './rewrite.ts';
import { viewOf, without, type Operand, type SourceNode } from './sourceNode.ts';

/** The outputs of a node as those of standard operators. Throws invalid-graph for what they can't say. */
type Expand = (node: SourceNode, add: AddNode) => readonly (Operand | undefined)[];

/** GELU of the first input, to which the second is added where there is one. */
function gelu(approximate: boolean): Expand {
  return (node, add) => {
    const [input, bias] = node.inputs;
    const x = bias === undefined ? required(node, 0) : add('Add', [input, bias]);
    return [add('Mul', geluFactors(node, add, x, approximate))];
  };
}

/** x · sigmoid(αx). @param usual α where the node gives none */
function swish(usual: number): Expand {
  return (node, add) => {
    const x = required(node, 0);
    const alpha = viewOf(node).float('alpha', usual);
    const scaled = alpha === 1 ? x : add('Mul', [x, scalarLike(node, alpha)]);
    return [add('Mul', [x, add('Sigmoid', [scaled])])];
  };
}

/** What was fused into the operator before it. @param parameters in the order of ONNX Runtime's attributes */
function activated(node: SourceNode, add: AddNode, input: Operand, parameters: readonly number[]): Operand {
  const view = viewOf(node);
  const name = view.text('activation', '');
  const [first = 0, second = 0] = parameters;
  switch (name) {
    case '':
      return input;
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
    case 'HardSwish':
      return add(name, [input]);
    case 'LeakyRelu':
      return add(name, [input], { alpha: { float: first } });
    case 'HardSigmoid':
      return add(name, [input], { alpha: { float: first }, beta: { float: second } });
    case 'Clip':
      return add(name, [input, scalarLike(node, first), scalarLike(node, second)]);
    default:
      throw view.fail(`the activation ${name} is not supported`);
  }
}

const convolution: Expand = (node, add) => {
  const [x, weights, bias, sum] = node.inputs;
  const given = node.attributes['activation_params'];
  const parameters = typeof given === 'object' && 'floats' in given ? given.floats : [];
  const attributes = without(node.attributes, 'activation', 'activation_params');
  const filtered = add('Conv', [x, weights, ...(bias === undefined ? [] : [bias])], attributes);
  return [activated(node, add, sum === undefined ? filtered : add('Add', [filtered, sum]), parameters)];
};

const gemm: Expand = (node, add) => {
  const view = viewOf(node);
  const names = ['activation_alpha', 'activation_beta', 'activation_gamma'];
  const product = add('Gemm', node.inputs, without(node.attributes, 'activation', ...names));
  const parameters = names.map((name) => view.float(name, 0));
  return [activated(node, add, product, parameters)];
};

/** x divided by the root of its mean square along the last axes, times a scale. */
function simplyNormalized(node: SourceNode, add: AddNode, x: Operand, scale: Operand, axis: number): Operand {
  const rank = knownRank(node);
  const first = viewOf(node).axis(axis, rank);
  const axes = Array.from({ length: rank - first }, (_, i) => first + i);
  const epsilon = scalarLike(node, viewOf(node).float('epsilon', 1e-5));
  const square = add('ReduceMean', [add('Mul', [x, x])], { axes });
  return add('Mul', [add('Div', [x, add('Sqrt', [add('Add', [square, epsilon])])]), scale]);
}

/** The root-mean-square normalisation, which ONNX Runtime had under another name before the standard. */
const simpleNormalization: Expand = (node, add) => {
  assertUnused(node, 1);
  const axis = viewOf(node).int('axis', -1);
  return [simplyNormalized(node, add, required(node, 0), required(node, 1), axis)];
};

/** A residual connection and the normalisation after it; the sum of the two goes on beside the result. */
function skipNormalization(normalize: (node: SourceNode, add: AddNode, sum: Operand) => Operand, bias: number): Expand {
  return (node, add) => {
    assertUnused(node, 1, 2);
    const added = add('Add', [required(node, 0), required(node, 1)]);
    const shift = node.inputs[bias];
    const sum = shift === undefined ? added : add('Add', [added, shift]);
    return [normalize(node, add, sum), undefined, undefined, sum];
  };
}

const layerNormalized = (node: SourceNode, add: AddNode, sum: Operand): Operand => {
  const attributes: Attributes = { axis: -1, epsilon: { float: viewOf(node).float('epsilon', 1e-12) } };
  const shift = node.inputs[3];
  // A last input that is there but empty takes ONNX Runtime 1.30 down.
  return add('LayerNormalization', [sum, required(node, 2), ...(shift === undefined ? [] : [shift])], attributes);
};

/** By name, with its domain where it is none of the standard ones. */
const expansions: Readonly<Record<string, Expand>> = {
  [`${RUNTIME_DOMAIN}.Attention`]: expandAttention,
  [`${RUNTIME_DOMAIN}.BiasGelu`]: gelu(false),
  [`${RUNTIME_DOMAIN}.FastGelu`]: gelu(true),
  [`${RUNTIME_DOMAIN}.FusedConv`]: convolution,
  [`${RUNTIME_DOMAIN}.FusedGemm`]: gemm,
  [`${RUNTIME_DOMAIN}.Gelu`]: gelu(false),
  [`${RUNTIME_DOMAIN}.MultiHeadAttention`]: expandMultiHeadAttention,
  [`${RUNTIME_DOMAIN}.QuickGelu`]: swish(1.702),
  [`${RUNTIME_DOMAIN}.SkipLayerNormalization`]: skipNormalization(layerNormalized, 4),
  [`${RUNTIME_DOMAIN}.SkipSimplifiedLayerNormalization`]: skipNormalization(
    (node, add, sum) => simplyNormalized(node, add, sum, required(node, 2), -1),
    3,
  ),
  RMSNormalization: simpleNormalization,
  Swish: swish(1),
  SimplifiedLayerNormalization: simpleNormalization,
};

/**
 * What ONNX Runtime's optimisers have made one operator of, as the standard operators that it stands for; undefined for all
 * other nodes. Models are published in that form too, and it has no gradients of its own.
 */
export function expandFused(node: SourceNode, add: AddNode): readonly (Operand | undefined)[] | undefined {
  const key = operatorName(node);
  return Object.hasOwn(expansions, key) ? expansions[key]!(node, add) : undefined;
}

/** Whether an operator is one of the standard, or stands for some of them; of the others not even shapes are known. */
export function isKnownOperator(node: Readonly<Pick<OnnxNode, 'opType' | 'domain'>>): boolean {
  const name = operatorName(node);
  return !name.includes('.') || Object.hasOwn(expansions, name) || name === `${RUNTIME_DOMAIN}.FusedMatMul`;
}

/** An input that the operator can't be without. */
function required(node: SourceNode, index: number): Operand {
  const operand = node.inputs[index];
  if (operand === undefined) throw viewOf(node).fail(`input ${index + 1} is missing`);
  return operand;
}

function assertUnused({ outputs, ...node }: SourceNode, ...indices: readonly number[]): void {
  if (indices.some((index) => (outputs[index] ?? '') !== ''))
    throw viewOf({ ...node, outputs }).fail('what it computes for a backward pass is used elsewhere');
}
