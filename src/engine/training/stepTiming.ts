import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { tooFewImages } from '../../core/errors.ts';
import { nearestNeighbors } from '../../core/evaluation/nearestNeighbors.ts';
import { runToEnd } from '../../core/evaluation/steps.ts';
import { RandomStream } from '../../core/random.ts';
import type { ExecutionProvider } from '../../core/encoders/executionProviders.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import type { JobContext } from '../../core/progress.ts';
import { BatchTargets } from '../../core/training/batchTargets.ts';
import { recipeOf } from '../../core/training/augmentationChoice.ts';
import type { NetworkShape } from '../../core/training/networkShape.ts';
import type { ResolvedPretrainSettings } from '../../core/training/pretrainSettings.ts';
import type { TrainingProgram } from '../../core/training/trainingProgram.ts';
import { VIEW_NORMALISATION } from '../../core/training/viewNormalisation.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { RunEvaluator } from './evaluation.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { loadTrainingData, type TrainingData } from './trainingData.ts';
import { pairFeeds, PRETRAIN_RESULTS, VIEWS_PER_IMAGE } from './pretrainTask.ts';
import { removePixels } from './pixelStore.ts';
import { epochMetrics, NEIGHBORS, stepMetrics } from './runMonitor.ts';
import type { TrainingImage } from './trainingImages.ts';
import { openTrainingSession } from './openSession.ts';
import { trainingLoop } from './trainingLoop.ts';
import type { TensorFlow } from './tensorflow/tensors.ts';
import type { TrainingSession } from './trainingSession.ts';
import { ViewLoader } from './viewLoader.ts';

/** Steps of which the first ones, which also set things up, don't count. */
const STEPS = 5;
const WARM_UP = 2;
/** Pictures that are embedded, and embeddings that are compared with each other, to learn what evaluation takes. */
const EMBEDDED = 128;
const COMPARED = 512;

export interface StepTiming {
  /** Augmentation and metrics included. */
  readonly secondsPerStep: number;
  /** Of decoding an image, which happens once. */
  readonly secondsPerImage: number;
  /** Of what the last batch of an epoch tells besides. */
  readonly secondsPerEpoch: number;
  /** Of embedding a picture to predict its class. */
  readonly secondsPerEmbedding: number;
  /** Of comparing two embeddings. */
  readonly secondsPerComparison: number;
}

/** A run that nobody has started. */
export interface MeasuredRun {
  readonly settings: ResolvedPretrainSettings;
  readonly shape: NetworkShape;
  readonly program: TrainingProgram;
  /** What its parameters begin with. */
  readonly values?: TensorMap;
  /** What ONNX Runtime computes the steps on. */
  readonly provider: ExecutionProvider;
}

/** Takes a few steps of a run on some of its images. Nothing is kept. */
export async function measureSteps(
  root: string,
  images: readonly TrainingImage[],
  run: MeasuredRun,
  tensorFlow: TensorFlow | undefined,
  context: JobContext,
): Promise<StepTiming> {
  const { batchImages, seed } = run.settings;
  const { input } = trainedEncoderInterface(run.shape);
  const some = spread(images, batchImages);
  const scratchFolder = await mkdtemp(join(tmpdir(), 'likeness-plan-'));
  try {
    const started = performance.now();
    const data = await loadTrainingData(some, [], { root, input, scratchFolder, seed }, context);
    if (data.images.length === 0) throw tooFewImages(0, 1);
    const secondsPerImage = (performance.now() - started) / 1000 / some.length;
    return { secondsPerImage, ...(await measureTraining(data, run, tensorFlow, context)) };
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

/** So many of them, from all over the list: those that lie together are alike. */
function spread<T>(all: readonly T[], count: number): T[] {
  return Array.from({ length: Math.min(count, all.length) }, (_, i) => all[Math.floor((i * all.length) / count)]!);
}

async function measureTraining(
  data: TrainingData,
  { settings, shape, program, values, provider }: MeasuredRun,
  tensorFlow: TensorFlow | undefined,
  context: JobContext,
): Promise<Omit<StepTiming, 'secondsPerImage'>> {
  const { batchImages, size, seed, threads } = settings;
  const recipe = recipeOf(settings, settings.size);
  const loader = new ViewLoader(
    {
      pixels: data.pixels,
      recipe,
      viewsPerImage: VIEWS_PER_IMAGE,
      size: { width: size, height: size },
      normalisation: VIEW_NORMALISATION,
      seed,
    },
    1,
  );
  const worker = new OnnxWorker();
  const targets = new BatchTargets({
    loss: settings.loss,
    labels: new Int32Array(batchImages).fill(-1),
    decisions: [],
  });
  const seconds: number[] = [];
  let secondsPerEpoch = 0;
  let last = 0;
  let session: TrainingSession | undefined;
  try {
    const engine = { worker, threads, tensorFlow, provider };
    session = await openTrainingSession(engine, program, program.initialState(seed, values));
    const samples = Uint32Array.from({ length: batchImages }, (_, i) => i % data.images.length);
    last = performance.now();
    await trainingLoop(
      {
        session,
        loader,
        order: { batch: () => ({ epoch: 0, samples }) },
        batchImages,
        schedule: () => 0,
        viewDims: [VIEWS_PER_IMAGE * batchImages, 3, size, size],
        doneSteps: 0,
        totalSteps: STEPS,
        wanted: PRETRAIN_RESULTS,
        feedsOf: () => pairFeeds(targets, samples),
        onStep: (outcome) => {
          stepMetrics(outcome, settings);
          seconds.push(secondsSince(last));
          const measured = performance.now();
          epochMetrics(outcome);
          secondsPerEpoch = secondsSince(measured);
          last = performance.now();
          return '';
        },
      },
      context,
    );
    const counted = seconds.slice(WARM_UP);
    return {
      secondsPerStep: counted.reduce((sum, value) => sum + value, 0) / counted.length,
      secondsPerEpoch,
      ...(await measureEvaluation(worker, settings, shape, await session.state(), context.signal)),
    };
  } finally {
    await session?.dispose();
    await Promise.all([loader.dispose(), worker.dispose()]);
    removePixels(data.pixels);
  }
}

/** Embeds made-up pictures and compares made-up embeddings: what they show changes nothing. */
async function measureEvaluation(
  worker: OnnxWorker,
  settings: ResolvedPretrainSettings,
  shape: NetworkShape,
  state: TensorMap,
  signal: AbortSignal,
): Promise<Pick<StepTiming, 'secondsPerEmbedding' | 'secondsPerComparison'>> {
  const { size, seed, threads } = settings;
  const card = trainedEncoderInterface(shape);
  const evaluator = await RunEvaluator.open(worker, shape, card, threads);
  const none = new Int32Array(EMBEDDED).fill(-1);
  const pixels = new Uint8Array(EMBEDDED * size * size * 3);
  const pictures = { pixels, count: EMBEDDED, labels: none, groups: none, classes: [] };
  // The first time, memory is taken too.
  await evaluator.embed(pictures, state, signal);
  const embedding = performance.now();
  await evaluator.embed(pictures, state, signal);
  const secondsPerEmbedding = secondsSince(embedding) / EMBEDDED;

  const { dim } = card.output;
  const random = new RandomStream(seed);
  const bank = { vectors: Float32Array.from({ length: COMPARED * dim }, () => random.normal()), rows: COMPARED, dim };
  const comparing = performance.now();
  runToEnd(nearestNeighbors({ bank, queries: bank, count: NEIGHBORS }));
  return { secondsPerEmbedding, secondsPerComparison: secondsSince(comparing) / COMPARED ** 2 };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
