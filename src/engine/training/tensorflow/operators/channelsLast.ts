import type { Tensor, TensorFlow } from '../tensors.ts';

/**
 * TensorFlow computes convolutions and poolings with the channels last, and over two or three dimensions. A sequence is
 * taken as a picture of height 1.
 *
 * @param input `[N, C, …]`
 * @returns `[N, …, C]`
 */
export function toChannelsLast(tf: TensorFlow, input: Tensor): Tensor {
  const [batch, channels, ...sizes] = input.shape as [number, number, ...number[]];
  const spread = sizes.length === 1 ? tf.reshape(input, [batch, channels, 1, sizes[0]!]) : input;
  const rank = spread.shape.length;
  return tf.transpose(spread, [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]);
}

/** @param shape the shape to get back to, `[N, C, …]` */
export function fromChannelsLast(tf: TensorFlow, output: Tensor, shape: readonly number[]): Tensor {
  const rank = output.shape.length;
  const moved = tf.transpose(output, [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]);
  return tf.reshape(moved, [...shape]);
}

/** One number per spatial dimension of the input, for the dimensions that TensorFlow sees. */
export function spread(numbers: readonly number[], filler: number): number[] {
  return numbers.length === 1 ? [filler, numbers[0]!] : [...numbers];
}
