import { hash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { captionsCut } from '../../core/captions/captionErrors.ts';
import { cancelled, type LikenessError } from '../../core/errors.ts';
import type { UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import type { TextEncoder } from '../encoders/text/textEncoder.ts';
import type { CaptionVector } from '../store/captionTable.ts';
import type { IndexStore, StoredEncoder } from '../store/indexStore.ts';

/** Captions that reach the index together. */
const BATCH = 64;

type TextHalf = Pick<TextEncoder, 'described' | 'embed'>;

/** The encoder whose image half made the vectors of the index, and how its text half is had. */
export interface CaptionEncoder {
  readonly stored: Pick<StoredEncoder, 'key' | 'card'>;
  readonly resolve: () => Promise<ResolvedEncoder>;
  readonly loadText: (resolved: ResolvedEncoder) => Promise<TextHalf>;
}

export interface CaptionVectors extends UnitVectors {
  /** What was cut. */
  readonly notices: readonly LikenessError[];
}

export interface WantedCaptions {
  /** Different ones. */
  readonly captions: readonly string[];
  /** All of the dataset: vectors of others are forgotten. */
  readonly all: Iterable<string>;
}

/**
 * A row for each caption, in their order. What the index has is taken from there, without loading the text half where its card
 * tells which one it is; what it lacks is embedded, and reaches the index in batches. Rejects with `cancelled`, with
 * encoder-mismatch, or with the codes of `openText` and of `TextEncoder.embed`.
 */
export async function captionVectors(
  { captions, all }: WantedCaptions,
  store: Pick<IndexStore, 'captions'>,
  encoder: CaptionEncoder,
  context: JobContext,
): Promise<CaptionVectors> {
  const { stored } = encoder;
  const { load, sha256, contextLength } = await textHalf(encoder);
  const { name, output } = stored.card;
  const reader = { key: stored.key, name, dim: output.dim, sha256, contextLength, load };
  const vectors = await keptCaptionVectors(captions, store, reader, context);
  if (vectors.embedded > 0) store.captions.retain(stored.key, new Set([...captions, ...all].map(keyOf(sha256))));
  return vectors;
}

/** What reads captions, and where their vectors are kept. */
export interface CaptionReader extends Pick<TextEncoder['described'], 'sha256' | 'contextLength'> {
  /** Of the encoder in the index beside whose vectors they are kept. */
  readonly key: number;
  /** For people. */
  readonly name: string;
  readonly dim: number;
  readonly load: () => Promise<Pick<TextEncoder, 'embed'>>;
  /** What is shown while it reads. */
  readonly phase?: string;
}

/** As `captionVectors`, by whatever reads them. Nothing is forgotten. */
export async function keptCaptionVectors(
  captions: readonly string[],
  store: Pick<IndexStore, 'captions'>,
  { key, name, dim, sha256, contextLength, load, phase = 'Reading captions' }: CaptionReader,
  context: JobContext,
): Promise<CaptionVectors & { readonly embedded: number }> {
  const keys = captions.map(keyOf(sha256));
  const found = store.captions.read(key, dim, keys);
  const missing = [...captions.keys()].filter((i) => !found.has(keys[i]!));
  if (missing.length > 0) {
    const meter = new ProgressMeter(context.report, () => performance.now());
    meter.start(phase, missing.length);
    const text = await load();
    for (let start = 0; start < missing.length; start += BATCH) {
      if (context.signal.aborted) throw cancelled();
      const batch = missing.slice(start, start + BATCH);
      const embedded = await embedBatch(batch, captions, keys, text);
      store.captions.put(key, embedded);
      for (const [caption, vector] of embedded) found.set(caption, vector);
      meter.add(batch.length);
      await breathe();
    }
    meter.finish();
  }
  const vectors = new Float32Array(captions.length * dim);
  keys.forEach((caption, row) => {
    vectors.set(found.get(caption)!.vector, row * dim);
  });
  const cut = captions.flatMap((caption, row) => {
    const { tokens } = found.get(keys[row]!)!;
    return tokens === undefined ? [] : [{ caption, tokens }];
  });
  const [first] = cut;
  const notices = first ? [captionsCut(name, cut.length, first.caption, first.tokens, contextLength)] : [];
  return { vectors, rows: captions.length, dim, notices, embedded: missing.length };
}

function keyOf(sha256: string): (caption: string) => string {
  return (caption) => hash('sha256', `${sha256}\n${caption}`);
}

/**
 * By caption, of those alone that the index has: nothing is embedded. Rejects as `captionVectors`.
 *
 * @param captions different ones
 */
export async function storedCaptionVectors(
  captions: readonly string[],
  store: Pick<IndexStore, 'captions'>,
  encoder: CaptionEncoder,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { key, card } = encoder.stored;
  const { sha256 } = await textHalf(encoder);
  const keys = captions.map(keyOf(sha256));
  const found = store.captions.read(key, card.output.dim, keys);
  const vectors = new Map<string, Float32Array>();
  captions.forEach((caption, i) => {
    const vector = found.get(keys[i]!)?.vector;
    if (vector !== undefined) vectors.set(caption, vector);
  });
  return vectors;
}

/** How captions are called in the index, which its card tells where it can: else the text half is loaded for it. */
async function textHalf({ resolve, loadText }: CaptionEncoder) {
  const resolved = await resolve();
  let loaded: TextHalf | undefined;
  const load = async () => (loaded ??= await loadText(resolved));
  const { sha256, contextLength } = resolved.text?.known ?? (await load()).described;
  return { load, contextLength, sha256 };
}

async function embedBatch(
  batch: readonly number[],
  captions: readonly string[],
  keys: readonly string[],
  text: Pick<TextHalf, 'embed'>,
): Promise<Map<string, CaptionVector>> {
  const texts = batch.map((i) => captions[i]!);
  const { vectors, cut } = await text.embed(texts);
  const dim = vectors.length / texts.length;
  const tokens = new Map(cut.map((one) => [one.text, one.tokens]));
  return new Map(
    batch.map((i, row) => [
      keys[i]!,
      { vector: vectors.slice(row * dim, (row + 1) * dim), tokens: tokens.get(captions[i]!) },
    ]),
  );
}
