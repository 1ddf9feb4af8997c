import { elementType, tensorOf, type Tensor, type TensorFlow } from '../tensors.ts';
import { slicedRange } from '../../../../core/onnx/shapes/arranging.ts';
import { dataTypeName, numbersOfTensor } from '../../../../core/onnx/tensors.ts';
import type { Operator, OperatorNode, Operators } from '../operator.ts';
import { broadcastTo } from './elementwise.ts';

/** For operators that only give the same elements another shape. */
const reshaped: Operator = (node) => node.tf.reshape(node.input(0), node.outputShape());

const transposed: Operator = (node) => {
  const { tf, view } = node;
  const input = node.input(0);
  return tf.transpose(input, [...(view.ints('perm') ?? input.shape.map((_, axis) => axis).reverse())]);
};

/** Consecutive parts along an axis. TensorFlow's gradient of this fails where there is only one part. */
export function partsOf(tf: TensorFlow, input: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  return sizes.length === 1 ? [input] : tf.split(input, [...sizes], axis);
}

const split: Operator = (node) => {
  const axis = node.axis(0);
  const sizes = Array.from({ length: node.view.outputCount }, (_, i) => node.outputShape(i)[axis]!);
  return partsOf(node.tf, node.input(0), sizes, axis);
};

/** Elements `first` to `first + count` along an axis. */
function section(tf: TensorFlow, input: Tensor, axis: number, first: number, count: number): Tensor {
  if (first === 0 && count === input.shape[axis]) return input;
  const begin = input.shape.map((_, i) => (i === axis ? first : 0));
  return tf.slice(input, begin, input.shape.with(axis, count));
}

/** Every `step`-th element along an axis. Made of operations that TensorFlow has gradients of, unlike its own. */
function everyNth(tf: TensorFlow, input: Tensor, axis: number, count: number, step: number): Tensor {
  if (step === 1) return input;
  const missing = count * step - input.shape[axis]!;
  const filled = missing > 0 ? padded(tf, input, axis, 0, missing, 0) : section(tf, input, axis, 0, count * step);
  const outer = input.shape.slice(0, axis).reduce((product, size) => product * size, 1);
  const groups = tf.reshape(filled, [outer * count, step, -1]);
  return tf.reshape(section(tf, groups, 1, 0, 1), input.shape.with(axis, count));
}

const sliced: Operator = (node) => {
  const { tf, view } = node;
  const starts = view.constants(1)!;
  const ends = view.constants(2)!;
  const axes = view.constants(3) ?? starts.map((_, i) => i);
  return axes.reduce((input, given, i) => {
    const axis = view.axis(given, input.shape.length);
    const step = view.constants(4)?.[i] ?? 1;
    const { start, count } = slicedRange(input.shape[axis]!, starts[i]!, ends[i]!, step);
    if (count === 0) return section(tf, input, axis, 0, 0);
    const reach = (count - 1) * Math.abs(step) + 1;
    if (step > 0) return everyNth(tf, section(tf, input, axis, start, reach), axis, count, step);
    const backwards = tf.reverse(section(tf, input, axis, start - reach + 1, reach), axis);
    return everyNth(tf, backwards, axis, count, -step);
  }, node.input(0));
};

/** Adds elements along an axis; negative numbers take away. */
export function padded(
  tf: TensorFlow,
  input: Tensor,
  axis: number,
  before: number,
  after: number,
  value: number,
): Tensor {
  const kept = input.shape[axis]! + Math.min(0, before) + Math.min(0, after);
  const inner = section(tf, input, axis, Math.max(0, -before), kept);
  if (before <= 0 && after <= 0) return inner;
  const pads = inner.shape.map((_, i): [number, number] => {
    return i === axis ? [Math.max(0, before), Math.max(0, after)] : [0, 0];
  });
  return tf.pad(inner, pads, value);
}

/** Where the elements come from that a mode of padding puts before and behind `size` ones. */
function repeatedIndices(mode: string, size: number, before: number, after: number): number[] {
  const wrap = (at: number, period: number) => ((at % period) + period) % period;
  return Array.from({ length: before + size + after }, (_, i) => {
    const at = i - before;
    if (mode === 'edge') return Math.min(Math.max(at, 0), size - 1);
    if (mode === 'wrap') return wrap(at, size);
    const turned = wrap(at, Math.max(1, 2 * (size - 1)));
    return turned < size ? turned : 2 * (size - 1) - turned;
  });
}

