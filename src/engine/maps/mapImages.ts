import type { LikenessError } from '../../core/errors.ts';
import {
  FEWEST_IMAGES,
  imagesIdentical,
  notFinite,
  noVectors,
  tooFewForMap,
  withoutVector,
} from '../../core/projection/mapErrors.ts';
import type { UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import { gathered } from '../../core/neighbors/neighborsAmong.ts';
import { areSameVectors } from '../../core/neighbors/sameVectors.ts';
import type { Dataset } from '../dataset.ts';
import type { StoredEncoder } from '../store/indexStore.ts';
import { readKnownLabelsIfAny } from '../labels/knownLabels.ts';
import { matrixForNeighbors } from './exactNeighbors.ts';

/** The images that are laid out, in the order of their paths. */
export interface MapImages extends UnitVectors {
  /** Relative to the root, with `/`. */
  readonly paths: readonly string[];
  readonly contentKeys: Float64Array;
  readonly labels: readonly (string | undefined)[];
  readonly splits: readonly (string | undefined)[];
  readonly notices: readonly LikenessError[];
}

/**
 * Those below a folder that have a vector of the encoder; labels where there are any. Rejects with too-few-images,
 * embedding-invalid or images-identical.
 *
 * @param below relative to the root; '' for all
 */
export async function readMapImages(
  dataset: Dataset,
  encoder: Pick<StoredEncoder, 'key' | 'card'>,
  below: string,
): Promise<MapImages> {
  const { store, root } = dataset;
  const isBelow = (path: string) => below === '' || path.startsWith(`${below}/`);
  const folder = below === '' ? root : `${root}/${below}`;
  const table = store.readVectors(encoder.key, matrixForNeighbors);
  const { dim } = table;
  const rows = Uint32Array.from(table.paths.keys()).filter((row) => isBelow(table.paths[row]!));
  const all = store.readImagePaths();
  const readable = all.filter(isBelow).length;
  const { id } = encoder.card;
  assertEnough(folder, id, rows.length, readable);
  const vectors = rows.length === table.paths.length ? table.matrix : gathered(table.matrix, dim, rows);
  const paths = Array.from(rows, (row) => table.paths[row]!);
  const broken = vectors.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) throw notFinite(id, paths[Math.floor(broken / dim)]!);
  if (areSameVectors(vectors, dim)) throw imagesIdentical(folder, rows.length);
  const known = await readKnownLabelsIfAny(dataset, all);
  const missing = readable - rows.length;
  return {
    vectors,
    rows: rows.length,
    dim,
    paths,
    contentKeys: Float64Array.from(rows, (row) => table.contentKeys[row]!),
    labels: paths.map(known.labelOf),
    splits: paths.map(known.splitOf),
    notices: [...known.notices, ...(missing > 0 ? [withoutVector(missing, id)] : [])],
  };
}

/** Throws too-few-images, or embedding-invalid where there are images but none of them could be embedded. */
export function assertEnough(folder: string, encoder: string, embedded: number, readable: number): void {
  if (embedded === 0 && readable > 0) throw noVectors(folder, encoder, readable);
  if (embedded < FEWEST_IMAGES) throw tooFewForMap(folder, embedded);
}
