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

/** An encoder of texts, by the name that the index has its vectors under, and how it is had. */
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

/** Captions that the index has the vectors of. */
export interface ReadCaptions {
  /** What the index knows a caption by, `store.captions`. */
  readonly keyOf: (caption: string) => string;
  /** What was cut. */
  readonly notices: readonly LikenessError[];
}

/**
 * Embeds the captions that the index lacks, which reach it in batches; the text half isn't loaded where it lacks none and the card
 * tells which one it is. Rejects with `cancelled`, with encoder-mismatch, or with the codes of `openText` and of
 * `TextEncoder.embed`.
 */
export async function embedCaptions(
  { captions, all }: WantedCaptions,
  store: Pick<IndexStore, 'captions'>,
  encoder: CaptionEncoder,
  context: JobContext,
): Promise<ReadCaptions> {
  const { stored } = encoder;
  const { load, name, contextLength, keyOf } = await textHalf(encoder);
  const tokensOf = new Map(store.captions.list(stored.key));
  const missing = captions.filter((caption) => !tokensOf.has(keyOf(caption)));
  if (missing.length > 0) {
    const meter = new ProgressMeter(context.report, () => performance.now());
    meter.start('Reading captions', missing.length);
    const text = await load();
    for (let start = 0; start < missing.length; start += BATCH) {
      if (context.signal.aborted) throw cancelled();
      const batch = missing.slice(start, start + BATCH);
      const embedded = await embedBatch(batch, keyOf, text);
      store.captions.put(stored.key, embedded);
      for (const [key, { tokens }] of embedded) tokensOf.set(key, tokens);
      meter.add(batch.length);
      await breathe();
    }
    store.captions.retain(stored.key, new Set([...captions, ...all].map(keyOf)));
    meter.finish();
  }
  const cut = captions.flatMap((caption) => {
    const tokens = tokensOf.get(keyOf(caption));
    return tokens === undefined ? [] : [{ caption, tokens }];
  });
  const [first] = cut;
  const notices = first ? [captionsCut(name, cut.length, first.caption, first.tokens, contextLength)] : [];
  return { keyOf, notices };
}

/** A row for each caption, in their order. Rejects as `embedCaptions`. */
export async function captionVectors(
  wanted: WantedCaptions,
  store: Pick<IndexStore, 'captions'>,
  encoder: CaptionEncoder,
  context: JobContext,
): Promise<CaptionVectors> {
  const { captions } = wanted;
  const { key, card } = encoder.stored;
  const { dim } = card.output;
  const { keyOf, notices } = await embedCaptions(wanted, store, encoder, context);
  const vectors = new Float32Array(captions.length * dim);
  const keys = captions.map(keyOf);
  const found = store.captions.read(key, dim, keys);
  keys.forEach((caption, row) => {
    vectors.set(found.get(caption)!.vector, row * dim);
  });
  return { vectors, rows: captions.length, dim, notices };
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
  const { keyOf } = await textHalf(encoder);
  const keys = captions.map(keyOf);
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
  return {
    load,
    name: resolved.card.name,
    contextLength,
    keyOf: (caption: string) => hash('sha256', `${sha256}\n${caption}`),
  };
}

async function embedBatch(
  captions: readonly string[],
  keyOf: ReadCaptions['keyOf'],
  text: TextHalf,
): Promise<Map<string, CaptionVector>> {
  const { vectors, cut } = await text.embed(captions);
  const dim = vectors.length / captions.length;
  const tokens = new Map(cut.map((one) => [one.text, one.tokens]));
  return new Map(
    captions.map((caption, row) => [
      keyOf(caption),
      { vector: vectors.slice(row * dim, (row + 1) * dim), tokens: tokens.get(caption) },
    ]),
  );
}
