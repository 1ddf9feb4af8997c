/** Reports for the tests of what shows them. */
import type { EncoderEvaluation, EvaluationReport } from '../../../src/protocol/evaluation.ts';
import type { LabelReport } from '../../../src/protocol/labels.ts';
import type { PredictReport } from '../../../src/protocol/predictions.ts';

export function evaluationExample(changes: Partial<EncoderEvaluation> = {}): EncoderEvaluation {
  return {
    id: 'pets_1',
    name: 'ResNet-10 at 64 px',
    baseline: undefined,
    dim: 256,
    knn: 0.804,
    knnMacro: 0.767,
    knnMacroInterval: { low: 0.717, high: 0.817 },
    probe: 0.848,
    probeError: 0.039,
    probeMacro: 0.843,
    probeMacroError: 0.047,
    probeStrengths: [0.01],
    fewLabels: [{ labels: 1, probe: 0.3, probeError: 0.05, probeMacro: 0.31, probeMacroError: 0.06 }],
    map: 0.402,
    recallAt1: 0.777,
    alignment: 0.28,
    uniformity: -1.73,
    effectiveRank: 116.4,
    collapse: 0.64,
    imagesPerSecond: 1322.4,
    ...changes,
  };
}

export const comparisonExample: EvaluationReport = {
  protocol: {
    root: '/data/pets',
    folder: '',
    seed: 3,
    images: 1988,
    classes: [
      { name: 'cat', count: 988 },
      { name: 'dog_', count: 1000 },
    ],
    split: { kind: 'test', bank: 1616, queries: 372 },
    knn: { k: 20, temperature: 0.07, similarity: 'cosine' },
    probe: {
      loss: 'cross-entropy',
      features: 'h',
      strengths: [0.1, 1],
      trials: 5,
      leftOutShare: 0.2,
      validationShare: 0.25,
      error: 'half of the interval',
    },
    fewLabels: { trials: 10, labels: [1], strength: '10 / labelled images' },
    retrieval: { measures: 'mean average precision' },
    alignment: { augmentation: 'natural', images: 500, measures: 'distance of two views' },
    uniformity: { t: 2, images: 1988 },
    effectiveRank: { images: 1988, measures: 'entropy of the singular values' },
    collapse: { measures: 'standard deviation' },
    imagesPerSecond: { images: 500, threads: 2, measures: 'inference' },
    baselines: { pixels: '8 × 8 colours', handcrafted: 'histograms', untrained: 'first weights' },
    duplicates: { rule: 'equal bytes', images: 12, notFitted: 4 },
    leftOut: { unlabelled: 5, unreadable: 0, withoutVector: 1, aboveLimit: 0, classes: [{ name: 'emu', count: 1 }] },
  },
  encoders: [
    evaluationExample(),
    evaluationExample({ id: 'pixels', name: 'Pixels', baseline: 'pixels', knn: 0.3, knnMacro: 0.9, dim: 193 }),
  ],
  seconds: 61,
  comparingSeconds: 20,
  notices: [],
};

export const labelExample: LabelReport = {
  root: '/data/pets',
  encoder: { id: 'pets_1', dim: 256 },
  method: 'neighbors',
  neighbors: 20,
  precision: 0.95,
  proposals: [
    { path: 'new/a|b.png', label: 'cat', confidence: 0.9912 },
    { path: 'new/c.png', label: 'dog', confidence: 0.9511 },
  ],
  unlabelled: 5,
  labelled: 815,
  heldOut: { images: 815, correct: 611 },
  threshold: 0.95,
  cap: null,
  balanced: false,
  curve: [
    { threshold: 0.99, coverage: 0.1, precision: 1, precisionBound: 0.96 },
    { threshold: 0.9, coverage: 0.48, precision: 0.92, precisionBound: 0.9 },
    { threshold: 0, coverage: 1, precision: 0.75, precisionBound: 0.72 },
  ],
  classes: [
    { label: 'cat', labelled: 400, guessed: 390, threshold: 0.95, ownThreshold: true, proposed: 1 },
    { label: 'dog', labelled: 415, guessed: 425, threshold: null, ownThreshold: false, proposed: 1 },
  ],
  withheld: { unlike: 1, unsure: 2, capped: 0 },
  out: undefined,
  seconds: 3,
  notices: [],
};

const figures = {
  images: 10,
  correct: 8,
  accuracy: 0.8,
  accuracyInterval: { low: 0.49, high: 0.943 },
  macroAccuracy: 0.75,
  macroInterval: { low: 0.45, high: 0.9 },
  calibrationError: 0.041,
  seen: 0,
};

export const predictionExample: PredictReport = {
  root: '/data/pets',
  folder: 'test',
  encoder: { id: 'pets_2', name: 'fine-tuned', classes: ['cat', 'dog', 'emu'] },
  predictions: [
    { path: 'test/cat/1.png', label: 'cat', confidence: 0.99 },
    { path: 'test/cat/2 (b).png', label: 'dog', confidence: 0.97 },
  ],
  images: 11,
  failed: [{ path: 'test/x.png', code: 'corrupt-image', message: 'test/x.png is damaged.' }],
  labelled: 10,
  unknownClasses: [{ name: 'yak', count: 1 }],
  figures: {
    ...figures,
    of: 'test',
    classes: [
      { label: 'cat', support: 6, predicted: 5, precision: 1, recall: 0.833, f1: 0.909 },
      { label: 'dog', support: 4, predicted: 5, precision: 0.6, recall: 0.75, f1: 0.667 },
      { label: 'emu', support: 0, predicted: 0, precision: null, recall: null, f1: null },
    ],
    confusion: [
      [5, 1, 0],
      [1, 3, 0],
      [0, 0, 0],
    ],
    confused: [{ label: 'cat', predicted: 'dog', count: 1 }],
  },
  splits: [
    { ...figures, split: 'test' },
    { ...figures, split: null, seen: null },
  ],
  mistakes: [{ path: 'test/cat/2 (b).png', label: 'cat', predicted: 'dog', confidence: 0.97, split: 'test' }],
  out: undefined,
  seconds: 2,
  notices: [],
};
