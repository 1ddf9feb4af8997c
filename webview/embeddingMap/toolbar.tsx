import type { VNode } from 'preact';
import { formatQuantity } from '../../src/core/progressText.ts';
import type { EmbeddingMapState } from '../../src/protocol/embeddingMap.ts';
import { ShortcutSheet } from '../shared/shortcutSheet.tsx';
import { FilterBox } from './filterBox.tsx';
import { act, change } from './host.ts';
import { IconButton } from './iconButton.tsx';
import type { IconName } from './icons.tsx';
import { LayoutSettings, Methods, Subjects } from './layoutSettings.tsx';
import { shortcuts } from './mapKeys.ts';
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
      <FilterBox shown={shown} />
      <div class="bar-tools">
        {(shown.hasCaptions || shown.of === 'captions') && <Subjects shown={shown} />}
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
