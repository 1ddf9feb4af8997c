import { DataType } from '../../../../src/core/onnx/model.ts';
import { arrangingShapes } from '../../../../src/core/onnx/shapes/arranging.ts';
import { floatTensor, integerTensor } from '../../../../src/core/onnx/tensors.ts';
import { testShapes, type CaseInput, type RefusedCase, type ShapeCase } from './shapeCases.ts';

const ints = (...values: readonly number[]): CaseInput => ({ constant: integerTensor(values) });
const integer = (value: number): CaseInput => ({ constant: integerTensor([value], []) });
const floats = (...values: readonly number[]): CaseInput => ({ constant: floatTensor(values, [values.length]) });
const indices = (dims: readonly number[]): CaseInput => ({
  constant: integerTensor(new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0), dims),
});

const image = [2, 3, 4, 5];

const cases: readonly ShapeCase[] = [
  { opType: 'Concat', inputs: [image, [2, 1, 4, 5]], attributes: { axis: 1 } },
  { opType: 'Concat', inputs: [image, image, image], attributes: { axis: -4 } },
  { opType: 'Split', inputs: [image, ints(1, 2)], attributes: { axis: 1 }, outputs: 2 },
  { opType: 'Split', inputs: [image], attributes: { axis: -2 }, outputs: 2 },
  { opType: 'Split', inputs: [image], attributes: { axis: 3, num_outputs: 2 }, outputs: 2, opset: 18 },
  { opType: 'Transpose', inputs: [image], attributes: { perm: [0, 3, 1, 2] } },
  { opType: 'Transpose', inputs: [image] },
  { opType: 'Slice', inputs: [image, ints(1, 0), ints(3, 2 ** 63), ints(-1, 1)] },
  { opType: 'Slice', inputs: [image, ints(-1), ints(-100), ints(3), ints(-2)] },
  { opType: 'Slice', inputs: [image, ints(7), ints(9), ints(2)] },
  { opType: 'Slice', inputs: [image, ints(0, 1), ints(1, -1)] },
  { opType: 'Slice', inputs: [image, ints(0), ints(5), ints(3), ints(3)] },
  { opType: 'Squeeze', inputs: [[2, 1, 3, 1], ints(1, -1)] },
  { opType: 'Squeeze', inputs: [[2, 1, 3, 1]], symbolic: false },
  { opType: 'Unsqueeze', inputs: [[2, 3], ints(0, -1)] },
  { opType: 'Unsqueeze', inputs: [[2, 3], ints(2, 1)] },
  { opType: 'Pad', inputs: [image, ints(0, 1, 2, 0, 0, 0, 1, 3)] },
  { opType: 'Pad', inputs: [image, ints(0, 0, -1, 0, 0, 0, -1, 2)] },
  { opType: 'Pad', inputs: [image, ints(1, 2, 3, 0), undefined, ints(-1, 2)], opset: 18 },
  { opType: 'Gather', inputs: [image, integer(1)], attributes: { axis: 1 } },
  { opType: 'Gather', inputs: [image, indices([2, 6])], attributes: { axis: -1 } },
  { opType: 'Gather', inputs: [image, ints(0, 1, 1)] },
  { opType: 'GatherElements', inputs: [[2, 3], indices([1, 5])], attributes: { axis: 1 } },
  { opType: 'GatherND', inputs: [image, indices([5, 2])] },
  { opType: 'GatherND', inputs: [image, indices([2, 1])], attributes: { batch_dims: 1 } },
  { opType: 'Resize', inputs: [image, undefined, floats(1, 1, 1.7, 0.6)], attributes: { mode: 'linear' } },
  { opType: 'Resize', inputs: [[1, 1, 10, 10], undefined, floats(1, 1, 0.7, 0.3)] },
  { opType: 'Resize', inputs: [image, undefined, undefined, ints(2, 3, 7, 9)] },
  { opType: 'Resize', inputs: [image, undefined, floats(3, 2)], attributes: { axes: [3, 2] }, opset: 18 },
  { opType: 'Resize', inputs: [image, undefined, undefined, ints(6, 9)], attributes: { axes: [2, -1] }, opset: 18 },
  { opType: 'Flatten', inputs: [image] },
  { opType: 'Flatten', inputs: [image], attributes: { axis: 0 } },
  { opType: 'Flatten', inputs: [image], attributes: { axis: 4 } },
  { opType: 'Flatten', inputs: [image], attributes: { axis: -1 } },
  { opType: 'Reshape', inputs: [image, ints(0, -1)] },
  { opType: 'Reshape', inputs: [image, ints(-1, 0, 20)] },
  { opType: 'Reshape', inputs: [image, ints(4, 30)] },
  { opType: 'Reshape', inputs: [[1], { constant: integerTensor([], [0]) }] },
  { opType: 'Reshape', inputs: [[2, 0, 3], ints(3, 0)], attributes: { allowzero: 1 } },
  { opType: 'Expand', inputs: [[3, 1], ints(2, 1, 6)] },
  { opType: 'Expand', inputs: [[2, 3, 1], ints(4)] },
  { opType: 'Tile', inputs: [image, ints(1, 2, 1, 3)] },
  { opType: 'DepthToSpace', inputs: [[2, 8, 3, 4]], attributes: { blocksize: 2 } },
  { opType: 'DepthToSpace', inputs: [[2, 9, 3, 4]], attributes: { blocksize: 3, mode: 'CRD' } },
  { opType: 'SpaceToDepth', inputs: [[2, 3, 6, 9]], attributes: { blocksize: 3 } },
  { opType: 'ConstantOfShape', inputs: [ints(2, 3)] },
  { opType: 'ConstantOfShape', inputs: [ints(4)], attributes: { value: { tensor: integerTensor([3]) } } },
  { opType: 'Shape', inputs: [image] },
  { opType: 'Shape', inputs: [image], attributes: { start: 1, end: -1 } },
  { opType: 'Shape', inputs: [image], attributes: { start: -3 } },
  { opType: 'Size', inputs: [image] },
  { opType: 'Range', inputs: [integer(1), integer(12), integer(4)] },
  { opType: 'Range', inputs: [integer(5), integer(5), integer(1)] },
];

