import type { Operator, OperatorNode, Operators } from '../operator.ts';
import { tensorOf, type Tensor } from '../tensors.ts';

/** Indices count from the end where they are negative; TensorFlow's don't. */
function fromFront(node: OperatorNode, indices: Tensor, size: number): Tensor {
  const { tf } = node;
  return tf.where(tf.less(indices, tf.scalar(0, 'int32')), tf.add(indices, tf.scalar(size, 'int32')), indices);
}

const gathered: Operator = (node) => {
  const { tf } = node;
  const input = node.input(0);
  const axis = node.axis(0);
  const indices = fromFront(node, tf.reshape(node.input(1), [-1]), input.shape[axis]!);
  return tf.reshape(tf.gather(input, tf.cast(indices, 'int32'), axis), node.outputShape());
};

/** The input as one long row, of which every element of the output takes one. */
const gatheredElements: Operator = (node) => {
  const { tf } = node;
  const input = node.input(0);
  const axis = node.axis(0);
  const dims = node.shape(1);
  const strides = input.shape.map((_, i) => input.shape.slice(i + 1).reduce((product, size) => product * size, 1));
  const along = fromFront(node, node.input(1), input.shape[axis]!);
  const places = dims.reduce(
    (sum, size, i) => {
      if (i === axis) return sum;
      const offsets = Array.from({ length: size }, (_, at) => at * strides[i]!);
      return tf.add(
        sum,
        tensorOf(
          tf,
          'int32',
          dims.map((_, j) => (j === i ? size : 1)),
          offsets,
        ),
      );
    },
    tf.mul(along, tf.scalar(strides[axis]!, 'int32')),
  );
  const flat = tf.gather(tf.reshape(input, [-1]), tf.cast(tf.reshape(places, [-1]), 'int32'));
  return tf.reshape(flat, dims);
};

/** Rows of an identity matrix, spread between the two values given. */
const oneHot: Operator = (node) => {
  const { tf, view } = node;
  const depth = view.constants(1)![0]!;
  const axis = node.axis(-1, node.shape().length + 1);
  const indices = fromFront(node, tf.cast(node.input(0), 'int32'), depth);
  const flags = tf.cast(tf.oneHot(tf.cast(indices, 'int32'), depth), 'float32');
  const [off, on] = tf.unstack(node.input(2)) as [Tensor, Tensor];
  const spread = tf.add(tf.mul(flags, tf.sub(on, off)), off);
  const last = spread.shape.length - 1;
  const order = Array.from({ length: last + 1 }, (_, i) => (i < axis ? i : i === axis ? last : i - 1));
  return tf.transpose(spread, order);
};

export const indexingOperators: Operators = {
  Gather: gathered,
  GatherElements: gatheredElements,
  OneHot: oneHot,
};
