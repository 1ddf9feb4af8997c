import type { Operator, OperatorNode, Operators } from '../operator.ts';
import type { Tensor, TensorFlow } from '../tensors.ts';
import { broadcastTo } from './elementwise.ts';

function transposed(tf: TensorFlow, matrices: Tensor): Tensor {
  const rank = matrices.shape.length;
  const order = matrices.shape.map((_, axis) => axis);
  return rank < 2 ? matrices : tf.transpose(matrices, [...order.slice(0, -2), rank - 1, rank - 2]);
}

/** The gradient of TensorFlow's product doesn't sum over matrices that were repeated; that of a repetition does. */
function matrixProduct(node: OperatorNode, left: Tensor, right: Tensor): Tensor {
  const { tf } = node;
  const a = left.shape.length === 1 ? tf.reshape(left, [1, -1]) : left;
  const b = right.shape.length === 1 ? tf.reshape(right, [-1, 1]) : right;
  const shape = node.outputShape();
  if (b.shape.length === 2) {
    return tf.reshape(tf.matMul(tf.reshape(a, [-1, a.shape.at(-1)!]), b), shape);
  }
  const vectors = Number(left.shape.length === 1) + Number(right.shape.length === 1);
  const batch = shape.slice(0, shape.length - 2 + vectors);
  const [stackA, stackB] = [a, b].map((stack) => broadcastTo(tf, stack, [...batch, ...stack.shape.slice(-2)])) as [
    Tensor,
    Tensor,
  ];
  return tf.reshape(tf.matMul(stackA, stackB), shape);
}

const fused: Operator = (node) => {
  const { tf, view } = node;
  if (view.int('transBatchA', 0) + view.int('transBatchB', 0) > 0)
    throw node.unsupported('transBatch is not supported');
  const left = view.int('transA', 0) === 0 ? node.input(0) : transposed(tf, node.input(0));
  const right = view.int('transB', 0) === 0 ? node.input(1) : transposed(tf, node.input(1));
  const product = matrixProduct(node, left, right);
  const alpha = view.float('alpha', 1);
  return alpha === 1 ? product : tf.mul(product, alpha);
};

const gemm: Operator = (node) => {
  const { tf, view } = node;
  const product = tf.matMul(node.input(0), node.input(1), view.int('transA', 0) !== 0, view.int('transB', 0) !== 0);
  const alpha = view.float('alpha', 1);
  const scaled = alpha === 1 ? product : tf.mul(product, alpha);
  if (!node.has(2)) return scaled;
  const beta = view.float('beta', 1);
  return tf.add(scaled, beta === 1 ? node.input(2) : tf.mul(node.input(2), beta));
};

export const productOperators: Operators = {
  MatMul: (node) => matrixProduct(node, node.input(0), node.input(1)),
  FusedMatMul: fused,
  Gemm: gemm,
};