const refused: readonly RefusedCase[] = [
  {
    opType: 'Concat',
    inputs: [image, [2, 3, 4, 6]],
    attributes: { axis: 1 },
    reason: /sizes differ in other dimensions than 1/,
  },
  { opType: 'Concat', inputs: [image, image], attributes: { axis: 4 }, reason: /axis 4 doesn't exist in 4 dimensions/ },
  {
    opType: 'Concat',
    inputs: [[2], { dims: [2], type: 'int64' }],
    attributes: { axis: 0 },
    reason: /element types differ/,
  },
  {
    opType: 'Split',
    inputs: [image, ints(1, 1)],
    attributes: { axis: 1 },
    outputs: 2,
    reason: /parts of 1, 1 don't make up 3/,
  },
  { opType: 'Split', inputs: [image, ints(3)], attributes: { axis: 1 }, outputs: 2, reason: /1 parts for 2 outputs/ },
  {
    opType: 'Split',
    inputs: [image],
    attributes: { axis: 1 },
    outputs: 2,
    reason: /3 can't be split into 2 equal parts/,
  },
  { opType: 'Transpose', inputs: [image], attributes: { perm: [0, 1, 1, 2] }, reason: /perm 0, 1, 1, 2 is no order/ },
  { opType: 'Transpose', inputs: [image], attributes: { perm: [0, 1] }, reason: /no order of 4 dimensions/ },
  { opType: 'Slice', inputs: [image, ints(0), ints(1), ints(4)], reason: /axis 4 doesn't exist/ },
  { opType: 'Squeeze', inputs: [image, ints(1)], reason: /dimension 1 has size 3/ },
  { opType: 'Unsqueeze', inputs: [image, ints(1, 1)], reason: /one dimension twice/ },
  { opType: 'Pad', inputs: [image, ints(1, 1)], reason: /pads needs 8 numbers/ },
  { opType: 'Gather', inputs: [image, ints(0)], attributes: { axis: -5 }, reason: /axis -5 doesn't exist/ },
  { opType: 'GatherND', inputs: [[2, 3], indices([1, 3])], reason: /point too deep/ },
  {
    opType: 'Resize',
    inputs: [image, undefined, undefined, ints(2, 2)],
    reason: /sizes needs a number for each dimension/,
  },
  { opType: 'Resize', inputs: [image, undefined, floats(2, 2)], reason: /scales needs a number for each dimension/ },
  { opType: 'Flatten', inputs: [image], attributes: { axis: 5 }, reason: /axis 5 doesn't exist/ },
  { opType: 'Reshape', inputs: [image, ints(7, -1)], reason: /120 elements can't be arranged as \[7 × -1\]/ },
  { opType: 'Reshape', inputs: [image, ints(7, 17)], reason: /120 elements can't be arranged as \[7 × 17\]/ },
  { opType: 'Reshape', inputs: [image, ints(-1, 3, -1)], reason: /is no shape/ },
  { opType: 'Reshape', inputs: [[120], ints(-1, 0)], reason: /there is no dimension 1 to copy/ },
  { opType: 'Expand', inputs: [[3, 2], ints(3)], reason: /sizes 2 and 3 can't be broadcast/ },
  {
    opType: 'DepthToSpace',
    inputs: [image],
    attributes: { blocksize: 2 },
    reason: /size 3 is no multiple of the block/,
  },
  { opType: 'SpaceToDepth', inputs: [[2, 3, 4]], attributes: { blocksize: 2 }, reason: /needs 4 dimensions/ },
  { opType: 'Shape', inputs: [undefined], reason: /input 1 is missing/ },
  {
    opType: 'Concat',
    inputs: [image],
    attributes: { axis: { float: 1 } },
    reason: /attribute axis must be an integer/,
  },
  { opType: 'Cast', inputs: [image], attributes: { to: 99 }, reason: /element type 99 is unknown/ },
  {
    opType: 'Transpose',
    inputs: [image],
    attributes: { perm: DataType.float32 },
    reason: /perm must be a list of integers/,
  },
];

testShapes(arrangingShapes, cases, refused);
