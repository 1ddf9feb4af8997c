import type { Operator, Operators } from '../operator.ts';
import type { Tensor, TensorFlow } from '../tensors.ts';

type Reduction = (tf: TensorFlow, input: Tensor, axes: number[], keep: boolean) => Tensor;

function reduction(reduce: Reduction): Operator {
  return (node) => {
    const { tf, view } = node;
    const input = node.input(0);
    const listed = view.axes(1, input.shape.length);
    const every = listed === undefined || listed === 'none' || listed.length === 0;
    if (every && view.int('noop_with_empty_axes', 0) !== 0) return input;
    const axes = every ? input.shape.map((_, axis) => axis) : [...listed];
    return reduce(tf, input, axes, view.int('keepdims', 1) !== 0);
  };
}

function position(find: (tf: TensorFlow, input: Tensor, axis: number) => Tensor): Operator {
  return (node) => {
    const axis = node.axis(0);
    if (node.view.int('select_last_index', 0) !== 0) throw node.unsupported('select_last_index is not supported');
    const found = find(node.tf, node.input(0), axis);
    return node.view.int('keepdims', 1) === 0 ? found : node.tf.expandDims(found, axis);
  };
}

export const reducingOperators: Operators = {
  ReduceSum: reduction((tf, input, axes, keep) => tf.sum(input, axes, keep)),
  ReduceMean: reduction((tf, input, axes, keep) => tf.mean(input, axes, keep)),
  ReduceMax: reduction((tf, input, axes, keep) => tf.max(input, axes, keep)),
  ReduceMin: reduction((tf, input, axes, keep) => tf.min(input, axes, keep)),
  ReduceProd: reduction((tf, input, axes, keep) => tf.prod(input, axes, keep)),
  ReduceL1: reduction((tf, input, axes, keep) => tf.sum(tf.abs(input), axes, keep)),
  ReduceL2: reduction((tf, input, axes, keep) => tf.sqrt(tf.sum(tf.mul(input, input), axes, keep))),
  ReduceLogSum: reduction((tf, input, axes, keep) => tf.log(tf.sum(input, axes, keep))),
  ReduceLogSumExp: reduction((tf, input, axes, keep) => tf.logSumExp(input, axes, keep)),
  ReduceSumSquare: reduction((tf, input, axes, keep) => tf.sum(tf.mul(input, input), axes, keep)),
  ArgMax: position((tf, input, axis) => tf.argMax(input, axis)),
  ArgMin: position((tf, input, axis) => tf.argMin(input, axis)),
};
