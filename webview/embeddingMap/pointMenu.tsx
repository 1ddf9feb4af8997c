import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { mapColumns, type EmbeddingMapState, type SelectionAction } from '../../src/protocol/embeddingMap.ts';
import { images } from './data.ts';
import { actOn, change, host } from './host.ts';
import { neighbors } from './neighbors.ts';
import { Popover } from './popover.tsx';
import { select } from './selection.ts';

/** The image that the menu is about, and where it was asked for, in CSS pixels of the page. */
const menu = signal<{ readonly row: number; readonly left: number; readonly top: number } | undefined>(undefined);

/** Keeps VS Code's own menu, which has nothing for a picture, out of the way. */
export const NO_NATIVE_MENU = JSON.stringify({ preventDefaultContextMenuItems: true });

export function openMenu(row: number, left: number, top: number): void {
  menu.value = row < 0 ? undefined : { row, left, top };
}

const actions: readonly { readonly action: SelectionAction; readonly label: string }[] = [
  { action: 'open', label: 'Open' },
  { action: 'view', label: 'Open in Image Viewer' },
  { action: 'similar', label: 'Find Similar Images' },
  { action: 'tag', label: 'Tag…' },
  { action: 'relabel', label: 'Relabel…' },
  { action: 'exclude', label: 'Exclude' },
  { action: 'include', label: 'Include Again' },
  { action: 'copyPaths', label: 'Copy Path' },
  { action: 'reveal', label: 'Reveal in Explorer' },
];

/** What can be done with one image, whatever is selected. */
export function PointMenu({ shown }: { readonly shown: EmbeddingMapState }): VNode | null {
  const box = useRef<HTMLDivElement>(null);
  const asked = menu.value;
  useLayoutEffect(() => {
    const list = box.current?.firstElementChild;
    if (!asked || !box.current || !(list instanceof HTMLElement)) return;
    const fit = (at: number, size: number, room: number) => Math.max(4, Math.min(at, room - size - 4));
    box.current.style.left = `${fit(asked.left, list.offsetWidth, innerWidth)}px`;
    box.current.style.top = `${fit(asked.top, list.offsetHeight, innerHeight)}px`;
  }, [asked]);
  if (!asked) return null;
  const { row } = asked;
  const close = (): void => {
    menu.value = undefined;
  };
  const item = (label: string, act: () => void): VNode => (
    <button
      key={label}
      type="button"
      role="menuitem"
      class="tool"
      onClick={() => {
        close();
        act();
      }}
    >
      {label}
    </button>
  );
  const near = neighbors[0].value;
  return (
    <div class="point-menu" ref={box}>
      <Popover name="What to do with this image" onClose={close}>
        {actions
          .filter(({ action }) => shown.actions.includes(action))
          .map(({ action, label }) =>
            item(label, () => {
              actOn(action, row);
            }),
          )}
        {item('Colour by Similarity to This Image', () => void colourBySimilarity(row))}
        {near?.of === row &&
          item('Select with Its Nearest Neighbours', () => void select(Uint32Array.from([row, ...near.rows])))}
      </Popover>
    </div>
  );
}

async function colourBySimilarity(row: number): Promise<void> {
  await host.call('embeddingMap/query', { images: images.peek(), row });
  await change({ colorBy: mapColumns.similarity });
}
