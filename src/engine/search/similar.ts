import { stat } from 'node:fs/promises';
import { encoderMismatch } from '../../core/errors.ts';
import { regionsNotIndexed } from '../../core/images/regionErrors.ts';
import { imageWithoutCaption } from '../../core/captions/captionErrors.ts';
import { importedOutside } from '../../core/imports/importErrors.ts';
import type {
  MatchedRegion,
  ScanSettings,
  SimilarImage,
  SimilarReport,
  SimilarRequest,
} from '../../protocol/engine.ts';
import { captionsOf, type FewCaptions } from '../captions/captionCache.ts';
import type { Dataset } from '../dataset.ts';
import type { Encoder, ResolvedEncoder } from '../encoders/encoder.ts';
import { isOfCaptions } from '../encoders/importedEncoders.ts';
import { nearestRegions } from '../regions/regionSearch.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import type { StoredEncoder } from '../store/indexStore.ts';
import { embedFile, type EmbeddedFile } from './embedFile.ts';
import type { Nearest, SearchTable, VectorSearch } from './vectorSearch.ts';

export interface SimilarContext {
  readonly dataset: Dataset;
  /** What people call an image, by its path. */
  readonly labelOf: (path: string) => string | undefined;
  readonly splitOf: (path: string) => string | undefined;
  readonly captionsOf: (paths: readonly string[]) => Promise<FewCaptions>;
  /** The encoder whose vectors are compared. */
  readonly stored: StoredEncoder;
  /** Finds that encoder. */
  readonly resolve: () => Promise<ResolvedEncoder>;
  /** Loads that encoder, for pictures that the index has no vector of. */
  readonly load: (signal?: AbortSignal) => Promise<Encoder>;
  readonly search: VectorSearch;
  readonly signal?: AbortSignal | undefined;
}

/** A result: the image as a whole, or the part of it that is named. */
interface Match {
  readonly path: string;
  readonly similarity: number;
  readonly region?: MatchedRegion;
}

/**
 * The images most similar to one picture, or to a part of it, which may lie in the dataset or anywhere else. The query itself is
 * left out, copies of it are not; equal similarities come in the order of their paths.
 */
export async function findSimilar(request: SimilarRequest, context: SimilarContext): Promise<SimilarReport> {
  const { dataset, labelOf, splitOf, stored } = context;
  const { store, root } = dataset;
  const table = openTable(context);
  const hasRegions = request.regions !== undefined && store.regions.has(stored.key);
  if (request.regions === 'required' && !hasRegions) throw regionsNotIndexed(root, stored.card.id);
  const inside = relativeToRoot(root, request.image);
  const queryRow = inside === undefined ? -1 : table.rowOf(inside);
  const { vector, region } = await queryVector(request, context, table, queryRow);
  const accept = filterOf(context, request, table.paths, queryRow);
  const best = await table.nearest(vector, request.count, accept);
  const whole = Array.from(best.rows, (row, i) => ({ path: table.paths[row]!, similarity: best.scores[i]! }));
  const parts = hasRegions
    ? await nearestParts(context, { table, vector, accept, count: request.count })
    : { matches: [], searched: undefined };
  const path = inside ?? request.image;
  return {
    root,
    query: { path, label: labelOf(path), split: splitOf(path) },
    ...(region !== undefined && { region }),
    encoder: { id: stored.card.id, dim: stored.card.output.dim },
    approximate: false,
    recall: 1,
    searched: best.considered,
    ...(parts.searched !== undefined && { searchedRegions: parts.searched }),
    results: await described(bestOfEach(whole, parts.matches, request.count), context),
  };
}

/** With what people say of the images. */
async function described(
  matches: readonly Match[],
  { labelOf, splitOf, captionsOf: readCaptions }: SimilarContext,
): Promise<SimilarImage[]> {
  const captions = await readCaptions(matches.map(({ path }) => path));
  return matches.map((match) => ({
    ...match,
    similarity: clampCosine(match.similarity),
    label: labelOf(match.path),
    split: splitOf(match.path),
    ...captionsOf(captions, match.path),
  }));
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
  const inside = relativeToRoot(context.dataset.root, image);
  const row = inside === undefined ? -1 : table.rowOf(inside);
  const { vector } = await queryVector({ image, ...(scan !== undefined && { scan }) }, context, table, row);
  return { inside, row, vector };
}

