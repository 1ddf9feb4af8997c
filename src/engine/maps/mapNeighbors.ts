import { imageNotIndexed } from '../../core/errors.ts';
import { composeQuery, DEFAULT_IMAGE_WEIGHT } from '../../core/neighbors/composedQuery.ts';
import type { TypedQuery } from '../../core/neighbors/textQuery.ts';
import type { MapRequests } from '../../protocol/maps.ts';
import { embedTexts, queryCancelsOut, type TextSearchContext } from '../search/textSearch.ts';
import type { SearchTable } from '../search/vectorSearch.ts';

/**
 * The images below a folder that are most similar to one of the index, itself left out. Rejects with image-not-indexed.
 *
 * @param below relative to the root; '' for all
 */
export async function nearestImages(
  table: SearchTable,
  path: string,
  below: string,
  count: number,
): Promise<MapRequests['maps/neighbors']['result']> {
  const own = rowOf(table, path);
  const isBelow = (row: number) => below === '' || table.paths[row]!.startsWith(`${below}/`);
  const { rows, scores } = await table.nearest(table.vector(own), count, (row) => row !== own && isBelow(row));
  return {
    paths: Array.from(rows, (row) => table.paths[row]!),
    similarities: Float32Array.from(scores, clampCosine),
  };
}

/** Cosine similarities of an image to others; NaN for those without a vector. Rejects with image-not-indexed. */
export async function similaritiesTo(
  table: SearchTable,
  path: string,
  paths: readonly string[],
): Promise<Float32Array> {
  const all = await table.similarities(rowOf(table, path));
  return Float32Array.from(paths, (other) => clampCosine(all[table.rowOf(other)] ?? Number.NaN));
}

/**
 * How well images fit texts, as a search by these texts has it; NaN for those without a vector. Rejects with the codes of `openText`
 * and with usage where what is not wanted cancels out what is.
 */
export async function similaritiesToTexts(
  table: SearchTable,
  { texts, minus }: TypedQuery,
  loadText: TextSearchContext['loadText'],
  paths: readonly string[],
): Promise<Float32Array> {
  const { vectors } = await embedTexts([...texts, ...minus], { loadText });
  const parts = { texts: vectors.slice(0, texts.length), minus: vectors.slice(texts.length) };
  const query = await composeQuery({ ...parts, image: undefined, imageWeight: DEFAULT_IMAGE_WEIGHT }, (part) =>
    table.spread(part),
  );
  if (query === undefined) throw queryCancelsOut();
  const all = await table.similaritiesTo(() => query);
  return Float32Array.from(paths, (path) => clampCosine(all[table.rowOf(path)] ?? Number.NaN));
}

function rowOf(table: SearchTable, path: string): number {
  const row = table.rowOf(path);
  if (row < 0) throw imageNotIndexed(path, 'it was removed, or has no embedding; refresh the map.');
  return row;
}

/** Rounding can put a float32 cosine a hair outside. */
function clampCosine(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
