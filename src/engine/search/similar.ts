import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { encoderMismatch, fileNotFound, embeddingInvalid, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { importedOutside } from '../../core/imports/importErrors.ts';
import type { SimilarReport, SimilarRequest } from '../../protocol/engine.ts';
import type { Dataset } from '../dataset.ts';
import type { Encoder } from '../encoders/encoder.ts';
import { DEFAULT_MAX_MEGAPIXELS, decodeProxy, encoderPixels } from '../images/imageDecoder.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import type { StoredEncoder } from '../store/indexStore.ts';
import type { VectorSearch } from './vectorSearch.ts';

export interface SimilarContext {
  readonly dataset: Dataset;
  /** What people call an image, by its path. */
  readonly labelOf: (path: string) => string | undefined;
  readonly splitOf: (path: string) => string | undefined;
  /** The encoder whose vectors are compared. */
  readonly stored: StoredEncoder;
  /** Loads that encoder, for pictures that the index has no vector of. */
  readonly load: () => Promise<Encoder>;
  readonly search: VectorSearch;
}

/**
 * The images most similar to one picture, which may lie in the dataset or anywhere else. The query itself is left out,
 * copies of it are not; equal similarities come in the order of their paths.
 */
export async function findSimilar(request: SimilarRequest, context: SimilarContext): Promise<SimilarReport> {
  const { dataset, labelOf, splitOf, stored } = context;
  const { store, root } = dataset;
  const table = context.search.open(store, stored.key);
  if (table.paths.length === 0) {
    throw encoderMismatch(`${root} has no vectors of the encoder ${stored.card.id}`);
  }
  const inside = relativeToRoot(root, request.image);
  const queryRow = inside === undefined ? -1 : table.rowOf(inside);
  const vector =
    queryRow >= 0 && (await isCurrent(request.image, dataset, inside!))
      ? table.vector(queryRow)
      : await embedFile(request, await loadFor(request.image, context));
  const accept = filterOf(context, request, table.paths, queryRow);
  const best = await table.nearest(vector, request.count, accept);
  const path = inside ?? request.image;
  return {
    root,
    query: { path, label: labelOf(path), split: splitOf(path) },
    encoder: { id: stored.card.id, dim: stored.card.output.dim },
    approximate: false,
    recall: 1,
    searched: best.considered,
    results: Array.from(best.rows, (row, i) => ({
      path: table.paths[row]!,
      similarity: clampCosine(best.scores[i]!),
      label: labelOf(table.paths[row]!),
      split: splitOf(table.paths[row]!),
    })),
  };
}

/** Throws where there is nothing to load: imported vectors are all that there are. */
function loadFor(image: string, { stored, load }: SimilarContext): Promise<Encoder> {
  if (stored.card.imported === true) throw importedOutside(stored.card.id, image);
  return load();
}

/** The rows that may be results. */
function filterOf(
  { dataset, labelOf, splitOf }: SimilarContext,
  request: SimilarRequest,
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

async function embedFile(request: SimilarRequest, encoder: Encoder): Promise<Float32Array> {
  const path = request.image;
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(path) : unreadableFile(path, error);
  }
  const { input } = encoder.card;
  const maxMegapixels = request.scan?.maxMegapixels ?? DEFAULT_MAX_MEGAPIXELS;
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
