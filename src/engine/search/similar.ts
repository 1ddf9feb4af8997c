import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { encoderMismatch, fileNotFound, embeddingInvalid, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { importedOutside } from '../../core/imports/importErrors.ts';
import type { ScanSettings, SimilarReport, SimilarRequest } from '../../protocol/engine.ts';
import type { Dataset } from '../dataset.ts';
import type { Encoder, ResolvedEncoder } from '../encoders/encoder.ts';
import { DEFAULT_MAX_MEGAPIXELS, decodeProxy, encoderPixels } from '../images/imageDecoder.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import type { StoredEncoder } from '../store/indexStore.ts';
import type { Nearest, SearchTable, VectorSearch } from './vectorSearch.ts';

export interface SimilarContext {
  readonly dataset: Dataset;
  /** What people call an image, by its path. */
  readonly labelOf: (path: string) => string | undefined;
  readonly splitOf: (path: string) => string | undefined;
  /** The encoder whose vectors are compared. */
  readonly stored: StoredEncoder;
  /** Finds that encoder. */
  readonly resolve: () => Promise<ResolvedEncoder>;
  /** Loads that encoder, for pictures that the index has no vector of. */
  readonly load: () => Promise<Encoder>;
  readonly search: VectorSearch;
}

/**
 * The images most similar to one picture, which may lie in the dataset or anywhere else. The query itself is left out,
 * copies of it are not; equal similarities come in the order of their paths.
 */
export async function findSimilar(request: SimilarRequest, context: SimilarContext): Promise<SimilarReport> {
  const { dataset, labelOf, splitOf } = context;
  const { root } = dataset;
  const table = openTable(context);
  const { inside, row, vector } = await vectorOfImage(request.image, request.scan, table, context);
  const best = await table.nearest(vector, request.count, filterOf(context, request, table.paths, row));
  const path = inside ?? request.image;
  return {
    root,
    query: { path, label: labelOf(path), split: splitOf(path) },
    ...foundImages(best, table, context),
  };
}

/** The vectors to search. Throws encoder-mismatch where there are none. */
export function openTable({ dataset: { store, root }, search, stored }: SimilarContext): SearchTable {
  const table = search.open(store, stored.key);
  if (table.paths.length === 0) throw encoderMismatch(`${root} has no vectors of the encoder ${stored.card.id}`);
  return table;
}

/** The vector of an image and where it comes from: the index, where that is up to date, else the encoder. */
export async function vectorOfImage(
  image: string,
  scan: ScanSettings | undefined,
  table: SearchTable,
  context: SimilarContext,
): Promise<{ readonly inside: string | undefined; readonly row: number; readonly vector: Float32Array }> {
  const { dataset } = context;
  const inside = relativeToRoot(dataset.root, image);
  const row = inside === undefined ? -1 : table.rowOf(inside);
  const isInIndex = row >= 0 && (await isCurrent(image, dataset, inside!));
  const vector = isInIndex ? table.vector(row) : await embedFile(image, scan, await loadFor(image, context));
  return { inside, row, vector };
}

/** What a search found, as it is reported. */
export function foundImages(
  { rows, scores, considered }: Nearest,
  { paths }: SearchTable,
  { stored, labelOf, splitOf }: SimilarContext,
): Omit<SimilarReport, 'root' | 'query'> {
  return {
    encoder: { id: stored.card.id, dim: stored.card.output.dim },
    approximate: false,
    recall: 1,
    searched: considered,
    results: Array.from(rows, (row, i) => ({
      path: paths[row]!,
      similarity: clampCosine(scores[i]!),
      label: labelOf(paths[row]!),
      split: splitOf(paths[row]!),
    })),
  };
}

/** Throws where there is nothing to load: imported vectors are all that there are. */
function loadFor(image: string, { stored, load }: SimilarContext): Promise<Encoder> {
  if (stored.card.imported === true) throw importedOutside(stored.card.id, image);
  return load();
}

/** The rows that may be results. */
export function filterOf(
  { dataset, labelOf, splitOf }: SimilarContext,
  request: Pick<SimilarRequest, 'folder' | 'filter' | 'images'>,
  paths: readonly string[],
  queryRow: number,
): (row: number) => boolean {
  const folder = request.folder === undefined ? '' : (relativeToRoot(dataset.root, request.folder) ?? '');
  const { classes, splits } = request.filter ?? {};
  const named = request.images && new Set(request.images);
  if (folder === '' && classes === undefined && splits === undefined && named === undefined)
    return (row) => row !== queryRow;
  return (row) => {
    const path = paths[row]!;
    if (row === queryRow || (folder !== '' && !path.startsWith(`${folder}/`))) return false;
    if (named !== undefined && !named.has(path)) return false;
    const label = labelOf(path);
    const split = splitOf(path);
    return (
      (classes === undefined || (label !== undefined && classes.includes(label))) &&
      (splits === undefined || (split !== undefined && splits.includes(split)))
    );
  };
}

/** True where the indexed vector is that of the file as it is now. */
async function isCurrent(file: string, dataset: Dataset, path: string): Promise<boolean> {
  const record = dataset.store.readFiles([path]).get(path);
  try {
    const { size, mtimeMs } = await stat(file);
    return record?.size === size && record.modifiedAt === mtimeMs;
  } catch {
    // Gone since it was indexed: what the index knows of it can still be searched with.
    return true;
  }
}

async function embedFile(path: string, scan: ScanSettings | undefined, encoder: Encoder): Promise<Float32Array> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(path) : unreadableFile(path, error);
  }
  const { input } = encoder.card;
  const maxMegapixels = scan?.maxMegapixels ?? DEFAULT_MAX_MEGAPIXELS;
  const budget = new PixelBudget(Infinity);
  const { proxy } = await decodeProxy(bytes, basename(path), { input, maxMegapixels, budget });
  // A copy, because the encoder takes the buffer away, and this one may be libvips' or shared.
  const pixels = new Uint8Array(await encoderPixels(proxy, input));
  const { vectors, invalid } = await encoder.embed(pixels, 1);
  if (invalid.length > 0) throw embeddingInvalid(path, encoder.card.name);
  return vectors;
}

/** Rounding can put a float32 cosine a hair outside. */
function clampCosine(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
