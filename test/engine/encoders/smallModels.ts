import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { GraphBuilder, type Dimension, type GraphValue } from '../../../src/core/onnx/graphBuilder.ts';
import { DataType, EXTERNAL_DATA, type DataTypeName, type OnnxModel } from '../../../src/core/onnx/model.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';

export interface SmallModelOptions {
  readonly type?: DataTypeName;
  readonly layout?: 'NCHW' | 'NHWC';
  readonly channels?: number;
  readonly size?: Dimension;
  readonly batch?: Dimension;
}

/** Features of the small models, before pooling. */
export const FEATURES = 6;

/**
 * A model with one image input: a strided convolution with fixed weights and a ReLU, so [N, FEATURES, size/4, size/4]
 * in float32. `finish` adds what makes the outputs.
 */
export function smallModel(
  finish: (graph: GraphBuilder, features: GraphValue) => void,
  { type = 'float32', layout = 'NCHW', channels = 3, size = 16, batch = 'N' }: SmallModelOptions = {},
): OnnxModel {
  const graph = new GraphBuilder('small');
  const dims = layout === 'NCHW' ? [batch, channels, size, size] : [batch, size, size, channels];
  let value = graph.input('image', type, dims);
  if (type !== 'float32') value = graph.op('Cast', [value], { to: DataType.float32 });
  if (layout === 'NHWC') value = graph.op('Transpose', [value], { perm: [0, 3, 1, 2] });
  const weights = Float64Array.from({ length: FEATURES * channels * 16 }, (_, i) => Math.sin(i * i + 1) / 10);
  const kernel = graph.floats(weights, [FEATURES, channels, 4, 4]);
  finish(graph, graph.op('Relu', [graph.op('Conv', [value, kernel], { strides: [4, 4] })]));
  return graph.build();
}

/** Mean over space as the output `embedding`, declared [N, FEATURES]. */
export function pooled(graph: GraphBuilder, features: GraphValue): GraphValue {
  const mean = graph.op('ReduceMean', [features], { axes: [2, 3], keepdims: 0 });
  graph.output('embedding', mean, 'float32', ['N', FEATURES]);
  return mean;
}

/** Writes a model below a folder and returns its path. */
export function writeModel(folder: string, name: string, model: OnnxModel): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, encodeModel(model));
  return file;
}

/** Moves the convolution's weights into another file; `location` is what the model says about where that is. */
export function externalize(model: OnnxModel, location: string): { model: OnnxModel; data: Uint8Array } {
  const [weights, ...others] = model.graph.initializer;
  const { rawData = new Uint8Array(), ...rest } = weights!;
  const externalData = [
    { key: 'location', value: location },
    { key: 'length', value: String(rawData.length) },
  ];
  const moved = { ...rest, externalData, dataLocation: EXTERNAL_DATA };
  return { model: { ...model, graph: { ...model.graph, initializer: [moved, ...others] } }, data: rawData };
}

/** What the small model gives for one image, computed by hand: features in float64, averaged and normalised. */
export function expectedVector(
  pixels: Uint8Array,
  size: number,
  normalise: (pixel: number, channel: number) => number,
) {
  const cells = size / 4;
  const sums = Array.from({ length: FEATURES }, (_, feature) => {
    let sum = 0;
    for (let cy = 0; cy < cells; cy++) {
      for (let cx = 0; cx < cells; cx++) {
        let value = 0;
        for (let channel = 0; channel < 3; channel++) {
          for (let ky = 0; ky < 4; ky++) {
            for (let kx = 0; kx < 4; kx++) {
              const i = ((feature * 3 + channel) * 4 + ky) * 4 + kx;
              const pixel = pixels[((cy * 4 + ky) * size + cx * 4 + kx) * 3 + channel]!;
              value += (Math.sin(i * i + 1) / 10) * normalise(pixel, channel);
            }
          }
        }
        sum += Math.max(0, value);
      }
    }
    return sum;
  });
  const length = Math.hypot(...sums);
  return sums.map((sum) => sum / length);
}
