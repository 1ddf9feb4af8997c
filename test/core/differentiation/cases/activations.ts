import { between, operatorCase, type GradientCase } from './gradientCase.ts';

export const activationCases: readonly GradientCase[] = [
  operatorCase('Relu', '', [[3, 4]]),
  operatorCase('LeakyRelu', '', [[3, 4]]),
  operatorCase('LeakyRelu', 'with a slope', [[3, 4]], { alpha: { float: 0.3 } }),
  operatorCase('LeakyRelu', 'with a negative slope', [[3, 4]], { alpha: { float: -0.5 } }),
  operatorCase('PRelu', 'with a slope per channel', [
    [2, 3, 2],
    [3, 1],
  ]),
  operatorCase('PRelu', 'with one slope', [[6], [1]]),
  operatorCase('Elu', '', [[3, 4]]),
  operatorCase('Elu', 'with another scale', [[3, 4]], { alpha: { float: 0.5 } }),
  operatorCase('Sigmoid', '', [[3, 4]]),
  operatorCase('Tanh', '', [[3, 4]]),
  operatorCase('Softplus', '', [[3, 4]]),
  operatorCase('HardSigmoid', '', [between(-4, 4, 14)]),
  operatorCase('HardSigmoid', 'with another slope', [between(-4, 4, 14)], {
    alpha: { float: 1 / 6 },
    beta: { float: 0.4 },
  }),
  operatorCase('HardSwish', '', [between(-5, 5, 16)]),
  operatorCase('Softmax', 'along the last axis', [[3, 4]]),
  operatorCase('Softmax', 'along the first axis', [[3, 4]], { axis: 0 }),
  operatorCase('Softmax', 'along a middle axis', [[2, 3, 2]], { axis: 1 }),
  operatorCase('Softmax', 'along an axis counted from behind', [[2, 3, 2]], { axis: -2 }),
  operatorCase('Softmax', 'of large numbers', [between(80, 84, 2, 3)]),
  operatorCase('LogSoftmax', 'along the last axis', [[3, 4]]),
  operatorCase('LogSoftmax', 'along the first axis', [[3, 4]], { axis: 0 }),
];
