import { notIndexed, type LikenessError } from '../../core/errors.ts';
import {
  allTheSame,
  nothingToCompare,
  singleImage,
  vectorsMissing,
  withoutVector,
} from '../../core/evaluation/matrixErrors.ts';
import { gathered } from '../../core/neighbors/neighborsAmong.ts';
import { areSameVectors } from '../../core/neighbors/sameVectors.ts';
import type { UnitVectors } from '../../core/neighbors/allNeighbors.ts';
import type { MatrixRequest } from '../../protocol/matrix.ts';
import type { Dataset } from '../dataset.ts';
import { currentEncoder } from '../encoders/encoderChoice.ts';
import type { KnownLabels } from '../labels/knownLabels.ts';
import type { StoredEncoder } from '../store/indexStore.ts';

/** The images that are compared, in the order of their paths. */
export interface MatrixImages extends UnitVectors {
  readonly encoder: StoredEncoder;
  /** All that the index has vectors of. */
  readonly encoders: readonly StoredEncoder[];
  readonly paths: readonly string[];
  /** Equal where files hold the same bytes. */
  readonly contentKeys: Float64Array;
  readonly classes: readonly string[];
  readonly classOf: Int32Array;
  /** Named images that can't be compared. */
  readonly missing: number;
  readonly notices: readonly LikenessError[];
}

/**
 * The images of a request with their vectors and classes. Throws not-indexed, encoder-mismatch, too-few-images or
 * images-identical.
 */
export function readMatrixImages(dataset: Dataset, known: KnownLabels, request: MatrixRequest): MatrixImages {
  const { root, store } = dataset;
  const { encoder, encoders } = chosenEncoder(dataset, request.encoder);
  const table = store.readVectors(encoder.key);
  const chosen = chosenPaths(dataset, known, request);
  const rows = Uint32Array.from(table.paths.keys()).filter((row) => chosen.has(table.paths[row]!));
  const paths = Array.from(rows, (row) => table.paths[row]!);
  const readable = store.readImagePaths().filter((path) => chosen.has(path)).length;
  // A single file that was named is missing where the index has nothing of it.
  const named = request.paths ?? [];
  const missing = readable - paths.length + named.filter((name) => !chosen.covers(name)).length;
  if (paths.length === 0) {
    if (readable > 0)
      throw vectorsMissing(
        root,
        encoder.card.id,
        encoders.map(({ card }) => card.id),
      );
    throw nothingToCompare(root, request.paths?.length);
  }
  if (paths.length === 1) throw singleImage(paths[0]!);
  const { dim } = table;
  const vectors = rows.length === table.paths.length ? table.matrix : gathered(table.matrix, dim, rows);
  if (areSameVectors(vectors, dim)) throw allTheSame(paths.length, encoder.card.id);
  const labels = paths.map(known.labelOf);
  const classes = [...new Set(labels.filter((label) => label !== undefined))].sort();
  const numbers = new Map(classes.map((name, number) => [name, number]));
  return {
    ...{ vectors, rows: rows.length, dim, encoder, encoders, paths, classes, missing },
    contentKeys: Float64Array.from(rows, (row) => table.contentKeys[row]!),
    classOf: Int32Array.from(labels, (label) => (label === undefined ? -1 : numbers.get(label)!)),
    notices: [...known.notices, ...(missing > 0 ? [withoutVector(missing, encoder.card.id)] : [])],
  };
}

/** Needs no model: what is compared is in the index. */
function chosenEncoder(dataset: Dataset, id: string | undefined) {
  const { store, root } = dataset;
  const encoders = store.readEncoders().filter(({ key }) => store.countEmbedded(key) > 0);
  const current = currentEncoder(dataset);
  if (current === undefined) throw notIndexed(root);
  if (id === undefined || id === current.card.id) return { encoder: current, encoders };
  const encoder = encoders.findLast(({ card }) => card.id === id);
  if (encoder === undefined)
    throw vectorsMissing(
      root,
      id,
      encoders.map(({ card }) => card.id),
    );
  return { encoder, encoders };
}

interface ChosenPaths {
  readonly has: (path: string) => boolean;
  /** Whether something that was named has images in the index. */
  readonly covers: (name: string) => boolean;
}

function chosenPaths(
  { store }: Dataset,
  { labelOf, splitOf }: KnownLabels,
  { paths, filter }: MatrixRequest,
): ChosenPaths {
  const { classes, splits } = filter ?? {};
  const isOf = (path: string): boolean => {
    const [label, split] = [labelOf(path), splitOf(path)];
    return (
      (classes === undefined || (label !== undefined && classes.includes(label))) &&
      (splits === undefined || (split !== undefined && splits.includes(split)))
    );
  };
  if (paths === undefined) return { has: isOf, covers: () => true };
  const named = new Set(paths);
  const covering = (path: string): string | undefined => {
    if (named.has('')) return '';
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const part = path.slice(0, end);
      if (named.has(part)) return part;
    }
    return undefined;
  };
  const covered = new Set(store.readImagePaths().flatMap((path) => covering(path) ?? []));
  return { has: (path) => covering(path) !== undefined && isOf(path), covers: (name) => covered.has(name) };
}
