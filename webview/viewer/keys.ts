import { useEffect } from 'preact/hooks';
import { clampBox, isTooSmall, movedBox, resizedBox } from '../../src/core/images/boxes.ts';
import type { Shortcut } from '../shared/shortcutSheet.tsx';
import { chosenView, draft, searchBox, shownBox, stageSize, tool, view } from './looking.ts';
import { isShown, picture, type ShownPicture } from './picture.ts';
import { middleBox, pannedView, zoomedView, type View } from './view.ts';

export const ZOOM_STEP = 1.25;
/** CSS pixels that an arrow key moves the picture by. */
const PAN_STEP = 60;
/** Steps of an arrow key that a box needs to cross the picture. */
const BOX_STEPS = 50;

export const shortcuts: readonly Shortcut[] = [
  { keys: ['+', '-'], does: 'Zoom in and out' },
  { keys: ['0'], does: 'Show all of the picture' },
  { keys: ['1'], does: 'Show it at its own size' },
  { keys: ['←', '→', '↑', '↓'], does: 'Move the picture, or the box that R has drawn' },
  { keys: ['M'], does: 'Drag to move, or to choose a region' },
  { keys: ['Space'], does: 'Held: drag to move' },
  { keys: ['R'], does: 'Draw a box; arrows move it, Shift and arrows resize it' },
  { keys: ['Enter'], does: 'Find what is like the box' },
  { keys: ['Esc'], does: 'Remove the box' },
];

const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Zooms around the middle of the stage. */
export function zoomBy(factor: number): void {
  const { width, height } = stageSize.value;
  change((current, shown) => zoomedView(current, factor, { x: width / 2, y: height / 2 }, shown, stageSize.value));
}

export function showAll(): void {
  chosenView.value = undefined;
}

export function showOwnSize(): void {
  change((current) => ({ ...current, scale: 1 }));
}

export function toggleTool(): void {
  tool.value = tool.value === 'move' ? 'region' : 'move';
}

/** Takes the keys of the whole page but for those that what has the focus means for itself. */
export function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const lies = (selector: string): boolean =>
        event.target instanceof Element && event.target.closest(selector) !== null;
      const { key } = event;
      const isPressed = lies('button, vscode-button') && (key === 'Enter' || key === ' ');
      const isScrolled = lies('.side') && (key.startsWith('Arrow') || key === ' ');
      if (!lies('dialog') && !isPressed && !isScrolled && pressKey(event)) event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, []);
}

/** @returns whether the key does anything */
function pressKey(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const arrow = arrows[event.key];
  if (arrow !== undefined) return pressArrow(arrow, event.shiftKey);
  switch (event.key) {
    case '+':
    case '=':
      zoomBy(ZOOM_STEP);
      return true;
    case '-':
      zoomBy(1 / ZOOM_STEP);
      return true;
    case '0':
      showAll();
      return true;
    case '1':
      showOwnSize();
      return true;
    case 'm':
    case 'M':
      toggleTool();
      return true;
    case 'r':
    case 'R':
      return drawBox();
    case 'Enter':
      return searchDraft();
    case 'Escape':
      return removeBox();
    case ' ':
      // Held for a drag; the page must not scroll.
      return true;
    default:
      return false;
  }
}

function change(next: (current: View, shown: ShownPicture) => View): void {
  const shown = picture.value;
  if (isShown(shown) && view.value) chosenView.value = next(view.value, shown);
}

function pressArrow([x, y]: readonly [number, number], resizes: boolean): boolean {
  const shown = picture.value;
  if (!isShown(shown)) return false;
  const box = draft.value;
  if (box === undefined) {
    change((current) => pannedView(current, -x * PAN_STEP, -y * PAN_STEP, shown, stageSize.value));
    return true;
  }
  const step = Math.max(1, Math.max(shown.width, shown.height) / BOX_STEPS);
  draft.value = (resizes ? resizedBox : movedBox)(box, x * step, y * step, shown);
  return true;
}

function drawBox(): boolean {
  const shown = picture.value;
  if (!isShown(shown) || !view.value) return false;
  draft.value = shownBox.value ?? clampBox(middleBox(view.value, shown, stageSize.value), shown);
  return true;
}

function searchDraft(): boolean {
  const box = draft.value;
  if (box === undefined || isTooSmall(box)) return false;
  searchBox(box);
  return true;
}

function removeBox(): boolean {
  if (shownBox.value === undefined) return false;
  // A box that isn't searched with yet goes first.
  if (draft.value !== undefined) draft.value = undefined;
  else searchBox(undefined);
  return true;
}
