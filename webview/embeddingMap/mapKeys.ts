import { directions, nextTowards } from '../shared/scatter/directions.ts';
import type { Shortcut } from '../shared/shortcutSheet.tsx';
import { count } from './data.ts';
import { filteredOut, isOpen, matches } from './filter.ts';
import { filterText, setFilter } from './filterText.ts';
import { actOn } from './host.ts';
import type { MapView } from './mapView.ts';
import { pointedSide } from './mapViews.ts';
import { combine, current, hovered, isSelected, select, selection, toggle } from './selection.ts';
import { mode, type DragMode } from './ui.ts';

export const shortcuts: readonly Shortcut[] = [
  { keys: ['←', '→', '↑', '↓'], does: 'to the next image in that direction' },
  { keys: ['Shift+Arrow'], does: 'the same, and add it to the selection' },
  { keys: ['Space'], does: 'select or unselect the current image' },
  { keys: ['Enter'], does: 'open the current image' },
  { keys: ['Ctrl+A'], does: 'select all that is shown' },
  { keys: ['Escape'], does: 'clear the selection, then the filter' },
  { keys: ['+', '−', '0'], does: 'zoom in, zoom out, show all' },
  { keys: ['F'], does: 'zoom to the selection, or to the current image' },
  { keys: ['N'], does: 'to the next image that matches the filter' },
  { keys: ['M', 'B', 'L'], does: 'drag to move, to select a box, or with a lasso' },
  { keys: ['/'], does: 'filter' },
  { keys: ['Ctrl+Drag', 'Shift+Drag'], does: 'add to the selection' },
  { keys: ['Alt+Drag'], does: 'take out of the selection' },
  { keys: ['Ctrl+Click'], does: 'select or unselect one image; in the legend, all of a class' },
  { keys: ['Double click'], does: 'open an image' },
  { keys: ['?'], does: 'this sheet' },
];

/** Keys on a map. @returns whether it was one of its keys */
export function onMapKey(view: MapView, event: KeyboardEvent): boolean {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (altKey) return false;
  if (ctrlKey || metaKey) {
    if (key.toLowerCase() !== 'a') return false;
    selectAll();
    return true;
  }
  const direction = directions[key];
  if (direction) {
    const from = current.peek();
    const next =
      from < 0 ? firstOf(view) : nextTowards(view.positions, from, direction, (row) => isOpen(view.side, row));
    if (next < 0) return true;
    if (shiftKey) void select(combine(Uint32Array.from(from < 0 ? [next] : [from, next]), 'add'));
    hovered.value = -1;
    pointedSide.value = view.side;
    current.value = next;
    view.reach(next);
    return true;
  }
  return onPlainKey(view, key);
}

function onPlainKey(view: MapView, key: string): boolean {
  const row = current.peek();
  const keys: Readonly<Record<string, () => void>> = {
    '+': () => {
      view.zoomIn();
    },
    '-': () => {
      view.zoomOut();
    },
    '0': () => {
      view.fit();
    },
    Enter: () => {
      if (row >= 0) actOn('open', row);
    },
    ' ': () => {
      if (row >= 0) toggle(row);
    },
    Escape: letGo,
    f: () => {
      view.fitRows(selection.peek().length > 0 ? selection.peek() : row >= 0 ? [row] : []);
    },
    n: () => {
      nextMatch(view);
    },
    m: dragging('pan'),
    b: dragging('box'),
    l: dragging('lasso'),
  };
  const action = keys[key === '=' ? '+' : key === '_' ? '-' : key.length === 1 ? key.toLowerCase() : key];
  action?.();
  return action !== undefined;
}

const dragging = (next: DragMode) => () => {
  mode.value = next;
};

/** All that is shown and matches the filter. */
export function selectAll(): void {
  const [out, found] = [filteredOut.peek(), matches.peek()];
  const rows: number[] = [];
  for (let row = 0; row < count.peek(); row++) if (out[row] !== 1 && found?.[row] !== 0) rows.push(row);
  void select(Uint32Array.from(rows));
}

/** One thing after the other: the selection, the filter, the current image. */
function letGo(): void {
  hovered.value = -1;
  if (selection.peek().length > 0) void select(new Uint32Array());
  else if (filterText.peek() !== '') setFilter('');
  else current.value = -1;
}

/** The next image that matches the filter, from the current one on; without one the next that is selected. */
export function nextMatch(view: MapView): void {
  const total = count.peek();
  const wanted = matches.peek() ?? isSelected.peek();
  for (let step = 1; step <= total; step++) {
    const row = (Math.max(current.peek(), -1) + step) % total;
    if (wanted[row] !== 1 || !isOpen(view.side, row)) continue;
    current.value = row;
    view.reach(row);
    return;
  }
}

/** Where arrows begin: in the middle of what can be seen. */
function firstOf(view: MapView): number {
  const { width, height } = view.size;
  const shown = view.view;
  return view.grid.nearestTo(shown.x(width / 2), shown.y(height / 2), Infinity, (row) => isOpen(view.side, row));
}
