import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { formatQuantity } from '../../src/core/progressText.ts';
import type { EmbeddingMapState } from '../../src/protocol/embeddingMap.ts';
import { ShortcutSheet } from '../shared/shortcutSheet.tsx';
import { matchCount, matches, searchText } from './filter.ts';
import { act, change } from './host.ts';
import { IconButton } from './iconButton.tsx';
import { Icon, type IconName } from './icons.tsx';
import { LayoutSettings, Methods } from './layoutSettings.tsx';
import { nextMatch, shortcuts } from './mapKeys.ts';
import { mapViews } from './mapViews.ts';
import { select } from './selection.ts';
import { mode, shaded, showsClusters, showsGrid, type DragMode } from './ui.ts';

const modes: readonly { readonly mode: DragMode; readonly icon: IconName; readonly name: string }[] = [
  { mode: 'pan', icon: 'move', name: 'Drag to move (M)' },
  { mode: 'box', icon: 'box', name: 'Drag to select a box (B)' },
  { mode: 'lasso', icon: 'lasso', name: 'Drag to select with a lasso (L)' },
];

/** What is shown, and how. */
export function Toolbar({ shown }: { readonly shown: EmbeddingMapState }): VNode {
  const { folder, maps, colorBy, columns, images } = shown;
  const encoder = maps[0]?.encoder;
  return (
    <header class="bar">
      <div class="bar-title">
        <button
          type="button"
          class="folder"
          title={`${folder?.path ?? ''}\nShow another data set or folder`}
          onClick={() => {
            act('pick');
          }}
        >
          {folder?.name ?? 'Choose a folder…'}
        </button>
        <span class="hint" title={encoder && `Encoder ${encoder.id}, ${encoder.dim} dimensions`}>
          {formatQuantity(images.count, 'image')}
          {encoder && ` · ${encoder.id}`}
        </span>
      </div>
      <div class="bar-tools">
        <Methods shown={shown} />
        <label class="color-by">
          <span class="hint">Colour by</span>
          <select
            value={colorBy ?? ''}
            onChange={({ currentTarget }) => {
              const { value } = currentTarget;
              void change({ colorBy: value === '' ? undefined : value });
            }}
          >
            <option value="">Nothing</option>
            {columns.map(({ id, name, unit }) => (
              <option key={id} value={id}>
                {unit === '' ? name : `${name} (${unit})`}
              </option>
            ))}
          </select>
        </label>
        <Search />
        <div class="segments" role="group" aria-label="What dragging does">
          {modes.map((one) => (
            <IconButton
              key={one.mode}
              icon={one.icon}
              name={one.name}
              pressed={mode.value === one.mode}
              onClick={() => {
                mode.value = one.mode;
              }}
            />
          ))}
        </div>
        <div class="tools">
          <IconButton
            icon="shade"
            name={shaded.value ? 'Show every image as a dot' : 'Shade crowds by how many images lie there'}
            pressed={shaded.value}
            onClick={() => {
              shaded.value = !shaded.value;
            }}
          />
          <IconButton
            icon="names"
            name={showsClusters.value ? 'Hide clusters' : 'Show clusters with their names'}
            pressed={showsClusters.value}
            onClick={() => {
              showsClusters.value = !showsClusters.value;
            }}
          />
          <IconButton
            icon="compare"
            name={maps.length > 1 ? 'Show one map again' : 'Compare with the map of another encoder…'}
            pressed={maps.length > 1}
            disabled={images.count === 0}
            onClick={() => {
              act(maps.length > 1 ? 'stopComparing' : 'compare');
            }}
          />
          <IconButton
            icon="grid"
            name={showsGrid.value ? 'Hide pictures' : 'Show pictures beside the map'}
            pressed={showsGrid.value}
            onClick={() => {
              showsGrid.value = !showsGrid.value;
            }}
          />
          <LayoutSettings shown={shown} />
          <ShortcutSheet title="Keys of the Embedding Map" shortcuts={shortcuts} />
        </div>
      </div>
    </header>
  );
}

function Search(): VNode {
  const input = useRef<HTMLInputElement>(null);
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
  const isSearching = searchText.value.trim() !== '';
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        placeholder="Class, path or tag"
        aria-label="Search by class, path or tag; Enter goes to the next image"
        value={searchText.value}
        onInput={({ currentTarget }) => {
          searchText.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          const view = mapViews.peek()[0];
          if (event.key === 'Enter' && view) nextMatch(view);
          else if (event.key === 'Escape') searchText.value = '';
          else return;
          event.preventDefault();
        }}
      />
      {isSearching && matches.value && (
        <button
          type="button"
          class="found"
          title="Select all of them"
          disabled={matchCount.value === 0}
          onClick={() => {
            const found = matches.peek() ?? new Uint8Array();
            void select(Uint32Array.from([...found.keys()].filter((row) => found[row] === 1)));
          }}
        >
          {matchCount.value === 0 ? 'none' : `select ${matchCount.value.toLocaleString('en')}`}
        </button>
      )}
    </div>
  );
}
