import { VOTE_TEMPERATURE, UNIFORMITY_ROWS } from '../../core/evaluation/encoderFigures.ts';
import {
  FEW_LABEL_PENALTY,
  FEW_LABEL_TRIALS,
  PROBE_STRENGTHS,
  PROBE_TRIALS,
  TEST_SHARE,
  VALIDATION_SHARE,
} from '../../core/evaluation/probeTrials.ts';
import type { EvaluationProtocol } from '../../protocol/evaluation.ts';
import { DUPLICATE_RULE } from './duplicates.ts';
import type { EvaluatedImages } from './evaluatedImages.ts';
import { STATISTICS_IMAGES } from './untrained.ts';
import { VIEW_IMAGES, VIEW_PRESET } from './views.ts';

export interface ProtocolFacts extends Pick<EvaluationProtocol, 'root' | 'folder' | 'seed' | 'leftOut'> {
  readonly neighbors: number;
  readonly evaluated: EvaluatedImages;
  /** Labels per class of the few-label curve. */
  readonly fewLabels: readonly number[];
  readonly threads: number;
}

/** Says how everything was measured, so that somebody else can do it again. */
export function describeProtocol(facts: ProtocolFacts): EvaluationProtocol {
  const { root, folder, seed, neighbors, evaluated, fewLabels, threads, leftOut } = facts;
  const { images, classes, labels, groups, bank, queries, test } = evaluated;
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const asked = new Set(test ? Array.from(test, (row) => groups[row]!) : []);
  return {
    root,
    folder,
    seed,
    images: images.length,
    classes: classes.map((name, label) => ({ name, count: labels.filter((other) => other === label).length })),
    split: { kind: test ? 'test' : 'leave-one-out', bank: bank.length, queries: queries.length },
    knn: { k: neighbors, temperature: VOTE_TEMPERATURE, similarity: 'cosine' },
    probe: {
      loss: 'mean cross-entropy + strength / 2 · ‖weights‖², biases free',
      features: 'h of length 1, less the mean of the fitted images, divided by one standard deviation for all features',
      strengths: PROBE_STRENGTHS,
      trials: PROBE_TRIALS,
      leftOutShare: TEST_SHARE,
      validationShare: VALIDATION_SHARE,
      error: test
        ? 'half of the 95 % interval over the trials (Nadeau and Bengio) and over the images of the test split (Wilson)'
        : 'half of the 95 % interval over the trials (Nadeau and Bengio)',
    },
    fewLabels: {
      trials: FEW_LABEL_TRIALS,
      labels: fewLabels,
      strength: `${FEW_LABEL_PENALTY} / labelled images: there are none to choose it on`,
    },
    retrieval: {
      measures: 'mean average precision over the whole ranking; recallAt1 = hit@1: the nearest image is of the class',
    },
    alignment: {
      augmentation: VIEW_PRESET,
      images: Math.min(VIEW_IMAGES, images.length),
      measures: 'mean squared distance of h, of length 1, between two augmented views of an image',
    },
    uniformity: { t: 2, images: Math.min(UNIFORMITY_ROWS, images.length) },
    effectiveRank: { images: images.length, measures: 'exponential of the entropy of the singular values, uncentred' },
    collapse: { measures: 'mean standard deviation of h, of length 1, divided by 1/√dim' },
    imagesPerSecond: {
      images: Math.min(VIEW_IMAGES, images.length),
      threads,
      measures: 'inference, normalisation included, on pictures that are decoded and scaled',
    },
    baselines: {
      pixels: 'the picture as 8 × 8 colours, less their mean',
      handcrafted: 'histograms of gradients and colours',
      untrained: `the network of a trained encoder with its first weights, for other encoders resnet10 at 64 px; normalisations with the statistics of ${Math.min(STATISTICS_IMAGES, images.length)} of the images`,
    },
    duplicates: {
      rule: `${DUPLICATE_RULE}; they are never found, and never on both sides of a trial`,
      images: groups.filter((group) => sizes.get(group)! > 1).length,
      notFitted: bank.filter((row) => asked.has(groups[row]!)).length,
    },
    leftOut,
  };
}
