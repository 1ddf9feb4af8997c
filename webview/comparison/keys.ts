import type { Shortcut } from '../shared/shortcutSheet.tsx';
import { move, open, query } from './host.ts';

export const shortcuts: readonly Shortcut[] = [
  { keys: ['→', 'J'], does: 'The next query on which the two encoders disagree' },
  { keys: ['←', 'K'], does: 'The one before' },
  { keys: ['Home'], does: 'The query they disagree on most' },
  { keys: ['End'], does: 'The last of the list' },
  { keys: ['O'], does: 'Open the query' },
  { keys: ['?'], does: 'These keys' },
];

const moves: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  j: 1,
  ArrowLeft: -1,
  k: -1,
  Home: -Infinity,
  End: Infinity,
};

export function listenToKeys(): void {
  window.addEventListener('keydown', (event) => {
    if (isElsewhere(event) || !run(event)) return;
    event.preventDefault();
  });
}

/** @returns whether the key means something here */
function run({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey || shiftKey) return false;
  const by = moves[key];
  if (by !== undefined) return move(by);
  if (key !== 'o' || !query.value) return false;
  open([query.value.path]);
  return true;
}

/** A key that is meant for a control or the sheet of shortcuts. */
function isElsewhere({ target }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]')) return true;
  if (!(target instanceof HTMLElement)) return false;
  return target.matches('input, textarea, .table-scroll') || target.closest('vscode-single-select') !== null;
}
