import { floatTensor, integerTensor } from '../tensors.ts';
import { knownInput, scalarLike, type AddNode, type Rewrite } from './rewrite.ts';
import { isConstant, viewOf, without, type Operand, type SourceNode } from './sourceNode.ts';

interface OlderForm {
  /** The operator set that brought the form of today. */
  readonly until: number;
  readonly rewrite: Rewrite;
}

/** Lists of integers that used to be attributes and became inputs, in the order of the inputs from the second on. */
function listsToInputs(...names: readonly string[]): Rewrite {
  return (node) => {
    const view = viewOf(node);
    const lists = names.map((name) => view.ints(name));
    while (lists.length > 0 && lists.at(-1) === undefined) lists.pop();
    const inputs = [node.inputs[0], ...lists.map((list) => list && integerTensor(list))];
    return { ...node, inputs, attributes: without(node.attributes, ...names) };
  };
}

const clip: Rewrite = (node) => {
  const bounds = ['min', 'max'].map((name): Operand | undefined => {
    return node.attributes[name] === undefined ? undefined : scalarLike(node, viewOf(node).float(name, 0));
  });
  return { ...node, inputs: [node.inputs[0], ...bounds], attributes: without(node.attributes, 'min', 'max') };
};

const pad: Rewrite = (node) => {
  const view = viewOf(node);
  const value = scalarLike(node, view.float('value', 0));
  const inputs = [node.inputs[0], integerTensor(view.ints('pads') ?? []), value];
  return { ...node, inputs, attributes: without(node.attributes, 'pads', 'value') };
};

const topK: Rewrite = (node) => {
  const count = integerTensor([viewOf(node).int('k', 1)]);
  return { ...node, inputs: [node.inputs[0], count], attributes: without(node.attributes, 'k') };
};

/** Its axis used to divide the dimensions into two groups: the function ran over all of the second. */
const overTrailingDimensions: Rewrite = (node, add) => {
  const view = viewOf(node);
  const rank = view.shape(0)?.length;
  const axis = view.int('axis', 1);
  if (rank !== undefined && view.axis(axis, rank) === rank - 1) return { ...node, attributes: { axis: -1 } };
  const [input] = node.inputs;
  const rows = add(node.opType, [add('Flatten', [input], { axis })], { axis: -1 });
  return { ...node, opType: 'Reshape', inputs: [rows, add('Shape', [input])], attributes: {} };
};

/** Until operator set 10, sizes were scaled without any offset, and fractions were cut off, or rounded up when shrinking. */
const resize: Rewrite = (node) => {
  const view = viewOf(node);
  const { scales: listed } = node.attributes;
  const fromAttribute = typeof listed === 'object' && 'floats' in listed ? listed.floats : undefined;
  const scales = fromAttribute ?? knownInput(node, 1, 'its scale');
  if (scales === undefined) throw view.fail('its scale is missing');
  const mode = view.text('mode', 'nearest');
  const shrinks = scales.some((scale) => scale < 1);
  if (mode === 'nearest' && shrinks && scales.some((scale) => scale > 1)) {
    throw view.fail('enlarging and shrinking at once is not supported');
  }
  const attributes = {
    mode: mode === 'bilinear' ? 'linear' : mode,
    coordinate_transformation_mode: 'asymmetric',
    ...(mode === 'nearest' ? { nearest_mode: shrinks ? 'ceil' : 'floor' } : {}),
  };
  const inputs = [node.inputs[0], undefined, floatTensor(scales, [scales.length])];
  return { ...node, opType: 'Resize', inputs, attributes };
};

const batchNormalization: Rewrite = (node) => {
  const view = viewOf(node);
  if (view.int('spatial', 1) === 0) throw view.fail('a normalisation of every position by itself is not supported');
  // Further outputs were for training only.
  return { ...node, outputs: node.outputs.slice(0, 1), attributes: without(node.attributes, 'spatial') };
};

const olderForms: Readonly<Record<string, OlderForm>> = {
  BatchNormalization: { until: 14, rewrite: batchNormalization },
  Clip: { until: 11, rewrite: clip },
  Hardmax: { until: 13, rewrite: overTrailingDimensions },
  LogSoftmax: { until: 13, rewrite: overTrailingDimensions },
  Pad: { until: 11, rewrite: pad },
  ReduceSum: { until: 13, rewrite: listsToInputs('axes') },
  Resize: { until: 11, rewrite: resize },
  Scatter: { until: 18, rewrite: (node) => ({ ...node, opType: 'ScatterElements' }) },
  Slice: { until: 10, rewrite: listsToInputs('starts', 'ends', 'axes') },
  Softmax: { until: 13, rewrite: overTrailingDimensions },
  Split: { until: 13, rewrite: listsToInputs('split') },
  Squeeze: { until: 13, rewrite: listsToInputs('axes') },
  TopK: { until: 10, rewrite: topK },
  Unsqueeze: { until: 13, rewrite: listsToInputs('axes') },
  Upsample: { until: 18, rewrite: resize },
};

/** Brings a node of an older operator set to the form of set 17, where they differ. */
export function fromOlder(node: SourceNode, opset: number, add: AddNode): SourceNode {
  const form = Object.hasOwn(olderForms, node.opType) ? olderForms[node.opType] : undefined;
  return form !== undefined && opset < form.until ? form.rewrite(node, add) : node;
}

/** What is the same in all operator sets: what only concerns training, and inputs that are there but empty. */
export function simplified(node: SourceNode): SourceNode {
  if (node.opType === 'Dropout') return withoutDropout(node);
  if (node.opType !== 'Resize') return node;
  const inputs = node.inputs.map((operand) => {
    return operand !== undefined && isConstant(operand) && operand.dims.includes(0) ? undefined : operand;
  });
  return { ...node, inputs };
}

function withoutDropout(node: SourceNode): SourceNode {
  const [input, , training] = node.inputs;
  const [output = '', mask = ''] = node.outputs;
  const attributes = without(node.attributes, 'ratio', 'is_test');
  const inference = training === undefined || viewOf(node).constants(2)?.[0] === 0;
  if (!inference || mask !== '') return { ...node, attributes };
  return { ...node, opType: 'Identity', inputs: [input], outputs: [output], attributes: {} };
}
