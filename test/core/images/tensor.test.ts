import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncoderInput } from '../../../src/core/encoders/card.ts';
import { fromFloat16Bits, toFloat16Bits } from '../../../src/core/images/float16.ts';
import { allocateImageTensor, fillImageTensor, imageTensorDims } from '../../../src/core/images/tensor.ts';
import { encoderInput } from '../../cards.ts';

const base = encoderInput({ name: 'x', size: [3, 5], mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] });

/** The definition, one value at a time: image, channel, row and column of the tensor. */
function expectedValue(input: EncoderInput, pixel: number, channel: number): number {
  const [black, white] = input.range;
  return (black + (pixel / 255) * (white - black) - input.mean[channel]!) / input.std[channel]!;
}

function tensorOf(input: EncoderInput, pixels: Uint8Array, count: number, batch: number) {
  const tensor = allocateImageTensor(input, batch);
  fillImageTensor(pixels, count, input, batch, tensor);
  return tensor;
}

function somePixels(input: EncoderInput, count: number): Uint8Array {
  const [height, width] = input.size;
  return Uint8Array.from({ length: count * height * width * input.mean.length }, (_, i) => (i * 97 + 13) % 256);
}

const greyMean = { mean: [0.5], std: [0.25] };
const variants: Record<string, Partial<EncoderInput>> = {
  'RGB planes': {},
  'interleaved RGB': { layout: 'NHWC' },
  'grey planes': greyMean,
  'interleaved grey': { ...greyMean, layout: 'NHWC' },
  'the range [-1, 1]': { range: [-1, 1], mean: [0, 0, 0], std: [1, 1, 1] },
  'half precision': { type: 'float16' },
  'blue first, in planes': { channelOrder: 'bgr', size: [2, 6] },
  'blue first, in odd planes': { channelOrder: 'bgr' },
  'blue first, interleaved': { channelOrder: 'bgr', layout: 'NHWC' },
};
for (const [name, variant] of Object.entries(variants)) {
  test(`converts to ${name} as defined`, () => {
    const input: EncoderInput = { ...base, ...variant };
    const channels = input.mean.length;
    const [height, width] = input.size;
    const pixels = somePixels(input, 2);
    const tensor = tensorOf(input, pixels, 2, 2);
    const dims = imageTensorDims(input, 2);
    assert.deepEqual(dims, input.layout === 'NCHW' ? [2, channels, height, width] : [2, height, width, channels]);
    const tolerance = input.type === 'float16' ? 2e-3 : 1e-6;
    for (let image = 0; image < 2; image++) {
      for (let channel = 0; channel < channels; channel++) {
        const from = input.channelOrder === 'bgr' ? 2 - channel : channel;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const pixel = pixels[((image * height + y) * width + x) * channels + from]!;
            const index =
              input.layout === 'NCHW'
                ? ((image * channels + channel) * height + y) * width + x
                : ((image * height + y) * width + x) * channels + channel;
            const value = input.type === 'float16' ? fromFloat16Bits(tensor[index]!) : tensor[index]!;
            assert.ok(Math.abs(value - expectedValue(input, pixel, channel)) <= tolerance);
          }
        }
      }
    }
  });
}

test('bytes pass unchanged where the encoder takes bytes, and are rounded and clamped where it shifts them', () => {
  const plain: EncoderInput = {
    ...base,
    type: 'uint8',
    layout: 'NHWC',
    range: [0, 255],
    mean: [0, 0, 0],
    std: [1, 1, 1],
  };
  const pixels = somePixels(plain, 1);
  assert.deepEqual(tensorOf(plain, pixels, 1, 1), pixels);
  const shifted: EncoderInput = { ...plain, size: [1, 1], mean: [200, -100, 0.4] };
  assert.deepEqual([...tensorOf(shifted, Uint8Array.of(10, 250, 7), 1, 1)], [0, 255, 7]);
});

test('fills the rest of the batch with the last image', () => {
  const input: EncoderInput = { ...base, size: [1, 1] };
  const tensor = tensorOf(input, Uint8Array.of(1, 2, 3, 4, 5, 6), 2, 4);
  assert.deepEqual(tensor.subarray(6, 9), tensor.subarray(3, 6));
  assert.deepEqual(tensor.subarray(9, 12), tensor.subarray(3, 6));
  assert.notDeepEqual(tensor.subarray(0, 3), tensor.subarray(3, 6));
});

test('half precision: every number survives the way there and back', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = fromFloat16Bits(bits);
    if (Number.isNaN(value)) assert.ok(Number.isNaN(fromFloat16Bits(toFloat16Bits(value))));
    else assert.equal(toFloat16Bits(value), bits);
  }
});

test('half precision: rounds to the nearest, ties to even', () => {
  // From the definition of IEEE 754 binary16: 11 significant bits, smallest step 2⁻²⁴, largest number 65504.
  const cases: [value: number, bits: number][] = [
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [1e9, 0x7c00],
    [-Infinity, 0xfc00],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -24, 0x0002],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -25, 0x0400],
    [0.1, 0x2e66],
  ];
  for (const [value, bits] of cases) assert.equal(toFloat16Bits(value), bits, `${value}`);
});
