import { windowShapes } from '../../../../src/core/onnx/shapes/windows.ts';
import { testShapes, type RefusedCase, type ShapeCase } from './shapeCases.ts';

const image = [2, 4, 9, 7];

const AUTOMATIC = ['SAME_UPPER', 'SAME_LOWER', 'VALID'];
const POOLINGS = ['AveragePool', 'MaxPool', 'LpPool'];

const cases: readonly ShapeCase[] = [
  { opType: 'Conv', inputs: [image, [6, 4, 3, 3], [6]] },
  { opType: 'Conv', inputs: [image, [6, 2, 3, 2]], attributes: { group: 2, strides: [2, 1], pads: [1, 0, 2, 1] } },
  { opType: 'Conv', inputs: [image, [4, 1, 3, 3]], attributes: { group: 4, dilations: [2, 3], strides: [2, 2] } },
  {
    opType: 'Conv',
    inputs: [
      [2, 3, 8],
      [5, 3, 3],
    ],
    attributes: { strides: [2] },
  },
  {
    opType: 'Conv',
    inputs: [
      [2, 3, 4, 5, 6],
      [5, 3, 1, 2, 3],
    ],
  },
  ...AUTOMATIC.map((mode) => ({
    opType: 'Conv',
    inputs: [image, [4, 4, 3, 4]],
    attributes: { auto_pad: mode, strides: [2, 3] },
  })),
  { opType: 'ConvTranspose', inputs: [image, [4, 3, 3, 2], [3]], attributes: { strides: [2, 3] } },
  {
    opType: 'ConvTranspose',
    inputs: [image, [4, 3, 3, 3]],
    attributes: { group: 2, strides: [2, 2], pads: [1, 0, 1, 2], output_padding: [1, 0], dilations: [2, 1] },
  },
  ...AUTOMATIC.flatMap((mode) => [
    { opType: 'ConvTranspose', inputs: [image, [4, 3, 3, 4]], attributes: { auto_pad: mode, strides: [2, 3] } },
    {
      opType: 'ConvTranspose',
      inputs: [image, [4, 3, 2, 5]],
      attributes: { auto_pad: mode, strides: [1, 2], dilations: [2, 1] },
    },
  ]),
  ...['SAME_UPPER', 'SAME_LOWER'].flatMap((mode) => [
    { opType: 'ConvTranspose', inputs: [image, [4, 3, 2, 2]], attributes: { auto_pad: mode, strides: [3, 4] } },
    {
      opType: 'ConvTranspose',
      inputs: [image, [4, 3, 3, 3]],
      attributes: { auto_pad: mode, strides: [2, 2], output_padding: [1, 1] },
    },
  ]),
  ...POOLINGS.flatMap((opType): ShapeCase[] => [
    { opType, inputs: [image], attributes: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] } },
    { opType, inputs: [image], attributes: { kernel_shape: [2, 3] } },
    { opType, inputs: [[2, 3, 9]], attributes: { kernel_shape: [4], strides: [3] } },
    ...AUTOMATIC.map((mode) => ({
      opType,
      inputs: [image],
      attributes: { kernel_shape: [3, 2], strides: [2, 3], auto_pad: mode },
    })),
  ]),
  ...['AveragePool', 'MaxPool'].flatMap((opType) =>
    [
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [0, 0, 1, 1],
    ].flatMap((pads) =>
      [2, 3, 4].map((stride) => ({
        opType,
        inputs: [image],
        attributes: { kernel_shape: [3, 2], strides: [stride, stride], pads, ceil_mode: 1 },
      })),
    ),
  ),
  { opType: 'MaxPool', inputs: [image], attributes: { kernel_shape: [2, 2], dilations: [3, 2] } },
  { opType: 'MaxPool', inputs: [image], attributes: { kernel_shape: [2, 2] }, outputs: 2 },
  { opType: 'GlobalAveragePool', inputs: [image] },
  { opType: 'GlobalMaxPool', inputs: [[2, 3, 5]] },
];

const refused: readonly RefusedCase[] = [
  { opType: 'Conv', inputs: [image, [6, 3, 3, 3]], reason: /the input has 4 channels, the weights take 3/ },
  {
    opType: 'Conv',
    inputs: [image, [5, 2, 3, 3]],
    attributes: { group: 2 },
    reason: /5 filters can't be split into 2/,
  },
  { opType: 'Conv', inputs: [image, [6, 4, 3]], reason: /as many dimensions as the input/ },
  {
    opType: 'Conv',
    inputs: [
      [2, 4],
      [6, 4],
    ],
    reason: /at least one spatial dimension/,
  },
  { opType: 'Conv', inputs: [image, [6, 4, 3, 3], [5]], reason: /the bias needs 6 elements/ },
  { opType: 'Conv', inputs: [image, [6, 4, 3, 3], [6, 1]], reason: /the bias needs 1 dimensions/ },
  { opType: 'Conv', inputs: [image, [6, 4, 10, 3]], reason: /a window of 10 doesn't fit into 9/ },
  { opType: 'Conv', inputs: [image, [6, 4, 3, 3]], attributes: { pads: [1, 1] }, reason: /pads needs 4 numbers/ },
  { opType: 'ConvTranspose', inputs: [image, [3, 4, 3, 3]], reason: /the input has 4 channels, the weights 3/ },
  { opType: 'ConvTranspose', inputs: [image, [4, 3, 3]], reason: /as many dimensions as the input/ },
  {
    opType: 'ConvTranspose',
    inputs: [image, [4, 3, 3, 3]],
    attributes: { output_shape: [20, 20] },
    reason: /output_shape is not supported/,
  },
  { opType: 'MaxPool', inputs: [image], reason: /the size of the window is not known/ },
  { opType: 'MaxPool', inputs: [[2, 3]], attributes: { kernel_shape: [2] }, reason: /at least one spatial dimension/ },
  { opType: 'GlobalAveragePool', inputs: [[2, 3]], reason: /at least one spatial dimension/ },
  { opType: 'MaxPool', inputs: [image], attributes: { kernel_shape: [2, 2], auto_pad: 1 }, reason: /must be a text/ },
];

testShapes(windowShapes, cases, refused);
