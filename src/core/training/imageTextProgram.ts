import type { GraphValue } from '../onnx/graphBuilder.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { imageTextLoss, INITIAL_LOG_SCALE } from './losses/imageTextLoss.ts';
import type { OptimizerConfig } from './optimizers.ts';
import { TrainingScope, type NetworkScope } from './scope.ts';
import { trainingProgram, type TrainingProgram } from './trainingProgram.ts';

/** The two networks that are to meet: whole towers, or heads over the vectors of frozen ones. */
export interface ImageTextNetworks {
  /** Writes the network with its inputs; gives `[batch, dim]`. */
  readonly images: (scope: NetworkScope, batch: number) => GraphValue;
  readonly texts: (scope: NetworkScope, batch: number) => GraphValue;
}

export interface ImageTextOptions {
  readonly batch: number;
  readonly optimizer: OptimizerConfig;
  readonly clipNorm?: number;
}

/** Name of the parameter whose exponential multiplies the cosines. */
export const LOG_SCALE = 'logScale';
/** Input of a step, `[batch, batch]` from `textMatches`. */
export const MATCHES = 'matches';

/** One step of training two networks on pairs of an image and a text; its loss is `imageTextLoss`, its temperature is learned. */
export function imageTextProgram(
  { images, texts }: ImageTextNetworks,
  { batch, optimizer, clipNorm }: ImageTextOptions,
): TrainingProgram {
  const graph = new GraphBuilder('image-text');
  const scope = new TrainingScope(graph);
  const [image, text] = [images(scope, batch), texts(scope, batch)];
  const matches = graph.input(MATCHES, 'float32', [batch, batch]);
  const logScale = scope.parameter({
    name: LOG_SCALE,
    shape: [],
    // Spared of weight decay, as biases are.
    role: 'bias',
    initializer: { kind: 'constant', value: INITIAL_LOG_SCALE },
  });
  const loss = imageTextLoss(graph, image, text, logScale, matches);
  return trainingProgram(scope, loss, { optimizer, ...(clipNorm !== undefined && { clipNorm }) });
}
