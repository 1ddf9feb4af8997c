import type { Operator, OperatorNode, Operators } from '../operator.ts';
import { tensorOf, type Tensor } from '../tensors.ts';

/** Where the middle of an element of the output lies in the input, in single precision as ONNX Runtime computes it. */
function originOf(node: OperatorNode, mode: string, at: number, input: number, output: number, scale: number): number {
  const round = Math.fround;
  switch (mode) {
    case 'half_pixel':
      return round(round((at + 0.5) / scale) - 0.5);
    case 'pytorch_half_pixel':
      return output > 1 ? round(round((at + 0.5) / scale) - 0.5) : 0;
    case 'align_corners':
      return output === 1 ? 0 : round((at * (input - 1)) / (output - 1));
    case 'asymmetric':
      return round(at / scale);
    default:
      throw node.unsupported(`coordinates of the kind ${mode}`);
  }
}

function roundedIndex(mode: string, origin: number): number {
  if (mode === 'floor') return Math.floor(origin);
  if (mode === 'ceil') return Math.ceil(origin);
  return mode === 'round_prefer_ceil' ? Math.floor(origin + 0.5) : Math.ceil(origin - 0.5);
}

function inside(index: number, size: number): number {
  return Math.min(Math.max(index, 0), size - 1);
}

/** Weights of the input's elements in each element of the output, `[input, output]`. */
function linearWeights(origins: readonly number[], input: number): Float32Array {
  const weights = new Float32Array(input * origins.length);
  origins.forEach((given, at) => {
    const origin = inside(given, input);
    const left = Math.floor(origin);
    const right = inside(left + 1, input);
    weights[left * origins.length + at]! += 1 - (origin - left);
    weights[right * origins.length + at]! += origin - left;
  });
  return weights;
}

/** Resizes one dimension; that commutes with the others. */
function resizedAlong(node: OperatorNode, input: Tensor, axis: number, output: number, scale: number): Tensor {
  const { tf, view } = node;
  const size = input.shape[axis]!;
  const coordinates = view.text('coordinate_transformation_mode', 'half_pixel');
  const origins = Array.from({ length: output }, (_, at) => originOf(node, coordinates, at, size, output, scale));
  const mode = view.text('mode', 'nearest');
  if (mode === 'nearest') {
    const rounding = view.text('nearest_mode', 'round_prefer_floor');
    const indices = origins.map((origin) => inside(roundedIndex(rounding, origin), size));
    return tf.gather(input, tensorOf(tf, 'int32', [output], indices), axis);
  }
  if (mode !== 'linear') throw node.unsupported(`resizing of mode ${mode}`);
  const weights = tensorOf(tf, 'float32', [size, output], linearWeights(origins, size));
  const order = input.shape.map((_, i) => i);
  const swapped = order.with(axis, order.length - 1).with(-1, axis);
  const rows = tf.transpose(input, swapped);
  const product = tf.matMul(tf.reshape(rows, [-1, size]), weights);
  return tf.transpose(tf.reshape(product, [...rows.shape.slice(0, -1), output]), swapped);
}

const resize: Operator = (node) => {
  const { view } = node;
  const scales = view.constants(2) ?? [];
  return node.outputShape().reduce((input, output, axis) => {
    const size = input.shape[axis]!;
    const scale = scales[axis] ?? Math.fround(output / size);
    return output === size && scale === 1 ? input : resizedAlong(node, input, axis, output, scale);
  }, node.input(0));
};

export const resizingOperators: Operators = { Resize: resize };
