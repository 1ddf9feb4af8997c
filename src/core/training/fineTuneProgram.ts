import { usage } from '../errors.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { isOfClassifier } from './classifierHeads.ts';
import { classifierNetwork, type ClassifierShape } from './classifierNetwork.ts';
import { classificationLoss, type ClassificationOptions } from './losses/classificationLoss.ts';
import { encoderViews, stagesOf } from './networkShape.ts';
import type { OptimizerConfig } from './optimizers.ts';
import { TrainingScope } from './scope.ts';
import { trainingProgram, type TrainingProgram } from './trainingProgram.ts';

export interface FineTuneConfig extends ClassifierShape, ClassificationOptions {
  readonly batchImages: number;
  /**
   * What trains besides the classifier and a kept projection: `all`, or so many of the encoder's last stages. 0 leaves the
   * encoder as it is; as many as there are leave the stem.
   */
  readonly trainedStages: 'all' | number;
  /**
   * Which normalisations use and keep the running statistics of the pretraining instead of the batch's: those of parts that
   * don't train, or all, for few images or small batches. Where weights move and statistics don't, nothing keeps activations
   * in bounds: such training needs a learning rate that is smaller by a factor of 10 to 100, or gradients that are clipped.
   */
  readonly runningStatistics: 'frozen' | 'all';
  /**
   * What the learning rate is multiplied with from stage to stage back from the head, for example 0.5: the head has the whole
   * rate, the last stage the half, the one before it a quarter. J. Howard, S. Ruder, "Universal language model fine-tuning",
   * ACL 2018, https://arxiv.org/abs/1801.06146. 1 by default.
   */
  readonly stageRate?: number;
  /** What the learning rate is multiplied with for the classifier; 0 keeps it as it begins. 1 by default. */
  readonly classifierRate?: number;
  readonly optimizer: OptimizerConfig;
  readonly clipNorm?: number;
}

/**
 * A step of fine-tuning to classes as one graph: T. Chen et al., "Big self-supervised models are strong semi-supervised
 * learners", NeurIPS 2020, https://arxiv.org/abs/2006.10029.
 *
 * Inputs besides the state and what is fixed: `images` float32 `[batchImages, 3, size, size]`, normalised; `targets`
 * `[batchImages, classes]`, as `classTargets` gives them; `learningRate` (and AdamW's corrections).
 *
 * Results: `loss`, `gradientNorm`, `accuracy` and `labelled` as in `ClassificationLoss`, `logits` `[batchImages, classes]` and
 * `representation` `[batchImages, dim]`.
 *
 * The pretrained encoder, and the first layer of its projection head, come in as the start of `initialState`. Throws usage
 * where `trainedStages` doesn't fit the network.
 */
export function fineTuneProgram(config: FineTuneConfig): TrainingProgram {
  const { batchImages, classes, runningStatistics, optimizer, clipNorm } = config;
  const isFrozen = frozenIn(config);
  const graph = new GraphBuilder('fine-tune');
  const scope = new TrainingScope(graph, (layer) => {
    return runningStatistics === 'all' || isFrozen(layer) ? 'running' : 'batch';
  });
  const images = encoderViews(graph, config, batchImages);
  const { representation, logits } = classifierNetwork(scope, images, config);
  const targets = graph.input('targets', 'float32', [batchImages, classes]);
  const { loss, accuracy, labelled } = classificationLoss(graph, logits, targets, config);
  return trainingProgram(scope, loss, {
    optimizer,
    ...(clipNorm === undefined ? {} : { clipNorm }),
    frozen: new Set(scope.parameters.map(({ spec }) => spec.name).filter(isFrozen)),
    learningRateScale: stageRates(config),
    outputs: { accuracy, labelled, logits, representation },
  });
}

/** Whether a layer or parameter stays as it is. */
function frozenIn(config: FineTuneConfig): (name: string) => boolean {
  const { network, trainedStages } = config;
  if (trainedStages === 'all') return () => false;
  const { count, fromEnd } = stagesOf(config);
  if (!Number.isInteger(trainedStages) || trainedStages < 0 || trainedStages > count) {
    throw usage(`trainedStages is ${trainedStages}; ${network} has ${count} stages: choose 0 to ${count}, or all.`);
  }
  return (name) => (fromEnd(name) ?? 0) > trainedStages;
}

/** The factor of each parameter's learning rate by its name. */
function stageRates(config: FineTuneConfig): (name: string) => number {
  const { stageRate = 1, classifierRate = 1 } = config;
  const { fromEnd } = stagesOf(config);
  return (name) => (isOfClassifier(name) ? classifierRate : stageRate ** (fromEnd(name) ?? 0));
}
