import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { EncoderCard, EncoderFinishing, EncoderInput } from '../../core/encoders/card.ts';
import { GRADIENT_SHARE, withGradientsBeside } from '../../core/encoders/gradientsBeside.ts';
import { GRADIENT_DIM } from '../../core/encoders/handcraftedModel.ts';
import { withinClassProjection } from '../../core/linearAlgebra/withinClassProjection.ts';
import { withFoldedNormalizations } from '../../core/onnx/foldedNormalizations.ts';
import { withHalfPrecisionConstants } from '../../core/onnx/halfPrecision.ts';
import {
  ACTIVATION_BITS,
  integerValues,
  WEIGHT_BITS,
  withIntegerConvolutions,
  type ValueRange,
} from '../../core/onnx/integerConvolutions.ts';
import type { OnnxModel } from '../../core/onnx/model.ts';
import { encoderIdentity } from '../../engine/encoders/identity.ts';
import { decodeModel, encodeModel } from '../../engine/encoders/onnxFile.ts';
import { OnnxWorker } from '../../engine/encoders/onnxRuntime.ts';
import { openEncoder } from '../../engine/encoders/openEncoder.ts';
import { engineOptions } from '../../engine/machine.ts';
import { PATTERNS_FOLDER } from './patterns.ts';
import { decodeFolder, embedDecoded, type DecodedFile } from './pictures.ts';
import type { DefaultRecipe } from './recipe.ts';

/** Pictures that show which values the network's layers take, spread over those it was trained on, and how many at once. */
const CALIBRATED = 500;
const BATCH = 50;
/** Of a layer's values in a batch, those beyond on either side are cut off: a few extremes would make the steps of all coarse. */
const CUT_OFF = 1e-4;

export interface FinishedEncoder {
  readonly model: OnnxModel;
  /** Of the trained network, with the finished one's output. */
  readonly card: EncoderCard;
  /** What was done to it. */
  readonly finishing: EncoderFinishing;
}

/**
 * What a trained network becomes before it ships: it sees pictures a little softer, gradient histograms stand beside its
 * vectors, both are projected so that directions in which pictures of one class differ anyway count less, its convolutions
 * compute in 8-bit integers, and its other large constants are float16.
 *
 * @param folder of the trained encoder, with its card
 * @param pictures that it was trained on, in folders of their classes; patterns among them count for nothing here
 */
export async function finishedEncoder(
  folder: string,
  pictures: string,
  { softness, projection }: Pick<DefaultRecipe, 'softness' | 'projection'>,
  say: (line: string) => void,
): Promise<FinishedEncoder> {
  const trained = JSON.parse(await readFile(path.join(folder, 'card.json'), 'utf8')) as EncoderCard;
  const { input, output } = trained;
  const network = withFoldedNormalizations(decodeModel(await readFile(path.join(folder, 'encoder.onnx'))));
  const beside = { dim: output.dim, mean: input.mean, std: input.std, softness };
  say('Learning which differences count…');
  const decoded = await decodeFolder(input, pictures, [`/${PATTERNS_FOLDER}/`]);
  const wide = output.dim + GRADIENT_DIM;
  const set = await embed(withGradientsBeside(network, beside), cardOf(trained, wide), decoded);
  const learned = withinClassProjection({ ...set, rows: set.names.length, classOf: set.labels }, projection);
  const whole = withGradientsBeside(network, { ...beside, projection: learned });
  say('Measuring the layers…');
  const every = Math.max(1, Math.floor(decoded.length / CALIBRATED));
  const shown = decoded.filter((_, i) => i % every === 0);
  const ranges = await measuredRanges(whole, input, shown);
  return {
    model: withHalfPrecisionConstants(withIntegerConvolutions(whole, ranges)),
    card: cardOf(trained, projection.components),
    finishing: {
      softness,
      gradientHistograms: { numbers: GRADIENT_DIM, share: GRADIENT_SHARE },
      projection: { ...projection, pictures: set.names.length, classes: set.classes },
      convolutions: { bits: ACTIVATION_BITS, weightBits: WEIGHT_BITS, pictures: shown.length, cutOff: CUT_OFF },
      constants: 'float16',
    },
  };
}

function cardOf(trained: EncoderCard, dim: number): EncoderCard {
  return { ...trained, output: { name: 'embedding', pooling: 'none', dim } };
}

async function embed(model: OnnxModel, card: EncoderCard, pictures: readonly DecodedFile[]) {
  const bytes = encodeModel(model);
  const complete = { ...card, sha256: createHash('sha256').update(bytes).digest('hex') };
  const encoder = await openEncoder(
    { card: complete, identity: encoderIdentity(complete), model: { bytes } },
    engineOptions(),
  );
  try {
    return await embedDecoded(encoder, pictures);
  } finally {
    await encoder.dispose();
  }
}

/** Of the values that integers stand for: the mean, over batches, of where the outermost values begin. */
async function measuredRanges(
  model: OnnxModel,
  input: EncoderInput,
  pictures: readonly DecodedFile[],
): Promise<ReadonlyMap<string, ValueRange>> {
  const names = integerValues(model);
  const inputs = new Set(model.graph.input.map(({ name }) => name));
  const watched = names.filter((name) => !inputs.has(name)).map((name) => ({ name, metadataProps: [] }));
  const shown = { ...model, graph: { ...model.graph, output: [...model.graph.output, ...watched] } };
  const found = new Map<string, ValueRange[]>();
  const worker = new OnnxWorker();
  try {
    const { session } = await worker.load({ bytes: encodeModel(shown) }, { threads: engineOptions().threads });
    for (let start = 0; start < pictures.length; start += BATCH) {
      const images = normalised(pictures.slice(start, start + BATCH), input);
      const values = { ...(await worker.run(session, { [input.name]: images })), [input.name]: images };
      for (const name of names) {
        found.set(name, [...(found.get(name) ?? []), rangeOf(values[name]!.data as Float32Array)]);
      }
    }
  } finally {
    await worker.dispose();
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return new Map(
    [...found].map(([name, ranges]) => [
      name,
      { low: mean(ranges.map(({ low }) => low)), high: mean(ranges.map(({ high }) => high)) },
    ]),
  );
}

function rangeOf(values: Float32Array): ValueRange {
  const sorted = values.slice().sort();
  const cut = Math.floor(sorted.length * CUT_OFF);
  return { low: sorted[cut]!, high: sorted[sorted.length - 1 - cut]! };
}

/** float32 `[N, 3, height, width]`, as the encoder takes them. */
function normalised(pictures: readonly DecodedFile[], { size, mean, std }: EncoderInput) {
  const [height, width] = size;
  const plane = height * width;
  const channels = mean.length;
  const data = new Float32Array(pictures.length * channels * plane);
  pictures.forEach(({ pixels }, n) => {
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < plane; i++) {
        const value = (pixels[i * channels + channel]! / 255 - mean[channel]!) / std[channel]!;
        data[(n * channels + channel) * plane + i] = value;
      }
    }
  });
  return { type: 'float32' as const, dims: [pictures.length, channels, height, width], data };
}
