import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { formatCount } from '../../src/core/progressText.ts';
import type { EmbeddingMapState } from '../../src/protocol/embeddingMap.ts';
import { filterText, setFilter } from './filterText.ts';
import { act } from './host.ts';
import { IconButton } from './iconButton.tsx';
import { Popover } from './popover.tsx';

/** The views that are saved with the dataset, and a way to save another. */
export function FilterViews({ shown }: { readonly shown: EmbeddingMapState }): VNode {
  const [isOpen, setOpen] = useState(false);
  const { views, fault, text } = shown.filter;
  const isSaved = views.some(({ filter }) => filter === text.trim());
  const canSave = text.trim() !== '' && fault === undefined && filterText.value.trim() === text.trim();
  return (
    <div class="popover-anchor">
      <IconButton
        icon={isSaved ? 'saved' : 'save'}
        name="Saved views"
        pressed={isOpen}
        onClick={() => {
          setOpen(!isOpen);
        }}
      />
      {isOpen && (
        <Popover
          name="Saved views"
          onClose={() => {
            setOpen(false);
          }}
        >
          {views.map(({ name, filter, count, fault: broken }) => (
            <button
              key={name}
              type="button"
              class="tool view"
              title={broken ?? filter}
              aria-pressed={filter === text.trim()}
              onClick={() => {
                setOpen(false);
                setFilter(filter);
              }}
            >
              <span class="completion-name">{name}</span>
              <span class="hint">{count === undefined ? 'not understood' : formatCount(count)}</span>
            </button>
          ))}
          {views.length === 0 && <p class="hint">No view is saved with this data set yet.</p>}
          <button
            type="button"
            class="tool save-view"
            disabled={!canSave}
            title={canSave ? `Keep ${text} by a name` : 'Write a filter first'}
            onClick={() => {
              setOpen(false);
              act('saveView');
            }}
          >
            Save View…
          </button>
        </Popover>
      )}
    </div>
  );
}
