import { DataType } from '../model.ts';
import { dataTypeName } from '../tensors.ts';
import type { Dimension, NodeView, Shape, ValueType } from './nodeView.ts';
import type { ShapeRules } from './rules.ts';

/** Shape of an elementwise operation (https://onnx.ai/onnx/repo-docs/Broadcasting.html). */
export function broadcastShapes(node: NodeView, shapes: readonly (Shape | undefined)[]): Shape | undefined {
  let result: Shape | undefined = [];
  for (const shape of shapes) {
    if (shape === undefined) return undefined;
    result = broadcastTwo(node, result, shape);
  }
  return result;
}

function broadcastTwo(node: NodeView, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis): Dimension => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    // A size with a name can only be 1 or equal to the other.
    if (typeof left === 'string') return right;
    if (typeof right === 'string') return left;
    throw node.fail(`sizes ${left} and ${right} can't be broadcast to each other`);
  });
}

function like(index: number): (node: NodeView) => ValueType[] {
  return (node) => [{ type: node.type(index), shape: node.shape(index) }];
}

function broadcast(node: NodeView): ValueType[] {
  const shapes = node.inputs.map((_, i) => node.shape(i));
  return [{ type: node.commonType(), shape: broadcastShapes(node, shapes) }];
}

function comparison(node: NodeView): ValueType[] {
  return [{ ...broadcast(node)[0]!, type: 'bool' }];
}

function toBoolean(node: NodeView): ValueType[] {
  return [{ type: 'bool', shape: node.shape(0) }];
}

/** As the first input, along an axis that has to exist. */
function alongAxis(node: NodeView): ValueType[] {
  const { type, shape } = node.input(0);
  if (shape !== undefined && node.attributes['axis'] !== undefined) node.axis(node.int('axis', -1), shape.length);
  return [{ type, shape }];
}

const UNARY = [
  'Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Celu', 'Cos', 'Cosh', 'CumSum', 'Elu', 'Erf', 'Exp',
  'Floor', 'Gelu', 'HardSigmoid', 'HardSwish', 'Identity', 'InstanceNormalization', 'LRN', 'LeakyRelu', 'Log', 'Mish',
  'Neg', 'Not', 'Reciprocal', 'Relu', 'Round', 'ScatterElements', 'ScatterND', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Sinh',
  'Softplus', 'Softsign', 'Sqrt', 'Tan', 'Tanh', 'ThresholdedRelu', 'Trilu',
]; // prettier-ignore
const ALONG_AXIS = ['Hardmax', 'LogSoftmax', 'LpNormalization', 'Softmax'];
const BINARY = ['Add', 'And', 'Div', 'Max', 'Mean', 'Min', 'Mod', 'Mul', 'Or', 'Sub', 'Sum', 'Xor'];
const COMPARISONS = ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'];

export const elementwiseShapes: ShapeRules = {
  ...Object.fromEntries(UNARY.map((opType) => [opType, like(0)])),
  ...Object.fromEntries(ALONG_AXIS.map((opType) => [opType, alongAxis])),
  ...Object.fromEntries(BINARY.map((opType) => [opType, broadcast])),
  ...Object.fromEntries(COMPARISONS.map((opType) => [opType, comparison])),
  IsNaN: toBoolean,
  IsInf: toBoolean,
  Clip: like(0),
  PRelu: like(0),
  Pow: (node) => [{ type: node.type(0), shape: broadcastShapes(node, [node.shape(0), node.shape(1)]) }],
  Where: (node) => [
    {
      type: node.commonType([1, 2]),
      shape: broadcastShapes(node, [node.shape(0), node.shape(1), node.shape(2)]),
    },
  ],
  Cast: (node) => {
    const to = node.int('to', DataType.float32);
    const type = dataTypeName(to);
    if (type === undefined) throw node.fail(`element type ${to} is unknown`);
    return [{ type, shape: node.shape(0) }];
  },
  CastLike: (node) => [{ type: node.type(1), shape: node.shape(0) }],
  Dropout: (node) => {
    const { type, shape } = node.input(0);
    return [
      { type, shape },
      { type: 'bool' as const, shape },
    ].slice(0, node.outputCount);
  },
  BatchNormalization: (node) => {
    const { type, shape } = node.input(0);
    if (shape !== undefined && shape.length < 2) throw node.fail('the input needs a channel dimension');
    for (let i = 1; i < 5; i++) {
      const [channels] = node.shapeOfRank(i, 1) ?? [];
      const wanted = shape?.[1];
      if (channels !== undefined && wanted !== undefined && channels !== wanted) {
        throw node.fail(`input ${i + 1} needs ${wanted} elements, one per channel`);
      }
    }
    return [{ type, shape }, node.input(3), node.input(4)].slice(0, node.outputCount);
  },
  LayerNormalization: (node) => {
    const { type, shape } = node.input(0);
    const axis = shape && node.axis(node.int('axis', -1), shape.length);
    // Mean and standard deviation keep the dimensions over which they are taken, with size 1.
    const statistic: ValueType = { type: 'float32', shape: shape?.map((size, i) => (i < axis! ? size : 1)) };
    return [{ type, shape }, statistic, statistic].slice(0, node.outputCount);
  },
};
