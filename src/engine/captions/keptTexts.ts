import { LikenessError } from '../../core/errors.ts';
import type { Dataset } from '../dataset.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { captionsSource, isOfCaptions } from '../encoders/importedEncoders.ts';
import type { IndexStore, StoredEncoder } from '../store/indexStore.ts';
import { captionEncoderOf } from './captionEncoder.ts';
import { orNotice } from '../orNotice.ts';

/** What nothing has asked for in so long is forgotten when the dataset is indexed. */
const KEEP_MS = 30 * 24 * 3600_000;
/** Uses within this time are one. */
const SAME_USE_MS = 24 * 3600_000;
const NOTE = 'kept-texts';
/** Tells that what was kept without being told by what had read it is gone. */
const SORTED = 'kept-texts-by-reader';
const UNSORTED = /^(?:tower|words)\/[^/]*$/;
/** Of the vectors that stand for the captions of images: an encoder of their own has them. */
const WHOLE = '';

type Uses = Readonly<Record<string, number>>;
type Store = Pick<IndexStore, 'captions' | 'readEncoders' | 'readMeta' | 'removeEncoder' | 'transaction' | 'writeMeta'>;

/**
 * What texts are kept under that are no captions of the dataset, or not read by the half that the encoder has.
 *
 * @param what they are @param sha256 of what reads them
 */
export function keptPrefix(what: string, sha256: string): string {
  return `${what}/${readerIn(sha256)}/`;
}

/** Notes that an encoder's texts of some prefix are of use; all of them, of an encoder that stands for captions. */
export function noteTextsUsed(
  store: Pick<Store, 'readMeta' | 'transaction' | 'writeMeta'>,
  encoderKey: number,
  prefix: string = WHOLE,
  now: number = Date.now(),
): void {
  const name = `${encoderKey} ${prefix}`;
  if (now - (readUses(store)[name] ?? -Infinity) < SAME_USE_MS) return;
  try {
    store.transaction(() => {
      changeUses(store, { added: [[name, now]] });
    });
  } catch (error) {
    // Nothing is forgotten either of an index that can't be written.
    if (!(error instanceof LikenessError)) throw error;
  }
}

/**
 * Forgets vectors of texts that nothing has asked for in a month; those that stand for captions only where the encoder that reads
 * them is not known any more. Rejects with the codes of the store, and as `EncoderRegistry.list`.
 */
export async function forgetUnusedTexts(
  dataset: Pick<Dataset, 'root' | 'config' | 'store'>,
  registry: Pick<EncoderRegistry, 'list' | 'resolve' | 'resolveAny'>,
  now: number = Date.now(),
): Promise<void> {
  const { store } = dataset;
  // Asking what is known can take a while, and hardly ever has to be.
  const isAsked = unusedOf(readUses(store), now).some(isWhole);
  const sources = isAsked ? await sourcesOf(registry, dataset) : undefined;
  // Meanwhile what nothing had asked for may have been of use.
  store.transaction(() => {
    const encoders = store.readEncoders();
    forgetUnsorted(store, encoders);
    const uses = readUses(store);
    const ofCaptions = new Map(encoders.filter(isOfCaptions).map(({ key, card }) => [key, card.source]));
    const isKnown = (key: number) =>
      ofCaptions.has(key) && (sources === undefined || sources.has(ofCaptions.get(key)!));
    const gone = unusedOf(uses, now).filter((one) => !isWhole(one) || !isKnown(one.key));
    for (const one of gone) {
      if (isWhole(one)) store.removeEncoder(one.key);
      else store.captions.forget(one.key, one.prefix);
    }
    const unnoted = [...ofCaptions.keys()].map((key) => `${key} ${WHOLE}`).filter((name) => !(name in uses));
    changeUses(store, { added: unnoted.map((name) => [name, now]), removed: gone.map(({ name }) => name) });
  });
}

/**
 * Forgets all that an encoder has read, which is no longer there to read more: its own captions, the vectors that stand for captions,
 * and texts that it has read for others.
 *
 * @param reader.sha256 of what reads texts; undefined where that isn't known
 */
export function forgetTextsOf(
  reader: { readonly id: string; readonly sha256: string | undefined },
  store: Store,
): void {
  const part = reader.sha256 === undefined ? undefined : `/${readerIn(reader.sha256)}/`;
  store.transaction(() => {
    const own = Object.keys(readUses(store)).filter((name) => part !== undefined && name.endsWith(part));
    for (const name of own) {
      const { key, prefix } = parse(name);
      store.captions.forget(key, prefix);
    }
    const encoders = store.readEncoders();
    const read = encoders.filter((one) => isOfCaptions(one) && one.card.source === captionsSource(reader.id));
    for (const { key } of read) store.removeEncoder(key);
    for (const { key, card } of encoders) if (card.id === reader.id) store.captions.forget(key, '');
    changeUses(store, { removed: [...own, ...read.map(({ key }) => `${key} ${WHOLE}`)] });
  });
}

interface Use {
  readonly name: string;
  readonly key: number;
  readonly prefix: string;
}

function unusedOf(uses: Uses, now: number): Use[] {
  return Object.entries(uses).flatMap(([name, at]) => (now - at > KEEP_MS ? [{ name, ...parse(name) }] : []));
}

function isWhole({ prefix }: Use): boolean {
  return prefix === WHOLE;
}

/** Where captions come from that may still be asked for; undefined where what reads them can't be had now. */
async function sourcesOf(
  registry: Pick<EncoderRegistry, 'list' | 'resolve' | 'resolveAny'>,
  dataset: Pick<Dataset, 'root' | 'config' | 'store'>,
): Promise<ReadonlySet<string> | undefined> {
  // It may be named by a path.
  const reader = await orNotice(() => captionEncoderOf(dataset, registry));
  if (reader instanceof LikenessError) return undefined;
  const { encoders, ofTexts, problems } = await registry.list(dataset.root);
  return new Set([...encoders, ...ofTexts, ...problems, reader.card].map(({ id }) => captionsSource(id)));
}

/** Texts of before there were notes, of which nothing tells what has read them. Within a transaction. */
function forgetUnsorted(store: Store, encoders: readonly StoredEncoder[]): void {
  if (store.readMeta(SORTED) !== undefined) return;
  for (const { key } of encoders) {
    const all = store.captions.list(key).map(([text]) => text);
    const sorted = all.filter((text) => !UNSORTED.test(text));
    if (sorted.length < all.length) store.captions.retain(key, new Set(sorted));
  }
  store.writeMeta(SORTED, 'true');
}

function readerIn(sha256: string): string {
  return sha256.slice(0, 16);
}

function readUses(store: Pick<Store, 'readMeta'>): Uses {
  return JSON.parse(store.readMeta(NOTE) ?? '{}') as Uses;
}

interface UsesChange {
  readonly added?: readonly (readonly [name: string, at: number])[];
  readonly removed?: readonly string[];
}

/** Within a transaction: others may write at the same time. */
function changeUses(store: Pick<Store, 'readMeta' | 'writeMeta'>, { added = [], removed = [] }: UsesChange): void {
  if (added.length + removed.length === 0) return;
  const gone = new Set(removed);
  const others = Object.entries(readUses(store)).filter(([name]) => !gone.has(name));
  store.writeMeta(NOTE, JSON.stringify(Object.fromEntries([...others, ...added])));
}

function parse(name: string): { readonly key: number; readonly prefix: string } {
  const space = name.indexOf(' ');
  return { key: Number(name.slice(0, space)), prefix: name.slice(space + 1) };
}
