import { createHash, hash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { captionGone, noCaptions } from '../../core/captions/captionErrors.ts';
import { cancelled, encoderMismatch, type LikenessError } from '../../core/errors.ts';
import { unitVector } from '../../core/imports/importRow.ts';
import { innerProduct } from '../../core/linearAlgebra/innerProduct.ts';
import type { UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { Dataset } from '../dataset.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import { captionsCard } from '../encoders/importedEncoders.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { FILE_PLACEHOLDER, type IndexStore, type Problem, type StoredEncoder } from '../store/indexStore.ts';
import { captionEncoderOf } from './captionEncoder.ts';
import { embedCaptions, type CaptionEncoder, type ReadCaptions } from './captionVectors.ts';
import { noteTextsUsed } from './keptTexts.ts';
import { readCaptions, writtenOf, type KnownCaptions } from './knownCaptions.ts';
import { textReading } from './textReading.ts';

/** Images whose captions are in memory as vectors at once. */
const BLOCK = 256;

export interface CaptionIndexOptions extends Pick<CaptionEncoder, 'loadText'> {
  readonly dataset: Dataset;
  readonly registry: EncoderRegistry;
}

/** Images as their captions describe them. */
export interface CaptionIndex {
  /** Stands for the captions: the vector of an image by it is that of its caption, of several their mean. */
  readonly stored: StoredEncoder;
  /** What read them. */
  readonly encoder: ResolvedEncoder;
  readonly known: KnownCaptions;
  /** What is written about an image, none of it empty; what is nearest to a vector comes first. */
  readonly captionsOf: (path: string, nearTo: Float32Array) => readonly string[];
  /** A row for each of some captions of images of the index. */
  readonly vectorsOf: (captions: readonly string[]) => UnitVectors;
  /** Captions that what reads them knows no word of: nothing tells what they mean. */
  readonly unread: ReadonlySet<string>;
  /** What was passed over, cut or not known. */
  readonly notices: readonly LikenessError[];
}

/**
 * Brings the vectors that a dataset's images have by their captions up to date. They are kept as those of an encoder of their own,
 * so that all that compares images compares captions too; as vectors belong to contents, copies of a picture share their captions.
 * Captions are embedded once, and what was written when it was stopped stays. Rejects with captions-unmatched or
 * invalid-captions, with the codes of `captionEncoderOf` and of `embedCaptions`, or `cancelled`.
 */
export async function captionIndex(options: CaptionIndexOptions, context: JobContext): Promise<CaptionIndex> {
  const { dataset, loadText } = options;
  const { root, store } = dataset;
  const known = await readCaptions(dataset, store.readImagePaths());
  if (known === undefined) throw noCaptions(root);
  const { encoder, output, identity } = await captionReader(options);
  const card = captionsCard(identity, encoder.card, output.dim);
  const key = store.putEncoder(identity, card);
  const stored = { key, identity, card };
  noteTextsUsed(store, key);
  // The text half of an image–text encoder has its captions where they are compared with images.
  const pair = store.readEncoders().find((one) => one.identity === encoder.identity) ?? stored;
  const captions = captionsOfContents(store, known);
  const all = [...new Set([...captions.values()].flat())];
  if (all.length === 0) throw noCaptions(root);
  const texts = { stored: pair, resolve: () => Promise.resolve(encoder), loadText };
  const read = await embedCaptions({ captions: all, all: [] }, store, texts, context);
  await writeVectors(store, { key, pairKey: pair.key, dim: output.dim }, captions, read, context);
  const captionsOf = (path: string, nearTo: Float32Array) => {
    const own = writtenOf(known, path);
    if (own.length < 2) return own;
    const vectors = store.captions.read(pair.key, output.dim, own.map(read.keyOf));
    const similarity = (caption: string) => innerProduct(vectors.get(read.keyOf(caption))!.vector, nearTo);
    return own.toSorted((a, b) => similarity(b) - similarity(a));
  };
  const vectorsOf = (wanted: readonly string[]) => {
    const { dim } = output;
    const vectors = new Float32Array(wanted.length * dim);
    wanted.forEach((caption, row) => {
      const textKey = read.keyOf(caption);
      vectors.set(store.captions.read(pair.key, dim, [textKey]).get(textKey)!.vector, row * dim);
    });
    return { vectors, rows: wanted.length, dim };
  };
  const { unread } = read;
  return { stored, encoder, known, captionsOf, vectorsOf, unread, notices: [...known.notices, ...read.notices] };
}

/** What reads captions now, and what it has the index's vectors of them under. Rejects with the codes of `captionEncoderOf`. */
async function captionReader({ dataset, registry, loadText }: CaptionIndexOptions) {
  const encoder = await captionEncoderOf(dataset, registry);
  const described = encoder.text?.known ?? (await loadText(encoder)).described;
  const { output } = described;
  const identity = hash('sha256', `captions\n${textReading(described)}\n${JSON.stringify(output)}`);
  return { encoder, output, identity };
}

/**
 * What reads texts as the captions were read that an encoder of the index stands for. Rejects with encoder-mismatch where that is
 * another one by now, or the codes of `captionEncoderOf`.
 */
export async function captionReaderOf(
  stored: Pick<StoredEncoder, 'identity'>,
  options: CaptionIndexOptions,
): Promise<ResolvedEncoder> {
  const { encoder, identity } = await captionReader(options);
  if (identity === stored.identity) return encoder;
  throw encoderMismatch(
    `The captions of this map were read by another encoder than ${encoder.card.name}; refresh the map`,
  );
}

/** When a vector was last replaced by another one: what was made of it before that is out of date. Milliseconds since the epoch. */
export function captionsChangedAt(store: Pick<IndexStore, 'readMeta'>, encoderKey: number): number {
  return Number(store.readMeta(changedKey(encoderKey)) ?? 0);
}

function changedKey(encoderKey: number): string {
  return `captions-changed/${encoderKey}`;
}

/** Captions of each content, none of them empty, sorted. */
function captionsOfContents(store: IndexStore, { captions }: KnownCaptions): Map<number, readonly string[]> {
  const files = store.readFiles();
  const found = new Map<number, Set<string>>();
  for (const [path, own] of captions) {
    const content = files.get(path)?.contentKey;
    const written = own.filter((caption) => caption !== '');
    if (content === undefined || written.length === 0) continue;
    const known = found.get(content) ?? new Set<string>();
    for (const caption of written) known.add(caption);
    found.set(content, known);
  }
  return new Map([...found].sort(([a], [b]) => a - b).map(([content, own]) => [content, [...own].sort()]));
}

interface CaptionKeys {
  /** Of the encoder that stands for the captions. */
  readonly key: number;
  /** Of the one that the captions themselves are kept under. */
  readonly pairKey: number;
  readonly dim: number;
}

/** Writes what isn't there yet or is another vector now; nothing where captions and images are the same as the last time. */
async function writeVectors(
  store: IndexStore,
  keys: CaptionKeys,
  captions: ReadonlyMap<number, readonly string[]>,
  { keyOf }: ReadCaptions,
  context: JobContext,
): Promise<void> {
  const state = createHash('sha256');
  for (const [content, own] of captions) state.update(`${content} ${own.map(keyOf).join(' ')}\n`);
  const name = state.digest('hex');
  const nameKey = `captions/${keys.key}`;
  if (store.readMeta(nameKey) === name) return;
  // Until all are written they are of neither: captions may be what they were before when this is done again.
  store.writeMeta(nameKey, '');
  const contents = [...captions.keys()];
  for (let start = 0; start < contents.length; start += BLOCK) {
    if (context.signal.aborted) throw cancelled();
    const block = contents.slice(start, start + BLOCK);
    const wanted = new Set(block.flatMap((content) => captions.get(content)!.map(keyOf)));
    const vectors = store.captions.read(keys.pairKey, keys.dim, [...wanted]);
    putVectors(
      store,
      keys.key,
      block.map((content) => [
        content,
        meanOf(captions.get(content)!.map((caption) => vectors.get(keyOf(caption))!.vector)) ?? gone,
      ]),
    );
    await breathe();
  }
  const without = embeddedContents(store, keys.key).filter((content) => !captions.has(content));
  putVectors(
    store,
    keys.key,
    without.map((content) => [content, gone]),
  );
  store.writeMeta(nameKey, name);
}

const { code, message } = captionGone(FILE_PLACEHOLDER);
const gone: Problem = { code, message };

function embeddedContents(store: IndexStore, encoderKey: number): number[] {
  const contents: number[] = [];
  for (let after = -1; ;) {
    const { contentKeys } = store.readVectorBlock(encoderKey, after, BLOCK);
    contents.push(...contentKeys);
    if (contentKeys.length < BLOCK) return contents;
    after = contentKeys.at(-1)!;
  }
}

function putVectors(
  store: IndexStore,
  encoderKey: number,
  vectors: readonly (readonly [content: number, vector: Float32Array | Problem])[],
): void {
  const changed = vectors.filter(([content, vector]) => {
    const before = store.readVector(content, encoderKey);
    return before === undefined || !(vector instanceof Float32Array) || before.some((value, i) => value !== vector[i]);
  });
  if (changed.length === 0) return;
  store.transaction(() => {
    const isOther = changed.some(([content]) => store.hasVector(content, encoderKey));
    for (const [content, vector] of changed) store.putVector(content, encoderKey, vector);
    if (isOther) store.writeMeta(changedKey(encoderKey), String(Date.now()));
  });
}

/** Of length 1; undefined where they cancel out. */
function meanOf(vectors: readonly Float32Array[]): Float32Array | undefined {
  const [first, ...others] = vectors;
  if (others.length === 0) return first;
  return unitVector(first!.map((value, i) => others.reduce((sum, other) => sum + other[i]!, value)));
}
