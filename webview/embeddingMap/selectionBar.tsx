import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { formatQuantity } from '../../src/core/progressText.ts';
import type { EmbeddingMapState, SelectionAction } from '../../src/protocol/embeddingMap.ts';
import { actOn } from './host.ts';
import { IconButton } from './iconButton.tsx';
import { mapViews } from './mapViews.ts';
import { Popover } from './popover.tsx';
import { select, selection } from './selection.ts';

interface Action {
  readonly action: SelectionAction;
  readonly label: string;
  readonly title: string;
  /** Makes sense for a single image only. */
  readonly single?: boolean;
}

const actions: readonly Action[] = [
  { action: 'open', label: 'Open', title: 'Open these images' },
  { action: 'similar', label: 'Find Similar', title: 'Find images similar to this one', single: true },
  { action: 'tag', label: 'Tag…', title: 'Give these images a tag' },
  { action: 'relabel', label: 'Relabel…', title: 'Give these images another class' },
  { action: 'exclude', label: 'Exclude', title: 'Leave these images out of trainings, evaluations and maps' },
  { action: 'matrix', label: 'Similarity Matrix', title: 'Compare each of these images with each' },
  { action: 'fineTune', label: 'Fine-tune…', title: 'Fine-tune an encoder on these images' },
  { action: 'pretrain', label: 'Pretrain…', title: 'Pretrain an encoder on these images' },
  { action: 'export', label: 'Export…', title: 'Write these images or their list to disk' },
  { action: 'untag', label: 'Remove Tag…', title: 'Take a tag away from these images' },
  { action: 'include', label: 'Include Again', title: 'Take these images in again' },
  { action: 'copyPaths', label: 'Copy Paths', title: 'Copy the paths of these images' },
  { action: 'reveal', label: 'Reveal in Explorer', title: 'Show this image in the Explorer', single: true },
];
/** Those that are buttons; all others are in a menu. */
const FIRST = 5;

/** What can be done with what is selected. */
export function SelectionBar({ shown }: { readonly shown: EmbeddingMapState }): VNode | null {
  const [isOpen, setOpen] = useState(false);
  const rows = selection.value;
  const { elsewhere } = shown.selection;
  if (rows.length === 0 && elsewhere === 0) return null;
  const possible = actions.filter(
    ({ action, single }) => shown.actions.includes(action) && (single !== true || rows.length + elsewhere === 1),
  );
  return (
    <div class="selection-bar" role="toolbar" aria-label="Selected images">
      <span class="selection-count" role="status">
        {formatQuantity(rows.length, 'image')} selected
        {elsewhere > 0 && <span class="hint"> and {elsewhere} not on this map</span>}
      </span>
      {possible.slice(0, FIRST).map(({ action, label, title }) => (
        <button
          key={action}
          type="button"
          class="tool"
          data-action={action}
          title={title}
          onClick={() => {
            actOn(action);
          }}
        >
          {label}
        </button>
      ))}
      <div class="popover-anchor upwards">
        <IconButton
          icon="more"
          name="More to do with these images"
          pressed={isOpen}
          onClick={() => {
            setOpen(!isOpen);
          }}
        />
        {isOpen && (
          <Popover
            name="More to do with these images"
            onClose={() => {
              setOpen(false);
            }}
          >
            {possible.map(({ action, label, title }, index) => (
              <button
                key={action}
                type="button"
                class={index < FIRST ? 'tool repeated' : 'tool'}
                data-action={action}
                title={title}
                onClick={() => {
                  setOpen(false);
                  actOn(action);
                }}
              >
                {label}
              </button>
            ))}
            <button
              type="button"
              class="tool"
              title="Show them as large as they fit (F)"
              onClick={() => {
                setOpen(false);
                for (const view of mapViews.peek()) view?.fitRows(selection.peek());
              }}
            >
              Zoom to Selection
            </button>
          </Popover>
        )}
      </div>
      <IconButton icon="close" name="Clear the selection (Escape)" onClick={() => void select(new Uint32Array())} />
    </div>
  );
}
