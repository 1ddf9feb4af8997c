import type { Operator, OperatorNode, Operators } from '../operator.ts';
import type { Tensor } from '../tensors.ts';

/** Numbers per channel, so that they stand at axis 1 of the input. */
function perChannel(node: OperatorNode, index: number): Tensor {
  const ones = new Array<number>(Math.max(0, node.shape().length - 2)).fill(1);
  return node.tf.reshape(node.input(index), [-1, ...ones]);
}

/** (input − mean) / √(variance + epsilon) */
function standardized(node: OperatorNode, mean: Tensor, variance: Tensor): Tensor {
  const { tf, view } = node;
  const deviation = tf.sqrt(tf.add(variance, view.float('epsilon', 1e-5)));
  return tf.div(tf.sub(node.input(0), mean), deviation);
}

const batchNormalization: Operator = (node) => {
  const { tf, view } = node;
  const [scale, shift] = [perChannel(node, 1), perChannel(node, 2)];
  if (view.int('training_mode', 0) === 0) {
    const normalized = standardized(node, perChannel(node, 3), perChannel(node, 4));
    return tf.add(tf.mul(normalized, scale), shift);
  }
  const axes = node.shape().flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const { mean, variance } = tf.moments(node.input(0), axes, true);
  const output = tf.add(tf.mul(standardized(node, mean, variance), scale), shift);
  const momentum = view.float('momentum', 0.9);
  const [runningMean, runningVariance] = [mean, variance].map((statistic, i) => {
    const old = node.input(3 + i);
    return tf.add(tf.mul(old, momentum), tf.mul(tf.reshape(statistic, old.shape), 1 - momentum));
  }) as [Tensor, Tensor];
  return [output, runningMean, runningVariance];
};

const layerNormalization: Operator = (node) => {
  const { tf, view } = node;
  const first = node.axis(-1);
  const axes = node.shape().flatMap((_, axis) => (axis < first ? [] : [axis]));
  const { mean, variance } = tf.moments(node.input(0), axes, true);
  const scaled = tf.mul(standardized(node, mean, variance), node.input(1));
  const inverse = tf.rsqrt(tf.add(variance, view.float('epsilon', 1e-5)));
  return [node.has(2) ? tf.add(scaled, node.input(2)) : scaled, mean, inverse];
};

const instanceNormalization: Operator = (node) => {
  const { tf } = node;
  const axes = node.shape().flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  const { mean, variance } = tf.moments(node.input(0), axes, true);
  return tf.add(tf.mul(standardized(node, mean, variance), perChannel(node, 1)), perChannel(node, 2));
};

const lpNormalization: Operator = (node) => {
  const { tf, view } = node;
  const input = node.input(0);
  const axis = node.axis(-1);
  const norm =
    view.int('p', 2) === 1 ? tf.sum(tf.abs(input), axis, true) : tf.sqrt(tf.sum(tf.mul(input, input), axis, true));
  return tf.div(input, norm);
};

export const normalizationOperators: Operators = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  LpNormalization: lpNormalization,
};
