import type { VNode } from 'preact';
import { seriesStyle } from '../shared/charts/theme.ts';

/** How the lines of a run are drawn: its colour, and its dashes where colours have run out. */
export function Swatch({ colour: index }: { readonly colour: number }): VNode {
  const { colour, dash } = seriesStyle(index);
  return (
    <svg class="swatch" viewBox="0 0 22 10" aria-hidden="true">
      <line
        x1={1}
        x2={21}
        y1={5}
        y2={5}
        style={{ stroke: colour }}
        {...(dash && { 'stroke-dasharray': dash.join(' ') })}
      />
    </svg>
  );
}
