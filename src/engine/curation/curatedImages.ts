import { leftOutWithoutVector } from '../../core/curation/selectionErrors.ts';
import type { LikenessError } from '../../core/errors.ts';
import { gathered } from '../../core/neighbors/neighborsAmong.ts';
import type { UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import type { Dataset } from '../dataset.ts';
import { readKnownLabelsIfAny } from '../labels/knownLabels.ts';
import type { ImageFacts, StoredEncoder } from '../store/indexStore.ts';
import { matrixForNeighbors } from '../maps/exactNeighbors.ts';

/** What is known of the images that are checked, in the order of their paths; arrays have one entry per image. */
export interface KnownImages extends Pick<UnitVectors, 'rows'> {
  /** Relative to the root, with `/`. */
  readonly paths: readonly string[];
  readonly contentKeys: Float64Array;
  readonly labels: readonly (string | undefined)[];
  readonly splits: readonly (string | undefined)[];
  /** What the file of labels says of splits. */
  readonly statedSplitOf: (path: string) => string | undefined;
  readonly tableSplitOf: (path: string) => string | undefined;
  /** Of the notices those of labels and splits that are missing, as nobody could read them. */
  readonly faults: readonly LikenessError[];
  readonly facts: readonly (ImageFacts | undefined)[];
  readonly notices: readonly LikenessError[];
}

/** With their vectors, the largest part of it by far: who has compared them lets go of it. */
export interface CuratedImages extends KnownImages, UnitVectors {}

/**
 * Those below a folder that have a vector of the encoder and that nobody has excluded.
 *
 * @param below relative to the root; '' for all
 */
export async function readCuratedImages(
  dataset: Dataset,
  encoder: Pick<StoredEncoder, 'key' | 'card'>,
  below: string,
): Promise<CuratedImages> {
  const { store } = dataset;
  const table = store.readVectors(encoder.key, matrixForNeighbors);
  const readable = store.readImagePaths();
  const known = await readKnownLabelsIfAny(dataset, readable);
  const isWanted = (path: string) => (below === '' || path.startsWith(`${below}/`)) && !known.isExcluded(path);
  const rows = Uint32Array.from(table.paths.keys()).filter((row) => isWanted(table.paths[row]!));
  const paths = Array.from(rows, (row) => table.paths[row]!);
  const facts = store.readImageFacts();
  return {
    vectors: rows.length === table.paths.length ? table.matrix : gathered(table.matrix, table.dim, rows),
    rows: rows.length,
    dim: table.dim,
    paths,
    contentKeys: Float64Array.from(rows, (row) => table.contentKeys[row]!),
    labels: paths.map(known.labelOf),
    splits: paths.map(known.splitOf),
    statedSplitOf: known.statedSplitOf,
    tableSplitOf: known.tableSplitOf,
    faults: known.faults,
    facts: paths.map((path) => facts.get(path)),
    notices: [...known.notices, ...withoutVector(readable.filter(isWanted), table.paths, store, encoder)],
  };
}

/** Of imported vectors some may be missing; what the encoder fails on is listed by itself. */
function withoutVector(
  wanted: readonly string[],
  embedded: readonly string[],
  store: Dataset['store'],
  { key, card }: Pick<StoredEncoder, 'key' | 'card'>,
): LikenessError[] {
  const known = new Set(embedded);
  const missing = wanted.filter((path) => !known.has(path));
  if (missing.length === 0) return [];
  const failed = new Set(store.readProblems(key).map(({ path }) => path));
  const count = missing.filter((path) => !failed.has(path)).length;
  return count === 0 ? [] : [leftOutWithoutVector(count, card.id)];
}
