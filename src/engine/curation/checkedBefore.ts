import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LikenessError, systemCodeOf } from '../../core/errors.ts';
import type { Neighbors } from '../../core/evaluation/nearestNeighbors.ts';
import { MEASURES_VERSION } from '../images/imageMeasures.ts';
import { meta } from '../indexing/meta.ts';
import type { IndexStore } from '../store/indexStore.ts';
import { replaceFile } from '../training/replaceFile.ts';
import type { CuratedImages } from './curatedImages.ts';
import { KnownPairs, type KnownCopy } from './knownPairs.ts';

/** Raised when the form of the file changes, or what neighbours and pairs are found by. */
const VERSION = 3;

/** Images with their neighbours, as they were checked. */
export interface FormerImages extends Pick<CuratedImages, 'paths' | 'contentKeys'> {
  readonly neighbors: Neighbors;
  /** Share of the neighbours that are the right ones. */
  readonly recall: number;
}

/** What the last check of a whole dataset worked out, so that the next one needn't. Derived: safe to delete. */
export interface CheckedBefore {
  readonly former: FormerImages | undefined;
  readonly pairs: KnownPairs;
}

export const nothingChecked: CheckedBefore = { former: undefined, pairs: new KnownPairs() };

interface Header {
  readonly version: number;
  /** Also kept in the index: one that was made anew gives its contents other keys. */
  readonly index: string;
  /** Identity. */
  readonly encoder: string;
  readonly measures: number;
  readonly paths: readonly string[];
  readonly count: number;
  readonly recall: number;
  readonly rejected: number;
  readonly copies: readonly (readonly [key: number, copy: KnownCopy])[];
  readonly pixels: readonly (readonly [contentKey: number, digest: string])[];
}

type Store = Pick<IndexStore, 'location' | 'readMeta' | 'writeMeta' | 'transaction'>;

/** Beside the index, wherever that lies; safe to delete. */
export function checkedFile({ location }: Pick<IndexStore, 'location'>): string {
  return join(dirname(location), 'checked.bin');
}

/** Nothing where the file is of another index, encoder or version, damaged or not there: then all is computed. */
export async function readCheckedBefore(store: Store, encoder: string): Promise<CheckedBefore> {
  try {
    const bytes = await readFile(checkedFile(store));
    const end = bytes.indexOf('\n');
    const header = JSON.parse(bytes.toString('utf8', 0, end)) as Header;
    const { version, index, measures, paths, count, recall, rejected, copies, pixels } = header;
    const isOurs = version === VERSION && index === store.readMeta(meta.checked) && measures === MEASURES_VERSION;
    if (!isOurs) return nothingChecked;
    const rows = paths.length;
    const lengths = [8 * rows, 4 * rows * count, 4 * rows * count, 8 * rejected];
    if (bytes.length !== end + 1 + lengths.reduce((sum, length) => sum + length, 0)) return nothingChecked;
    let at = bytes.byteOffset + end + 1;
    const [keys, neighbors, similarities, none] = lengths.map((length) => bytes.buffer.slice(at, (at += length)));
    const pairs = new KnownPairs(new Float64Array(none!), new Map(copies), new Map(pixels));
    if (header.encoder !== encoder) return { former: undefined, pairs };
    const found = {
      ...{ queries: rows, count, rows: new Int32Array(neighbors!) },
      similarities: Float64Array.from(new Float32Array(similarities!)),
    };
    return { former: { paths, contentKeys: new Float64Array(keys!), neighbors: found, recall }, pairs };
  } catch (error) {
    if (error instanceof SyntaxError || systemCodeOf(error) !== undefined) return nothingChecked;
    throw error;
  }
}

/** That it can't be kept stops nobody. */
export async function keepChecked(
  store: Store,
  encoder: string,
  { paths, contentKeys, neighbors, recall }: FormerImages,
  pairs: KnownPairs,
): Promise<void> {
  try {
    const header: Header = {
      ...{ version: VERSION, index: indexName(store), encoder, measures: MEASURES_VERSION },
      ...{ paths, count: neighbors.count, recall },
      ...{ rejected: pairs.rejected.length, copies: [...pairs.copies], pixels: [...pairs.pixels] },
    };
    const arrays = [contentKeys, neighbors.rows, Float32Array.from(neighbors.similarities), pairs.rejected];
    const bytes = arrays.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength));
    await replaceFile(checkedFile(store), [`${JSON.stringify(header)}\n`, ...bytes]);
  } catch (error) {
    if (!(error instanceof LikenessError) && systemCodeOf(error) === undefined) throw error;
  }
}

function indexName(store: Store): string {
  const known = store.readMeta(meta.checked);
  if (known !== undefined) return known;
  const name = randomUUID();
  store.transaction(() => {
    store.writeMeta(meta.checked, name);
  });
  return name;
}
