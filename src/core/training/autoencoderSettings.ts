import { tooFewImages } from '../errors.ts';
import { checkCommonSettings, commonDefaults, named, type ResolvedCommonSettings } from './commonSettings.ts';
import { defaultBatch, defaultLearningRate, FEWEST_IMAGES } from './pretrainSettings.ts';

/** Everything that a run of an autoencoder is determined by, besides the images. */
export interface ResolvedAutoencoderSettings extends ResolvedCommonSettings {
  readonly includeTest: boolean;
}

/**
 * Fills in what is left open and checks the rest. Throws usage or too-few-images. Network, size, batch and epochs are those of
 * pretraining, so that both see the same pictures equally often.
 */
export function resolveAutoencoderSettings(
  settings: Partial<ResolvedAutoencoderSettings>,
  images: number,
  threads: number,
): ResolvedAutoencoderSettings {
  if (images < FEWEST_IMAGES) throw tooFewImages(images, FEWEST_IMAGES);
  const batchImages = settings.batchImages ?? defaultBatch(images);
  const optimizer = settings.optimizer ?? 'adamw';
  const resolved: ResolvedAutoencoderSettings = {
    ...commonDefaults(threads),
    epochs: 100,
    learningRate: optimizer === 'adamw' ? (2e-3 * batchImages) / 128 : defaultLearningRate(optimizer, batchImages),
    weightDecay: 1e-6,
    includeTest: false,
    ...settings,
    optimizer,
    batchImages,
  };
  checkCommonSettings(resolved, images, 1);
  return named(resolved, `${resolved.network} at ${resolved.size} px, autoencoder`);
}
