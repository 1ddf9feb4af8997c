import type { Operator, OperatorNode, Operators } from '../operator.ts';
import type { Tensor, TensorFlow } from '../tensors.ts';
import { unary } from './elementwise.ts';

/** `slope · x` below zero, x above. */
function leaky(tf: TensorFlow, input: Tensor, slope: Tensor | number): Tensor {
  return tf.sub(tf.relu(input), tf.mul(slope, tf.relu(tf.neg(input))));
}

/** `scale · (eˣ − 1)` below zero; the exponential never sees what is above, where it would overflow. */
function exponentialBelowZero(tf: TensorFlow, input: Tensor, scale: number): Tensor {
  const below = tf.sub(tf.exp(tf.neg(tf.relu(tf.neg(input)))), 1);
  return tf.add(tf.relu(input), tf.mul(below, scale));
}

function ramp(tf: TensorFlow, input: Tensor, slope: number, offset: number): Tensor {
  return tf.minimum(tf.maximum(tf.add(tf.mul(input, slope), offset), 0), 1);
}

/** TensorFlow's softmax runs along the last axis. */
function alongAxis(compute: (tf: TensorFlow, rows: Tensor) => Tensor): Operator {
  return (node: OperatorNode) => {
    const { tf } = node;
    const input = node.input(0);
    const rank = input.shape.length;
    const axis = node.axis(-1);
    if (axis === rank - 1) return compute(tf, input);
    const swapped = input.shape.map((_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
    return tf.transpose(compute(tf, tf.transpose(input, swapped)), swapped);
  };
}

export const activationOperators: Operators = {
  Relu: unary((tf, input) => tf.relu(input)),
  LeakyRelu: unary((tf, input, { view }) => leaky(tf, input, view.float('alpha', 0.01))),
  PRelu: unary((tf, input, node) => leaky(tf, input, node.input(1))),
  Elu: unary((tf, input, { view }) => exponentialBelowZero(tf, input, view.float('alpha', 1))),
  Celu: unary((tf, input, { view }) => {
    const alpha = view.float('alpha', 1);
    return tf.mul(exponentialBelowZero(tf, tf.div(input, alpha), 1), alpha);
  }),
  Selu: unary((tf, input, { view }) => {
    const gamma = view.float('gamma', 1.0507009873554805);
    return tf.mul(exponentialBelowZero(tf, input, view.float('alpha', 1.6732632423543772)), gamma);
  }),
  Sigmoid: unary((tf, input) => tf.sigmoid(input)),
  Tanh: unary((tf, input) => tf.tanh(input)),
  Softplus: unary((tf, input) => tf.softplus(input)),
  Softsign: unary((tf, input) => tf.div(input, tf.add(tf.abs(input), 1))),
  HardSigmoid: unary((tf, input, { view }) => ramp(tf, input, view.float('alpha', 0.2), view.float('beta', 0.5))),
  HardSwish: unary((tf, input) => tf.mul(input, ramp(tf, input, 1 / 6, 0.5))),
  Softmax: alongAxis((tf, rows) => tf.softmax(rows)),
  LogSoftmax: alongAxis((tf, rows) => tf.logSoftmax(rows)),
};
