import { RUNTIME_DOMAIN } from '../../../../src/core/onnx/graphBuilder.ts';
import { quantizedShapes } from '../../../../src/core/onnx/shapes/quantized.ts';
import { byteTensor, floatTensor, numericTensor } from '../../../../src/core/onnx/tensors.ts';
import { testShapes, type CaseInput, type RefusedCase, type ShapeCase } from './shapeCases.ts';

const bytes = (dims: readonly number[]): CaseInput => ({ dims, type: 'uint8' });
const scale: CaseInput = { constant: floatTensor([0.5], []) };
const zero: CaseInput = { constant: byteTensor(3) };
const signedZero: CaseInput = { constant: numericTensor('int8', [], [3]) };
const weights = (dims: readonly number[]): CaseInput => {
  const count = dims.reduce((product, size) => product * size, 1);
  return { constant: numericTensor('uint8', dims, new Uint8Array(count).fill(2)) };
};

const cases: readonly ShapeCase[] = [
  { opType: 'QuantizeLinear', inputs: [[2, 3], scale, zero] },
  { opType: 'QuantizeLinear', inputs: [[2, 3], scale, signedZero] },
  { opType: 'QuantizeLinear', inputs: [[2, 3], scale] },
  { opType: 'DequantizeLinear', inputs: [bytes([2, 3]), scale, zero] },
  { opType: 'DynamicQuantizeLinear', inputs: [[2, 3]], outputs: 3 },
  {
    opType: 'ConvInteger',
    inputs: [bytes([2, 3, 6, 7]), weights([4, 3, 3, 3]), zero, zero],
    attributes: { strides: [2, 1], pads: [1, 1, 1, 0] },
  },
  { opType: 'MatMulInteger', inputs: [bytes([2, 3]), weights([3, 4]), zero, zero] },
  {
    opType: 'QLinearConv',
    inputs: [
      ...[bytes([2, 3, 6, 7]), scale, zero],
      ...[weights([4, 3, 3, 3]), scale, zero, scale, zero],
      { constant: numericTensor('int32', [4], [1, 2, 3, 4]) },
    ],
    attributes: { pads: [1, 1, 1, 1] },
  },
  { opType: 'QLinearMatMul', inputs: [bytes([2, 3]), scale, zero, weights([3, 4]), scale, zero, scale, zero] },
  {
    opType: 'QLinearAdd',
    domain: RUNTIME_DOMAIN,
    inputs: [bytes([2, 3]), scale, zero, bytes([3]), scale, zero, scale, zero],
  },
];

const refused: readonly RefusedCase[] = [
  { opType: 'ConvInteger', inputs: [bytes([2, 3, 6, 7]), weights([4, 2, 3, 3])], reason: /the weights take 2/ },
  {
    opType: 'QLinearConv',
    inputs: [...[bytes([2, 3, 6, 7]), scale, zero], ...[weights([4, 3, 3, 3]), scale, zero, scale, zero], [5]],
    reason: /the bias needs 4 elements/,
  },
  { opType: 'MatMulInteger', inputs: [bytes([2, 3]), weights([4, 3])], reason: /the inner sizes 3 and 4 differ/ },
];

testShapes(quantizedShapes, cases, refused);
