import type { NodeView } from '../shapes/nodeView.ts';
import { floatTensor, integerTensor } from '../tensors.ts';
import { geluFactors } from './gelu.ts';
import { knownInput, knownRank, type AddNode, type Rewrite } from './rewrite.ts';
import { viewOf, without, type SourceNode } from './sourceNode.ts';

interface NewerForm {
  /** The operator set that brought the newer form. */
  readonly since: number;
  readonly rewrite: (node: SourceNode, add: AddNode, opset: number) => SourceNode;
}

/** Axes became an input of all reductions; in set 17 only that of `ReduceSum` is one. */
const reduction: Rewrite = (node) => {
  const view = viewOf(node);
  const axes = knownInput(node, 1, 'the list of its axes');
  const attributes = without(node.attributes, 'noop_with_empty_axes');
  if (axes !== undefined && axes.length > 0)
    return { ...node, inputs: [node.inputs[0]], attributes: { ...attributes, axes } };
  const nothing = view.int('noop_with_empty_axes', 0) !== 0;
  if (nothing) return { ...node, opType: 'Identity', inputs: [node.inputs[0]], attributes: {} };
  return { ...node, inputs: [node.inputs[0]], attributes };
};

const split: Rewrite = (node) => {
  const attributes = without(node.attributes, 'num_outputs');
  if (node.inputs[1] !== undefined) return { ...node, attributes };
  const view = viewOf(node);
  const size = view.shape(0)?.[view.axis(view.int('axis', 0), knownRank(node))];
  if (typeof size !== 'number') throw view.fail('the size that it splits is not known');
  const count = node.outputs.length;
  const chunk = Math.ceil(size / count);
  const parts = Array.from({ length: count }, (_, i) => Math.min(chunk, size - i * chunk));
  return { ...node, inputs: [node.inputs[0], integerTensor(parts)], attributes };
};

const pad: Rewrite = (node) => {
  const [input, , value] = node.inputs;
  const axes = knownInput(node, 3, 'the list of its axes');
  if (axes === undefined) return node;
  const view = viewOf(node);
  const rank = knownRank(node);
  const pads = knownInput(node, 1, 'the padding') ?? [];
  const all = new Array<number>(2 * rank).fill(0);
  axes.forEach((given, i) => {
    const axis = view.axis(given, rank);
    all[axis] = pads[i]!;
    all[rank + axis] = pads[axes.length + i]!;
  });
  return { ...node, inputs: [input, integerTensor(all), value] };
};

const resize: Rewrite = (node) => {
  const view = viewOf(node);
  if (view.int('antialias', 0) !== 0) throw view.fail('antialias is not supported');
  if (view.text('keep_aspect_ratio_policy', 'stretch') !== 'stretch') {
    throw view.fail('keep_aspect_ratio_policy is not supported');
  }
  const coordinates = view.text('coordinate_transformation_mode', 'half_pixel');
  if (coordinates === 'half_pixel_symmetric') throw view.fail(`${coordinates} is not supported`);
  const attributes = without(node.attributes, 'antialias', 'keep_aspect_ratio_policy', 'axes');
  const axes = view.ints('axes');
  if (axes === undefined) return { ...node, attributes };
  if (coordinates === 'tf_crop_and_resize') throw view.fail('cutting out along some of the axes is not supported');
  const rank = knownRank(node);
  const chosen = axes.map((axis) => view.axis(axis, rank));
  const scales = knownInput(node, 2, 'its scale');
  if (scales !== undefined && scales.length > 0) {
    const all = new Array<number>(rank).fill(1);
    chosen.forEach((axis, i) => (all[axis] = scales[i]!));
    return { ...node, inputs: [node.inputs[0], undefined, floatTensor(all, [rank])], attributes };
  }
  const sizes = knownInput(node, 3, 'its size') ?? [];
  const all = view.shape(0)!.map((size, axis) => (chosen.includes(axis) ? sizes[chosen.indexOf(axis)]! : size));
  const fixed = all.filter((size) => typeof size === 'number');
  if (fixed.length < rank) throw view.fail('the sizes of its input are not fixed');
  return { ...node, inputs: [node.inputs[0], undefined, undefined, integerTensor(fixed)], attributes };
};

/** https://onnx.ai/onnx/operators/onnx__Gelu.html */
const gelu: Rewrite = (node, add) => {
  const approximate = viewOf(node).text('approximate', 'none') === 'tanh';
  const inputs = geluFactors(node, add, node.inputs[0]!, approximate);
  return { ...node, opType: 'Mul', inputs, attributes: {} };
};

