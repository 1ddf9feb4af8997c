import { GraphBuilder, type GraphValue } from '../onnx/graphBuilder.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { contrastiveLoss, decoupledTargets, ntXentTargets } from './losses/contrastiveLoss.ts';
import { networkDefinition } from './networks/networks.ts';
import {
  encoderImages,
  encoderViews,
  graphName,
  representationOf,
  stagesOf,
  type NetworkShape,
} from './networkShape.ts';
import type { ImportedEncoder } from './imported/importedEncoder.ts';
import type { OptimizerConfig } from './optimizers.ts';
import type { TensorMap } from './parameters.ts';
import { projectionHead, type ProjectionHeadOptions } from './projectionHead.ts';
import { ExportScope, TrainingScope } from './scope.ts';
import { trainingProgram, type TrainingProgram } from './trainingProgram.ts';

export type ContrastiveLossKind = 'nt-xent' | 'dcl' | 'supervised';

export interface PretrainConfig {
  readonly network: string;
  /** Height and width of a view in pixels. */
  readonly size: number;
  /** Images in a batch; each gives two views. */
  readonly batchImages: number;
  readonly head: ProjectionHeadOptions;
  readonly loss: ContrastiveLossKind;
  readonly temperature: number;
  readonly optimizer: OptimizerConfig;
  readonly clipNorm?: number;
  /** Stride of the first convolution, where it isn't to follow from the size. */
  readonly stemStride?: 1 | 2;
  /** The encoder of others that it goes on with; what trains of it are its `trained` weights. */
  readonly imported?: ImportedEncoder;
  /** What the learning rate is multiplied with for the encoder, where it knows more than its head. 1 by default. */
  readonly encoderRate?: number;
}

/**
 * The SimCLR step as one graph.
 *
 * Inputs besides the state: `images` float32 `[2 · batchImages, 3, size, size]`, normalised, row i and i + batchImages
 * being views of one image; `learningRate` (and AdamW's corrections); where the pairs vary from batch to batch,
 * `positives` and `candidates` `[2 · batchImages, 2 · batchImages]` as in `PairTargets`.
 *
 * Results: `loss`, `gradientNorm`, `z` `[2 · batchImages, outputs]` and `representation` `[2 · batchImages, dim]`.
 *
 * @param pairsVary true where the caller feeds the targets of each batch: with labels or decisions
 */
export function pretrainProgram(config: PretrainConfig, pairsVary = config.loss === 'supervised'): TrainingProgram {
  const { batchImages, head, temperature, optimizer, clipNorm, encoderRate = 1 } = config;
  const graph = new GraphBuilder('pretrain');
  const views = 2 * batchImages;
  const scope = new TrainingScope(graph);
  const representation = representationOf(scope, encoderViews(graph, config, views), config);
  const z = projectionHead(scope, representation, head).at(-1)!;
  const square = [views, views];
  const fixed = config.loss === 'dcl' ? decoupledTargets : ntXentTargets;
  const targets = pairsVary ? undefined : fixed(views);
  const [positives, candidates] = (['positives', 'candidates'] as const).map((name) => {
    return targets ? graph.floats(targets[name], square) : graph.input(name, 'float32', square);
  }) as [GraphValue, GraphValue];
  const loss = contrastiveLoss(graph, z, temperature, positives, candidates);
  return trainingProgram(scope, loss, {
    optimizer,
    ...(clipNorm === undefined ? {} : { clipNorm }),
    ...(encoderRate !== 1 && { learningRateScale: encoderRates(config, encoderRate) }),
    outputs: { z, representation },
  });
}

/** The factor of each parameter's learning rate by its name. */
function encoderRates(config: NetworkShape, rate: number): (name: string) => number {
  const { fromEnd } = stagesOf(config);
  return (name) => (fromEnd(name) === undefined ? 1 : rate);
}

/** The shape of the network that a trained encoder needs to know. */
export type EncoderShape = Pick<PretrainConfig, 'network' | 'size' | 'stemStride'>;

/**
 * The trained encoder on its own: input `images` as `encoderImages` has it; output `embedding` `[N, dim]`.
 *
 * @param values parameters and running statistics by name
 */
export function encoderModel(shape: NetworkShape, values: TensorMap): OnnxModel {
  const graph = new GraphBuilder(graphName(shape));
  const representation = representationOf(new ExportScope(graph, values), encoderImages(graph, shape), shape);
  graph.output('embedding', representation, 'float32', ['N', representation.shape![1]!]);
  return graph.build();
}

/** The projection head on its own: `representation` `[N, dim]` to every layer's output, `layer1` … and `z`. */
export function projectionHeadModel(network: string, head: ProjectionHeadOptions, values: TensorMap): OnnxModel {
  const graph = new GraphBuilder(`${network}-projection-head`);
  const representation = graph.input('representation', 'float32', ['N', networkDefinition(network).dim]);
  const layers = projectionHead(new ExportScope(graph, values), representation, head);
  layers.forEach((layer, i) => {
    graph.output(i === layers.length - 1 ? 'z' : `layer${i + 1}`, layer, 'float32', layer.shape);
  });
  return graph.build();
}

/** The forward pass with parameters as inputs and running statistics: evaluates the state of a run that goes on. */
export function evaluationModel(shape: NetworkShape): OnnxModel {
  const graph = new GraphBuilder(`${graphName(shape)}-evaluation`);
  const representation = representationOf(new TrainingScope(graph, 'running'), encoderImages(graph, shape), shape);
  graph.output('embedding', representation, 'float32', ['N', representation.shape![1]!]);
  return graph.build();
}
