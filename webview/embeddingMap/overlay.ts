/** What is drawn above the points: outlines, names, pictures, lines to neighbours, rings. */
import type { PlaneBounds } from '../../src/core/neighbors/pointGrid.ts';
import { HIDDEN, type DrawingSize, type PointScene } from '../shared/scatter/pointRenderer.ts';
import type { BitmapCache } from '../shared/scatter/bitmapCache.ts';
import { placeLabels, type Box } from '../shared/scatter/labelPlacement.ts';
import type { Polygon } from '../shared/scatter/shapes.ts';
import type { ViewTransform } from '../shared/scatter/viewTransform.ts';
import type { ClusterShape } from './clusterShapes.ts';
import type { MapTheme } from './theme.ts';

export interface OverlayScene {
  readonly view: ViewTransform;
  readonly size: DrawingSize;
  readonly theme: MapTheme;
  readonly scene: PointScene;
  /** Of a dot, in CSS pixels. */
  readonly radius: number;
  readonly clusters: readonly ClusterShape[];
  /** Whether names are shown, and outlines. */
  readonly showsClusters: boolean;
  /** Rows whose pictures are shown, their size in CSS pixels, and the pictures. */
  readonly pictured: readonly number[];
  readonly pictureSize: number;
  readonly pictures: BitmapCache;
  /** The image that is looked at, and its nearest neighbours; −1 for none. */
  readonly lookedAt: number;
  readonly neighbors: Uint32Array;
  readonly current: number;
  readonly lasso: Polygon | undefined;
  readonly box: PlaneBounds | undefined;
}

const LABEL_HEIGHT = 18;
const FRAME = 2;

export function drawOverlay(context: CanvasRenderingContext2D, overlay: OverlayScene): void {
  const { width, height, ratio } = overlay.size;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  if (overlay.showsClusters) drawOutlines(context, overlay);
  drawLines(context, overlay);
  const frames = drawPictures(context, overlay);
  if (overlay.showsClusters) drawNames(context, overlay, [...frames.values()]);
  drawRings(context, overlay, frames);
  drawSelecting(context, overlay);
}

function drawOutlines(context: CanvasRenderingContext2D, { view, size, theme, clusters }: OverlayScene): void {
  const { scale, offsetX, offsetY } = view;
  const { ratio } = size;
  const isContrast = theme.kind.startsWith('contrast');
  context.save();
  context.setTransform(ratio * scale, 0, 0, -ratio * scale, ratio * offsetX, ratio * offsetY);
  context.strokeStyle = theme.inkStyle;
  context.fillStyle = theme.inkStyle;
  context.lineJoin = 'round';
  context.lineWidth = (isContrast ? 1.5 : 1) / scale;
  for (const { path } of clusters) {
    if (!path) continue;
    context.globalAlpha = 0.035;
    context.fill(path);
    context.globalAlpha = isContrast ? 0.7 : 0.24;
    context.stroke(path);
  }
  context.restore();
}

function drawNames(context: CanvasRenderingContext2D, overlay: OverlayScene, taken: readonly Box[]): void {
  const { view, size, theme, clusters } = overlay;
  const largest = Math.max(1, ...clusters.map(({ size: count }) => count));
  const wanted = clusters.map(({ name, size: count, x, y }) => {
    const points = 11.5 + 3.5 * Math.sqrt(count / largest);
    const font = `600 ${points.toFixed(1)}px ${theme.font}`;
    context.font = font;
    const width = context.measureText(name).width + 10;
    return { text: name, left: view.left(x), top: view.top(y), width, height: LABEL_HEIGHT, font };
  });
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  for (const { text, left, top, font } of placeLabels(wanted, size, taken)) {
    context.font = font;
    context.globalAlpha = 0.85;
    context.lineWidth = 4;
    context.strokeStyle = theme.groundStyle;
    context.strokeText(text, left, top);
    context.globalAlpha = 1;
    context.fillStyle = theme.inkStyle;
    context.fillText(text, left, top);
  }
}

