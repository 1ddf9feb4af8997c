import { similarityOf, triangleIndex } from '../../src/core/evaluation/similarityCodes.ts';
import type { ShownMatrix } from './host.ts';
import type { Cell, CellRange } from './viewport.ts';

/** Images of one place along an axis. */
export interface CellImages {
  /** Their numbers. */
  readonly images: Uint32Array;
  /** The one that stands for them: that in the middle. */
  readonly path: string;
  /** The name of the class or cluster there; undefined between them. */
  readonly band: string | undefined;
  /** The class of the one image; undefined for none, and for several. */
  readonly label: string | undefined;
  /** That of the one image, where images are compared with captions. */
  readonly caption?: string | undefined;
}

export function valueAt({ grid, cells }: Pick<ShownMatrix, 'grid' | 'cells'>, { row, column }: Cell): number {
  const index = grid.isSquare === true ? row * cells + column : triangleIndex(cells, row, column);
  return similarityOf(grid.codes[index]!);
}

/** @param classes by their numbers */
export function imagesAt(
  { grid, names }: Pick<ShownMatrix, 'grid' | 'names'>,
  cell: number,
  classes: readonly string[],
): CellImages {
  const images = grid.order.subarray(grid.starts[cell], grid.starts[cell + 1]);
  return {
    images,
    path: names.paths[images[images.length >> 1]!] ?? '',
    band: grid.bands.find(({ start, end }) => start <= cell && cell < end)?.name,
    label: images.length === 1 ? classes[names.classOf[images[0]!]!] : undefined,
    ...(names.captions && { caption: names.captions[images[0]!] }),
  };
}

/** Images of rows and columns, each once. */
export function imagesIn({ grid }: Pick<ShownMatrix, 'grid'>, ...ranges: readonly CellRange[]): Uint32Array {
  const images = new Set<number>();
  for (const { start, end } of ranges) {
    for (const image of grid.order.subarray(grid.starts[start], grid.starts[end])) images.add(image);
  }
  return Uint32Array.from(images);
}

/** Cells that hold one of the images. */
export function cellsOf({ grid, cells }: Pick<ShownMatrix, 'grid' | 'cells'>, images: ArrayLike<number>): Uint8Array {
  const marked = new Uint8Array(cells);
  if (images.length === 0) return marked;
  const wanted = new Set(Array.from(images));
  for (let cell = 0; cell < cells; cell++) {
    for (let place = grid.starts[cell]!; place < grid.starts[cell + 1]!; place++) {
      if (wanted.has(grid.order[place]!)) marked[cell] = 1;
    }
  }
  return marked;
}
