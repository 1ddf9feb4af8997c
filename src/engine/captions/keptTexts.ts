import type { EncoderRegistry } from '../encoders/registry.ts';
import { captionsSource, isOfCaptions } from '../encoders/importedEncoders.ts';
import type { IndexStore } from '../store/indexStore.ts';

/** What nothing has asked for in so long is forgotten when the dataset is indexed. */
const KEEP_MS = 30 * 24 * 3600_000;
/** Uses within this time are one. */
const SAME_USE_MS = 24 * 3600_000;
const NOTE = 'kept-texts';
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
  changeUses(store, { added: [[name, now]] });
}

/**
 * Forgets vectors of texts that nothing has asked for in a month; those that stand for captions only where the encoder that reads
 * them is not known any more.
 */
export async function forgetUnusedTexts(
  { root, store }: { readonly root: string; readonly store: Store },
  registry: Pick<EncoderRegistry, 'list'>,
  now: number = Date.now(),
): Promise<void> {
  const encoders = store.readEncoders();
  if (store.readMeta(NOTE) === undefined) {
    // Of before there were notes: nothing tells what has read them.
    for (const { key } of encoders) for (const what of ['tower/', 'words/']) store.captions.forget(key, what);
  }
  const uses = readUses(store);
  const unused = Object.entries(uses).flatMap(([name, at]) => (now - at > KEEP_MS ? [{ name, ...parse(name) }] : []));
  const ofCaptions = new Map(encoders.filter(isOfCaptions).map(({ key, card }) => [key, card.source]));
  const isWhole = ({ prefix }: { readonly prefix: string }) => prefix === WHOLE;
  // Asking what is known can take a while, and hardly ever has to be.
  const sources = unused.some(isWhole) ? await sourcesOf(registry, root) : new Set();
  const gone = unused.filter((one) => !isWhole(one) || !sources.has(ofCaptions.get(one.key)));
  for (const one of gone) {
    if (isWhole(one)) store.removeEncoder(one.key);
    else store.captions.forget(one.key, one.prefix);
  }
  const kept = [...ofCaptions.keys()].map((key) => `${key} ${WHOLE}`).filter((name) => !(name in uses));
  changeUses(store, { added: kept.map((name) => [name, now]), removed: gone.map(({ name }) => name) });
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
  const uses = Object.entries(readUses(store));
  const own = uses.filter(([name]) => part !== undefined && name.endsWith(part));
  for (const [name] of own) {
    const { key, prefix } = parse(name);
    store.captions.forget(key, prefix);
  }
  for (const stored of store.readEncoders()) {
    if (isOfCaptions(stored) && stored.card.source === captionsSource(reader.id)) store.removeEncoder(stored.key);
    else if (stored.card.id === reader.id) store.captions.forget(stored.key, '');
  }
  changeUses(store, { removed: own.map(([name]) => name) });
}

async function sourcesOf(registry: Pick<EncoderRegistry, 'list'>, root: string): Promise<Set<string | undefined>> {
  const { encoders, ofTexts } = await registry.list(root);
  return new Set([...encoders, ...ofTexts].map(({ id }) => captionsSource(id)));
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

/** Others may write at the same time. */
function changeUses(
  store: Pick<Store, 'readMeta' | 'transaction' | 'writeMeta'>,
  { added = [], removed = [] }: UsesChange,
): void {
  if (added.length + removed.length === 0 && store.readMeta(NOTE) !== undefined) return;
  const gone = new Set(removed);
  store.transaction(() => {
    const others = Object.entries(readUses(store)).filter(([name]) => !gone.has(name));
    store.writeMeta(NOTE, JSON.stringify(Object.fromEntries([...others, ...added])));
  });
}

function parse(name: string): { readonly key: number; readonly prefix: string } {
  const space = name.indexOf(' ');
  return { key: Number(name.slice(0, space)), prefix: name.slice(space + 1) };
}
