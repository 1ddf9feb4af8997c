import type { Normalisation } from '../augmentation/augmenter.ts';
import { GraphBuilder, type GraphValue } from '../onnx/graphBuilder.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { decoder } from './decoder.ts';
import { reconstructionLoss } from './losses/reconstructionLoss.ts';
import { encoderNetwork, networkDefinition } from './networks/networks.ts';
import type { OptimizerConfig } from './optimizers.ts';
import type { TensorMap } from './parameters.ts';
import type { EncoderShape } from './pretrainProgram.ts';
import { ExportScope, TrainingScope, type NetworkScope } from './scope.ts';
import { trainingProgram, type TrainingProgram } from './trainingProgram.ts';

export interface AutoencoderConfig extends EncoderShape {
  readonly batchImages: number;
  /** How the images were normalised, where they themselves are to be reconstructed; absent: what is to be is fed. */
  readonly normalisation?: Normalisation;
  readonly optimizer: OptimizerConfig;
  readonly clipNorm?: number;
}

/**
 * A step of an autoencoder as one graph: the baseline that contrastive pretraining has to beat, with the same encoder and the
 * representation as the bottleneck.
 *
 * Inputs besides the state: `images` float32 `[batchImages, 3, size, size]`, normalised; without `normalisation` `targets`, the
 * pixels to reconstruct from 0 to 1, of the same shape, such as those of undamaged images for a denoising autoencoder;
 * `learningRate` (and AdamW's corrections).
 *
 * Results: `loss` (mean squared error), `gradientNorm`, `reconstruction` `[batchImages, 3, size, size]` and `representation`
 * `[batchImages, dim]`.
 */
export function autoencoderProgram(config: AutoencoderConfig): TrainingProgram {
  const { network, size, stemStride, batchImages, normalisation, optimizer, clipNorm } = config;
  const graph = new GraphBuilder('autoencoder');
  const scope = new TrainingScope(graph);
  const dims = [batchImages, 3, size, size];
  const images = graph.input('images', 'float32', dims);
  const representation = encoderNetwork(scope, images, network, stemStride);
  const reconstruction = decoder(scope, representation, config);
  const targets = normalisation ? pixelsOf(graph, images, normalisation) : graph.input('targets', 'float32', dims);
  const loss = reconstructionLoss(graph, reconstruction, targets);
  return trainingProgram(scope, loss, {
    optimizer,
    ...(clipNorm === undefined ? {} : { clipNorm }),
    outputs: { reconstruction, representation },
  });
}

/** From 0 to 1, as they were before the normalisation. */
function pixelsOf(graph: GraphBuilder, images: GraphValue, { mean, std }: Normalisation): GraphValue {
  const [means, deviations] = [mean, std].map((values) => graph.floats([...values], [1, 3, 1, 1])) as [
    GraphValue,
    GraphValue,
  ];
  return graph.op('Add', [graph.op('Mul', [images, deviations]), means]);
}

/** The decoder on its own: `embedding` `[N, dim]` to `reconstruction` `[N, 3, size, size]`, pixels from 0 to 1. */
export function decoderModel(shape: EncoderShape, values: TensorMap): OnnxModel {
  const { network } = shape;
  const graph = new GraphBuilder(`${network}-decoder`);
  const embedding = graph.input('embedding', 'float32', ['N', networkDefinition(network).dim]);
  return withReconstruction(new ExportScope(graph, values), embedding, shape);
}

/**
 * Encoder and decoder: `images` `[N, 3, size, size]`, normalised, to `embedding` `[N, dim]` and `reconstruction`
 * `[N, 3, size, size]`, pixels from 0 to 1.
 */
export function autoencoderModel(shape: EncoderShape, values: TensorMap): OnnxModel {
  const graph = new GraphBuilder(`${shape.network}-autoencoder`);
  return autoencoder(new ExportScope(graph, values), shape);
}

/** As `autoencoderModel` with parameters as inputs and running statistics: shows the state of a run that goes on. */
export function autoencoderEvaluationModel(shape: EncoderShape): OnnxModel {
  const graph = new GraphBuilder(`${shape.network}-autoencoder-evaluation`);
  return autoencoder(new TrainingScope(graph, 'running'), shape);
}

function autoencoder(scope: NetworkScope, shape: EncoderShape): OnnxModel {
  const { graph } = scope;
  const { network, size, stemStride } = shape;
  const images = graph.input('images', 'float32', ['N', 3, size, size]);
  const representation = encoderNetwork(scope, images, network, stemStride);
  graph.output('embedding', representation, 'float32', ['N', networkDefinition(network).dim]);
  return withReconstruction(scope, representation, shape);
}

function withReconstruction(scope: NetworkScope, representation: GraphValue, shape: EncoderShape): OnnxModel {
  const { size } = shape;
  scope.graph.output('reconstruction', decoder(scope, representation, shape), 'float32', ['N', 3, size, size]);
  return scope.graph.build();
}