const mish: Rewrite = (node, add) => {
  const [input] = node.inputs;
  return { ...node, opType: 'Mul', inputs: [input, add('Tanh', [add('Softplus', [input])])], attributes: {} };
};

/** Groups of channels become the channels of an instance normalisation. Until set 20, each group has one scale. */
const groupNormalization: NewerForm['rewrite'] = (node, add, opset) => {
  const view = viewOf(node);
  const [input, scale, bias] = node.inputs;
  const groups = view.int('num_groups', 1);
  const epsilon = { epsilon: { float: view.float('epsilon', 1e-5) } };
  const grouped = add('Reshape', [input, integerTensor([0, groups, -1])]);
  const shape = add('Shape', [input]);
  const restored = { ...node, opType: 'Reshape', attributes: {} };
  if (opset < 21)
    return { ...restored, inputs: [add('InstanceNormalization', [grouped, scale, bias], epsilon), shape] };
  const [ones, zeros] = [1, 0].map((value) => floatTensor(new Float32Array(groups).fill(value), [groups]));
  const normalized = add('Reshape', [add('InstanceNormalization', [grouped, ones, zeros], epsilon), shape]);
  const perChannel = integerTensor([-1, ...new Array<number>(knownRank(node) - 2).fill(1)]);
  const scaled = add('Mul', [normalized, add('Reshape', [scale, perChannel])]);
  return { ...node, opType: 'Add', inputs: [scaled, add('Reshape', [bias, perChannel])], attributes: {} };
};

/** For attributes that say nothing new as long as they have these values. */
function plain(usual: Readonly<Record<string, (view: NodeView) => boolean>>): Rewrite {
  return (node) => {
    const view = viewOf(node);
    for (const [name, isUsual] of Object.entries(usual))
      if (!isUsual(view)) throw view.fail(`${name} is not supported`);
    return { ...node, attributes: without(node.attributes, ...Object.keys(usual)) };
  };
}

const undilated = plain({ dilations: (view) => (view.ints('dilations') ?? []).every((dilation) => dilation === 1) });
const scatter: Rewrite = (node) => {
  const view = viewOf(node);
  const kind = view.text('reduction', 'none');
  if (kind === 'max' || kind === 'min') throw view.fail(`reduction ${kind} is not supported`);
  return node;
};
/** What happens beyond the range of 8-bit floats, which are none of ours. */
const saturating = plain({ saturate: () => true });
const quantizing = plain({
  saturate: () => true,
  block_size: (view) => view.int('block_size', 0) === 0,
  output_dtype: (view) => view.int('output_dtype', 0) === 0,
  precision: (view) => view.int('precision', 0) === 0,
});

const REDUCTIONS = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'];

const newerForms: Readonly<Record<string, NewerForm>> = {
  ...Object.fromEntries(REDUCTIONS.map((kind) => [`Reduce${kind}`, { since: 18, rewrite: reduction }])),
  AveragePool: { since: 19, rewrite: undilated },
  Cast: { since: 19, rewrite: saturating },
  CastLike: { since: 19, rewrite: saturating },
  DequantizeLinear: { since: 21, rewrite: quantizing },
  Gelu: { since: 20, rewrite: gelu },
  GroupNormalization: { since: 18, rewrite: groupNormalization },
  LpPool: { since: 18, rewrite: undilated },
  Mish: { since: 18, rewrite: mish },
  Pad: { since: 18, rewrite: pad },
  QuantizeLinear: { since: 19, rewrite: quantizing },
  Resize: { since: 18, rewrite: resize },
  ScatterElements: { since: 18, rewrite: scatter },
  ScatterND: { since: 18, rewrite: scatter },
  Split: { since: 18, rewrite: split },
};

/** Operators that came after set 17 and are not made of others here. */
const UNSUPPORTED = new Set([
  'AffineGrid', 'Attention', 'BitwiseAnd', 'BitwiseNot', 'BitwiseOr', 'BitwiseXor', 'CenterCropPad', 'Col2Im', 'DeformConv',
  'ImageDecoder', 'RegexFullMatch', 'RotaryEmbedding', 'StringConcat', 'StringSplit',
  'TensorScatter',
]); // prettier-ignore

/** Brings a node of a newer operator set to the form of set 17. Throws invalid-graph for what that can't express. */
export function fromNewer(node: SourceNode, opset: number, add: AddNode): SourceNode {
  if (UNSUPPORTED.has(node.opType)) throw viewOf(node).fail('operator set 17 has no such operator');
  const form = Object.hasOwn(newerForms, node.opType) ? newerForms[node.opType] : undefined;
  return form !== undefined && opset >= form.since ? form.rewrite(node, add, opset) : node;
}
