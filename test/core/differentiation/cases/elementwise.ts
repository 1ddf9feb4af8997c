import { DataType } from '../../../../src/core/onnx/model.ts';
import { booleanTensor } from '../../../../src/core/onnx/tensors.ts';
import { between, gradientCase, operatorCase, positive, type GradientCase, type InputSpec } from './gradientCase.ts';

/** Every way in which two shapes can be broadcast to each other. */
const BROADCASTS: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['of equal shapes', [2, 3], [2, 3]],
  ['with a scalar', [2, 3], []],
  ['with a scalar on the left', [], [4]],
  ['with one element', [2, 3], [1]],
  ['with a row', [3, 4], [4]],
  ['with a column', [3, 4], [3, 1]],
  ['of a row and a column', [1, 4], [3, 1]],
  ['with one number per channel', [2, 3, 2, 2], [3, 1, 1]],
  ['with one number per element of the batch', [2, 3, 2, 2], [2, 1, 1, 1]],
  ['with a middle and the last axis repeated', [2, 3, 4], [2, 1, 1]],
  ['with alternating axes', [2, 3, 2, 3], [1, 3, 1, 3]],
  ['with both sides repeated', [2, 1, 3, 1], [3, 1, 2]],
];

const binary = (opType: string, left: typeof between, right: typeof between): GradientCase[] => {
  return BROADCASTS.map(([detail, a, b]) => operatorCase(opType, detail, [left(-2, 2, ...a), right(-2, 2, ...b)]));
};
const any: typeof between = (low, high, ...shape) => between(low, high, ...shape);
const above: typeof between = (_low, _high, ...shape): InputSpec => positive(...shape);

const constantPower = (exponent: number): GradientCase => {
  return gradientCase(`Pow with the constant exponent ${exponent}`, [positive(2, 3)], (graph, x) => {
    return graph.op('Pow', [x, graph.scalar(exponent)]);
  });
};

export const elementwiseCases: readonly GradientCase[] = [
  ...binary('Add', any, any),
  ...binary('Sub', any, any),
  ...binary('Mul', any, any),
  ...binary('Div', any, above),
  ...binary('Max', any, any),
  ...binary('Min', any, any),
  ...binary('Pow', above, any),
  ...[-1, 0, 0.5, 1, 2, 3, 1.7].map(constantPower),
  gradientCase('Pow with the constant exponent 2 of any sign', [[7]], (graph, x) =>
    graph.op('Pow', [x, graph.scalar(2)]),
  ),
  gradientCase('Pow with an integer exponent per element', [between(-2, 2, 4)], (graph, x) => {
    return graph.op('Pow', [x, graph.integers([1, 2, 3, 0])]);
  }),
  gradientCase('Pow with the constant exponent 2 of more dimensions', [[3]], (graph, x) => {
    return graph.op('Pow', [x, graph.floats([2], [1, 1])]);
  }),
  operatorCase('Sum', 'of three inputs', [[2, 3], [3], []]),
  operatorCase('Sum', 'of one input', [[2, 3]]),
  operatorCase('Mean', 'of three inputs', [[2, 3], [3], [2, 1]]),
  operatorCase('Max', 'of three inputs', [[3, 4], [4], [3, 1]]),
  operatorCase('Min', 'of one input', [[3]]),
  operatorCase('Identity', '', [[2, 3]]),
  operatorCase('Neg', '', [[2, 3]]),
  operatorCase('Abs', '', [[2, 4]]),
  operatorCase('Exp', '', [[2, 3]]),
  operatorCase('Log', '', [positive(2, 3)]),
  operatorCase('Sqrt', '', [positive(2, 3)]),
  operatorCase('Reciprocal', '', [positive(2, 3)]),
  operatorCase('Erf', '', [[3, 3]]),
  operatorCase('Sin', '', [[2, 3]]),
  operatorCase('Cos', '', [[2, 3]]),
  gradientCase('Clip on both sides', [[12]], (graph, x) =>
    graph.op('Clip', [x, graph.scalar(-0.9), graph.scalar(1.1)]),
  ),
  gradientCase('Clip below', [[12]], (graph, x) => graph.op('Clip', [x, graph.scalar(-0.9)])),
  gradientCase('Clip above', [[12]], (graph, x) => graph.op('Clip', [x, undefined, graph.scalar(0.8)])),
  gradientCase(
    'Where of equal shapes',
    [
      [2, 2],
      [2, 2],
    ],
    (graph, a, b) => {
      return graph.op('Where', [graph.constant(booleanTensor([true, false, false, true], [2, 2])), a, b]);
    },
  ),
  gradientCase('Where, all three broadcast', [[2, 1], [1]], (graph, a, b) => {
    return graph.op('Where', [graph.constant(booleanTensor([true, false, true], [3])), a, b]);
  }),
  ...BROADCASTS.map(([detail, a, b]) =>
    gradientCase(`Where ${detail}`, [a, b], (graph, x, y) => {
      return graph.op('Where', [graph.constant(booleanTensor([true, false], [2, 1, 1, 1, 1])), x, y]);
    }),
  ),
  ...BROADCASTS.map(([detail, a, b]) => operatorCase('Sum', detail, [a, b])),
  gradientCase('Where keeps infinite gradients out', [positive(4)], (graph, x) => {
    const condition = graph.constant(booleanTensor([true, false, true, true]));
    return graph.op('Sqrt', [graph.op('Where', [condition, x, graph.scalar(0)])]);
  }),
  gradientCase('Cast to float64 and back', [[2, 3]], (graph, x) => {
    const wide = graph.op('Cast', [x], { to: DataType.float64 });
    return graph.op('Cast', [graph.op('Exp', [wide])], { to: DataType.float32 });
  }),
  gradientCase('float64 throughout', [positive(2, 3)], (graph, x) => {
    const wide = graph.op('Cast', [x], { to: DataType.float64 });
    const product = graph.op('Mul', [graph.op('Sqrt', [wide]), graph.op('Sigmoid', [wide])]);
    return graph.op('Cast', [graph.op('ReduceMean', [product], { axes: [0] })], { to: DataType.float32 });
  }),
  gradientCase('Cast to an integer lets nothing through', [[6]], (graph, x) => {
    const whole = graph.op('Cast', [graph.op('Cast', [x], { to: DataType.int64 })], { to: DataType.float32 });
    return graph.op('Add', [graph.op('Mul', [whole, graph.scalar(0.1)]), x]);
  }),
  operatorCase('Dropout', 'at inference', [[2, 3]]),
  gradientCase('Dropout told that it is no training', [[2, 3]], (graph, x) => {
    return graph.op('Dropout', [x, graph.scalar(0.5), graph.constant(booleanTensor([false], []))]);
  }),
  gradientCase('Floor, Sign and comparisons are constant', [between(0.6, 1.4, 4)], (graph, x) => {
    const steps = graph.op('Add', [graph.op('Floor', [x]), graph.op('Sign', [x])]);
    const flag = graph.op('Cast', [graph.op('Greater', [x, graph.scalar(0)])], { to: DataType.float32 });
    return graph.op('Mul', [graph.op('Add', [steps, flag]), graph.op('Mul', [x, x])]);
  }),
];
