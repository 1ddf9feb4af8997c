import { computed } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { formatCount } from '../../src/core/progressText.ts';
import type { MapColumn, MapColumnInfo } from '../../src/protocol/embeddingMap.ts';
import { categoryStyle } from './colours.ts';
import { coloured } from './data.ts';
import { type CategoryName, filteredOut, hasFilter, hidden, hide, pointedCategory, showAll } from './filter.ts';
import { state } from './host.ts';
import { IconButton } from './iconButton.tsx';
import { legendCorner, mapWidth, ROOM_FOR_LEGEND } from './mapViews.ts';
import { RampLegend } from './rampLegend.tsx';
import { combine, select } from './selection.ts';
import { showsLegend } from './ui.ts';

/** Entries at most; the rest is told as a number. */
const MOST_ENTRIES = 250;

type CategoryColumn = Extract<MapColumn, { kind: 'category' }>;

interface Entry {
  /** −1 for what belongs to no category. */
  readonly code: number;
  readonly name: string;
  readonly count: number;
}

const entries = computed((): readonly Entry[] => {
  const column = coloured.value;
  if (column?.kind !== 'category') return [];
  const counts = new Uint32Array(column.names.length + 1);
  for (const code of column.codes) counts[code < 0 ? column.names.length : code]!++;
  const named = column.names.map((name, code) => ({ code, name, count: counts[code]! }));
  const present = named.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const none = counts.at(-1)!;
  const info = state.value?.columns.find(({ id }) => id === column.id);
  return none === 0 ? present : [...present, { code: -1, name: `no ${(info?.name ?? '').toLowerCase()}`, count: none }];
});

/** What the colours stand for. */
export function Legend(): VNode | null {
  const column = coloured.value;
  const info = state.value?.columns.find(({ id }) => id === column?.id);
  const isShown = showsLegend.value ?? mapWidth.value >= ROOM_FOR_LEGEND;
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const { offsetLeft = 0, offsetTop = 0, offsetWidth = 0, offsetHeight = 0 } = (isShown && box.current) || {};
    const [width, height] = [offsetLeft + offsetWidth, offsetTop + offsetHeight];
    const before = legendCorner.peek();
    if (width !== before.width || height !== before.height) legendCorner.value = { width, height };
  });
  if (!column || !info) return null;
  if (!isShown) {
    return (
      <div class="legend folded">
        <IconButton
          icon="legend"
          name="Show the legend"
          onClick={() => {
            showsLegend.value = true;
          }}
        />
      </div>
    );
  }
  return (
    <aside class="legend" ref={box} aria-label={`Colours by ${info.name}`}>
      <div class="legend-title">
        <h2>{info.name}</h2>
        {hasFilter.value && (
          <button type="button" class="link" onClick={showAll}>
            Show all
          </button>
        )}
        <IconButton
          icon="close"
          name="Fold the legend"
          onClick={() => {
            showsLegend.value = false;
          }}
        />
      </div>
      {column.kind === 'category' ? (
        <Categories column={column} info={info} />
      ) : (
        <RampLegend column={column} info={info} />
      )}
    </aside>
  );
}

/** @param adds to what is selected */
function selectCategory({ codes }: CategoryColumn, code: number, adds: boolean): void {
  const out = filteredOut.peek();
  const rows = Uint32Array.from([...codes.keys()].filter((row) => codes[row] === code && out[row] !== 1));
  void select(combine(rows, adds ? 'add' : 'replace'));
}

/** One entry is in the tab order; arrows move within. */
function Categories({ column, info }: { readonly column: CategoryColumn; readonly info: MapColumnInfo }): VNode {
  const list = useRef<HTMLUListElement>(null);
  const [focused, setFocused] = useState(0);
  const all = entries.value;
  const shown = all.slice(0, MOST_ENTRIES);
  const off = hidden.value.get(column.id) ?? new Set<CategoryName>();
  const nameOf = (code: number): CategoryName => column.names[code];
  useEffect(() => {
    setFocused(0);
    return () => {
      pointedCategory.value = undefined;
    };
  }, [column.id]);
  const isolate = (code: number): void => {
    const others = all.filter((entry) => entry.code !== code).map((entry) => nameOf(entry.code));
    const isAlone = !off.has(nameOf(code)) && others.every((other) => off.has(other));
    hide(column.id, new Set(isAlone ? [] : others));
  };
  const flip = (code: number): void => {
    const next = new Set(off);
    if (!next.delete(nameOf(code))) next.add(nameOf(code));
    hide(column.id, next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const entry = shown[focused];
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: focused + 1,
      ArrowUp: focused - 1,
      Home: 0,
      End: shown.length - 1,
    };
    const next = steps[event.key];
    if (next !== undefined) {
      const to = Math.max(0, Math.min(shown.length - 1, next));
      setFocused(to);
      list.current?.querySelectorAll<HTMLElement>('.entry')[to]?.focus();
    } else if (event.key === ' ' && entry) {
      flip(entry.code);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <ul
      class="entries"
      ref={list}
      onKeyDown={onKeyDown}
      onPointerLeave={() => {
        pointedCategory.value = undefined;
      }}
    >
      {shown.map(({ code, name, count }, index) => {
        const isOff = off.has(nameOf(code));
        return (
          <li
            key={code}
            data-off={isOff}
            onPointerEnter={() => {
              pointedCategory.value = isOff ? undefined : code;
            }}
          >
            <button
              type="button"
              class="entry"
              tabIndex={index === focused ? 0 : -1}
              title={`Show only ${name}; once more shows all. With Ctrl: select these images`}
              aria-label={`${name}, ${formatCount(count)} images${isOff ? ', hidden' : ''}. Enter shows only these, Space hides or shows them`}
              onFocus={() => {
                setFocused(index);
                pointedCategory.value = isOff ? undefined : code;
              }}
              onBlur={() => {
                pointedCategory.value = undefined;
              }}
              onClick={(event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) selectCategory(column, code, event.shiftKey);
                else isolate(code);
              }}
            >
              <span class="swatch" style={{ background: categoryStyle(code) }} />
              <span class="entry-name">{name}</span>
              <span class="hint count">{formatCount(count)}</span>
            </button>
            <span class="entry-eye">
              <IconButton
                icon={isOff ? 'hidden' : 'eye'}
                name={isOff ? `Show ${name}` : `Hide ${name}`}
                onClick={() => {
                  flip(code);
                }}
              />
            </span>
          </li>
        );
      })}
      {all.length > shown.length && (
        <li class="hint more">
          and {formatCount(all.length - shown.length)} more {info.name.toLowerCase()} values
        </li>
      )}
    </ul>
  );
}
