import type { Operator, OperatorNode, Operators } from '../operator.ts';
import { elementType, type Tensor, type TensorFlow } from '../tensors.ts';
import { dataTypeName } from '../../../../core/onnx/tensors.ts';

type Binary = (tf: TensorFlow, left: Tensor, right: Tensor) => Tensor;

export function unary(compute: (tf: TensorFlow, input: Tensor, node: OperatorNode) => Tensor): Operator {
  return (node) => compute(node.tf, node.input(0), node);
}

function binary(compute: Binary): Operator {
  return (node) => compute(node.tf, node.input(0), node.input(1));
}

/** Applied from left to right. */
function variadic(compute: Binary): Operator {
  return (node) => node.inputs.reduce((left, right) => compute(node.tf, left, right));
}

/** Repeats a tensor along dimensions of size 1 and missing ones; unlike TensorFlow's own with a gradient at any rank. */
export function broadcastTo(tf: TensorFlow, input: Tensor, shape: readonly number[]): Tensor {
  if (input.shape.length === shape.length && input.shape.every((size, axis) => size === shape[axis])) return input;
  if (input.dtype === 'bool') return tf.logicalOr(input, tf.zeros([...shape], 'bool'));
  return tf.add(input, tf.zeros([...shape], input.dtype));
}

/** TensorFlow's gradients of the larger and the smaller of two don't sum over what was repeated. */
function ofEqualShapes(compute: Binary): Binary {
  return (tf, left, right) => {
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(left.shape, right.shape);
    return compute(tf, broadcastTo(tf, left, shape), broadcastTo(tf, right, shape));
  };
}

const maximum = ofEqualShapes((tf, left, right) => tf.maximum(left, right));
const minimum = ofEqualShapes((tf, left, right) => tf.minimum(left, right));

/** ONNX cuts the quotient of integers off, TensorFlow rounds it down. */
function quotient(tf: TensorFlow, left: Tensor, right: Tensor): Tensor {
  if (left.dtype !== 'int32') return tf.div(left, right);
  return tf.cast(tf.div(tf.cast(left, 'float32'), tf.cast(right, 'float32')), 'int32');
}

const modulo: Operator = (node) => {
  const { tf } = node;
  const [left, right] = [node.input(0), node.input(1)];
  if (node.view.int('fmod', 0) === 0) return tf.mod(left, right);
  return tf.sub(left, tf.mul(right, tf.cast(tf.cast(tf.div(left, right), 'int32'), left.dtype)));
};

const power: Operator = (node) => {
  const base = node.input(0);
  return node.tf.pow(base, node.tf.cast(node.input(1), base.dtype));
};

const where: Operator = (node) => {
  const { tf } = node;
  const shape = node.outputShape();
  const [condition, left, right] = [0, 1, 2].map((i) => broadcastTo(tf, node.input(i), shape)) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  if (left.dtype !== 'float32') return tf.where(condition, left, right);
  // TensorFlow's gradient multiplies with zero what is not chosen, and infinity times zero is no number.
  const choose = tf.customGrad((...inputs) => {
    const [a, b, save] = inputs as unknown as [Tensor, Tensor, (tensors: Tensor[]) => void];
    save([condition]);
    const gradFunc = (gradient: Tensor, [chosen]: Tensor[]) => {
      const zero = tf.zerosLike(gradient);
      return [tf.where(chosen!, gradient, zero), tf.where(chosen!, zero, gradient)];
    };
    return { value: tf.where(condition, a, b), gradFunc };
  });
  return choose(left, right);
};

const clip: Operator = (node) => {
  const { tf } = node;
  const raised = node.has(1) ? maximum(tf, node.input(0), node.input(1)) : node.input(0);
  return node.has(2) ? minimum(tf, raised, node.input(2)) : raised;
};

const cast: Operator = (node) => {
  const { tf } = node;
  const type = dataTypeName(node.view.int('to', 1));
  if (type === undefined || type === 'string') throw node.unsupported('the element type is not supported');
  return tf.cast(node.input(0), elementType(type));
};

const dropout: Operator = (node) => {
  const training = node.has(2) && node.input(2).dataSync()[0] !== 0;
  if (training)
    throw node.unsupported('it is told to drop values, which training graphs do by masks that they are fed');
  const input = node.input(0);
  return [input, node.tf.cast(node.tf.onesLike(input), 'bool')];
};

export const elementwiseOperators: Operators = {
  Identity: unary((_, input) => input),
  Cast: cast,
  CastLike: (node) => node.tf.cast(node.input(0), node.input(1).dtype),
  Dropout: dropout,
  Abs: unary((tf, input) => tf.abs(input)),
  Ceil: unary((tf, input) => tf.ceil(input)),
  Cos: unary((tf, input) => tf.cos(input)),
  Erf: unary((tf, input) => tf.erf(input)),
  Exp: unary((tf, input) => tf.exp(input)),
  Floor: unary((tf, input) => tf.floor(input)),
  IsInf: unary((tf, input) => tf.isInf(input)),
  IsNaN: unary((tf, input) => tf.isNaN(input)),
  Log: unary((tf, input) => tf.log(input)),
  Neg: unary((tf, input) => tf.neg(input)),
  Not: unary((tf, input) => tf.logicalNot(input)),
  Reciprocal: unary((tf, input) => tf.div(1, input)),
  Round: unary((tf, input) => tf.round(input)),
  Sign: unary((tf, input) => tf.sign(input)),
  Sin: unary((tf, input) => tf.sin(input)),
  Sqrt: unary((tf, input) => tf.sqrt(input)),
  Add: binary((tf, left, right) => tf.add(left, right)),
  Sub: binary((tf, left, right) => tf.sub(left, right)),
  Mul: binary((tf, left, right) => tf.mul(left, right)),
  Div: binary(quotient),
  Mod: modulo,
  Pow: power,
  Max: variadic(maximum),
  Min: variadic(minimum),
  Sum: variadic((tf, left, right) => tf.add(left, right)),
  Mean: (node) =>
    node.tf.div(
      node.inputs.reduce((left, right) => node.tf.add(left, right)),
      node.inputs.length,
    ),
  And: binary((tf, left, right) => tf.logicalAnd(left, right)),
  Or: binary((tf, left, right) => tf.logicalOr(left, right)),
  Xor: binary((tf, left, right) => tf.logicalXor(left, right)),
  Equal: binary((tf, left, right) => tf.equal(left, right)),
  Greater: binary((tf, left, right) => tf.greater(left, right)),
  GreaterOrEqual: binary((tf, left, right) => tf.greaterEqual(left, right)),
  Less: binary((tf, left, right) => tf.less(left, right)),
  LessOrEqual: binary((tf, left, right) => tf.lessEqual(left, right)),
  Where: where,
  Clip: clip,
};
