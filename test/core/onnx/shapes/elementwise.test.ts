import { DataType } from '../../../../src/core/onnx/model.ts';
import { elementwiseShapes } from '../../../../src/core/onnx/shapes/elementwise.ts';
import { floatTensor, integerTensor } from '../../../../src/core/onnx/tensors.ts';
import { testShapes, type CaseInput, type RefusedCase, type ShapeCase } from './shapeCases.ts';

const bool = (dims: readonly number[]): CaseInput => ({ dims, type: 'bool' });
const scalar: CaseInput = { constant: floatTensor([0.5], []) };

const UNARY = [
  'Abs', 'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Ceil', 'Celu', 'Cos', 'Cosh', 'Elu', 'Erf', 'Exp', 'Floor',
  'HardSigmoid', 'HardSwish', 'Hardmax', 'Identity', 'LeakyRelu', 'Log', 'LogSoftmax', 'LpNormalization', 'Neg',
  'Reciprocal', 'Relu', 'Round', 'Selu', 'Sigmoid', 'Sign', 'Sin', 'Sinh', 'Softmax', 'Softplus', 'Softsign', 'Sqrt',
  'Tan', 'Tanh', 'ThresholdedRelu', 'Trilu',
]; // prettier-ignore
const BINARY = ['Add', 'Div', 'Max', 'Mean', 'Min', 'Mul', 'Sub', 'Sum'];
const LOGICAL = ['And', 'Or', 'Xor'];
const COMPARISONS = ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'];

const image = [2, 3, 4, 5];
const channels = [[3], [3], [3], [3]];

const cases: readonly ShapeCase[] = [
  ...UNARY.map((opType) => ({ opType, inputs: [[2, 3]] })),
  { opType: 'Softmax', inputs: [image], attributes: { axis: 1 } },
  { opType: 'Gelu', inputs: [image], opset: 20 },
  { opType: 'Mish', inputs: [image], opset: 18 },
  { opType: 'CumSum', inputs: [image, { constant: integerTensor([1], []) }] },
  { opType: 'InstanceNormalization', inputs: [image, [3], [3]] },
  { opType: 'LRN', inputs: [image], attributes: { size: 3 } },
  { opType: 'Not', inputs: [bool([2, 3])] },
  {
    opType: 'ScatterElements',
    inputs: [[2, 3], { constant: integerTensor([0, 1], [1, 2]) }, [1, 2]],
    attributes: { axis: 1 },
  },
  { opType: 'ScatterND', inputs: [[2, 3], { constant: integerTensor([0], [1, 1]) }, [1, 3]] },
  ...[...BINARY, ...COMPARISONS].flatMap((opType) => [
    {
      opType,
      inputs: [
        [2, 3],
        [2, 3],
      ],
    },
    {
      opType,
      inputs: [
        [4, 1, 3],
        [2, 1],
      ],
    },
    { opType, inputs: [[], [2, 3]] },
  ]),
  { opType: 'Sum', inputs: [[2, 1], [3], [1, 1, 1]] },
  { opType: 'Mod', inputs: [[2, 1], [3]], attributes: { fmod: 1 } },
  ...LOGICAL.map((opType) => ({ opType, inputs: [bool([2, 1]), bool([3])] })),
  { opType: 'IsNaN', inputs: [[2, 3]] },
  { opType: 'IsInf', inputs: [[2, 3]] },
  { opType: 'Clip', inputs: [[2, 3], scalar, undefined] },
  { opType: 'PRelu', inputs: [image, [3, 1, 1]] },
  { opType: 'Pow', inputs: [[2, 1], [3]] },
  { opType: 'Pow', inputs: [{ dims: [2], type: 'int64' }, scalar] },
  { opType: 'Where', inputs: [bool([2, 1]), [3], [4, 1, 1]] },
  { opType: 'Cast', inputs: [[2, 3]], attributes: { to: DataType.int32 } },
  { opType: 'CastLike', inputs: [[2, 3], { dims: [1], type: 'int64' }] },
  { opType: 'Dropout', inputs: [[2, 3]], outputs: 2 },
  { opType: 'BatchNormalization', inputs: [image, ...channels] },
  { opType: 'BatchNormalization', inputs: [[2, 3], ...channels], attributes: { training_mode: 1 }, outputs: 3 },
  { opType: 'LayerNormalization', inputs: [image, [5], [5]], outputs: 3 },
  { opType: 'LayerNormalization', inputs: [image, [4, 5]], attributes: { axis: 2 }, outputs: 2 },
];

const refused: readonly RefusedCase[] = [
  { opType: 'Add', inputs: [[2, 3], [4]], reason: /sizes 3 and 4 can't be broadcast to each other/ },
  { opType: 'Add', inputs: [[2, 3], { dims: [3], type: 'int32' }], reason: /element types differ: float32 and int32/ },
  { opType: 'Where', inputs: [bool([2]), [3], [2]], reason: /can't be broadcast/ },
  { opType: 'Softmax', inputs: [[2, 3]], attributes: { axis: 2 }, reason: /axis 2 doesn't exist in 2 dimensions/ },
  { opType: 'Cast', inputs: [[2]], attributes: { to: 99 }, reason: /element type 99 is unknown/ },
  {
    opType: 'BatchNormalization',
    inputs: [image, [4], [3], [3], [3]],
    reason: /input 2 needs 3 elements, one per channel/,
  },
  { opType: 'BatchNormalization', inputs: [image, [1, 3], [3], [3], [3]], reason: /input 2 needs 1 dimensions/ },
  { opType: 'BatchNormalization', inputs: [[3], ...channels], reason: /needs a channel dimension/ },
  { opType: 'LayerNormalization', inputs: [image, [5]], attributes: { axis: 4 }, reason: /axis 4 doesn't exist/ },
];

testShapes(elementwiseShapes, cases, refused);
