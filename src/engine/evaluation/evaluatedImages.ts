import { noLabels, onlyOneClass, singleImageClasses, type LikenessError } from '../../core/errors.ts';
import { RandomStream } from '../../core/random.ts';
import type { EvaluationProtocol } from '../../protocol/evaluation.ts';
import type { Dataset } from '../dataset.ts';
import { readKnownLabels } from '../labels/knownLabels.ts';

/** Images that are compared with each other at most, and those that look for their like among them. */
export const MOST_IMAGES = 10_000;
export const MOST_QUERIES = 5_000;
const LIMIT_STREAM = 0x6c69;

export interface LabelledImage {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly label: string;
  readonly split: string | undefined;
  readonly contentKey: number;
}

/** The images of an evaluation; arrays have one entry per image. */
export interface EvaluatedImages {
  readonly images: readonly LabelledImage[];
  readonly classes: readonly string[];
  readonly labels: Int32Array;
  /** Equal for duplicates. */
  readonly groups: Int32Array;
  /** Rows of the images that are looked among and learnt from. */
  readonly bank: Uint32Array;
  readonly queries: Uint32Array;
  /** Undefined where there is no test split: the queries are images of the bank then. */
  readonly test: Uint32Array | undefined;
}

type LeftOut = EvaluationProtocol['leftOut'];

/** Images of the index that have a label and that nobody has excluded, below a folder. */
export interface LabelledImages {
  readonly images: readonly LabelledImage[];
  readonly leftOut: Pick<LeftOut, 'unlabelled' | 'unreadable' | 'aboveLimit'>;
  /** What a person should know of the labels. */
  readonly notices: readonly LikenessError[];
}

/**
 * Rejects with not-enough-labels where there are no labels, or only those of one class, and with the codes of
 * `readKnownLabels`.
 *
 * @param folder relative to the root; '' for all
 */
export async function labelledImages(dataset: Dataset, folder: string, seed: number): Promise<LabelledImages> {
  const { root, store } = dataset;
  const isBelow = (path: string) => folder === '' || path.startsWith(`${folder}/`);
  const files = store.readFiles();
  const paths = store.readImagePaths();
  const { labelOf, splitOf, isExcluded, notices } = await readKnownLabels(dataset, paths);
  const readable = paths.filter(isBelow);
  const included = readable.filter((path) => !isExcluded(path));
  const labelled = included.flatMap((path): LabelledImage[] => {
    const label = labelOf(path);
    const contentKey = files.get(path)?.contentKey;
    return label === undefined || contentKey === undefined ? [] : [{ path, label, split: splitOf(path), contentKey }];
  });
  const names = new Set(labelled.map(({ label }) => label));
  const where = folder === '' ? root : `${root}/${folder}`;
  if (names.size === 0) throw noLabels(where);
  if (names.size === 1) throw onlyOneClass(where, [...names][0]!);
  const unreadable = [...files.keys()].filter(isBelow).length - readable.length;
  const images = limited(labelled, seed);
  return {
    images,
    leftOut: {
      unlabelled: included.length - labelled.length,
      unreadable,
      aboveLimit: labelled.length - images.length,
    },
    notices,
  };
}

/** At most so many, drawn by the seed, in their order. */
function limited(images: readonly LabelledImage[], seed: number): readonly LabelledImage[] {
  if (images.length <= MOST_IMAGES) return images;
  const drawn = new Set(new RandomStream(seed, LIMIT_STREAM).shuffled(images).slice(0, MOST_IMAGES));
  return images.filter((image) => drawn.has(image));
}

/**
 * Divides the images into those that are looked for and those that are looked among, and leaves out the classes that
 * nothing can be found of. Throws not-enough-labels where fewer than two are left.
 *
 * @param groups one number per image, equal for duplicates
 */
export function divideImages(
  images: readonly LabelledImage[],
  groups: Int32Array,
  where: string,
  seed: number,
): { readonly evaluated: EvaluatedImages; readonly leftOut: LeftOut['classes']; readonly rows: Uint32Array } {
  const usable = (tested: boolean) => usableClasses(images, groups, tested);
  const hasTest = images.some(isTest);
  // A test split whose classes nobody could have learnt is none.
  const tested = hasTest && usable(true).size >= 2;
  const kept = usable(tested);
  const all = [...new Set(images.map(({ label }) => label))].sort();
  if (kept.size < 2) {
    throw singleImageClasses(
      where,
      all.filter((name) => !kept.has(name)),
    );
  }
  const classes = all.filter((name) => kept.has(name));
  const rows = Uint32Array.from(images.keys()).filter((row) => kept.has(images[row]!.label));
  const numbers = new Map(classes.map((name, i) => [name, i]));
  const chosen = Array.from(rows, (row) => images[row]!);
  const positions = Uint32Array.from(chosen.keys());
  const test = tested ? positions.filter((row) => isTest(chosen[row]!)) : undefined;
  const queries = fewer(test ?? positions, seed);
  const leftOut = all
    .filter((name) => !kept.has(name))
    .map((name) => ({ name, count: images.filter(({ label }) => label === name).length }));
  const evaluated = {
    images: chosen,
    classes,
    labels: Int32Array.from(chosen, ({ label }) => numbers.get(label)!),
    groups: Int32Array.from(rows, (row) => groups[row]!),
    bank: tested ? positions.filter((row) => !isTest(chosen[row]!)) : positions,
    queries,
    test: test && queries,
  };
  return { evaluated, leftOut, rows };
}

function isTest({ split }: LabelledImage): boolean {
  return split === 'test';
}

/** Classes of which something can be found: two different pictures, or, with a test split, one in it and one in the bank. */
function usableClasses(images: readonly LabelledImage[], groups: Int32Array, tested: boolean): Set<string> {
  const bank = new Map<string, Set<number>>();
  const queries = new Map<string, Set<number>>();
  images.forEach((image, row) => {
    const side = tested && isTest(image) ? queries : bank;
    const known = side.get(image.label) ?? new Set();
    side.set(image.label, known.add(groups[row]!));
  });
  const usable = [...bank].filter(([label, pictures]) => {
    const asked = tested ? (queries.get(label) ?? new Set()) : pictures;
    return (
      asked.size > 0 &&
      new Set([...pictures, ...asked]).size >= 2 &&
      [...pictures].some((group) => !tested || !asked.has(group))
    );
  });
  return new Set(usable.map(([label]) => label));
}

function fewer(rows: Uint32Array, seed: number): Uint32Array {
  if (rows.length <= MOST_QUERIES) return rows;
  return Uint32Array.from(new RandomStream(seed, LIMIT_STREAM, 1).shuffled([...rows]).slice(0, MOST_QUERIES)).sort();
}
