import { signal } from '@preact/signals';

/** Grows when VS Code's theme changes: what is drawn on a canvas has to be drawn again. */
export const themeVersion = signal(0);

// The theme is in the classes of the page's body and in the variables of its root.
const observer = new MutationObserver(() => {
  themeVersion.value += 1;
});
observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });

/** The colour that a style's value such as `var(--vscode-charts-blue)` stands for now. */
export function colourNow(value: string): string {
  const name = /^var\((--[\w-]+)(?:,\s*(.+))?\)$/.exec(value);
  if (!name) return value;
  const found = getComputedStyle(document.documentElement).getPropertyValue(name[1]!).trim();
  return found !== '' ? found : name[2] === undefined ? 'gray' : colourNow(name[2]);
}

/** The same colour, hardly there: lines of a grid must not be taken for data, in no theme. */
export function faint(colour: string): string {
  return /^#[\da-f]{6}$/i.test(colour) ? `${colour}2e` : colour.replace(/^rgb\((.+)\)$/, 'rgba($1, 0.18)');
}

/** Colours that are told apart in every theme; what comes after the last begins again with other dashes. */
const seriesColours = [
  'var(--vscode-charts-blue)',
  // High contrast themes have no orange among the colours of charts.
  'var(--vscode-charts-orange, var(--vscode-symbolIcon-classForeground, var(--vscode-foreground)))',
  'var(--vscode-charts-green)',
  'var(--vscode-charts-purple)',
  'var(--vscode-charts-red)',
  'var(--vscode-charts-yellow)',
];
const dashes: readonly (readonly number[] | undefined)[] = [undefined, [8, 3], [2, 3]];

/** How the line with a number is drawn, from 0. */
export function seriesStyle(index: number): { readonly colour: string; readonly dash: readonly number[] | undefined } {
  const round = Math.floor(index / seriesColours.length) % dashes.length;
  return { colour: seriesColours[index % seriesColours.length]!, dash: dashes[round] };
}
