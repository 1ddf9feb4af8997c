import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { valueAt, type CellImages } from './cells.ts';
import type { ShownMatrix } from './host.ts';
import { cursor, hovered } from './looking.ts';
import { openingText, sidesOf } from './opening.ts';
import { scale } from './painting.ts';
import { Thumbnail } from './pictures.tsx';
import { blockName, figure } from './sentences.ts';

/** The pair or block under the pointer or the keyboard: pictures, classes and similarity. */
export function Inspector({ matrix }: { readonly matrix: ShownMatrix }): VNode {
  const cell = hovered.value ?? cursor.value;
  const sides = cell && sidesOf(matrix, cell);
  const value = cell && valueAt(matrix, cell);
  return (
    <section class="inspector" aria-label="Pair">
      <Legend low={matrix.grid.low} high={matrix.grid.high} value={value} />
      {sides && value !== undefined ? (
        <>
          <p class="hint">
            <strong>{valueText(sides, value)}</strong> {openingText(sides)}
          </p>
          <div class="sides">
            <Side side={sides[0]} />
            {sides[1].caption === undefined ? (
              <Side side={sides[1]} />
            ) : (
              <CaptionSide side={sides[1]} isOwn={sides[0].path === sides[1].path} />
            )}
          </div>
        </>
      ) : (
        <p class="hint placeholder">
          Point at a cell, or move through the matrix with the arrow keys, to see what is compared there. Ctrl and the
          wheel zoom; a click on a name along the edges selects its images, a double-click zooms to them.
        </p>
      )}
    </section>
  );
}

function valueText([first, second]: readonly [CellImages, CellImages], value: number): string {
  if (Number.isNaN(value)) return 'A block of one image has no pair within.';
  return `${first.images.length * second.images.length === 1 ? 'Similarity' : 'Mean similarity'} ${figure(value)}.`;
}

function Side({ side }: { readonly side: CellImages }): VNode {
  const { path, label, images, band } = side;
  const isOne = images.length === 1;
  return (
    <div class="side">
      <Thumbnail path={path} />
      <span class="side-name" title={path}>
        {isOne ? path : blockName(side)}
      </span>
      <span class="label">{isOne ? (label ?? 'no class') : (band ?? '')}</span>
    </div>
  );
}

/** What a column stands for where images are compared with captions: the words, and which image they are of. */
function CaptionSide({ side, isOwn }: { readonly side: CellImages; readonly isOwn: boolean }): VNode {
  const { path, caption } = side;
  return (
    <div class="side caption-side">
      <Thumbnail path={path} />
      <span class="side-name" title={path}>
        “{caption}”
      </span>
      <span class="label">{isOwn ? 'its own caption' : `of ${path}`}</span>
    </div>
  );
}

interface LegendProps {
  readonly low: number;
  readonly high: number;
  /** Of the cell that is pointed at. */
  readonly value: number | undefined;
}

/** Which colour means which similarity. */
function Legend({ low, high, value }: LegendProps): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    scale.forEach(([red, green, blue], i) => {
      if (!context) return;
      context.fillStyle = `rgb(${red} ${green} ${blue})`;
      context.fillRect(i, 0, 1, 1);
    });
  }, []);
  const place = value === undefined || Number.isNaN(value) ? undefined : (value - low) / (high - low);
  const text = `Colours from similarity ${figure(low)} or less to ${figure(high)}`;
  return (
    <div class="legend" role="img" aria-label={text} title={text}>
      <span class="ends">≤ {figure(low)}</span>
      <span class="ramp">
        <canvas ref={canvas} width={scale.length} height={1} />
        {place !== undefined && <i style={{ left: `${100 * Math.max(0, Math.min(1, place))}%` }} />}
      </span>
      <span class="ends">{figure(high)}</span>
    </div>
  );
}
