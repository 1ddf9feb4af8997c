import { imagesOf } from '../../src/core/curation/answers.ts';
import type { ReviewAction } from '../../src/core/curation/reviewSteps.ts';
import type { Shortcut } from '../shared/shortcutSheet.tsx';
import {
  clearSelection,
  current,
  decide,
  decideAsSuggested,
  focusImage,
  isCompared,
  move,
  relabelAsSuggested,
  repeat,
  selectAll,
  tag,
} from './reviewing.ts';
import { resetZoom, zoomBy } from './zoom.ts';

export const shortcuts: readonly Shortcut[] = [
  { keys: ['↓', '→'], does: 'to the next finding' },
  { keys: ['↑', '←'], does: 'to the finding before' },
  { keys: ['1', '…', '9'], does: 'look at that picture of a group' },
  { keys: ['Enter'], does: 'what is suggested: keep the best copy, or take the suggested class' },
  { keys: ['B'], does: 'keep the best copy, exclude the rest' },
  { keys: ['O'], does: 'keep only the picture that is looked at, exclude the rest' },
  { keys: ['K'], does: 'keep all images of the finding' },
  { keys: ['X'], does: 'exclude the picture that is looked at' },
  { keys: ['Q'], does: 'set its file aside' },
  { keys: ['R'], does: 'give it another class' },
  { keys: ['L'], does: 'give it the suggested class, of several findings each its own' },
  { keys: ['T'], does: 'tag it' },
  { keys: ['S', 'N'], does: 'a pair is the same and both stay, or it is not the same' },
  { keys: ['I'], does: 'not an issue' },
  { keys: ['U', 'Ctrl + Z'], does: 'undo' },
  { keys: ['Shift + U', 'Ctrl + Y'], does: 'redo' },
  { keys: ['D'], does: 'difference of the pixels' },
  { keys: ['+', '−', '0'], does: 'zoom in, zoom out, all of the pictures' },
  { keys: ['Shift + ↓', 'Ctrl + A'], does: 'select several findings, or all that are listed' },
  { keys: ['Esc'], does: 'forget the selection' },
  { keys: ['/'], does: 'filter the findings' },
  { keys: ['?'], does: 'this sheet' },
];

const actionOf: Readonly<Record<string, ReviewAction>> = {
  b: 'keepBest',
  o: 'keepOne',
  k: 'keep',
  x: 'exclude',
  q: 'quarantine',
  r: 'relabel',
  s: 'same',
  n: 'different',
  i: 'ignore',
};

const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

export function onReviewKey(event: KeyboardEvent): void {
  if (isElsewhere(event)) return;
  if (run(event)) event.preventDefault();
}

/** @returns whether the key means something here. */
function run({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  const letter = key.toLowerCase();
  if (altKey) return false;
  if (ctrlKey || metaKey) {
    if (letter === 'z') void repeat(shiftKey ? 'redo' : 'undo');
    else if (letter === 'y') void repeat('redo');
    else if (letter === 'a') selectAll();
    else return false;
    return true;
  }
  const by = moves[key];
  if (by !== undefined) {
    move(by, shiftKey);
    return true;
  }
  if (/^[1-9]$/.test(key)) return focusNumber(Number(key));
  switch (letter) {
    case 'u':
      void repeat(shiftKey ? 'redo' : 'undo');
      return true;
    case 'd':
      isCompared.value = !isCompared.value;
      return true;
    case 'escape':
      clearSelection();
      return true;
    case 'enter':
      return decideAsSuggested();
    case 'l':
      relabelAsSuggested();
      return true;
    case 't':
      tag();
      return true;
    case '+':
    case '=':
      zoomBy(1.5);
      return true;
    case '-':
    case '−':
      zoomBy(1 / 1.5);
      return true;
    case '0':
      resetZoom();
      return true;
    case '/':
      document.querySelector<HTMLInputElement>('.filter input')?.focus();
      return true;
    default: {
      const action = actionOf[letter];
      if (action === undefined || shiftKey) return false;
      decide(action);
      return true;
    }
  }
}

function focusNumber(number: number): boolean {
  const path = current.value && imagesOf(current.value)[number - 1];
  if (path !== undefined) focusImage(path);
  return path !== undefined;
}

/** What a closed select answers to. */
const keysOfSelect: ReadonlySet<string> = new Set(['Enter', ' ', 'Escape', 'ArrowUp', 'ArrowDown']);

/** A key that is meant for a control, a text or the sheet of shortcuts. */
function isElsewhere({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]')) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches('input, textarea')) return true;
  // It keeps the focus after a choice: letters mean decisions again then.
  const select = target.closest<HTMLElement & { open?: boolean }>('vscode-single-select');
  if (select) return select.open === true || keysOfSelect.has(key);
  return (key === 'Enter' || key === ' ') && target.closest('button, vscode-button, a, summary') !== null;
}
