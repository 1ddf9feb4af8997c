import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { augmentationPreset } from '../../core/augmentation/presets.ts';
import { tooFewImages } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { BatchTargets } from '../../core/training/batchTargets.ts';
import type { ResolvedPretrainSettings } from '../../core/training/pretrainSettings.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { NORMALISATION, trainedEncoderInterface } from './pretrainCard.ts';
import { loadPretrainData } from './pretrainData.ts';
import { pretrainLoop } from './pretrainLoop.ts';
import { pairFeeds } from './pretrainTraining.ts';
import { removePixels } from './pixelStore.ts';
import { stepMetrics } from './runMonitor.ts';
import type { TrainingImage } from './trainingImages.ts';
import { TrainingSession } from './trainingSession.ts';
import { ViewLoader } from './viewLoader.ts';

/** Steps of which the first ones, which also set things up, don't count. */
const STEPS = 5;
const WARM_UP = 2;

export interface StepTiming {
  /** Augmentation and metrics included. */
  readonly secondsPerStep: number;
  /** Of decoding an image, which happens once. */
  readonly secondsPerImage: number;
}

/** Takes a few steps of a run on some of its images. Nothing is kept. */
export async function measureSteps(
  root: string,
  images: readonly TrainingImage[],
  settings: ResolvedPretrainSettings,
  program: TrainingProgram,
  context: JobContext,
): Promise<StepTiming> {
  const { batchImages, size, seed, threads, temperature } = settings;
  const { input } = trainedEncoderInterface(settings);
  const unlabelled = images.slice(0, batchImages).map((image) => ({ ...image, label: undefined }));
  const started = performance.now();
  const options = { root, input, scratchFolder: join(tmpdir()), seed };
  const data = await loadPretrainData(unlabelled, [], options, context);
  if (data.images.length === 0) throw tooFewImages(0, 1);
  const secondsPerImage = (performance.now() - started) / 1000 / unlabelled.length;

  const recipe = augmentationPreset(settings.augmentation)!.recipe(size);
  const loader = new ViewLoader({ pixels: data.pixels, recipe, size, normalisation: NORMALISATION, seed }, 1);
  const worker = new OnnxWorker();
  const targets = new BatchTargets({
    loss: settings.loss,
    labels: new Int32Array(batchImages).fill(-1),
    decisions: [],
  });
  const seconds: number[] = [];
  let last = 0;
  try {
    const session = await TrainingSession.open(worker, program, program.initialState(seed), threads);
    const samples = Uint32Array.from({ length: batchImages }, (_, i) => i % data.images.length);
    last = performance.now();
    await pretrainLoop(
      {
        session,
        loader,
        order: { batch: () => ({ epoch: 0, samples }) },
        batchImages,
        schedule: () => 0,
        viewDims: [2 * batchImages, 3, size, size],
        doneSteps: 0,
        totalSteps: STEPS,
        feedsOf: () => pairFeeds(targets, samples),
        onStep: (outcome) => {
          stepMetrics(outcome, temperature);
          const now = performance.now();
          seconds.push((now - last) / 1000);
          last = now;
          return '';
        },
      },
      context,
    );
  } finally {
    await Promise.all([loader.dispose(), worker.dispose()]);
    removePixels(data.pixels);
  }
  const counted = seconds.slice(WARM_UP);
  return { secondsPerStep: counted.reduce((sum, value) => sum + value, 0) / counted.length, secondsPerImage };
}
