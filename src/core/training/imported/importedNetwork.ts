import type { EncoderInput } from '../../encoders/card.ts';
import { featureAxis } from '../../encoders/pooling.ts';
import { invalidGraph } from '../../errors.ts';
import type { Dimension, GraphBuilder, GraphValue } from '../../onnx/graphBuilder.ts';
import { importInto } from '../../onnx/importModel.ts';
import type { ParameterSpec } from '../parameters.ts';
import type { NetworkScope } from '../scope.ts';
import { VIEW_NORMALISATION } from '../viewNormalisation.ts';
import { importedName, type ImportedEncoder } from './importedEncoder.ts';
import type { ImportedWeight } from './importedWeights.ts';

/**
 * Writes the forward pass of an encoder of others. What trains of it are parameters; batch normalisations use their running
 * statistics, in training too.
 *
 * Throws invalid-graph for what can't be imported.
 *
 * @param images as its model takes them
 * @returns the representation, `[N, dim]`
 */
export function importedNetwork(scope: NetworkScope, images: GraphValue, encoder: ImportedEncoder): GraphValue {
  const weights = new Map(encoder.trained.map((weight) => [weight.name, weight]));
  const values = importInto(scope.graph, encoder.model, {
    inputs: { [encoder.input.name]: images },
    rename: importedName,
    initializer: (name) => {
      const weight = weights.get(name);
      return weight && scope.parameter(specOf(weight));
    },
  });
  return pooled(scope.graph, values[encoder.output.name]!, encoder);
}

/** How a parameter starts is never drawn: it comes with the model. */
function specOf({ name, shape, role }: ImportedWeight): ParameterSpec {
  return { name: importedName(name), shape, role, initializer: { kind: 'constant', value: 0 } };
}

/** One vector for each picture, as `poolOutput` makes them, but for their length. */
function pooled(graph: GraphBuilder, value: GraphValue, { input, output }: ImportedEncoder): GraphValue {
  const { pooling, dim } = output;
  switch (pooling) {
    case 'none':
      return rows(graph, value, dim);
    case 'gap': {
      const axes = featureAxis(knownSizes(value, 4), input.layout) === 1 ? [2, 3] : [1, 2];
      return rows(graph, graph.op('ReduceMean', [value], { axes, keepdims: 0 }), dim);
    }
    case 'cls':
      knownSizes(value, 3);
      return rows(graph, graph.op('Gather', [value, graph.integers([0], [])], { axis: 1 }), dim);
    case 'mean':
      knownSizes(value, 3);
      return rows(graph, graph.op('ReduceMean', [value], { axes: [1], keepdims: 0 }), dim);
  }
}

function rows(graph: GraphBuilder, value: GraphValue, dim: number): GraphValue {
  if (value.shape?.length === 2 && value.shape[1] === dim) return value;
  return graph.op('Reshape', [value, graph.integers([-1, dim])]);
}

/** Sizes, of which only that of the batch may be open. */
function knownSizes({ name, shape }: GraphValue, rank: number): number[] {
  if (shape?.length !== rank) throw invalidGraph(name, 'output', 'its shape is not known');
  return shape.map((size, axis) => {
    if (typeof size === 'number') return size;
    if (axis > 0) throw invalidGraph(name, 'output', `its size "${size}" is not fixed`);
    return 0;
  });
}

/** Shape of a batch of pictures as the model takes them. */
export function importedImageDims({ input }: ImportedEncoder, batch: Dimension): Dimension[] {
  const { layout, size, mean } = input;
  return layout === 'NCHW' ? [batch, mean.length, ...size] : [batch, ...size, mean.length];
}

/** Shares of red, green and blue in a grey picture, as pictures are decoded to grey. */
const LUMA = [0.299, 0.587, 0.114];

/**
 * Views as they are augmented, float32 `[N, 3, size, size]` and normalised by `VIEW_NORMALISATION`, brought to what a model
 * takes: its mean and deviation, its layout, grey where it is for grey pictures.
 */
export function importedImages(graph: GraphBuilder, views: GraphValue, input: EncoderInput): GraphValue {
  const { layout, mean, std, range, type, channelOrder } = input;
  const [black, white] = range;
  const span = white - black;
  const channels = mean.map((offset, channel) => {
    const shares =
      mean.length === 1 ? LUMA : LUMA.map((_, i) => Number(i === (channelOrder === 'bgr' ? 2 - channel : channel)));
    const factors = shares.map((share, i) => (share * span * VIEW_NORMALISATION.std[i]!) / std[channel]!);
    const middle = shares.reduce((sum, share, i) => sum + share * VIEW_NORMALISATION.mean[i]!, 0);
    return { factors, offset: (black + span * middle - offset) / std[channel]! };
  });
  let images = views;
  if (!channels.every(({ factors, offset }, i) => Math.abs(offset) < 1e-6 && isUnit(factors, i))) {
    const weights = graph.floats(
      channels.flatMap(({ factors }) => factors),
      [channels.length, 3, 1, 1],
    );
    images = graph.op('Conv', [views, weights, graph.floats(channels.map(({ offset }) => offset))]);
  }
  if (layout === 'NHWC') images = graph.op('Transpose', [images], { perm: [0, 2, 3, 1] });
  return type === 'uint8' ? inBytes(graph, images) : images;
}

/** Whether a channel is taken from the same one of the views as it is. */
function isUnit(factors: readonly number[], channel: number): boolean {
  return factors.length === 3 && factors.every((factor, i) => Math.abs(factor - Number(i === channel)) < 1e-6);
}

function inBytes(graph: GraphBuilder, images: GraphValue): GraphValue {
  const bounded = graph.op('Clip', [graph.op('Round', [images]), graph.scalar(0), graph.scalar(255)]);
  return graph.op('Cast', [bounded], { to: 2 });
}
