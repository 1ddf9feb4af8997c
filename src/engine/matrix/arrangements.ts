import { setImmediate as breathe } from 'node:timers/promises';
import { averageLinkage, type MergeTree } from '../../core/clustering/averageLinkage.ts';
import { nameClusters } from '../../core/clustering/clusterNames.ts';
import { usualClustering } from '../../core/clustering/densityClusters.ts';
import { cancelled } from '../../core/errors.ts';
import { leafOrder } from '../../core/clustering/leafOrder.ts';
import { cutTree } from '../../core/clustering/treeCut.ts';
import {
  bandsOf,
  blockCodes,
  cellGroups,
  chunkedCells,
  drawnTree,
  groupCells,
  groupTree,
  imageCodes,
  joinedRuns,
  placesOf,
  singleCells,
  sortedByGroup,
  widened,
  type CellRuns,
} from '../../core/evaluation/arrangement.ts';
import type { MatrixArrangement, MatrixGrid, MatrixOrder } from '../../protocol/matrix.ts';
import type { MatrixImages } from './matrixImages.ts';

/** Classes or clusters of which a matrix or a table is made at most. */
export const MOST_GROUPS = 1500;
const NO_CLASS = 'no class';
const NO_CLUSTER = 'no cluster';

/** What axes are ordered by: images, or groups of alike images where there are too many. */
export interface MatrixItems {
  readonly count: number;
  /** `count × count`: similarities, means of groups. */
  readonly similarities: Float32Array;
  readonly sizes: Uint32Array;
  /** Of each image. */
  readonly itemOf: Int32Array;
  /** Each item is one image. */
  readonly single: boolean;
  /** Blocks along an axis where items are groups. */
  readonly blocks: number;
  /** The lowest similarity of nearly all pairs. */
  readonly low: number;
}

export interface Arranged {
  readonly arrangements: Readonly<Record<MatrixOrder, MatrixArrangement>>;
  readonly clusters: number;
}

/** Groups of images that axes can be divided into. */
interface Grouping {
  readonly groupOf: Int32Array;
  readonly names: readonly string[];
  /** What images of no group are called. */
  readonly none: string;
}

/** Other names for clusters, no two the same. @param clusterOf of each image, −1 for none */
export type ClusterRenaming = (names: readonly string[], clusterOf: Int32Array) => Promise<readonly string[]>;

/**
 * The images along the axes: by class, by cluster, and as their dendrogram has them. Rejects with `cancelled`, or as what gives
 * clusters other names does.
 */
export async function arrange(
  images: MatrixImages,
  items: MatrixItems,
  rename: ClusterRenaming,
  signal: AbortSignal,
): Promise<Arranged> {
  const between = async (): Promise<void> => {
    await breathe();
    if (signal.aborted) throw cancelled();
  };
  const tree = averageLinkage(items.similarities.slice(), items.count, items.sizes);
  const leaves = leafOrder(tree, items.similarities);
  await between();
  const { minimumSize } = usualClustering(images.rows);
  const { count, clusterOf } = cutTree(tree, items.similarities, minimumSize, items.sizes);
  await between();
  const found = clustersOf(
    images,
    items.itemOf.map((item) => clusterOf[item]!),
    count,
  );
  const clusters: Grouping = { ...found, names: await rename(found.names, found.groupOf) };
  const classes: Grouping = { groupOf: images.classOf, names: images.classes, none: NO_CLASS };
  const leafPlaces = placesOf(leaves);
  // Images of one item stay in the order of their paths.
  const places = placesOf(
    sortedByGroup(
      items.itemOf.map((item) => leafPlaces[item]!),
      placesOf(rowsOf(images)),
    ),
  );
  const maker = new GridMaker(images, items);
  const byClass = maker.grouped(classes, places);
  await between();
  const byCluster = maker.grouped(clusters, places);
  await between();
  const hierarchy = maker.hierarchical(tree, leaves, places, clusters, images.classes.length > 1 ? classes : clusters);
  return { arrangements: { class: byClass, cluster: byCluster, hierarchy }, clusters: count };
}

function rowsOf({ rows }: MatrixImages): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, row) => row);
}

