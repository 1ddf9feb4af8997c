import { reducingShapes } from '../../../../src/core/onnx/shapes/reducing.ts';
import { floatTensor, integerTensor } from '../../../../src/core/onnx/tensors.ts';
import { testShapes, type CaseInput, type RefusedCase, type ShapeCase } from './shapeCases.ts';

const ints = (...values: readonly number[]): CaseInput => ({ constant: integerTensor(values) });
const image = [2, 3, 4, 5];

const REDUCTIONS = [
  'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd',
  'ReduceSumSquare',
]; // prettier-ignore

const cases: readonly ShapeCase[] = [
  ...REDUCTIONS.flatMap((opType): ShapeCase[] => [
    { opType, inputs: [image], attributes: { axes: [1, -1] } },
    { opType, inputs: [image], attributes: { axes: [0], keepdims: 0 } },
    { opType, inputs: [image] },
    { opType, inputs: [image, ints(2)], attributes: { keepdims: 0 }, opset: 18 },
  ]),
  { opType: 'ReduceSum', inputs: [image, ints(2, 0)], attributes: { keepdims: 0 } },
  { opType: 'ReduceSum', inputs: [image], attributes: { keepdims: 0 } },
  { opType: 'ReduceSum', inputs: [image], attributes: { noop_with_empty_axes: 1 } },
  { opType: 'ReduceSum', inputs: [image, { constant: integerTensor([], [0]) }] },
  { opType: 'ArgMax', inputs: [image], attributes: { axis: -1 } },
  { opType: 'ArgMax', inputs: [image], attributes: { axis: 1, keepdims: 0 } },
  { opType: 'ArgMin', inputs: [image] },
  { opType: 'TopK', inputs: [image, ints(2)], attributes: { axis: 1 }, outputs: 2 },
  { opType: 'TopK', inputs: [image, ints(4)], outputs: 2 },
  {
    opType: 'OneHot',
    inputs: [{ dims: [2, 3], type: 'int64' }, ints(4), { constant: floatTensor([0, 1], [2]) }],
  },
  {
    opType: 'OneHot',
    inputs: [{ dims: [2, 3], type: 'int64' }, ints(4), { constant: integerTensor([0, 1]) }],
    attributes: { axis: 1 },
  },
];

const refused: readonly RefusedCase[] = [
  { opType: 'ReduceMean', inputs: [image], attributes: { axes: [4] }, reason: /axis 4 doesn't exist in 4 dimensions/ },
  { opType: 'ReduceSum', inputs: [image, ints(-5)], reason: /axis -5 doesn't exist/ },
  { opType: 'ArgMax', inputs: [image], attributes: { axis: 7 }, reason: /axis 7 doesn't exist/ },
  { opType: 'TopK', inputs: [[3], ints(1)], attributes: { axis: 1 }, outputs: 2, reason: /axis 1 doesn't exist/ },
];

testShapes(reducingShapes, cases, refused);
