import { createHash } from 'node:crypto';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { fillImageTensor } from '../../core/images/tensor.ts';
import type { JobContext } from '../../core/progress.ts';
import { DEFAULT_NETWORK, NETWORKS } from '../../core/training/networks/networks.ts';
import { encoderModel, type EncoderShape } from '../../core/training/pretrainProgram.ts';
import { statisticsOf, untrainedNetwork, zeroStatistics } from '../../core/training/untrainedEncoder.ts';
import { BUILT_IN_SOURCE } from '../encoders/builtIn.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import { encoderIdentity } from '../encoders/identity.ts';
import { encodeModel } from '../encoders/onnxFile.ts';
import type { TensorValue } from '../encoders/onnxMessages.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { encoderPixels } from '../images/imageDecoder.ts';
import { trainedEncoderInterface } from '../training/pretrainCard.ts';
import { RunStore } from '../training/runStore.ts';
import { decodeTrainingImages } from '../training/trainingImages.ts';
import type { LabelledImage } from './evaluatedImages.ts';

/** Images that the statistics of the normalisations are taken from. */
export const STATISTICS_IMAGES = 128;
/** Stands for the untrained version of encoders that we didn't train. */
const DEFAULT_SIZE = 64;

/** A network and the seed of its first weights. */
export interface UntrainedSpec extends Pick<EncoderShape, 'network' | 'size'> {
  readonly seed: number;
}

/** What each of the encoders was before its training, each network once; for those of others, our default network. */
export async function untrainedSpecs(cards: readonly EncoderCard[], root: string): Promise<UntrainedSpec[]> {
  const specs = new Map<string, UntrainedSpec>();
  for (const card of cards) {
    const spec = await specOf(card, root);
    if (spec !== undefined) specs.set(idOf(spec), spec);
  }
  const fallback = { network: DEFAULT_NETWORK, size: DEFAULT_SIZE, seed: 0 };
  return specs.size > 0 ? [...specs.values()] : [fallback];
}

/** Undefined for an encoder that neither a run of this dataset made nor ships with Likeness. */
async function specOf({ source, input, training }: EncoderCard, root: string): Promise<UntrainedSpec | undefined> {
  if (source === BUILT_IN_SOURCE) {
    return training && { network: training.network, size: input.size[0], seed: training.seed };
  }
  const run = /^run (.+)$/.exec(source)?.[1];
  if (run === undefined) return undefined;
  try {
    const { settings } = await new RunStore(root).summary(run);
    if (!('network' in settings)) return undefined;
    const { network, size, seed } = settings;
    return NETWORKS.has(network) && size > 0 ? { network, size, seed } : undefined;
  } catch {
    // The run was deleted, its encoder kept.
    return undefined;
  }
}

function idOf({ network, size, seed }: UntrainedSpec): string {
  return `untrained-${network}-${size}px${seed === 0 ? '' : `-seed${seed}`}`;
}

/**
 * The encoder that a training would begin with. Its normalisations have the statistics of some of the images, as those of
 * a trained one have: without them it would be worse than it has to be.
 *
 * Its identity follows from the network, the seed and the images, so that it is embedded with once.
 */
export async function untrainedEncoder(
  spec: UntrainedSpec,
  images: readonly LabelledImage[],
  root: string,
  { worker, threads }: { readonly worker: OnnxWorker; readonly threads: number },
  context: JobContext,
): Promise<ResolvedEncoder> {
  const { input, output } = trainedEncoderInterface(spec);
  const sample = sampleOf(images);
  const pixels: Uint8Array[] = [];
  await decodeTrainingImages(root, sample, input, context, async (decoded) => {
    pixels.push(await encoderPixels(decoded.pixels, input));
  });
  const batch = pixels.length;
  const { model, parameters, statistics } = untrainedNetwork(spec, spec.seed, batch);
  const data = new Float32Array(batch * 3 * spec.size ** 2);
  pixels.forEach((picture, i) => {
    fillImageTensor(picture, 1, input, 1, data.subarray((i * data.length) / batch, ((i + 1) * data.length) / batch));
  });
  const feeds: Record<string, TensorValue> = {
    images: { type: 'float32', dims: [batch, 3, spec.size, spec.size], data },
  };
  for (const [name, { shape, values }] of parameters) feeds[name] = { type: 'float32', dims: shape, data: values };
  for (const [name, values] of zeroStatistics(statistics)) {
    feeds[name] = { type: 'float32', dims: [values.length], data: values };
  }
  const { session } = await worker.load({ bytes: encodeModel(model) }, { threads });
  const updates = await worker.run(session, feeds);
  await worker.unload(session);
  const measured = statisticsOf(
    statistics,
    new Map(Object.entries(updates).map(([name, value]) => [name, value.data as Float32Array])),
  );
  const values = new Map([...[...parameters].map(([name, entry]) => [name, entry.values] as const), ...measured]);
  const recipe = JSON.stringify({ ...spec, contents: sample.map(({ contentKey }) => contentKey) });
  const card: EncoderCard = {
    id: idOf(spec),
    name: `Untrained ${spec.network} at ${spec.size} px`,
    source: 'untrained',
    sha256: createHash('sha256').update(recipe).digest('hex'),
    input,
    output,
    batchIndependent: true,
  };
  return { card, identity: encoderIdentity(card), model: { bytes: encodeModel(encoderModel(spec, values)) } };
}

/**
 * The images that were indexed first, of every class in turn: others that join the dataset later don't change which they
 * are.
 */
function sampleOf(images: readonly LabelledImage[]): LabelledImage[] {
  const turns = new Map<string, number>();
  const byAge = [...images].sort((a, b) => a.contentKey - b.contentKey);
  const ordered = byAge.map((image) => {
    const turn = turns.get(image.label) ?? 0;
    turns.set(image.label, turn + 1);
    return { image, turn };
  });
  return ordered
    .sort((a, b) => a.turn - b.turn)
    .slice(0, STATISTICS_IMAGES)
    .map(({ image }) => image);
}
