import { useEffect, useRef } from 'preact/hooks';
import type { Plot } from './drawing.ts';
import type { ShownMatrix } from './host.ts';
import { hovered, look, rectangle, selecting, selectImages, viewport, zoomToBlock } from './looking.ts';
import { openCell } from './opening.ts';
import { cellAt, panned, rangesOf, zoomed, type Cell, type CellRange } from './viewport.ts';

/** Pixels that a pointer moves until it drags. */
const SLACK = 4;
const WHEEL_STEP = 0.0018;

interface Drag {
  readonly x: number;
  readonly y: number;
  readonly isSelecting: boolean;
  readonly from: Cell | undefined;
  readonly view: { readonly x: number; readonly y: number; readonly size: number };
  moved: boolean;
}

/** What the pointer does on the matrix: look at pairs, open them, move, zoom, select. */
export function useGestures(canvas: { readonly current: HTMLCanvasElement | null }, plot: Plot, matrix: ShownMatrix) {
  const drag = useRef<Drag | undefined>(undefined);
  const { cells } = matrix;
  const shares = (event: MouseEvent): readonly [number, number] => {
    const box = canvas.current!.getBoundingClientRect();
    return [(event.clientX - box.left - plot.left) / plot.edge, (event.clientY - box.top - plot.top) / plot.edge];
  };
  const cellOf = (event: MouseEvent): Cell | undefined => cellAt(viewport.value, ...shares(event), cells);
  const bandOf = (event: MouseEvent): CellRange | undefined => bandAt(matrix, shares(event));

  // Not passive, as the page must not scroll along.
  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const onWheel = (event: WheelEvent): void => {
      const [x, y] = shares(event);
      if (x < 0 || y < 0 || x > 1 || y > 1) return;
      // In a narrow panel the page scrolls over the matrix, unless it has the focus.
      const scrolls = getComputedStyle(element).getPropertyValue('--wheel-scrolls').trim() === 'true';
      if (scrolls && !event.ctrlKey && !event.metaKey && document.activeElement !== element) return;
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
      const factor = Math.exp(-event.deltaY * lines * WHEEL_STEP * (event.ctrlKey ? 4 : 1));
      look(zoomed(viewport.value, factor, x, y, cells));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', onWheel);
    };
  }, [canvas, plot, matrix]);

  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      canvas.current?.focus();
      const isSelecting = selecting.value || event.shiftKey;
      drag.current = {
        x: event.clientX,
        y: event.clientY,
        isSelecting,
        from: cellOf(event),
        view: viewport.value,
        moved: false,
      };
    },
    onPointerMove: (event: PointerEvent) => {
      const current = drag.current;
      if (!current) {
        hovered.value = cellOf(event);
        return;
      }
      const [byX, byY] = [event.clientX - current.x, event.clientY - current.y];
      if (!current.moved && Math.hypot(byX, byY) < SLACK) return;
      if (!current.moved) canvas.current?.setPointerCapture(event.pointerId);
      current.moved = true;
      if (!current.isSelecting) {
        look(panned(current.view, -byX / plot.edge, -byY / plot.edge, cells));
        return;
      }
      const [x, y] = shares(event).map((share) => Math.max(0, Math.min(0.999_999, share)));
      const to = cellAt(viewport.value, x!, y!, cells);
      if (current.from && to) rectangle.value = rangesOf(current.from, to);
    },
    onPointerUp: (event: PointerEvent) => {
      const current = drag.current;
      drag.current = undefined;
      if (!current) return;
      if (current.moved) {
        if (rectangle.value) selectImages(rectangle.value.rows, rectangle.value.columns);
        return;
      }
      const cell = cellOf(event);
      const band = bandOf(event);
      if (cell && current.isSelecting) {
        rectangle.value = rangesOf(cell, cell);
        selectImages(rectangle.value.rows, rectangle.value.columns);
      } else if (cell) openCell(matrix, cell);
      else if (band) selectImages(band);
    },
    onPointerCancel: () => {
      drag.current = undefined;
    },
    onPointerLeave: () => {
      hovered.value = undefined;
    },
    onDblClick: (event: MouseEvent) => {
      const band = bandOf(event);
      if (band) zoomToBlock(band, band);
    },
  };
}

/** The band whose name or strip is at a place beside the matrix. */
function bandAt({ grid, cells }: ShownMatrix, [x, y]: readonly [number, number]): CellRange | undefined {
  const [isLeft, isAbove] = [x < 0 && y >= 0 && y < 1, y < 0 && x >= 0 && x < 1];
  if (!isLeft && !isAbove) return undefined;
  const { x: startX, y: startY, size } = viewport.value;
  const cell = Math.floor((isLeft ? startY + y * size : startX + x * size) * cells);
  return grid.bands.find(({ start, end }) => start <= cell && cell < end);
}
