import { GraphBuilder, type GraphValue } from '../onnx/graphBuilder.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { imageTextProgram, type ImageTextOptions } from './imageTextProgram.ts';
import { linear } from './layers.ts';
import { normalizedRows } from './losses/contrastiveLoss.ts';
import type { TensorMap } from './parameters.ts';
import { ExportScope, TrainingScope, type NetworkScope } from './scope.ts';
import type { TrainingProgram } from './trainingProgram.ts';

/** Two towers whose vectors are to meet in one space. */
export interface HeadsShape {
  /** Numbers that the image tower gives for an image. */
  readonly image: number;
  /** Numbers that the text tower gives for a text. */
  readonly text: number;
  /** Numbers of the space in which they meet. */
  readonly outputs: number;
}

/** Which of the towers. */
export type Half = 'image' | 'text';

/** What a step takes of each tower: its vectors of the batch, L2-normalised, `[batch, dim]`. */
export const HEAD_INPUTS: Readonly<Record<Half, string>> = { image: 'images', text: 'texts' };

/**
 * The projection head of one tower: a linear layer, `[N, dim]` → `[N, outputs]`. Of few pairs, validation pairs gain nothing by a
 * hidden layer.
 */
export function imageTextHead(scope: NetworkScope, vectors: GraphValue, half: Half, shape: HeadsShape): GraphValue {
  const { outputs } = shape;
  return linear(scope, vectors, layerOf(half), { outputs, bias: true, standardDeviation: shape[half] ** -0.5 });
}

/** One step of training both heads; its loss is `imageTextLoss`. */
export function imageTextHeadsProgram(shape: HeadsShape, options: ImageTextOptions): TrainingProgram {
  const network = (half: Half) => (scope: NetworkScope, batch: number) =>
    imageTextHead(scope, scope.graph.input(HEAD_INPUTS[half], 'float32', [batch, shape[half]]), half, shape);
  return imageTextProgram({ images: network('image'), texts: network('text') }, options);
}

/** A head with its parameters as inputs: takes `HEAD_INPUTS[half]`, gives rows of length 1 as `HEAD_OUTPUT`. */
export function headEvaluationModel(half: Half, shape: HeadsShape): OnnxModel {
  const graph = new GraphBuilder(`${half}-head`);
  const vectors = graph.input(HEAD_INPUTS[half], 'float32', ['N', shape[half]]);
  const projected = imageTextHead(new TrainingScope(graph), vectors, half, shape);
  graph.output(HEAD_OUTPUT, normalizedRows(graph, projected));
  return graph.build();
}

export const HEAD_OUTPUT = 'projected';

/** Writes a head with the values that it has been trained to. */
export function writeTrainedHead(
  graph: GraphBuilder,
  vectors: GraphValue,
  half: Half,
  shape: HeadsShape,
  state: TensorMap,
): GraphValue {
  return imageTextHead(new ExportScope(graph, state), vectors, half, shape);
}

/**
 * Parameters of heads that change nothing, for towers that share a space already: training begins with what they know. Undefined
 * where the lengths differ.
 */
export function unchangingHeads({ image, text, outputs }: HeadsShape): TensorMap | undefined {
  if (image !== outputs || text !== outputs) return undefined;
  const weight = new Float32Array(outputs * outputs);
  for (let i = 0; i < outputs; i++) weight[i * outputs + i] = 1;
  return new Map((['image', 'text'] as const).map((half) => [`${layerOf(half)}.weight`, weight]));
}

function layerOf(half: Half): string {
  return `${half}.projection`;
}
