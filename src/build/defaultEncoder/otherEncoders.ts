import { OnnxWorker } from '../../engine/encoders/onnxRuntime.ts';
import type { ResolvedEncoder } from '../../engine/encoders/encoder.ts';
import { EncoderRegistry } from '../../engine/encoders/registry.ts';
import { untrainedEncoder, type UntrainedSpec } from '../../engine/evaluation/untrained.ts';
import { engineOptions } from '../../engine/machine.ts';
import { listTrainingImages } from '../../engine/training/trainingImages.ts';

/** Encoders that Likeness has without a dataset, by id or file. */
export async function knownEncoders(references: readonly string[]): Promise<ResolvedEncoder[]> {
  const registry = new EncoderRegistry();
  return Promise.all(references.map((reference) => registry.resolve(reference)));
}

/**
 * A network with its first weights, the statistics of its normalisations taken from some images; none where there are no images.
 *
 * @param folder of labelled images
 */
export async function untrainedEncoders(
  { network, size, seed }: UntrainedSpec,
  folder: string | undefined,
): Promise<ResolvedEncoder[]> {
  if (folder === undefined) return [];
  const context = { signal: new AbortController().signal, report: () => undefined };
  const images = await listTrainingImages(folder, undefined, context.signal);
  const labelled = images.map((image, contentKey) => ({ ...image, label: image.label ?? '', contentKey }));
  const worker = new OnnxWorker();
  try {
    const { threads } = engineOptions();
    return [await untrainedEncoder({ network, size, seed }, labelled, folder, { worker, threads }, context)];
  } finally {
    await worker.dispose();
  }
}
