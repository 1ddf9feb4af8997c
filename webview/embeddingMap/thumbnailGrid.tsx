import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatQuantity } from '../../src/core/progressText.ts';
import { mapColumns } from '../../src/protocol/embeddingMap.ts';
import { nextCell } from '../shared/gridNavigation.ts';
import { rowStyle } from './colours.ts';
import { categoryName, columnOf, sorted } from './data.ts';
import { gridContents, gridRows } from './gridRows.ts';
import { GridSorting } from './gridSorting.tsx';
import { actOn, state } from './host.ts';
import { mapViews } from './mapViews.ts';
import { gridPictures, useOnlyPictures, usePicture } from './pictures.ts';
import { NO_NATIVE_MENU, openMenu } from './pointMenu.tsx';
import { combine, current, hovered, isSelected, select, toggle } from './selection.ts';
import { valueText } from './sentences.ts';
import { layOutGrid, scrollTo, type GridLayout } from './virtualGrid.ts';

/** Width of a cell, in CSS pixels. */
const WANTED = 92;

const titles = { selection: 'Selected', matches: 'Matching', view: 'In view' } as const;

/** Pictures of the selection or of what can be seen, linked with the map. */
export function ThumbnailGrid(): VNode {
  const scroller = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ width: 0, height: 0, scrolled: 0 });
  const rows = gridRows.value;
  const layout = layOutGrid(rows.length, place.width, WANTED, place.scrolled, place.height);
  const shown = useMemo(() => [...rows.subarray(layout.first, layout.end)], [rows, layout.first, layout.end]);
  useOnlyPictures(gridPictures, shown);
  const lines = Array.from({ length: Math.ceil(shown.length / layout.columns) }, (_, line) =>
    shown.slice(line * layout.columns, (line + 1) * layout.columns),
  );
  useLayoutEffect(() => {
    const element = scroller.current!;
    const measure = (): void => {
      const style = getComputedStyle(element);
      const width = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      setPlace({ width, height: element.clientHeight, scrolled: element.scrollTop });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  const at = rows.indexOf(current.value);
  const hasFocus = (): boolean => scroller.current?.contains(document.activeElement) ?? false;
  const reveal = (index: number): void => {
    const element = scroller.current!;
    element.scrollTop = scrollTo(index, layout, element.scrollTop, element.clientHeight - 8);
  };
  // The grid follows the map, unless it is what leads.
  useEffect(() => {
    if (at >= 0 && !hasFocus()) reveal(at);
  }, [at, gridContents.value]);
  const go = (index: number): void => {
    const row = rows[index];
    if (row === undefined) return;
    hovered.value = -1;
    current.value = row;
    reveal(index);
    for (const view of mapViews.peek()) view?.reach(row);
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus({ preventScroll: true });
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
      void select(rows.slice());
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || rows.length === 0) return;
    const next = at < 0 ? 0 : nextCell(event.key, at, rows.length, layout.columns);
    if (next !== undefined && (at >= 0 || event.key.startsWith('Arrow'))) {
      if (event.shiftKey) void select(combine(Uint32Array.from([rows[Math.max(at, 0)]!, rows[next]!]), 'add'));
      go(next);
    } else if (event.key === ' ' && at >= 0) {
      toggle(rows[at]!);
    } else if (event.key === 'Enter' && at >= 0) {
      actOn('open', rows[at]);
    } else if (event.key === 'Escape') {
      void select(new Uint32Array());
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section class="pictures" aria-label="Pictures">
      <div class="pictures-title">
        <h2>{titles[gridContents.value]}</h2>
        <span class="hint">{formatQuantity(rows.length, 'image')}</span>
        <GridSorting />
      </div>
      <div
        class="scroller"
        ref={scroller}
        tabIndex={at < 0 ? 0 : -1}
        onKeyDown={onKeyDown}
        onPointerLeave={() => {
          hovered.value = -1;
        }}
      >
        {rows.length === 0 && (
          <p class="hint">
            {gridContents.value === 'matches' ? 'No image matches the filter.' : 'No image is in view.'}
          </p>
        )}
        <div
          class="cells"
          role="grid"
          aria-label={titles[gridContents.value]}
          aria-rowcount={Math.ceil(rows.length / layout.columns)}
          style={{ height: `${layout.height}px` }}
        >
          {lines.map((line, i) => (
            <div key={line[0]} class="line" role="row" aria-rowindex={layout.first / layout.columns + i + 1}>
              {line.map((row, column) => {
                const index = layout.first + i * layout.columns + column;
                return (
                  <Cell
                    key={row}
                    row={row}
                    index={index}
                    layout={layout}
                    onRange={() => {
                      const [from, to] = [Math.min(Math.max(at, 0), index), Math.max(at, index)];
                      void select(combine(rows.slice(from, to + 1), 'add'));
                    }}
                  />
                );
              })}
            </div>
          ))}
        </div>
      </div>
    </section>
  );
}

interface CellProps {
  readonly row: number;
  readonly index: number;
  readonly layout: GridLayout;
  /** Selects all from the current image to this one. */
  readonly onRange: () => void;
}

function Cell({ row, index, layout, onRange }: CellProps): VNode {
  const url = usePicture(gridPictures, row);
  const info = state.value?.columns.find(({ id }) => id === sorted.value?.id);
  const label = categoryName(columnOf(mapColumns.class), row);
  const isNumber = sorted.value?.kind === 'number';
  const value = sorted.value && info && isNumber ? valueText(sorted.value, info, row) : undefined;
  const selected = isSelected.value[row] === 1;
  return (
    <div
      class="cell"
      role="gridcell"
      aria-selected={selected}
      style={{
        width: `${layout.cell - 8}px`,
        height: `${layout.line - 6}px`,
        transform: `translate(${(index % layout.columns) * layout.cell}px, ${Math.floor(index / layout.columns) * layout.line}px)`,
      }}
    >
      <button
        type="button"
        data-row={row}
        data-selected={selected}
        data-hovered={hovered.value === row}
        aria-current={current.value === row}
        tabIndex={current.value === row ? 0 : -1}
        aria-label={`Image ${index + 1}${label === undefined ? '' : `, ${label}`}${selected ? ', selected' : ''}`}
        data-vscode-context={NO_NATIVE_MENU}
        onPointerMove={({ movementX, movementY }) => {
          // Not where the pictures are scrolled under a pointer at rest.
          if (movementX !== 0 || movementY !== 0) hovered.value = row;
        }}
        onClick={(event) => {
          if (event.shiftKey) onRange();
          else if (event.ctrlKey || event.metaKey) toggle(row);
          current.value = row;
          for (const view of mapViews.peek()) view?.reach(row);
        }}
        onContextMenu={(event) => {
          event.preventDefault();
          current.value = row;
          const box = event.currentTarget.getBoundingClientRect();
          const isKey = event.button !== 2;
          openMenu(row, isKey ? box.left : event.clientX, isKey ? box.bottom : event.clientY);
        }}
        onDblClick={() => {
          actOn('open', row);
        }}
      >
        <span class="thumb" style={{ borderBottomColor: rowStyle(row) }}>
          {typeof url === 'string' && <img src={url} alt="" draggable={false} />}
          {url === null && <span class="hint">no picture</span>}
        </span>
        <span class="cell-caption">{value ?? label ?? ''}</span>
      </button>
    </div>
  );
}
