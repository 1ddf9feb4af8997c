import { hash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { captionsCut, captionsUnread } from '../../core/captions/captionErrors.ts';
import { cancelled, type LikenessError } from '../../core/errors.ts';
import type { UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import type { TextEncoder } from '../encoders/text/textEncoder.ts';
import type { CaptionVector } from '../store/captionTable.ts';
import type { IndexStore, StoredEncoder } from '../store/indexStore.ts';
import { keptPrefix, noteTextsUsed } from './keptTexts.ts';
import { textReading } from './textReading.ts';

/** See `CaptionVector.tokens`. */
const UNREAD = 0;
/** Captions that reach the index together. */
const BATCH = 64;
/** In the keys of what is kept whatever captions there are, see `keptPrefix`; hashes have none. */
const KEPT = '/';
/** Texts of one reader that are kept beside those that are asked for and those that will be. */
const MOST_OTHERS = 20_000;

/** Another one forgets what was read before: then nothing told which captions say nothing. */
const READING = 2;

/** What is asked of one. */
export type TextHalf = Pick<TextEncoder, 'described' | 'embed' | 'unreadOf'>;

/** An encoder of texts, by the name that the index has its vectors under, and how it is had. */
export interface CaptionEncoder {
  readonly stored: Pick<StoredEncoder, 'key' | 'card'>;
  readonly resolve: () => Promise<ResolvedEncoder>;
  readonly loadText: (resolved: ResolvedEncoder) => Promise<TextHalf>;
}

export interface CaptionVectors extends UnitVectors, Pick<ReadCaptions, 'unread' | 'notices'> {}

export interface WantedCaptions {
  /** Different ones. */
  readonly captions: readonly string[];
  /** All that the dataset may ask for: vectors of others are forgotten. */
  readonly all: Iterable<string>;
}

/** Captions that the index has the vectors of. */
export interface ReadCaptions {
  /** What the index knows a caption by, `store.captions`. */
  readonly keyOf: (caption: string) => string;
  /** Those of which the text half knows no word: their vectors say nothing. */
  readonly unread: ReadonlySet<string>;
  /** What was cut, and what wasn't known. */
  readonly notices: readonly LikenessError[];
}

/** What reads captions, and where their vectors are kept. */
export interface CaptionReader extends Pick<TextEncoder['described'], 'contextLength'> {
  /** Of what reads and how, see `textReading`. */
  readonly sha256: string;
  /** Of the encoder in the index beside whose vectors they are kept. */
  readonly key: number;
  /** For people. */
  readonly name: string;
  readonly dim: number;
  readonly load: () => Promise<Pick<TextEncoder, 'embed'>>;
  /** What is shown while it reads. */
  readonly phase?: string;
  /**
   * Of what is no caption of the dataset, or not read by the half that the encoder has: it isn't forgotten with captions, see
   * `keptTexts.ts`.
   */
  readonly keptAs?: string | undefined;
}

/**
 * Embeds the captions that the index lacks, which reach it in batches; the text half isn't loaded where it lacks none and the card
 * tells which one it is. Rejects with `cancelled`, with encoder-mismatch, or with the codes of `openText` and of
 * `TextEncoder.embed`.
 */
export async function embedCaptions(
  wanted: WantedCaptions,
  store: Pick<IndexStore, 'captions'>,
  encoder: CaptionEncoder,
  context: JobContext,
): Promise<ReadCaptions> {
  return embedWanted(wanted, store, await readerOf(encoder), context);
}

/** A row for each caption, in their order. Rejects as `embedCaptions`. */
export async function captionVectors(
  wanted: WantedCaptions,
  store: Pick<IndexStore, 'captions'>,
  encoder: CaptionEncoder,
  context: JobContext,
): Promise<CaptionVectors> {
  const reader = await readerOf(encoder);
  const { notices, unread } = await embedWanted(wanted, store, reader, context);
  return { ...storedVectors(wanted.captions, store, reader), notices, unread };
}

/** As `captionVectors`, by whatever reads them. Others that it has read stay, of those that are kept so many as are worth it. */
export async function keptCaptionVectors(
  { captions, all }: WantedCaptions,
  store: Pick<IndexStore, 'captions' | 'readMeta' | 'transaction' | 'writeMeta'>,
  reader: CaptionReader,
  context: JobContext,
  mostOthers: number = MOST_OTHERS,
): Promise<CaptionVectors> {
  const { keptAs, key, sha256 } = reader;
  const prefix = keptAs === undefined ? undefined : keptPrefix(keptAs, sha256);
  if (prefix !== undefined) noteTextsUsed(store, key, prefix);
  const { notices, unread, keyOf, embedded } = await embedMissing(captions, store, reader, context);
  if (prefix !== undefined && embedded > 0) {
    const wanted = new Set([...captions, ...all].map(keyOf));
    const known = store.captions.list(key).map(([one]) => one);
    const isOther = (one: string) => one.startsWith(prefix) && !wanted.has(one);
    if (known.filter(isOther).length > mostOthers) {
      store.captions.retain(key, new Set(known.filter((one) => !isOther(one))));
    }
  }
  return { ...storedVectors(captions, store, reader), notices, unread };
}

async function embedWanted(
  { captions, all }: WantedCaptions,
  store: Pick<IndexStore, 'captions'>,
  reader: CaptionReader,
  context: JobContext,
): Promise<ReadCaptions> {
  const read = await embedMissing(captions, store, reader, context);
  if (read.embedded > 0) forgetOthers(new Set([...captions, ...all].map(read.keyOf)), store, reader.key);
  return read;
}

/** Of the captions that were read: what others have read under the same encoder is theirs to forget. */
function forgetOthers(wanted: ReadonlySet<string>, store: Pick<IndexStore, 'captions'>, key: number): void {
  const known = store.captions.list(key).map(([caption]) => caption);
  store.captions.retain(key, new Set([...wanted, ...known.filter((caption) => caption.includes(KEPT))]));
}

async function embedMissing(
  captions: readonly string[],
  store: Pick<IndexStore, 'captions'>,
  { key, name, sha256, contextLength, load, phase = 'Reading captions', keptAs }: CaptionReader,
  context: JobContext,
): Promise<ReadCaptions & { readonly embedded: number }> {
  const keyOf = captionKey({ sha256, keptAs });
  const tokensOf = new Map(store.captions.list(key));
  const missing = captions.filter((caption) => !tokensOf.has(keyOf(caption)));
  if (missing.length > 0) {
    const meter = new ProgressMeter(context.report, () => performance.now());
    meter.start(phase, missing.length, 0, 'texts');
    const text = await load();
    for (let start = 0; start < missing.length; start += BATCH) {
      if (context.signal.aborted) throw cancelled();
      const batch = missing.slice(start, start + BATCH);
      const embedded = await embedBatch(batch, keyOf, text);
      store.captions.put(key, embedded);
      for (const [caption, { tokens }] of embedded) tokensOf.set(caption, tokens);
      meter.add(batch.length);
      await breathe();
    }
    meter.finish();
  }
  // Sorted, so that whatever asks in whatever order is told the same.
  const noted = captions.toSorted().flatMap((caption) => {
    const tokens = tokensOf.get(keyOf(caption));
    return tokens === undefined ? [] : [{ caption, tokens }];
  });
  const cut = noted.filter(({ tokens }) => tokens !== UNREAD);
  const unread = noted.flatMap(({ caption, tokens }) => (tokens === UNREAD ? [caption] : []));
  const [first] = cut;
  const [unknown] = unread;
  const notices = [
    ...(first ? [captionsCut(name, cut.length, first.caption, first.tokens, contextLength)] : []),
    ...(unknown === undefined ? [] : [captionsUnread(name, unread.length, captions.length, unknown)]),
  ];
  return { keyOf, notices, unread: new Set(unread), embedded: missing.length };
}

function storedVectors(
  captions: readonly string[],
  store: Pick<IndexStore, 'captions'>,
  { key, dim, ...named }: Pick<CaptionReader, 'key' | 'dim' | 'sha256' | 'keptAs'>,
): UnitVectors {
  const vectors = new Float32Array(captions.length * dim);
  const keys = captions.map(captionKey(named));
  const found = store.captions.read(key, dim, keys);
  keys.forEach((caption, row) => {
    vectors.set(found.get(caption)!.vector, row * dim);
  });
  return { vectors, rows: captions.length, dim };
}

function captionKey({ sha256, keptAs }: Pick<CaptionReader, 'sha256' | 'keptAs'>): ReadCaptions['keyOf'] {
  const prefix = keptAs === undefined ? '' : keptPrefix(keptAs, sha256);
  return (caption) => prefix + hash('sha256', `${READING} ${sha256}\n${caption}`);
}

/** Of texts that are all in the index, with those of them that say nothing: undefined where one isn't there. */
export function storedTexts(
  texts: readonly string[],
  store: Pick<IndexStore, 'captions'>,
  reader: Pick<CaptionReader, 'key' | 'dim' | 'sha256' | 'keptAs'>,
): (UnitVectors & Pick<ReadCaptions, 'unread'>) | undefined {
  const keyOf = captionKey(reader);
  const keys = texts.map(keyOf);
  const found = store.captions.read(reader.key, reader.dim, keys);
  if (found.size !== new Set(keys).size) return undefined;
  const unread = new Set(texts.filter((text) => found.get(keyOf(text))!.tokens === UNREAD));
  return { ...storedVectors(texts, store, reader), unread };
}

/** What an encoder's captions are known by in the index. */
export interface CaptionKeys extends Pick<CaptionReader, 'key' | 'dim' | 'sha256'>, Pick<ReadCaptions, 'keyOf'> {}

/** Rejects as `captionVectors`. */
export async function captionKeys(encoder: CaptionEncoder): Promise<CaptionKeys> {
  const { key, dim, sha256 } = await readerOf(encoder);
  return { key, dim, sha256, keyOf: captionKey({ sha256 }) };
}

/** Which text half it is, as its card tells where it can: else the text half is loaded for it. */
async function readerOf({ stored, resolve, loadText }: CaptionEncoder): Promise<CaptionReader> {
  const resolved = await resolve();
  let loaded: TextHalf | undefined;
  const load = async () => (loaded ??= await loadText(resolved));
  const described = resolved.text?.known ?? (await load()).described;
  const { contextLength } = described;
  const { key, card } = stored;
  return {
    ...{ key, name: resolved.card.name, dim: card.output.dim, contextLength, load },
    sha256: textReading(described),
  };
}

async function embedBatch(
  captions: readonly string[],
  keyOf: ReadCaptions['keyOf'],
  text: Pick<TextHalf, 'embed'>,
): Promise<Map<string, CaptionVector>> {
  const { vectors, cut, unread } = await text.embed(captions);
  const dim = vectors.length / captions.length;
  const tokens = new Map([
    ...cut.map((one) => [one.text, one.tokens] as const),
    ...unread.map((one) => [one, UNREAD] as const),
  ]);
  return new Map(
    captions.map((caption, row) => [
      keyOf(caption),
      { vector: vectors.slice(row * dim, (row + 1) * dim), tokens: tokens.get(caption) },
    ]),
  );
}
