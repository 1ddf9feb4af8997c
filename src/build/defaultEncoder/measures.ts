import { existsSync } from 'node:fs';
import path from 'node:path';
import { scoreClassification } from '../../core/evaluation/classificationScore.ts';
import { VOTE_TEMPERATURE } from '../../core/evaluation/encoderFigures.ts';
import { neighborsByProducts } from '../../core/evaluation/neighborsByProducts.ts';
import { predictByVote } from '../../core/evaluation/neighborVote.ts';
import { median } from '../../core/evaluation/separation.ts';
import { RandomStream } from '../../core/random.ts';
import type { Encoder, ResolvedEncoder } from '../../engine/encoders/encoder.ts';
import { OnnxWorker } from '../../engine/encoders/onnxRuntime.ts';
import { openEncoder } from '../../engine/encoders/openEncoder.ts';
import { OnnxProducts } from '../../engine/evaluation/onnxProducts.ts';
import { engineOptions } from '../../engine/machine.ts';
import { embedFolder, type EmbeddedSet } from './pictures.ts';

/** Votes of so many neighbours, each image being asked about among all others. */
const NEIGHBORS = 10;
/** Pairs of images of different classes of which similarities are measured. */
const PAIRS = 200_000;
/** Changes that leave a picture what it was. Stronger ones are told, and nothing is asked of them. */
const SMALL_EDITS = /-a-little|high-contrast|high-saturation|sharpen-a-lot|square-(256|512)/;
const ROUNDS = 5;
const TIMED_MS = 2000;

export interface SetMeasures {
  readonly name: string;
  readonly images: number;
  /** Share of the images that their neighbours give the right class. */
  readonly accuracy: number;
  /** Cosine similarity of images of different classes: its mean, and what 99 % of the pairs stay below. */
  readonly unrelatedMean: number;
  readonly unrelatedHigh: number;
}

export interface EncoderMeasures {
  readonly id: string;
  readonly sets: readonly SetMeasures[];
  /** Similarities to the original; undefined where the pictures are missing. */
  readonly changes: ChangeMeasures | undefined;
  readonly imagesPerSecond: number;
}

/** What encoders are measured on. */
export interface Yardstick {
  /** Of labelled images, by the name of the set. */
  readonly folders: Readonly<Record<string, string>>;
  /** Folder with `bridge-mods`, `dih` and `labelme-subset`; it may be missing. */
  readonly nearDuplicates: string;
  /** Of all encoders in turns. */
  readonly rounds?: number;
  /** That each is timed for in a round. */
  readonly milliseconds?: number;
}

export interface ChangeMeasures {
  readonly smallEdits: readonly (readonly [name: string, similarity: number])[];
  readonly strongEdits: readonly (readonly [name: string, similarity: number])[];
  /** Rotations and flips of one picture: the lowest. */
  readonly turned: number;
  /** Other pictures: the highest. */
  readonly unrelated: number;
}

/** How good encoders are: on sets of labelled images, on edits of one picture, and how fast, in turns; in their order. */
export async function measureEncoders(
  encoders: readonly ResolvedEncoder[],
  yardstick: Yardstick,
): Promise<EncoderMeasures[]> {
  const speeds = await measureSpeeds(encoders, yardstick);
  const measured: EncoderMeasures[] = [];
  for (const [i, encoder] of encoders.entries()) measured.push(await measureEncoder(encoder, yardstick, speeds[i]!));
  return measured;
}

/** By the names that cards give them. */
export function figuresOf({ sets, changes, imagesPerSecond }: EncoderMeasures): Record<string, number> {
  const figures: Record<string, number> = { 'kNN mean': rounded(meanAccuracy(sets)) };
  for (const { name, accuracy, unrelatedMean } of sets) {
    figures[`kNN ${name}`] = rounded(accuracy);
    figures[`unrelated ${name}`] = rounded(unrelatedMean);
  }
  if (changes !== undefined) {
    figures['small edits, least similar'] = rounded(
      Math.min(...changes.smallEdits.map(([, similarity]) => similarity)),
    );
    figures['turned, least similar'] = rounded(changes.turned);
    figures['other pictures, most similar'] = rounded(changes.unrelated);
  }
  figures['images per second'] = Math.round(imagesPerSecond);
  return figures;
}

export function meanAccuracy(sets: readonly SetMeasures[]): number {
  return sets.reduce((sum, { accuracy }) => sum + accuracy, 0) / sets.length;
}

export function rounded(value: number): number {
  return Number(value.toFixed(3));
}