const padding: Operator = (node) => {
  const { tf, view } = node;
  const input = node.input(0);
  const pads = view.constants(1)!;
  const axes = view.constants(3)?.map((axis) => view.axis(axis, input.shape.length)) ?? input.shape.map((_, i) => i);
  const mode = view.text('mode', 'constant');
  const value = node.has(2) ? (view.constants(2)![0] ?? 0) : 0;
  return axes.reduce((result, axis, i) => {
    const [before, after] = [pads[i]!, pads[i + axes.length]!];
    if (before === 0 && after === 0) return result;
    if (mode === 'constant' || (before <= 0 && after <= 0)) return padded(tf, result, axis, before, after, value);
    if (before < 0 || after < 0) throw node.unsupported(`padding of mode ${mode} that takes away`);
    const indices = repeatedIndices(mode, result.shape[axis]!, before, after);
    return tf.gather(result, tensorOf(tf, 'int32', [indices.length], indices), axis);
  }, input);
};

const tiled: Operator = (node) => {
  const { tf, view } = node;
  return view.constants(1)!.reduce((input, times, axis) => {
    if (times === 0) return section(tf, input, axis, 0, 0);
    return times === 1 ? input : tf.concat(new Array<Tensor>(times).fill(input), axis);
  }, node.input(0));
};

/** `[N, C, H, W]` with blocks of channels laid out in space. */
const depthToSpace: Operator = (node) => {
  const { tf, view } = node;
  const block = view.int('blocksize', 1);
  const [batch, channels, height, width] = node.shape() as [number, number, number, number];
  const depth = channels / block ** 2;
  const columnRowDepth = view.text('mode', 'DCR') === 'CRD';
  const parts = columnRowDepth
    ? [batch, depth, block, block, height, width]
    : [batch, block, block, depth, height, width];
  const order = columnRowDepth ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  return tf.reshape(tf.transpose(tf.reshape(node.input(0), parts), order), node.outputShape());
};

const spaceToDepth: Operator = (node) => {
  const { tf, view } = node;
  const block = view.int('blocksize', 1);
  const [batch, channels, height, width] = node.shape() as [number, number, number, number];
  const parts = tf.reshape(node.input(0), [batch, channels, height / block, block, width / block, block]);
  return tf.reshape(tf.transpose(parts, [0, 3, 5, 1, 2, 4]), node.outputShape());
};

const filled: Operator = (node) => {
  const { value } = node.view.attributes;
  const tensor = typeof value === 'object' && 'tensor' in value ? value.tensor : undefined;
  const type = elementType((tensor && dataTypeName(tensor.dataType)) ?? 'float32');
  const [number = 0] = (tensor && numbersOfTensor(tensor)) ?? [];
  const shape = node.outputShape();
  return tensorOf(
    node.tf,
    type,
    shape,
    new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(number),
  );
};

function integers(node: OperatorNode, values: readonly number[], dims: readonly number[]): Tensor {
  return tensorOf(node.tf, 'int32', dims, values);
}

export const arrangingOperators: Operators = {
  Flatten: reshaped,
  Reshape: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: transposed,
  Concat: (node) => {
    const { inputs } = node;
    return inputs.length === 1 ? inputs[0]! : node.tf.concat([...inputs], node.axis(0));
  },
  Split: split,
  Slice: sliced,
  Pad: padding,
  Tile: tiled,
  Expand: (node) => broadcastTo(node.tf, node.input(0), node.outputShape()),
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  ConstantOfShape: filled,
  Shape: (node) => {
    const sizes = node.shape().slice(node.view.int('start', 0), node.view.int('end', Infinity));
    return integers(node, sizes, [sizes.length]);
  },
  Size: (node) => integers(node, [node.input(0).size], []),
  Range: (node) => {
    const [start, , delta] = [0, 1, 2].map((i) => node.view.constants(i)![0]!) as [number, number, number];
    const [length] = node.outputShape() as [number];
    const values = Array.from({ length }, (_, i) => start + i * delta);
    return tensorOf(node.tf, elementType(node.view.type(0) ?? 'float32'), [length], values);
  },
};
