import { effect, signal } from '@preact/signals';
import { matrix, state, type ShownMatrix } from './host.ts';
import { viewport } from './looking.ts';
import { thumbnailOf } from './pictures.tsx';

/** Cells at least this wide show their pictures along the edges, in pixels; and pictures are not wider than this. */
export const LEAST_EDGE = 26;
export const MOST_EDGE = 44;

/** Pictures that can be drawn, by path; changes whenever one has come. */
export const edgePictures = signal<ReadonlyMap<string, HTMLImageElement>>(new Map());

/** The path of the picture that stands for a cell. */
export function cellPath({ grid, names }: Pick<ShownMatrix, 'grid' | 'names'>, cell: number): string {
  const [start, end] = [grid.starts[cell]!, grid.starts[cell + 1]!];
  return names.paths[grid.order[(start + end) >> 1]!] ?? '';
}

/** Cells that are in sight along an axis. */
export function cellsInSight(start: number, size: number, cells: number): readonly [number, number] {
  return [Math.max(0, Math.floor(start * cells)), Math.min(cells, Math.ceil((start + size) * cells))];
}

/** How large pictures along the edges of a matrix are drawn; 0 where cells are too small for them. */
export function edgeOf(matrixEdge: number, size: number, cells: number): number {
  const cell = matrixEdge / (size * cells);
  return cell < LEAST_EDGE ? 0 : Math.min(MOST_EDGE, Math.floor(0.88 * cell) - 2);
}

let loading = new Set<string>();
let version = -1;
const arrived = new Map<string, HTMLImageElement>();

/** Fetches the pictures along the edges, as far as there is room for them. @param matrixEdge of the matrix, in pixels */
export function fetchEdgePictures(matrixEdge: number): void {
  const shown = matrix.value;
  if (!shown || edgeOf(matrixEdge, viewport.value.size, shown.cells) === 0) return;
  const { x, y, size } = viewport.value;
  for (const begin of [x, y]) {
    const [start, end] = cellsInSight(begin, size, shown.cells);
    for (let cell = start; cell < end; cell++) void fetchPicture(cellPath(shown, cell));
  }
}

async function fetchPicture(path: string): Promise<void> {
  if (loading.has(path)) return;
  loading.add(path);
  const of = version;
  const url = await thumbnailOf(path);
  if (url === undefined || of !== version) return;
  const picture = new Image();
  picture.onload = () => {
    if (of !== version) return;
    // Those that come together are drawn together.
    if (arrived.size === 0) requestAnimationFrame(showArrived);
    arrived.set(path, picture);
  };
  picture.src = url;
}

function showArrived(): void {
  edgePictures.value = new Map([...edgePictures.value, ...arrived]);
  arrived.clear();
}

// Pictures of the same paths may be others after another indexing.
effect(() => {
  const current = state.value?.version ?? 0;
  if (current === version) return;
  version = current;
  loading = new Set();
  arrived.clear();
  edgePictures.value = new Map();
});
