/** Runs and plans for the tests of what shows them. */
import type { ListedEncoder } from '../../../src/core/encoders/card.ts';
import type { PretrainPlan, RunSummary } from '../../../src/protocol/training.ts';

import { encoderCard } from '../../cards.ts';

export const settings: RunSummary['settings'] = {
  network: 'resnet10',
  size: 64,
  batchImages: 128,
  epochs: 100,
  loss: 'nt-xent',
  temperature: 0.2,
  augmentation: 'natural',
  optimizer: 'sgd',
  learningRate: 0.06,
  weightDecay: 0.0005,
  headLayers: 2,
  seed: 0,
  engine: 'onnxruntime',
  provider: 'cpu',
  from: '',
  trainedStages: 'all',
  threads: 7,
  includeTest: false,
  name: 'resnet10 at 64 px',
};

export function runExample(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 'run-1',
    name: 'resnet10 at 64 px',
    kind: 'pretrain',
    root: '/data/pets',
    state: 'finished',
    settings,
    startedAt: new Date(2026, 4, 2, 14, 5).getTime(),
    endedAt: new Date(2026, 4, 2, 14, 19).getTime(),
    seconds: 840,
    epoch: 100,
    step: 900,
    stepsPerEpoch: 9,
    metrics: {},
    message: undefined,
    encoder: 'pets-1',
    bytes: 12_345_678,
    resumable: false,
    ...changes,
  };
}

export const planExample: PretrainPlan = {
  root: '/data/pets',
  images: 1200,
  heldOut: 200,
  settings,
  stepsPerEpoch: 9,
  secondsPerStep: 1,
  // 900 s of steps, a minute of all else.
  seconds: 960,
  memoryBytes: 1.2e9,
  notices: [],
};

export function cardExample(changes: Partial<ListedEncoder> & Pick<ListedEncoder, 'id'>): ListedEncoder {
  return { ...encoderCard(changes.id, 256), ...changes };
}
