import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { completeFilter, type Completion } from '../../src/core/filters/completeFilter.ts';
import { formatCount, formatQuantity } from '../../src/core/progressText.ts';
import type { EmbeddingMapState } from '../../src/protocol/embeddingMap.ts';
import { matchCount, matches } from './filter.ts';
import { filterText, readSubjects, setFilter, subjects } from './filterText.ts';
import { FilterViews } from './filterViews.tsx';
import { IconButton } from './iconButton.tsx';
import { Icon } from './icons.tsx';
import { nextMatch } from './mapKeys.ts';
import { mapViews } from './mapViews.ts';
import { select } from './selection.ts';

/** Whoever is still writing needn't be told that it isn't complete yet. */
const PATIENCE_MS = 700;
const LIST = 'filter-completions';

/** Which images are looked at, as text that is completed while it is written. */
export function FilterBox({ shown }: { readonly shown: EmbeddingMapState }): VNode {
  const input = useRef<HTMLInputElement>(null);
  const [cursor, setCursor] = useState<number | undefined>(undefined);
  const [chosen, setChosen] = useState(-1);
  useShortcut(input);
  const text = filterText.value;
  const { fault, hints, count } = shown.filter;
  const isFiltered = text.trim() !== '';
  const list = cursor === undefined ? undefined : completeFilter(text, cursor, subjects.value);
  const items = list?.items ?? [];
  const follow = (): void => {
    setCursor(input.current?.selectionStart ?? undefined);
    setChosen(-1);
  };
  const take = ({ insert }: Completion): void => {
    if (!list || !input.current) return;
    const next = `${text.slice(0, list.from)}${insert}${text.slice(list.to).trimStart()}`;
    const at = list.from + insert.length;
    setFilter(next);
    input.current.value = next;
    input.current.focus();
    input.current.setSelectionRange(at, at);
    follow();
  };
  // Tab completes what is being written, and leaves the box where nothing is.
  const takes = ({ key, shiftKey }: KeyboardEvent): boolean =>
    chosen >= 0 ? key === 'Enter' || key === 'Tab' : key === 'Tab' && !shiftKey && (list?.from ?? 0) < (cursor ?? 0);
  const onKeyDown = (event: KeyboardEvent): void => {
    const isOpen = items.length > 0;
    const view = mapViews.peek()[0];
    if (isOpen && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      // One beyond either end nothing is chosen.
      setChosen(((chosen + 2 + step + items.length) % (items.length + 1)) - 1);
    } else if (isOpen && takes(event)) {
      take(items[Math.max(0, chosen)]!);
    } else if (event.key === 'Enter' && view) {
      setCursor(undefined);
      nextMatch(view);
    } else if (event.key === 'Escape' && isOpen && chosen >= 0) {
      setCursor(undefined);
    } else if (event.key === 'Escape') {
      setFilter('');
      setCursor(undefined);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="filter" role="search">
      <div class="search" data-fault={fault !== undefined}>
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-expanded={items.length > 0}
          aria-controls={LIST}
          aria-autocomplete="list"
          aria-activedescendant={chosen >= 0 ? `${LIST}-${chosen}` : undefined}
          aria-invalid={fault !== undefined}
          spellcheck={false}
          autocomplete="off"
          placeholder="Filter: class:cat -tag:done blurry<.3, or a word"
          aria-label="Filter images, such as class:cat or a part of a path; Enter goes to the next that matches"
          value={text}
          onFocus={() => {
            void readSubjects();
            follow();
          }}
          onBlur={() => {
            setCursor(undefined);
          }}
          onInput={({ currentTarget }) => {
            setFilter(currentTarget.value);
            follow();
          }}
          onClick={follow}
          onKeyUp={({ key }) => {
            if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(key)) follow();
          }}
          onKeyDown={onKeyDown}
        />
        {isFiltered && fault === undefined && matches.value && (
          <button
            type="button"
            class="found"
            title={`Select ${formatQuantity(count, 'image')} that ${count === 1 ? 'matches' : 'match'}`}
            disabled={matchCount.value === 0}
            onClick={() => {
              const found = matches.peek() ?? new Uint8Array();
              void select(Uint32Array.from([...found.keys()].filter((row) => found[row] === 1)));
            }}
          >
            {`${formatCount(count)} of ${formatCount(shown.images.count)}`}
          </button>
        )}
        {isFiltered && (
          <IconButton
            icon="close"
            name="Clear the filter (Escape)"
            onClick={() => {
              setFilter('');
              input.current?.focus();
            }}
          />
        )}
        <FilterViews shown={shown} />
      </div>
      {items.length > 0 && (
        <ul class="completions" id={LIST} role="listbox" aria-label="What could follow">
          {items.map((item, index) => (
            <CompletionRow key={item.label} item={item} index={index} isChosen={index === chosen} onTake={take} />
          ))}
        </ul>
      )}
      <FilterMessage message={fault?.message ?? hints[0]} isFault={fault !== undefined} isOpen={items.length > 0} />
    </div>
  );
}

interface CompletionRowProps {
  readonly item: Completion;
  readonly index: number;
  readonly isChosen: boolean;
  readonly onTake: (item: Completion) => void;
}

function CompletionRow({ item, index, isChosen, onTake }: CompletionRowProps): VNode {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  return (
    <li
      ref={row}
      id={`${LIST}-${index}`}
      role="option"
      aria-selected={isChosen}
      // Not a click: by then the box has lost the focus, and the list is gone.
      onPointerDown={(event) => {
        event.preventDefault();
        onTake(item);
      }}
    >
      <span class="completion-name">{item.label}</span>
      <span class="hint">{item.detail}</span>
    </li>
  );
}

interface FilterMessageProps {
  readonly message: string | undefined;
  readonly isFault: boolean;
  /** What could follow is shown, so that whoever writes isn't done. */
  readonly isOpen: boolean;
}

/** What can't be understood, or may be a mistake, once there is a pause and nothing is offered. */
function FilterMessage({ message, isFault, isOpen }: FilterMessageProps): VNode | null {
  const text = filterText.value;
  const [told, setTold] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => {
      setTold(text);
    }, PATIENCE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  if (message === undefined || text.trim() === '' || told !== text || isOpen) return null;
  return (
    <p class="filter-message" data-fault={isFault} role={isFault ? 'alert' : 'status'}>
      {message}
    </p>
  );
}

/** "/" begins to write a filter, wherever one is. */
function useShortcut(input: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTyped = event.target instanceof HTMLElement && event.target.matches('input, select, textarea');
      if (event.key !== '/' || isTyped) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
}
