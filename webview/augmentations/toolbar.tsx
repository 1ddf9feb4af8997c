import type { VNode } from 'preact';
import type { AugmentationsState } from '../../src/protocol/augmentationsView.ts';
import { ShortcutSheet, type Shortcut } from '../shared/shortcutSheet.tsx';
import { ActionButton } from './emptyStates.tsx';
import { change, host } from './host.ts';

const shortcuts: readonly Shortcut[] = [
  { keys: ['Tab'], does: 'to the next control' },
  { keys: ['←', '→'], does: 'change a strength, a probability or a choice' },
  { keys: ['Space'], does: 'switch an augmentation on or off' },
  { keys: ['Enter'], does: 'open the image or the pair that has the focus' },
  { keys: ['?'], does: 'this sheet' },
];

/** Which image is looked at, and what can be done with what is set. */
export function Toolbar({ current }: { readonly current: AugmentationsState }): VNode {
  const { image, views, pinned } = current;
  const facts = [views?.label, views && `encoder ${views.encoder.id}`].filter((fact) => fact !== undefined);
  const ready = views !== undefined;
  return (
    <header class="toolbar">
      <div class="title">
        <h1 title={views?.path ?? image?.file}>{image?.name}</h1>
        <p>{facts.join(' · ')}</p>
      </div>
      <div class="actions">
        <button
          type="button"
          class="chip"
          aria-pressed={pinned}
          title={pinned ? 'Follow the image in the active editor' : 'Keep this image, whatever is opened'}
          onClick={() => void change({ pinned: !pinned })}
        >
          Keep This Image
        </button>
        <button
          type="button"
          class="chip"
          title="Draw other views"
          onClick={() => void host.call('augmentations/act', { action: 'redraw' })}
        >
          Draw Again
        </button>
        <ShortcutSheet title="Keys of Augmentation Pairs" shortcuts={shortcuts} />
        <ActionButton
          action="save"
          label="Save as Training Augmentation"
          title="Write what is set into .likeness/config.json, for this data set's trainings"
          secondary
          disabled={!ready}
        />
        <ActionButton
          action="pretrain"
          label="Pretrain with These Augmentations…"
          title="Train an encoder on this data set with views like these; you see first what it costs"
          disabled={!ready}
        />
      </div>
    </header>
  );
}
