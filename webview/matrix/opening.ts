import { imagesAt, imagesIn, type CellImages } from './cells.ts';
import { host, state, type ShownMatrix } from './host.ts';
import { zoomIntoGroups } from './looking.ts';
import type { Cell } from './viewport.ts';

/** The two sides of a cell. */
export function sidesOf(matrix: ShownMatrix, { row, column }: Cell): readonly [CellImages, CellImages] {
  const classes = state.value?.figures?.classes ?? [];
  return [imagesAt(matrix, row, classes), imagesAt(matrix, column, classes)];
}

/** What a click or Enter on a cell leads to, as a person is told. */
export function openingText([first, second]: readonly [CellImages, CellImages]): string {
  if (second.caption !== undefined && first.path === second.path) return 'Click or Enter opens the image.';
  if (second.caption !== undefined) return 'Click or Enter opens the image beside that of the caption.';
  if (first.images.length === 1 && second.images.length === 1) return 'Click or Enter opens both side by side.';
  return state.value?.show === 'groups'
    ? 'Click or Enter shows this block image by image.'
    : 'Click or Enter compares the images of this block alone.';
}

/** A pair opens side by side; a block is looked at more closely. */
export function openCell(matrix: ShownMatrix, cell: Cell): void {
  const [first, second] = sidesOf(matrix, cell);
  if (first.images.length === 1 && second.images.length === 1) {
    const paths = first.path === second.path ? [first.path] : [first.path, second.path];
    void host.call('matrix/open', { paths });
    return;
  }
  if (state.value?.show === 'groups' && first.band !== undefined && second.band !== undefined) {
    void zoomIntoGroups(first.band, second.band);
    return;
  }
  const range = (start: number) => ({ start, end: start + 1 });
  void host.call('matrix/narrow', { images: imagesIn(matrix, range(cell.row), range(cell.column)) });
}
