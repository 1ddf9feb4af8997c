import type { Shortcut } from '../shared/shortcutSheet.tsx';
import { valueAt } from './cells.ts';
import type { ShownMatrix } from './host.ts';
import { announced, cursor, look, rectangle, selectImages, viewport } from './looking.ts';
import { openCell, sidesOf } from './opening.ts';
import { describeCaptionCell, describeCell } from './sentences.ts';
import { nextCell, panned, rangesOf, revealing, WHOLE, zoomed, type Cell } from './viewport.ts';

export const shortcuts: readonly Shortcut[] = [
  { keys: ['←', '→', '↑', '↓'], does: 'move through the cells' },
  { keys: ['Home', 'End'], does: 'to the first or last cell of a row' },
  { keys: ['Page Up', 'Page Down'], does: 'to the class or cluster before or after' },
  { keys: ['Enter'], does: 'open the pair side by side, or look into the block' },
  { keys: ['Shift + arrows'], does: 'draw a rectangle from the cell on' },
  { keys: ['Space'], does: 'select the images of the rectangle or of the cell' },
  { keys: ['Esc'], does: 'forget the rectangle' },
  { keys: ['+', '−', '0'], does: 'zoom in, zoom out, all of it; so does the wheel' },
  { keys: ['Alt + arrows'], does: 'move what is seen; so does dragging' },
  { keys: ['?'], does: 'this sheet' },
];

const STEP = 1.5;
const moves: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-0.2, 0],
  ArrowRight: [0.2, 0],
  ArrowUp: [0, -0.2],
  ArrowDown: [0, 0.2],
};

/** Where the keyboard began to draw a rectangle. */
let anchor: Cell | undefined;

export function onMatrixKey(event: KeyboardEvent, matrix: ShownMatrix): void {
  if (event.ctrlKey || event.metaKey) return;
  if (act(event, matrix)) event.preventDefault();
}

/** @returns whether the key means something here. */
function act({ key, altKey, shiftKey }: KeyboardEvent, matrix: ShownMatrix): boolean {
  const { cells, grid } = matrix;
  const at = cursor.value;
  const move = moves[key];
  if (altKey) {
    if (!move) return false;
    look(panned(viewport.value, move[0], move[1], cells));
    return true;
  }
  switch (key) {
    case '+':
    case '=':
    case '-':
    case '−': {
      const [x, y] = at ? placeOf(at, cells) : [0.5, 0.5];
      look(zoomed(viewport.value, key === '-' || key === '−' ? 1 / STEP : STEP, x, y, cells));
      return true;
    }
    case '0':
      look(WHOLE);
      return true;
    case 'Enter':
      if (at) openCell(matrix, at);
      return at !== undefined;
    case ' ': {
      const chosen = rectangle.value ?? (at && rangesOf(at, at));
      if (chosen) selectImages(chosen.rows, chosen.columns);
      return true;
    }
    case 'Escape':
      rectangle.value = anchor = undefined;
      return true;
    default: {
      const next = at === undefined && move ? firstSeen(cells) : at && nextCell(key, at, cells, grid.bands);
      if (next === undefined) return false;
      anchor = shiftKey ? (anchor ?? at ?? next) : undefined;
      rectangle.value = anchor && rangesOf(anchor, next);
      cursor.value = next;
      look(revealing(viewport.value, next.row, next.column, cells));
      announced.value = describe(matrix, next);
      return true;
    }
  }
}

function describe(matrix: ShownMatrix, cell: Cell): string {
  const say = matrix.names.captions ? describeCaptionCell : describeCell;
  return say(...sidesOf(matrix, cell), valueAt(matrix, cell), cell.row === cell.column);
}

function firstSeen(cells: number): Cell {
  const { x, y } = viewport.value;
  return { row: Math.ceil(y * cells - 1e-9), column: Math.ceil(x * cells - 1e-9) };
}

/** The middle of a cell as shares of what is seen. */
function placeOf({ row, column }: Cell, cells: number): readonly [number, number] {
  const { x, y, size } = viewport.value;
  return [((column + 0.5) / cells - x) / size, ((row + 0.5) / cells - y) / size];
}
