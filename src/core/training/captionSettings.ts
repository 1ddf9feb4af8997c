import { tooFewPairs } from '../captions/captionErrors.ts';
import { assertWithin, checkStepSettings, named, stepDefaults, type ResolvedStepSettings } from './commonSettings.ts';

/** Everything that a run on images with captions is determined by, besides these. */
export interface ResolvedCaptionSettings extends ResolvedStepSettings {
  /** Ids of the encoders, or paths. */
  readonly imageEncoder: string;
  readonly textEncoder: string;
  readonly outputs: number;
  readonly noise: number;
  readonly patience: number;
}

/** The towers that a run begins with. */
export interface CaptionTowers {
  readonly image: { readonly reference: string; readonly name: string; readonly dim: number };
  readonly text: { readonly reference: string; readonly name: string; readonly dim: number };
  /** Whether both are halves of one encoder, whose vectors can be compared as they are. */
  readonly isPair: boolean;
}

/** With fewer no head learns anything, and a batch needs other captions. */
export const FEWEST_PAIRS = 16;
const SMALLEST_BATCH = 8;
const LARGEST_BATCH = 256;
/** Numbers of the common space of towers that have none yet, at most. */
const MOST_OUTPUTS = 256;
/** Steps are cheap: they see vectors, not pictures. */
const STEPS = 3000;
const FEWEST_EPOCHS = 10;
const MOST_EPOCHS = 300;

/** Fills in what is left open and checks the rest. Throws usage or too-few-pairs. @param images with captions to train on */
export function resolveCaptionSettings(
  settings: Partial<ResolvedCaptionSettings>,
  { image, text, isPair }: CaptionTowers,
  images: number,
  threads: number,
): ResolvedCaptionSettings {
  if (images < FEWEST_PAIRS) throw tooFewPairs(images, FEWEST_PAIRS);
  const batchImages = settings.batchImages ?? defaultBatch(images);
  const steps = Math.max(1, Math.floor(images / batchImages));
  const resolved: ResolvedCaptionSettings = {
    ...stepDefaults(threads),
    epochs: Math.min(MOST_EPOCHS, Math.max(FEWEST_EPOCHS, Math.ceil(STEPS / steps))),
    learningRate: 3e-3,
    // Both chosen by validation pairs out of the training split of the generated sample; they matter where pairs are few.
    weightDecay: 1,
    noise: 0.6,
    outputs: isPair ? image.dim : Math.min(MOST_OUTPUTS, Math.max(image.dim, text.dim)),
    patience: 100,
    ...settings,
    optimizer: settings.optimizer ?? 'adamw',
    batchImages,
    imageEncoder: image.reference,
    textEncoder: text.reference,
  };
  checkStepSettings(resolved, images, SMALLEST_BATCH);
  assertWithin(resolved, { outputs: [2, 4096], noise: [0, 10], patience: [0, 100_000] }, ['outputs', 'patience']);
  return named(resolved, isPair ? `${image.name}, with captions` : `${image.name} and ${text.name}`);
}

/** Half of the images at most, so that an epoch has two batches. */
function defaultBatch(images: number): number {
  return Math.max(SMALLEST_BATCH, Math.min(LARGEST_BATCH, 2 ** Math.floor(Math.log2(images / 2))));
}
