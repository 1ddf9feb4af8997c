import type { EncoderInput, EncoderOutput } from './card.ts';
import type { OutputHint } from './outputHints.ts';
import { isListOfBoxes, otherTask, type TaskEvidence } from './otherTask.ts';
import { featureAxis } from './pooling.ts';

/** An output as it came from a run. */
export interface RunOutput {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
}

/** Names of outputs in descending order of how likely they hold an embedding; what matches none ranks before the last. */
const preferences = [
  /(image|img|vis(ion|ual)?)_?embed/i,
  /embed/i,
  /pool/i,
  /feature|representation|latent|encod/i,
  /hidden|token/i,
];
/** Made from the embedding, or not about the picture as a whole. */
const unlikely = /logit|prob|class|softmax|score|box|mask|text|recon|decod|log_?var|sigma/i;

/**
 * The output to take vectors from, and how, or the reason why none will do.
 *
 * @param outputs all outputs of a run with `batch` images
 * @param wanted what the card says; the rest is chosen by hints, then by names and shapes
 * @param hints where the model's configuration says that vectors are; passed over where nothing fits them
 * @param evidence tells detectors and their like, which are refused unless the card names an output; absent: anything goes
 */
export function chooseOutput(
  outputs: readonly RunOutput[],
  batch: number,
  layout: EncoderInput['layout'],
  wanted: Partial<EncoderOutput>,
  hints: readonly OutputHint[] = [],
  evidence?: TaskEvidence,
): EncoderOutput | { readonly reason: string } {
  const asked = wanted.name === undefined ? evidence : undefined;
  const reason = asked && otherTask(outputs, batch, asked);
  if (reason !== undefined) return { reason };
  const hinted = wanted.name === undefined && wanted.pooling === undefined ? hints : [];
  for (const { name, pooling } of hinted) {
    const output = outputs.find((candidate) => candidate.name === name);
    const embedding = output && embeddingOf(output, batch, layout, pooling);
    if (embedding && embedding.dim > 1) return embedding;
  }
  const candidates = outputs.filter((output) =>
    asked ? !isListOfBoxes(output, batch, asked.size) : [undefined, output.name].includes(wanted.name),
  );
  const usable = candidates.flatMap((output) => {
    const embedding = embeddingOf(output, batch, layout, wanted.pooling);
    return embedding && embedding.dim > 1 ? [embedding] : [];
  });
  const [best] = usable.sort((a, b) => rank(a) - rank(b));
  if (best) return best;
  const found = candidates.map(({ name, type, dims }) => `"${name}" (${type} [${dims.join(', ')}])`).join(', ');
  return { reason: `no output holds a vector for each image, only ${found || 'nothing'}` };
}

function rank({ name, pooling }: EncoderOutput): number {
  // What is said of the whole picture tells more of it than what is said of its parts.
  if (unlikely.test(name)) return preferences.length + (pooling === 'none' ? 1 : 2);
  const index = preferences.findIndex((pattern) => pattern.test(name));
  return index === -1 ? preferences.length : index;
}

function embeddingOf(
  { name, type, dims }: RunOutput,
  batch: number,
  layout: EncoderInput['layout'],
  wanted: EncoderOutput['pooling'] | undefined,
): EncoderOutput | undefined {
  if (!type.startsWith('float')) return undefined;
  const rowLength = dims.reduce((product, size) => product * size, 1) / batch;
  if (!Number.isInteger(rowLength) || rowLength === 0) return undefined;
  if (wanted === undefined && !isByImage(dims, batch)) return undefined;
  const pooling = wanted ?? poolingFor(dims);
  switch (pooling) {
    case 'none':
      return { name, pooling, dim: rowLength };
    case 'gap':
      return dims.length === 4 && dims[0] === batch
        ? { name, pooling, dim: dims[featureAxis(dims, layout)]! }
        : undefined;
    case 'cls':
    case 'mean':
      return dims.length === 3 && dims[0] === batch ? { name, pooling, dim: dims[2]! } : undefined;
  }
}

/** Rows of something else, and grids of anchors with their numbers (rank 5), aren't features of a picture. */
function isByImage(dims: readonly number[], batch: number): boolean {
  const isLong = (size: number) => size !== 1;
  // Without a batch axis, a vector is all that one picture gives.
  if (dims[0] !== batch) return dims.filter(isLong).length === 1;
  return dims.length <= 4 || dims.slice(1).filter(isLong).length === 1;
}

function poolingFor(dims: readonly number[]): EncoderOutput['pooling'] {
  if (dims.length === 4) return isOnePixel(dims) ? 'none' : 'gap';
  if (dims.length !== 3 || dims[1] === 1) return 'none';
  return hasClassToken(dims[1]!) ? 'cls' : 'mean';
}

/** [N, D, 1, 1] or [N, 1, 1, D] */
function isOnePixel([, second, third, fourth]: readonly number[]): boolean {
  return third === 1 && (second === 1 || fourth === 1);
}

/** Patches of a square picture make a square number of tokens; a class token comes on top, and 1 or 4 further ones. */
function hasClassToken(tokens: number): boolean {
  if (Number.isInteger(Math.sqrt(tokens))) return false;
  return [1, 2, 5].some((extra) => tokens > extra && Number.isInteger(Math.sqrt(tokens - extra)));
}
