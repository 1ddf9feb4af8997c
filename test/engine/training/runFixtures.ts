import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredTensor } from '../../../src/core/training/safetensors.ts';
import type { NewRun } from '../../../src/engine/training/runRecord.ts';

export function newRun(changes: Partial<NewRun> = {}): NewRun {
  return {
    name: 'a run',
    kind: 'pretrain',
    stepsPerEpoch: 10,
    settings: {
      network: 'resnet10',
      size: 64,
      batchImages: 32,
      epochs: 5,
      loss: 'nt-xent',
      temperature: 0.2,
      augmentation: 'natural',
      optimizer: 'sgd',
      learningRate: 0.06,
      weightDecay: 5e-4,
      headLayers: 2,
      seed: 1,
      engine: 'onnxruntime',
      provider: 'cpu',
      from: '',
      trainedStages: 'all',
      threads: 2,
      includeTest: false,
      name: 'a run',
    },
    ...changes,
  };
}

/** A tensor of a kilobyte, all of one value. */
export function tensors(value: number, elements = 256): Map<string, StoredTensor> {
  return new Map([['weights', { shape: [elements], data: new Float32Array(elements).fill(value) }]]);
}

/** The lines of a run's metrics, parsed. */
export function metricsOf(runFolder: string): Record<string, number>[] {
  const text = readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, number>);
}
