import { describe, test } from 'node:test';
import { planeWeightGradient } from '../../../src/core/differentiation/rules/convolutionWeights.ts';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { assertClose } from '../../close.ts';
import { GraphRunner } from '../../graphRunner.ts';

const runner = new GraphRunner();

interface Case {
  readonly name: string;
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly size: readonly [height: number, width: number];
  readonly kernel: readonly [height: number, width: number];
  readonly strides?: readonly [number, number];
  readonly dilations?: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads?: readonly [number, number, number, number];
}

const base = { batch: 2, channels: 17, filters: 5, kernel: [3, 3], pads: [1, 1, 1, 1] } as const;
const cases: readonly Case[] = [
  { ...base, name: 'few windows: by tap', size: [4, 5] },
  { ...base, name: 'few windows, stride 2', size: [9, 8], strides: [2, 2] },
  { ...base, name: 'few windows, dilation and uneven padding', size: [7, 9], dilations: [2, 1], pads: [2, 0, 1, 1] },
  { ...base, name: 'many windows: separable', size: [9, 11] },
  { ...base, name: 'many windows, no padding', size: [12, 11], pads: [0, 0, 0, 0] },
  { ...base, name: 'many windows, uneven padding, wide kernel', size: [10, 9], kernel: [2, 5], pads: [0, 3, 2, 1] },
  { ...base, name: 'many windows, stride: one-hot', size: [19, 21], strides: [2, 2] },
  { ...base, name: 'many windows, uneven stride and dilation', size: [24, 20], strides: [1, 2], dilations: [3, 1] },
  { ...base, name: 'few channels: one-hot', channels: 3, size: [6, 7] },
  {
    ...base,
    name: 'few channels, stride 2, a last column that no window covers',
    channels: 3,
    size: [8, 8],
    strides: [2, 2],
  },
];

/** The definition, in float64: dW[m, c, i, j] = Σ dY[n, m, y, x] · X[n, c, y·stride + i·dilation − pad, …]. */
function reference(geometry: Required<Case>, output: readonly [number, number], x: Float32Array, dY: Float32Array) {
  const { batch, channels, filters, size, kernel, strides, dilations, pads } = geometry;
  const result: number[] = [];
  for (let m = 0; m < filters; m++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < kernel[0]; i++) {
        for (let j = 0; j < kernel[1]; j++) {
          let sum = 0;
          for (let n = 0; n < batch; n++) {
            for (let oy = 0; oy < output[0]; oy++) {
              for (let ox = 0; ox < output[1]; ox++) {
                const y = oy * strides[0] + i * dilations[0] - pads[0];
                const xx = ox * strides[1] + j * dilations[1] - pads[1];
                if (y < 0 || xx < 0 || y >= size[0] || xx >= size[1]) continue;
                const a = dY[((n * filters + m) * output[0] + oy) * output[1] + ox]!;
                sum += a * x[((n * channels + c) * size[0] + y) * size[1] + xx]!;
              }
            }
          }
          result.push(sum);
        }
      }
    }
  }
  return result;
}

describe('the gradient of a convolution’s weights, in every form', () => {
  for (const given of cases) {
    test(given.name, async () => {
      const geometry: Required<Case> = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], ...given };
      const { batch, channels, filters, size, kernel, strides, dilations, pads } = geometry;
      const output = [0, 1].map((i) => {
        return (
          Math.floor((size[i]! + pads[i]! + pads[i + 2]! - (kernel[i]! - 1) * dilations[i]! - 1) / strides[i]!) + 1
        );
      }) as [number, number];
      const random = new RandomStream(3);
      const values = (count: number) => Float32Array.from({ length: count }, () => random.normal());
      const x = values(batch * channels * size[0] * size[1]);
      const dY = values(batch * filters * output[0] * output[1]);

      const graph = new GraphBuilder('weights');
      const inputs = {
        x: { dims: [batch, channels, ...size], data: x },
        dY: { dims: [batch, filters, ...output], data: dY },
      };
      const [xValue, dYValue] = Object.entries(inputs).map(([name, { dims }]) => graph.input(name, 'float32', dims));
      const windows = { kernel, strides, dilations, before: pads.slice(0, 2), after: pads.slice(2) };
      graph.output('dW', planeWeightGradient(graph, windows, xValue!, dYValue!)!);
      const { dW } = await runner.run(graph, inputs);
      assertClose(dW!.data as Float32Array, reference(geometry, output, x, dY), 1e-5);
    });
  }
});
