import { sphericalMeans } from '../../core/clustering/sphericalMeans.ts';
import { ErrorCode, LikenessError } from '../../core/errors.ts';
import { groupMeans } from '../../core/evaluation/groupMeans.ts';
import { PairStatistics } from '../../core/evaluation/pairStatistics.ts';
import { eachPairBlock, type PairBlock } from '../../core/neighbors/pairBlocks.ts';
import type { JobContext } from '../../core/progress.ts';
import { MOST_CELLS, type ClassFigures, type MatrixReport, type MatrixRequest } from '../../protocol/matrix.ts';
import { orNotice } from '../orNotice.ts';
import type { Dataset } from '../dataset.ts';
import { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { OnnxProducts } from '../evaluation/onnxProducts.ts';
import { inPhase } from '../jobs/phase.ts';
import type { KnownLabels } from '../labels/knownLabels.ts';
import { wordsOfClasses } from '../maps/classWords.ts';
import { namedByWords, type ClusterNaming } from '../maps/clusterWords.ts';
import { arrange, type ClusterRenaming, type MatrixItems } from './arrangements.ts';
import { classTable, overlapOf } from './classFigures.ts';
import { readMatrixImages, type MatrixImages } from './matrixImages.ts';
import { CONSIDERED_PAIRS, listPairs } from './pairLists.ts';

/** Of grouping alike images. */
const ROUNDS = 6;

export interface MatrixLimits {
  /** The most images with a cell each. */
  readonly cells: number;
  /** Blocks along an axis beyond that. */
  readonly blocks: number;
}
const usualLimits: MatrixLimits = { cells: MOST_CELLS, blocks: 600 };

export interface MatrixContext extends Pick<ClusterNaming, 'registry' | 'loadText'> {
  readonly dataset: Dataset;
  readonly labels: KnownLabels;
  readonly threads: number;
  /** Others than the usual ones are for tests. */
  readonly limits?: MatrixLimits;
}

/**
 * Compares all pairs of the images of a request, in blocks of matrix products: how similar they are as a matrix in three orders,
 * how well their classes are told apart, and the pairs that stand out. Rejects with the codes of `readMatrixImages` and of the
 * store, unreadable-file, engine-stopped or `cancelled`.
 */
export async function compareImages(
  request: MatrixRequest,
  { dataset, labels, threads, limits = usualLimits, registry, loadText }: MatrixContext,
  context: JobContext,
): Promise<MatrixReport> {
  const startedAt = performance.now();
  const images = readMatrixImages(dataset, labels, request);
  const statistics = new PairStatistics(images.classOf, images.classes.length, CONSIDERED_PAIRS);
  const items = await compareAll(images, statistics, { threads, limits, context });
  const { encoder, encoders, paths, classes, classOf, missing } = images;
  const notices: LikenessError[] = [...images.notices];
  const stated = Array.from(classOf, (number) => classes[number]);
  const naming = { dataset, registry, loadText };
  const rename: ClusterRenaming = async (names, clusterOf) => {
    // Only names are asked for.
    const unnamed = names.map((name, id) => ({ id, name, size: 0, representative: '' }));
    const drawn = { paths, clusterOf, labels: stated };
    const named = await namedByWords(unnamed, drawn, { encoder, captions: undefined }, naming, context);
    // Images are compared without the encoder's model, which needn't be there any more.
    notices.push(...named.notices.filter(({ code }) => code !== ErrorCode.EncoderNotFound));
    return named.clusters.map(({ name }) => name);
  };
  const { arrangements, clusters } = await arrange(images, items, rename, context.signal);
  const words = await orNotice(() => wordsOfClasses({ paths, labels: stated }, encoder, naming));
  return {
    root: dataset.root,
    encoder: { id: encoder.card.id, dim: images.dim },
    encoders: encoders.map(({ card }) => ({ id: card.id, name: card.name })),
    ...{ paths, classes, classOf, clusters, arrangements, missing },
    overlap: overlapOf(statistics),
    table: classTable(images, statistics).map((row) => withWord(row, words)),
    ...(await listPairs(dataset, images, statistics)),
    notices: [...dataset.store.notices, ...notices].map(({ code, message }) => ({ code, message })),
    seconds: Math.round(performance.now() - startedAt) / 1000,
  };
}

/** What keeps words from being known is told of where clusters are named by them. */
function withWord(row: ClassFigures, words: ReadonlyMap<string, string> | LikenessError): ClassFigures {
  const word = words instanceof LikenessError ? undefined : words.get(row.name);
  return word === undefined ? row : { ...row, word };
}

interface ComparingOptions {
  readonly threads: number;
  readonly limits: MatrixLimits;
  readonly context: JobContext;
}

async function compareAll(
  images: MatrixImages,
  statistics: PairStatistics,
  { threads, limits, context }: ComparingOptions,
): Promise<MatrixItems> {
  const { rows } = images;
  const single = rows <= limits.cells;
  const matrix = single ? new Float32Array(rows * rows) : undefined;
  const worker = new OnnxWorker();
  try {
    const products = new OnnxProducts(worker, threads);
    await inPhase('Comparing images', rows, context, (between) =>
      eachPairBlock(images, products, between, (block) => {
        statistics.add(block);
        if (matrix) copyPairs(block, matrix, rows);
      }),
    );
    const low = statistics.all.quantile(0.01);
    if (matrix) {
      for (let row = 0; row < rows; row++) matrix[row * rows + row] = 1;
      const itemOf = Int32Array.from({ length: rows }, (_, row) => row);
      const sizes = new Uint32Array(rows).fill(1);
      return { count: rows, similarities: matrix, sizes, itemOf, single, blocks: rows, low };
    }
    const itemOf = await inPhase('Grouping alike images', ROUNDS * rows, context, (between) =>
      sphericalMeans(images, { groups: limits.blocks, rounds: ROUNDS, seed: 0 }, products, between),
    );
    const count = itemOf.reduce((most, item) => Math.max(most, item), 0) + 1;
    const { means, sizes } = groupMeans(images, itemOf, count);
    // A group of one image is as similar to itself as can be.
    const similarities = means.map((mean) => (Number.isNaN(mean) ? 1 : mean));
    return { count, similarities, sizes, itemOf, single, blocks: limits.blocks, low };
  } finally {
    await worker.dispose();
  }
}

function copyPairs({ products, start, end, tile, tileEnd }: PairBlock, matrix: Float32Array, rows: number): void {
  const width = tileEnd - tile;
  for (let row = start; row < end; row++) {
    const offset = (row - start) * width - tile;
    for (let column = Math.max(tile, row + 1); column < tileEnd; column++) {
      const similarity = Math.max(-1, Math.min(1, products[offset + column]!));
      matrix[row * rows + column] = similarity;
      matrix[column * rows + row] = similarity;
    }
  }
}
