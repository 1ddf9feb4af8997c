import { GraphBuilder, type GraphValue } from '../onnx/graphBuilder.ts';
import { importInto } from '../onnx/importModel.ts';
import type { OnnxModel } from '../onnx/model.ts';
import type { LinearProjection } from '../linearAlgebra/withinClassProjection.ts';
import {
  GRADIENT_DIM,
  gradientHistograms,
  HANDCRAFTED_INPUT_SIZE,
  LUMINANCE,
  scaledToLength,
} from './handcraftedModel.ts';

/** Length of the gradient histograms where that of what was learnt is 1; both together have length 1. */
export const GRADIENT_SHARE = 0.5;
const LENGTHS = [1, GRADIENT_SHARE].map((share) => share / Math.hypot(1, GRADIENT_SHARE)) as [number, number];

export interface GradientsBeside {
  /** Numbers that the encoder's own vector has. */
  readonly dim: number;
  /** By which its input was normalised, a number a channel. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Weight of the nearest pixel on either side, in both directions, in what the network sees: 0 to ⅓; absent: 0. */
  readonly softness?: number;
  /** Of both parts together, to what is given. */
  readonly projection?: LinearProjection;
}

/**
 * An encoder whose vectors are its own and histograms of the gradients of the same picture, side by side, projected where a
 * projection is given. A small network knows what things are, but little of where their edges run, which is what tells
 * things of one kind apart, such as garments; histograms know nothing else.
 *
 * @param model float32 input `images` `[N, 3, 64, 64]`, one output of rows
 * @returns a model of the same input, with the output `embedding`, `[N, dim + GRADIENT_DIM]` or `[N, components]`
 */
export function withGradientsBeside(
  model: OnnxModel,
  { dim, mean, std, softness = 0, projection }: GradientsBeside,
): OnnxModel {
  const graph = new GraphBuilder('encoder');
  const size = HANDCRAFTED_INPUT_SIZE;
  const images = graph.input('images', 'float32', ['N', 3, size, size]);
  const seen = softness === 0 ? images : softened(graph, images, softness);
  const [learned] = Object.values(
    importInto(graph, model, { inputs: { images: seen }, rename: (name) => `network/${name}` }),
  );
  // Of the picture before it was normalised.
  const weights = LUMINANCE.map((share, channel) => share * std[channel]!);
  const bias = LUMINANCE.reduce((sum, share, channel) => sum + share * mean[channel]!, 0);
  // At half the size, taken with the luminance in one step: a quarter of the work, with hardly another result.
  const kernel = weights.flatMap((weight) => Array.from({ length: 4 }, () => weight / 4));
  const half = graph.op('Conv', [images, graph.floats(kernel, [1, 3, 2, 2]), graph.floats([bias])], {
    strides: [2, 2],
  });
  const parts = [
    scaledToLength(graph, learned!, LENGTHS[0]),
    scaledToLength(graph, gradientHistograms(graph, half, size / 2), LENGTHS[1]),
  ];
  const both = graph.op('Concat', parts, { axis: 1 });
  const length = dim + GRADIENT_DIM;
  if (projection === undefined) graph.output('embedding', both, 'float32', ['N', length]);
  else
    graph.output('embedding', projected(graph, both, length, projection), 'float32', [
      'N',
      projection.matrix.length / length,
    ]);
  return graph.build();
}

/** A picture whose pixels are mixed with their neighbours, so that how sharp it is counts less. */
function softened(graph: GraphBuilder, images: GraphValue, softness: number): GraphValue {
  const line = [softness, 1 - 2 * softness, softness];
  const kernel = line.flatMap((a) => line.map((b) => a * b));
  // Dense, as runtimes are slow at groups of one channel.
  const weights = [0, 1, 2].flatMap((to) => [0, 1, 2].flatMap((from) => kernel.map((w) => (to === from ? w : 0))));
  return graph.op('Conv', [images, graph.floats(weights, [3, 3, 3, 3])], { pads: [1, 1, 1, 1] });
}

function projected(graph: GraphBuilder, rows: GraphValue, dim: number, { mean, matrix }: LinearProjection): GraphValue {
  const components = matrix.length / dim;
  const offset = Float64Array.from({ length: components }, (_, component) => {
    let sum = 0;
    for (let k = 0; k < dim; k++) sum -= matrix[component * dim + k]! * mean[k]!;
    return sum;
  });
  const weights = graph.floats(matrix, [components, dim]);
  return graph.op('Gemm', [rows, weights, graph.floats(offset)], { transB: 1 });
}
