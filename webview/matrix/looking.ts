import { effect, signal } from '@preact/signals';
import type { MatrixViewport } from '../../src/protocol/matrixView.ts';
import { host, matrix, state, type ShownMatrix } from './host.ts';
import { imagesIn } from './cells.ts';
import { clamped, showing, WHOLE, type Cell, type CellRange } from './viewport.ts';

/** Rows and columns that a person is about to select. */
export interface Rectangle {
  readonly rows: CellRange;
  readonly columns: CellRange;
}

/** Which part of the matrix is looked at, and where. */
export const viewport = signal<MatrixViewport>(WHOLE);
/** Where the keyboard is. */
export const cursor = signal<Cell | undefined>(undefined);
/** Where the pointer is. */
export const hovered = signal<Cell | undefined>(undefined);
export const rectangle = signal<Rectangle | undefined>(undefined);
/** Dragging selects instead of moving. */
export const selecting = signal(false);
/** Told to those who don't see the matrix. */
export const announced = signal('');

/** A block to be zoomed to once the matrix that has it is there: bands by their names. */
let wantedBlock: { readonly rows: string; readonly columns: string } | undefined;
const SAVE_MS = 400;
let saving: ReturnType<typeof setTimeout> | undefined;
let shownKey: string | undefined;

effect(() => {
  const current = matrix.value;
  if (current === undefined || current.key === shownKey) return;
  // What was looked at before a reload of the window.
  const saved = shownKey === undefined ? state.peek()?.viewport : undefined;
  shownKey = current.key;
  viewport.value = clamped(saved ?? WHOLE, current.cells);
  cursor.value = hovered.value = rectangle.value = undefined;
  if (wantedBlock) zoomToBands(current, wantedBlock.rows, wantedBlock.columns);
  wantedBlock = undefined;
});

/** Looks at another part; the host remembers it. */
export function look(view: MatrixViewport): void {
  viewport.value = view;
  clearTimeout(saving);
  saving = setTimeout(() => void host.call('matrix/change', { viewport: viewport.value }), SAVE_MS);
}

export function zoomToBlock(rows: CellRange, columns: CellRange): void {
  if (matrix.value) look(showing(rows, columns, matrix.value.cells));
}

/** Shows a block of two classes, image by image; the order by class comes first where it isn't there. */
export async function zoomToClasses(rows: string, columns: string): Promise<void> {
  const [current, shown] = [state.value, matrix.value];
  if (!current || !shown) return;
  if (current.order === 'class' && current.show === 'cells') {
    zoomToBands(shown, rows, columns);
    return;
  }
  wantedBlock = { rows, columns };
  await host.call('matrix/change', { order: 'class', show: 'cells' });
}

/** The same of clusters or classes, in the order that is shown. */
export async function zoomIntoGroups(rows: string, columns: string): Promise<void> {
  const current = state.value;
  if (!current) return;
  // In the dendrogram's order groups are classes, or clusters where there is a single class.
  const ofTree = (current.figures?.classes.length ?? 0) > 1 ? 'class' : 'cluster';
  const order = current.order === 'hierarchy' ? ofTree : current.order;
  wantedBlock = { rows, columns };
  await host.call('matrix/change', { order, show: 'cells' });
}

function zoomToBands({ grid }: ShownMatrix, rows: string, columns: string): void {
  const bandOf = (wanted: string): CellRange | undefined => grid.bands.find(({ name }) => name === wanted);
  const [first, second] = [bandOf(rows), bandOf(columns)];
  if (first && second) zoomToBlock(first, second);
}

/** Makes the images of rows and columns the window's selection. */
export function selectImages(...ranges: readonly CellRange[]): void {
  if (matrix.value) void host.call('matrix/select', { images: imagesIn(matrix.value, ...ranges) });
}
