import { dirname } from 'node:path';
import { LikenessError, usage } from '../../core/errors.ts';
import { imagesWithoutPrediction, predictionInvalid } from '../../core/evaluation/predictionErrors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { Prediction, PredictReport, PredictRequest } from '../../protocol/predictions.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { assertWritable, writeProposals } from '../labels/proposalFile.ts';
import { readConfig } from '../store/config.ts';
import { readTrainedOn } from '../training/trainedOn.ts';
import type { TrainingImage } from '../training/trainingImages.ts';
import { Classifier, type ResolvedClassifier } from './classifier.ts';
import { classifyImages, type ClassifiedImages } from './classifyImages.ts';
import { measurePredictions } from './measurePredictions.ts';
import { failuresOf, listPredictedImages } from './predictedImages.ts';
import { resolveClassifier } from './resolveClassifier.ts';

export interface PredictionOptions {
  /** The dataset that the folder lies in, else the folder. It needs no index, and nothing is written to it. */
  readonly root: string;
  readonly registry: EncoderRegistry;
  /** Of one inference. */
  readonly threads: number;
  /** How the dataset's own encoder is named, if it has one. */
  readonly ownEncoder: () => Promise<string | undefined>;
}

/**
 * Names the class of every image below a folder, and measures with those that have a label. No label changes.
 *
 * Rejects with usage, file-exists, encoder-without-classes, encoder-not-found, invalid-card and the other codes of encoders,
 * folder-not-found, too-few-images, those of `writeProposals`, or `cancelled`.
 */
export async function predictFolder(
  request: PredictRequest,
  options: PredictionOptions,
  context: JobContext,
): Promise<PredictReport> {
  const startedAt = performance.now();
  const { root, registry, threads } = options;
  const { minConfidence = 0, out } = request;
  if (!(minConfidence >= 0 && minConfidence <= 1)) {
    throw usage(`The least confidence is a number from 0 to 1, not ${minConfidence}.`);
  }
  if (out) await assertWritable(out, { root, config: readConfig(root) });
  const own = request.encoder === undefined ? await options.ownEncoder() : undefined;
  const resolved = await resolveClassifier(request.encoder, { root, registry, own });
  const { card, classes } = resolved;
  const listed = await listPredictedImages(root, request.folder, request.scan, context);
  const named = request.images && new Set(request.images);
  const isNamed = ({ path }: { readonly path: string }) => named?.has(path) ?? true;
  const images = listed.images.filter(isNamed);
  const classified = await classify(root, images, resolved, threads, context);
  const failed = [
    ...listed.failed.filter(isNamed),
    ...(await failures(root, images, classified, resolved, context)),
  ].sort(byPath);
  const record = await trainedOn(resolved);
  const measured = measurePredictions({ ...classified, images, classes, encoder: card.id, trainedOn: record.contents });
  const all = images.flatMap(({ path }, row): Prediction[] => {
    const label = classes[classified.predictions[row]!];
    return label === undefined ? [] : [{ path, label, confidence: classified.confidences[row]! }];
  });
  const predictions = all.filter(({ confidence }) => confidence >= minConfidence);
  if (out) await writeProposals(out, predictions);
  const unreadable = failed.length === 0 ? [] : [imagesWithoutPrediction(failed.length, all.length + failed.length)];
  const notices = [...unreadable, ...listed.notices, ...record.notices, ...measured.notices];
  return {
    root,
    folder: listed.folder,
    encoder: { id: card.id, name: card.name, classes },
    predictions,
    images: all.length,
    failed,
    ...measured.report,
    out: out?.file,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    notices: notices.map(({ code, message }) => ({ code, message })),
  };
}

async function classify(
  root: string,
  images: readonly TrainingImage[],
  resolved: ResolvedClassifier,
  threads: number,
  context: JobContext,
): Promise<ClassifiedImages> {
  const classifier = await Classifier.open(resolved, threads);
  try {
    return await classifyImages(root, images, classifier, context);
  } finally {
    await classifier.dispose();
  }
}

/** Images that got no prediction, with the reasons. */
async function failures(
  root: string,
  images: readonly TrainingImage[],
  { predictions, contents }: ClassifiedImages,
  { card }: ResolvedClassifier,
  context: JobContext,
) {
  const missing = images.flatMap(({ path }, row) => (predictions[row]! < 0 ? [{ path, content: contents[row] }] : []));
  const undecoded = missing.filter(({ content }) => content === undefined).map(({ path }) => path);
  const invalid = missing.filter(({ content }) => content !== undefined);
  return [
    ...(await failuresOf(root, undecoded, card.input, context)),
    ...invalid.map(({ path }) => {
      const { code, message } = predictionInvalid(path, card.id);
      return { path, code, message };
    }),
  ];
}

/** Contents that the encoder was trained on; undefined where that isn't recorded. */
async function trainedOn({ model }: ResolvedClassifier): Promise<{
  readonly contents: ReadonlySet<string> | undefined;
  readonly notices: readonly LikenessError[];
}> {
  if (!('file' in model)) return { contents: undefined, notices: [] };
  try {
    const record = await readTrainedOn(dirname(model.file));
    return { contents: record && new Set(record.map(({ content }) => content)), notices: [] };
  } catch (error) {
    // The predictions are as good without it.
    if (error instanceof LikenessError) return { contents: undefined, notices: [error] };
    throw error;
  }
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}