/** What a search found, as it is reported. */
export async function foundImages(
  { rows, scores, considered }: Nearest,
  { paths }: SearchTable,
  context: SimilarContext,
): Promise<Omit<SimilarReport, 'root' | 'query'>> {
  const { stored } = context;
  const matches = Array.from(rows, (row, i) => ({ path: paths[row]!, similarity: scores[i]! }));
  return {
    encoder: { id: stored.card.id, dim: stored.card.output.dim },
    approximate: false,
    recall: 1,
    searched: considered,
    results: await described(matches, context),
  };
}

/** What is searched with: the vector that the index has of the file as it is now, or one that is made of it. */
async function queryVector(
  { image, region, scan }: Pick<SimilarRequest, 'image' | 'region' | 'scan'>,
  context: SimilarContext,
  table: SearchTable,
  row: number,
): Promise<EmbeddedFile> {
  // What is written about an image stays as it is when its file is another one.
  const isKnown = async () => isOfCaptions(context.stored) || isCurrent(image, context.dataset, table.paths[row]!);
  if (region === undefined && row >= 0 && (await isKnown())) {
    return { vector: table.vector(row), region: undefined };
  }
  const maxMegapixels = scan?.maxMegapixels;
  return embedFile(image, await loadFor(image, context), {
    region,
    ...(maxMegapixels !== undefined && { maxMegapixels }),
  });
}

/** Throws where there is nothing to load: imported vectors are all that there are. */
function loadFor(image: string, { stored, load, signal }: SimilarContext): Promise<Encoder> {
  if (isOfCaptions(stored)) throw imageWithoutCaption(image);
  if (stored.card.imported === true) throw importedOutside(stored.card.id, image);
  return load(signal);
}

interface PartSearch {
  readonly table: SearchTable;
  readonly vector: Float32Array;
  readonly accept: (row: number) => boolean;
  readonly count: number;
}

/** The images of which a part is most similar, by that part. */
async function nearestParts({ dataset, stored, signal }: SimilarContext, { table, vector, accept, count }: PartSearch) {
  const { store } = dataset;
  const pathsOf = new Map<number, string[]>();
  table.paths.forEach((path, row) => {
    if (!accept(row)) return;
    const contentKey = table.contentKey(row);
    const paths = pathsOf.get(contentKey);
    if (paths === undefined) pathsOf.set(contentKey, [path]);
    else paths.push(path);
  });
  const query = { encoderKey: stored.key, vector, contentKeys: [...pathsOf.keys()], count, signal };
  const { contents, compared } = await nearestRegions(store, query);
  const matches: Match[] = contents.flatMap(({ contentKey, similarity, region }) =>
    pathsOf.get(contentKey)!.map((path) => ({ path, similarity, region })),
  );
  const images = store.regions.imageCount(stored.key);
  return { matches, searched: { regions: compared, images, of: table.paths.length } };
}

/**
 * The best `count` images by what is most alike of each, the whole or a part. An image that is among these is among as many of
 * the best wholes or of the best parts, by whichever of the two it is here: no other ones need to be looked at.
 */
function bestOfEach(whole: readonly Match[], parts: readonly Match[], count: number): Match[] {
  if (parts.length === 0) return [...whole];
  const best = new Map(whole.map((match) => [match.path, match]));
  for (const match of parts) {
    if (match.similarity > (best.get(match.path)?.similarity ?? -Infinity)) best.set(match.path, match);
  }
  return [...best.values()].sort((a, b) => b.similarity - a.similarity || (a.path < b.path ? -1 : 1)).slice(0, count);
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

/** Rounding can put a float32 cosine a hair outside. */
function clampCosine(value: number): number {
  return Math.max(-1, Math.min(1, value));
}