async function measureEncoder(
  resolved: ResolvedEncoder,
  { folders, nearDuplicates }: Yardstick,
  imagesPerSecond: number,
): Promise<EncoderMeasures> {
  const encoder = await openEncoder(resolved, engineOptions());
  try {
    const sets: SetMeasures[] = [];
    for (const [name, folder] of Object.entries(folders)) {
      sets.push({ name, ...(await measureSet(await embedFolder(encoder, folder))) });
    }
    const changes = existsSync(nearDuplicates) ? await measureChanges(encoder, nearDuplicates) : undefined;
    return { id: encoder.card.id, sets, changes, imagesPerSecond };
  } finally {
    await encoder.dispose();
  }
}

async function measureSet(set: EmbeddedSet): Promise<Omit<SetMeasures, 'name'>> {
  const { vectors, dim, labels, groups, classes, names } = set;
  const rows = { vectors, dim, rows: names.length, groups };
  const worker = new OnnxWorker();
  let neighbors;
  try {
    const products = new OnnxProducts(worker, engineOptions().threads);
    neighbors = await neighborsByProducts({ bank: rows, queries: rows, count: NEIGHBORS }, products, () => undefined);
  } finally {
    await worker.dispose();
  }
  const predicted = predictByVote(neighbors, labels, classes, { count: NEIGHBORS, temperature: VOTE_TEMPERATURE });
  const { accuracy } = scoreClassification(predicted.classes, labels, classes);
  const similarities = unrelatedSimilarities(set).sort();
  return {
    images: names.length,
    accuracy,
    unrelatedMean: similarities.reduce((sum, value) => sum + value, 0) / similarities.length,
    unrelatedHigh: similarities[Math.floor(0.99 * similarities.length)]!,
  };
}

/** Of random pairs of images of different classes. */
function unrelatedSimilarities(set: EmbeddedSet): Float64Array {
  const random = new RandomStream(0);
  const count = set.names.length;
  const found = new Float64Array(PAIRS);
  for (let i = 0; i < PAIRS;) {
    const [a, b] = [random.integer(count), random.integer(count)];
    if (set.labels[a] === set.labels[b]) continue;
    found[i++] = similarity(set, a, set, b);
  }
  return found;
}

function similarity(one: EmbeddedSet, a: number, other: EmbeddedSet, b: number): number {
  const left = one.vectors.subarray(a * one.dim, (a + 1) * one.dim);
  return left.reduce((sum, value, i) => sum + value * other.vectors[b * other.dim + i]!, 0);
}

async function measureChanges(encoder: Encoder, folder: string): Promise<ChangeMeasures> {
  // The first by its name is the original.
  const edited = await embedFolder(encoder, path.join(folder, 'bridge-mods'));
  const turned = await embedFolder(encoder, path.join(folder, 'dih'));
  const others = await embedFolder(encoder, path.join(folder, 'labelme-subset'));
  const edits = edited.names
    .map((name, i) => [path.parse(name).name, similarity(edited, 0, edited, i)] as const)
    .slice(1);
  return {
    smallEdits: edits.filter(([name]) => SMALL_EDITS.test(name)),
    strongEdits: edits.filter(([name]) => !SMALL_EDITS.test(name)),
    turned: Math.min(...turned.names.map((_, i) => similarity(turned, 0, turned, i))),
    unrelated: Math.max(...others.names.map((_, i) => similarity(turned, 0, others, i))),
  };
}

/**
 * Images a second that each encoder embeds, of its own size: the median of several rounds of all of them, as what else the machine does
 * changes from one second to the next.
 */
async function measureSpeeds(
  encoders: readonly ResolvedEncoder[],
  { rounds = ROUNDS, milliseconds = TIMED_MS }: Yardstick,
): Promise<number[]> {
  const speeds = encoders.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, resolved] of encoders.entries()) {
      const encoder = await openEncoder(resolved, engineOptions());
      try {
        speeds[i]!.push(await measureSpeed(encoder, milliseconds));
      } finally {
        await encoder.dispose();
      }
    }
  }
  return speeds.map((all) => median(Float32Array.from(all)));
}

async function measureSpeed(encoder: Encoder, milliseconds: number): Promise<number> {
  const { size, mean } = encoder.card.input;
  const bytes = encoder.batchSize * size[0] * size[1] * mean.length;
  const random = new RandomStream(1);
  const pixels = Uint8Array.from({ length: bytes }, () => random.integer(256));
  await encoder.embed(pixels.slice(), encoder.batchSize);
  const start = performance.now();
  let images = 0;
  while (performance.now() - start < milliseconds) {
    await encoder.embed(pixels.slice(), encoder.batchSize);
    images += encoder.batchSize;
  }
  return images / ((performance.now() - start) / 1000);
}
