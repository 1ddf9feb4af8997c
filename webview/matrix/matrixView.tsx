import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { cellsOf } from './cells.ts';
import { draw, plotOf, type Plot } from './drawing.ts';
import { edgeOf, edgePictures, fetchEdgePictures } from './edgePictures.ts';
import type { ShownMatrix } from './host.ts';
import { state } from './host.ts';
import { cursor, hovered, rectangle, selecting, viewport } from './looking.ts';
import { colourTable, drawnTree, paintSquare, paintTriangle } from './painting.ts';
import { useGestures } from './gestures.ts';
import { onMatrixKey } from './keys.ts';
import { ink } from './theme.ts';

/** Height of what is above and below the matrix, less the width of what is beside it. */
const OTHERS = 235;

/** The matrix on its canvas, with names, classes and the dendrogram along its edges. */
export function MatrixView({ matrix }: { readonly matrix: ShownMatrix }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const { grid, cells } = matrix;
  const hasTree = grid.tree !== undefined;
  const { size } = viewport.value;
  // By the edge that there is without pictures: with them it must not change its mind.
  const pictures = edgeOf(plotOf(width, hasTree, 0).edge, size, cells);
  const plot = useMemo(() => plotOf(width, hasTree, pictures), [width, hasTree, pictures]);
  useEffect(() => {
    fetchEdgePictures(plot.edge);
  }, [plot, viewport.value, matrix]);
  const picture = useMemo(() => pictureOf(matrix), [matrix]);
  const tree = useMemo(() => grid.tree && drawnTree(grid.tree), [grid]);
  const selected = state.value?.selected;
  const marked = useMemo(() => cellsOf(matrix, selected ?? []), [matrix, selected]);
  const height = plot.top + plot.edge + 1;
  const scene = {
    ...{ matrix, picture, tree, marked },
    view: viewport.value,
    cursor: cursor.value,
    hovered: hovered.value,
    rectangle: rectangle.value,
    pictures: edgePictures.value,
  };
  const colours = ink.value;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context || width === 0) return;
    const ratio = window.devicePixelRatio;
    resize(canvas.current, Math.round(width * ratio), Math.round(height * ratio));
    draw(context, plot, scene, colours, ratio);
  });
  const gestures = useGestures(canvas, plot, matrix);
  return (
    <div class="matrix-frame" ref={frame}>
      <canvas
        ref={canvas}
        class="matrix"
        style={{ width: `${width}px`, height: `${height}px` }}
        data-selecting={selecting.value}
        data-cells={cells}
        data-plot={JSON.stringify(plot satisfies Plot)}
        data-view={JSON.stringify(scene.view)}
        data-cursor={JSON.stringify(scene.cursor ?? null)}
        tabIndex={0}
        role="application"
        aria-roledescription="similarity matrix"
        aria-label={`Similarity matrix of ${cells} by ${cells} cells; arrows move through it, ? shows all keys`}
        onKeyDown={(event) => {
          onMatrixKey(event, matrix);
        }}
        {...gestures}
      />
    </div>
  );
}

/** Sets a size only where it's another one: that clears the canvas. */
function resize(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

function pictureOf({ grid, cells }: ShownMatrix): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  picture.width = picture.height = cells;
  const table = colourTable(grid.low, grid.high);
  const pixels = grid.isSquare === true ? paintSquare(grid.codes, table) : paintTriangle(grid.codes, cells, table);
  const data = new ImageData(new Uint8ClampedArray(pixels.buffer), cells, cells);
  picture.getContext('2d')?.putImageData(data, 0, 0);
  return picture;
}

/** The width of an element, as far as it fits into the window's height together with what is above it. */
function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const frame = element.current;
    if (!frame) return undefined;
    const measure = (): void => {
      setWidth(Math.floor(Math.min(frame.clientWidth, Math.max(320, window.innerHeight - OTHERS))));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(frame);
    window.addEventListener('resize', measure);
    measure();
    return () => {
      observer.disconnect();
      window.removeEventListener('resize', measure);
    };
  }, [element]);
  return width;
}
