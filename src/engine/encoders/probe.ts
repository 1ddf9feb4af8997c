import type { EncoderInput, EncoderOutput } from '../../core/encoders/card.ts';
import { chooseOutput } from '../../core/encoders/imageOutput.ts';
import type { OutputHint } from '../../core/encoders/outputHints.ts';
import { PROBE_IMAGES, probeImages } from '../../core/encoders/probeImages.ts';
import { encoderBadOutput, encoderNotImage } from '../../core/errors.ts';
import { fromFloat16Bits } from '../../core/images/float16.ts';
import { allocateImageTensor, fillImageTensor, imageTensorDims } from '../../core/images/tensor.ts';
import type { EmbedJob, LoadedModel, TensorValue } from './onnxMessages.ts';
import type { OnnxWorker } from './onnxRuntime.ts';

/** Largest difference of a normalised vector's components between two batches that counts as none. */
const BATCH_TOLERANCE = 1e-5;
/** Vectors of different pictures that are closer than this are the same. */
const CONSTANT_TOLERANCE = 1e-6;

export interface ProbedModel {
  readonly output: EncoderOutput;
  readonly batchIndependent: boolean;
}

export interface ProbeOptions {
  /** For messages. */
  readonly file: string;
  readonly input: EncoderInput;
  /** Images in every run, where the model fixes that. */
  readonly fixedBatch: number | undefined;
  /** What the card says about the output. */
  readonly wanted: Partial<EncoderOutput>;
  /** Where its configuration says that vectors are, the best place first. */
  readonly hints: readonly OutputHint[];
  /** Class names of its configuration, which tell detectors and their like. */
  readonly architectures: readonly string[];
  /** True where it is known already that an image's vector depends on its batch. */
  readonly mixesBatches: boolean;
}

/**
 * Runs a loaded model on a few pictures: finds the output that holds vectors, and checks that they are finite, differ
 * from picture to picture, and are the same on their own and in a batch. Rejects with encoder-not-image or
 * encoder-bad-output; with a plain `Error` where the model doesn't run on such an input.
 */
export async function probeModel(worker: OnnxWorker, model: LoadedModel, options: ProbeOptions): Promise<ProbedModel> {
  const { file, input, fixedBatch, mixesBatches } = options;
  const batch = fixedBatch ?? 1;
  const output = await probeOutput(worker, model, options, batch);
  const embed = async (count: number, plan: Pick<EmbedJob, 'batch' | 'imagesPerRun'>) => {
    const { vectors } = await worker.embed(model.session, {
      pixels: probeImages(input),
      count,
      ...plan,
      input,
      output,
    });
    return Array.from({ length: count }, (_, i) => vectors.subarray(i * output.dim, (i + 1) * output.dim));
  };
  const alone = await embed(PROBE_IMAGES, { batch, imagesPerRun: 1 });
  const first = alone[0]!;
  if (alone.every((vector) => difference(first, vector) < CONSTANT_TOLERANCE)) {
    throw encoderBadOutput(file, `its output "${output.name}" is the same for every picture`);
  }
  const [again] = await embed(1, { batch, imagesPerRun: 1 });
  if (difference(first, again!) > BATCH_TOLERANCE) {
    throw encoderBadOutput(
      file,
      `its output "${output.name}" is drawn at random and differs each time for one picture`,
    );
  }
  if (mixesBatches) return { output, batchIndependent: false };
  if (fixedBatch === 1) return { output, batchIndependent: true };
  const size = fixedBatch ?? PROBE_IMAGES;
  try {
    const together = await embed(PROBE_IMAGES, { batch: size, imagesPerRun: Math.min(size, PROBE_IMAGES) });
    const same = together.every((vector, i) => difference(vector, alone[i]!) <= BATCH_TOLERANCE);
    return { output, batchIndependent: same };
  } catch (error) {
    if (fixedBatch !== undefined) throw error;
    // The declaration promised batches, but something inside is made for one image.
    return { output, batchIndependent: false };
  }
}

/** Chooses the output from a first run, and looks at its numbers. */
async function probeOutput(
  worker: OnnxWorker,
  { session, outputs: declared }: LoadedModel,
  { file, input, wanted, hints, architectures }: ProbeOptions,
  batch: number,
): Promise<EncoderOutput> {
  // ONNX Runtime can't hand out sequences and maps, and vectors are neither.
  const fetches = declared.filter(({ type }) => type?.startsWith('float')).map(({ name }) => name);
  if (fetches.length === 0) throw encoderNotImage(file, 'none of its outputs holds floating-point numbers');
  const images = allocateImageTensor(input, batch);
  fillImageTensor(probeImages(input), Math.min(batch, PROBE_IMAGES), input, batch, images);
  const feed = { type: input.type, dims: imageTensorDims(input, batch), data: images };
  const values = await worker.run(session, { [input.name]: feed }, { fetches });
  const outputs = Object.entries(values).map(([name, { type, dims }]) => ({ name, type, dims }));
  const output = chooseOutput(outputs, batch, input.layout, wanted, hints, { size: input.size, architectures });
  if ('reason' in output) throw encoderNotImage(file, output.reason);
  const numbers = numbersOf(values[output.name]!);
  if (!numbers.every(Number.isFinite)) {
    throw encoderBadOutput(file, `its output "${output.name}" holds NaN or infinite numbers`);
  }
  if (numbers.every((value) => value === 0)) throw encoderBadOutput(file, `its output "${output.name}" is all zero`);
  return output;
}

function numbersOf({ type, data }: TensorValue): readonly number[] {
  const numbers = Array.from<number | bigint, number>(data, Number);
  return type === 'float16' ? numbers.map(fromFloat16Bits) : numbers;
}

/** Largest absolute difference of two vectors. */
function difference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}
