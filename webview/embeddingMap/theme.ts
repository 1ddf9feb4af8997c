import { signal } from '@preact/signals';
import type { Rgb } from '../../src/core/drawing/categoryColours.ts';
import type { GroundKind } from '../shared/scatter/palettes.ts';

/** Colours of VS Code's theme as a canvas needs them. */
export interface MapTheme {
  readonly kind: GroundKind;
  readonly ground: Rgb;
  readonly ink: Rgb;
  /** As styles have them. */
  readonly groundStyle: string;
  readonly inkStyle: string;
  readonly accentStyle: string;
  readonly font: string;
}

export const theme = signal(readTheme());

const observer = new MutationObserver(() => {
  theme.value = readTheme();
});
observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });

function readTheme(): MapTheme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  const { classList } = document.body;
  const isLight = classList.contains('vscode-light') || classList.contains('vscode-high-contrast-light');
  const isContrast = classList.contains('vscode-high-contrast');
  const groundStyle = read('--vscode-editor-background', isLight ? '#ffffff' : '#1e1e1e');
  const inkStyle = read('--vscode-foreground', isLight ? '#333333' : '#cccccc');
  return {
    kind: isContrast ? (isLight ? 'contrastLight' : 'contrastDark') : isLight ? 'light' : 'dark',
    ground: parse(groundStyle),
    ink: parse(inkStyle),
    groundStyle,
    inkStyle,
    accentStyle: read('--vscode-focusBorder', '#007fd4'),
    font: read('--vscode-font-family', 'sans-serif'),
  };
}

/** Whatever a style can say, as the canvas understands it. */
function parse(style: string): Rgb {
  const context = document.createElement('canvas').getContext('2d')!;
  context.fillStyle = style;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
