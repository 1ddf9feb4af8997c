import { signal } from '@preact/signals';
import type { Ink } from './drawing.ts';

/** The colours of the theme as they are now; VS Code changes the page's classes with them. */
export const ink = signal<Ink>(readInk());

new MutationObserver(() => {
  ink.value = readInk();
}).observe(document.body, { attributes: true, attributeFilter: ['class', 'style'] });

function readInk(): Ink {
  const style = getComputedStyle(document.documentElement);
  const variable = (...names: readonly string[]): string =>
    names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find((value) => value !== '') ??
    'currentColor';
  return {
    text: variable('foreground'),
    muted: variable('descriptionForeground', 'foreground'),
    line: variable('panel-border', 'contrastBorder', 'foreground'),
    focus: variable('contrastActiveBorder', 'focusBorder'),
    ground: variable('editor-background'),
    font: `11px ${variable('font-family')}`,
  };
}