function clustersOf({ vectors, dim, classOf, classes }: MatrixImages, groupOf: Int32Array, count: number): Grouping {
  const sizes = new Uint32Array(count);
  for (const group of groupOf) if (group >= 0) sizes[group]!++;
  const labels = Array.from(classOf, (number) => classes[number]);
  const named = nameClusters({ clusters: { count, clusterOf: groupOf, sizes }, vectors, dim, labels });
  return { groupOf, names: named.map(({ name }) => name), none: NO_CLUSTER };
}

/** Makes the matrices of one set of images. */
class GridMaker {
  readonly #images: MatrixImages;
  readonly #items: MatrixItems;

  constructor(images: MatrixImages, items: MatrixItems) {
    this.#images = images;
    this.#items = items;
  }

  /** Group by group. */
  grouped(grouping: Grouping, places: Uint32Array): MatrixArrangement {
    const order = sortedByGroup(grouping.groupOf, places);
    const cells = this.#cells(order, grouping);
    const groups = this.#groupCells(order, grouping);
    return {
      cells: { ...this.#grid(cells), bands: withRest(cellGroups(cells, grouping.groupOf), grouping) },
      groups: groups && this.#groupGrid(groups, grouping),
    };
  }

  /** As the leaves of the tree, with the clusters it is cut into beside it; and groups as a tree of their own has them. */
  hierarchical(
    tree: MergeTree,
    leaves: Int32Array,
    places: Uint32Array,
    clusters: Grouping,
    groups: Grouping,
  ): MatrixArrangement {
    const order = Uint32Array.from(placesOf(places));
    const { itemOf, single } = this.#items;
    const cells = single ? singleCells(order) : groupCells(order, itemOf);
    const bands = bandsOf(cellGroups(cells, clusters.groupOf), clusters.names);
    return {
      cells: { ...this.#grid(cells), bands, tree: drawnTree(tree, leaves) },
      groups: this.#groupTree(order, groups),
    };
  }

  #cells(order: Uint32Array, { groupOf, names }: Grouping): CellRuns {
    const { single, blocks } = this.#items;
    if (single) return singleCells(order);
    // With classes of a few images each, blocks go across them.
    const borders = names.length <= blocks ? groupOf : new Int32Array(order.length);
    return chunkedCells(order, borders, order.length / blocks);
  }

  /** Without what is beside it. */
  #grid(cells: CellRuns): Omit<MatrixGrid, 'bands'> {
    const { single, similarities, low } = this.#items;
    const { rows, classOf } = this.#images;
    const encoded = single
      ? { codes: imageCodes(similarities, rows, cells.order), ...widened(low, 1) }
      : blockCodes(this.#images, cells);
    return { ...encoded, ...cells, classOf: cellGroups(cells, classOf), tree: undefined };
  }

  /** A cell for each group that has images, and one for those of no group. */
  #groupCells(order: Uint32Array, { groupOf, names }: Grouping): CellRuns | undefined {
    const cells = groupCells(order, groupOf);
    const count = cells.starts.length - 1;
    return count < 2 || count > MOST_GROUPS || names.length === 0 ? undefined : cells;
  }

  #groupGrid(cells: CellRuns, grouping: Grouping): MatrixGrid {
    return {
      ...blockCodes(this.#images, cells),
      ...cells,
      bands: withRest(cellGroups(cells, grouping.groupOf), grouping),
      classOf: cellGroups(cells, this.#images.classOf),
      tree: undefined,
    };
  }

  #groupTree(order: Uint32Array, grouping: Grouping): MatrixGrid | undefined {
    const unordered = this.#groupCells(sortedByGroup(grouping.groupOf, placesOf(order)), grouping);
    if (unordered === undefined) return undefined;
    const { tree, leaves } = groupTree(this.#images, unordered);
    const { starts } = unordered;
    const pieces = Array.from(leaves, (cell) => unordered.order.subarray(starts[cell], starts[cell + 1]));
    const cells = joinedRuns(pieces);
    return { ...this.#groupGrid(cells, grouping), tree: drawnTree(tree, leaves) };
  }
}

/** Bands of the groups, and of what belongs to none. */
function withRest(groups: Int32Array, { names, none }: Grouping) {
  return bandsOf(
    groups.map((group) => (group < 0 ? names.length : group)),
    [...names, none],
  );
}