/** Lines to the neighbours of the image that is looked at: who lies far off on the map is nearer than it seems. */
function drawLines(context: CanvasRenderingContext2D, { view, theme, scene, lookedAt, neighbors }: OverlayScene): void {
  if (lookedAt < 0) return;
  const { positions, flags } = scene;
  const place = (row: number) => [view.left(positions[2 * row]!), view.top(positions[2 * row + 1]!)] as const;
  const [left, top] = place(lookedAt);
  context.lineCap = 'round';
  for (const [width, style, alpha] of [
    [4, theme.groundStyle, 0.6],
    [1.5, theme.inkStyle, 0.85],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = style;
    neighbors.forEach((row, rank) => {
      if ((flags[row]! & HIDDEN) !== 0) return;
      const [toLeft, toTop] = place(row);
      context.globalAlpha = alpha * (1 - (0.6 * rank) / neighbors.length);
      context.beginPath();
      context.moveTo(left, top);
      context.lineTo(toLeft, toTop);
      context.stroke();
    });
  }
  context.globalAlpha = 1;
}

function drawPictures(context: CanvasRenderingContext2D, overlay: OverlayScene): Map<number, Box> {
  const { view, scene, pictured, pictureSize, pictures, theme } = overlay;
  const frames = new Map<number, Box>();
  context.imageSmoothingQuality = 'medium';
  for (const row of pictured) {
    const bitmap = pictures.get(row);
    if (!bitmap) continue;
    const scale = pictureSize / Math.max(bitmap.width, bitmap.height);
    const [width, height] = [bitmap.width * scale, bitmap.height * scale];
    const left = view.left(scene.positions[2 * row]!) - width / 2;
    const top = view.top(scene.positions[2 * row + 1]!) - height / 2;
    const colour = scene.colours[row]!;
    const part = (channel: number) => scene.palette[3 * colour + channel]!;
    const frame = { left: left - FRAME, top: top - FRAME, width: width + 2 * FRAME, height: height + 2 * FRAME };
    const isSelected = (scene.flags[row]! & 4) !== 0;
    context.globalAlpha = scene.flags[row] === 2 ? 0.35 : 1;
    if (isSelected) {
      context.fillStyle = theme.inkStyle;
      rounded(context, widened(frame, 2), 6);
      context.fill();
    }
    context.fillStyle = `rgb(${part(0)} ${part(1)} ${part(2)})`;
    rounded(context, frame, 4);
    context.fill();
    context.save();
    rounded(context, { left, top, width, height }, 2.5);
    context.clip();
    context.drawImage(bitmap, left, top, width, height);
    context.restore();
    frames.set(row, frame);
  }
  context.globalAlpha = 1;
  return frames;
}

function widened({ left, top, width, height }: Box, by: number): Box {
  return { left: left - by, top: top - by, width: width + 2 * by, height: height + 2 * by };
}

function rounded(context: CanvasRenderingContext2D, { left, top, width, height }: Box, radius: number): void {
  context.beginPath();
  context.roundRect(left, top, width, height, radius);
}

function drawRings(context: CanvasRenderingContext2D, overlay: OverlayScene, frames: ReadonlyMap<number, Box>): void {
  const { view, theme, scene, lookedAt, current, neighbors, radius } = overlay;
  const { positions, flags } = scene;
  const ring = (row: number, reach: number, width: number, style: string) => {
    if (row < 0 || 2 * row >= positions.length || (flags[row]! & HIDDEN) !== 0) return;
    context.beginPath();
    const frame = frames.get(row);
    if (frame) {
      const { left, top, width: wide, height } = widened(frame, 2);
      context.roundRect(left, top, wide, height, 5);
    } else {
      context.arc(view.left(positions[2 * row]!), view.top(positions[2 * row + 1]!), reach, 0, 2 * Math.PI);
    }
    context.lineWidth = width + 2;
    context.strokeStyle = theme.groundStyle;
    context.stroke();
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  };
  for (const row of neighbors) ring(row, radius + 2, 1, theme.inkStyle);
  ring(current, radius + 5, 2, theme.accentStyle);
  if (lookedAt !== current) ring(lookedAt, radius + 4, 2, theme.inkStyle);
}

/** The lasso or the box that is being drawn. */
function drawSelecting(context: CanvasRenderingContext2D, { view, theme, lasso, box }: OverlayScene): void {
  context.beginPath();
  if (lasso) {
    for (let i = 0; i < lasso.length; i += 2) context.lineTo(view.left(lasso[i]!), view.top(lasso[i + 1]!));
    context.closePath();
  } else if (box) {
    const [left, top] = [view.left(box.left), view.top(box.top)];
    context.rect(left, top, view.left(box.right) - left, view.top(box.bottom) - top);
  } else {
    return;
  }
  context.fillStyle = theme.accentStyle;
  context.globalAlpha = 0.12;
  context.fill('evenodd');
  context.globalAlpha = 1;
  context.setLineDash([5, 4]);
  context.lineWidth = 1.5;
  context.strokeStyle = theme.accentStyle;
  context.stroke();
  context.setLineDash([]);
}
