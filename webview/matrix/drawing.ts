import { categoryColours, hexColour } from '../../src/core/drawing/categoryColours.ts';
import type { MatrixBand } from '../../src/protocol/matrix.ts';
import type { MatrixViewport } from '../../src/protocol/matrixView.ts';
import type { ShownMatrix } from './host.ts';
import { cellPath, cellsInSight } from './edgePictures.ts';
import type { Rectangle } from './looking.ts';
import type { DrawnTree } from './painting.ts';
import type { Cell } from './viewport.ts';

/** Colours of the theme. */
export interface Ink {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly focus: string;
  readonly ground: string;
  readonly font: string;
}

/** Where the matrix lies on its canvas, in pixels of the page. */
export interface Plot {
  readonly left: number;
  readonly top: number;
  readonly edge: number;
  /** Width of the dendrogram; 0 without one. */
  readonly tree: number;
  /** Of the pictures along the edges; 0 without them. */
  readonly pictures: number;
}

export interface Scene {
  readonly matrix: ShownMatrix;
  /** One pixel a cell. */
  readonly picture: HTMLCanvasElement;
  readonly tree: DrawnTree | undefined;
  readonly view: MatrixViewport;
  /** Cells with selected images. */
  readonly marked: Uint8Array;
  readonly cursor: Cell | undefined;
  readonly hovered: Cell | undefined;
  readonly rectangle: Rectangle | undefined;
  /** Those of the images that have come, by path. */
  readonly pictures: ReadonlyMap<string, HTMLImageElement>;
}

const STRIP = 7;
const GAP = 3;
const TOP_NAMES = 18;
const LEAST_OUTLINE = 8;

/**
 * How much room there is for what is beside the matrix.
 *
 * @param pictures edge of the pictures along it; 0 for none
 */
export function plotOf(width: number, hasTree: boolean, pictures: number): Plot {
  const tree = hasTree ? Math.round(Math.min(96, width * 0.14)) : 0;
  const names = Math.round(Math.min(104, width * 0.17));
  const room = pictures === 0 ? 0 : pictures + GAP;
  const left = tree + names + STRIP + 2 * GAP + room;
  return { left, top: TOP_NAMES + STRIP + 2 * GAP + room, edge: Math.max(40, width - left - 1), tree, pictures };
}

export function draw(context: CanvasRenderingContext2D, plot: Plot, scene: Scene, ink: Ink, ratio: number): void {
  const { canvas } = context;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, canvas.width / ratio, canvas.height / ratio);
  context.font = ink.font;
  drawCells(context, plot, scene);
  drawBands(context, plot, scene, ink);
  drawStrips(context, plot, scene);
  if (plot.pictures > 0) drawPictures(context, plot, scene);
  if (scene.tree && plot.tree > 0) drawTree(context, plot, scene, scene.tree, ink);
  drawMarks(context, plot, scene, ink);
}

function drawCells(
  context: CanvasRenderingContext2D,
  { left, top, edge }: Plot,
  { picture, view, matrix }: Scene,
): void {
  const { cells } = matrix;
  // Sharp cells from close by; from afar means of them rather than some of them.
  context.imageSmoothingEnabled = edge < view.size * cells;
  context.imageSmoothingQuality = 'high';
  const [x, y, size] = [view.x * cells, view.y * cells, view.size * cells];
  context.drawImage(picture, x, y, size, size, left, top, edge, edge);
}

/** Pixels of the page for a place along an axis, in cells. */
function axis(start: number, size: number, cells: number, origin: number, edge: number): (cell: number) => number {
  return (cell) => origin + ((cell / cells - start) / size) * edge;
}

function drawBands(context: CanvasRenderingContext2D, plot: Plot, { matrix, view }: Scene, ink: Ink): void {
  const { left, top, edge, tree, pictures } = plot;
  const room = pictures === 0 ? 0 : pictures + GAP;
  const x = axis(view.x, view.size, matrix.cells, left, edge);
  const y = axis(view.y, view.size, matrix.cells, top, edge);
  context.textBaseline = 'middle';
  context.fillStyle = ink.text;
  context.strokeStyle = ink.ground;
  context.lineWidth = 1;
  const namesWidth = left - tree - STRIP - 2 * GAP - room;
  for (const band of matrix.grid.bands) {
    const [start, end] = visible(y(band.start), y(band.end), top, edge);
    if (end - start >= 11) {
      context.textAlign = 'right';
      context.fillText(fitting(context, band.name, namesWidth - 4), namesWidth, (start + end) / 2);
    }
    const [from, to] = visible(x(band.start), x(band.end), left, edge);
    if (to - from >= 24) {
      context.textAlign = 'center';
      context.fillText(fitting(context, band.name, to - from - 6), (from + to) / 2, TOP_NAMES / 2);
    }
    drawBorders(context, plot, band, x, y);
  }
}

/** Lines where one band ends and another begins, as long as they don't cover the cells. */
function drawBorders(
  context: CanvasRenderingContext2D,
  { left, top, edge }: Plot,
  { start, end }: MatrixBand,
  x: (cell: number) => number,
  y: (cell: number) => number,
): void {
  if (x(end) - x(start) < 8) return;
  context.beginPath();
  const isWithin = (place: number, from: number): boolean => place > from && place < from + edge;
  if (isWithin(x(end), left)) {
    context.moveTo(Math.round(x(end)) - 0.5, top);
    context.lineTo(Math.round(x(end)) - 0.5, top + edge);
  }
  if (isWithin(y(end), top)) {
    context.moveTo(left, Math.round(y(end)) - 0.5);
    context.lineTo(left + edge, Math.round(y(end)) - 0.5);
  }
  context.stroke();
}

/** The colour of each cell's class along both edges. */
function drawStrips(context: CanvasRenderingContext2D, { left, top, edge }: Plot, { matrix, view }: Scene): void {
  const { grid, cells } = matrix;
  const most = grid.classOf.reduce((highest, number) => Math.max(highest, number), -1);
  const colours = categoryColours(most + 1).map(hexColour);
  const x = axis(view.x, view.size, cells, left, edge);
  const y = axis(view.y, view.size, cells, top, edge);
  for (let start = 0; start < cells;) {
    let end = start + 1;
    while (end < cells && grid.classOf[end] === grid.classOf[start]) end++;
    const colour = colours[grid.classOf[start]!];
    if (colour !== undefined) {
      context.fillStyle = colour;
      const [from, to] = visible(x(start), x(end), left, edge);
      if (to > from) context.fillRect(from, top - STRIP - GAP, to - from, STRIP);
      const [above, below] = visible(y(start), y(end), top, edge);
      if (below > above) context.fillRect(left - STRIP - GAP, above, STRIP, below - above);
    }
    start = end;
  }
}

/** The images of the rows and columns, where cells are large enough. */
function drawPictures(
  context: CanvasRenderingContext2D,
  { left, top, edge, pictures: size }: Plot,
  { matrix, view, pictures }: Scene,
): void {
  const { cells } = matrix;
  const x = axis(view.x, view.size, cells, left, edge);
  const y = axis(view.y, view.size, cells, top, edge);
  const beside = STRIP + 2 * GAP + size;
  const place = (begin: number, draw: (picture: HTMLImageElement, cell: number) => void): void => {
    const [start, end] = cellsInSight(begin, view.size, cells);
    for (let cell = start; cell < end; cell++) {
      const picture = pictures.get(cellPath(matrix, cell));
      if (picture && picture.naturalWidth > 0) draw(picture, cell);
    }
  };
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.save();
  context.beginPath();
  context.rect(left, 0, edge, top);
  context.rect(0, top, left, edge);
  context.clip();
  place(view.x, (picture, cell) => {
    drawInside(context, picture, (x(cell) + x(cell + 1) - size) / 2, top - beside, size);
  });
  place(view.y, (picture, cell) => {
    drawInside(context, picture, left - beside, (y(cell) + y(cell + 1) - size) / 2, size);
  });
  context.restore();
}

/** All of a picture, in the middle of a square. */
function drawInside(
  context: CanvasRenderingContext2D,
  picture: HTMLImageElement,
  x: number,
  y: number,
  size: number,
): void {
  const { naturalWidth, naturalHeight } = picture;
  const scale = size / Math.max(naturalWidth, naturalHeight);
  const [width, height] = [naturalWidth * scale, naturalHeight * scale];
  context.drawImage(picture, x + (size - width) / 2, y + (size - height) / 2, width, height);
}

function drawTree(
  context: CanvasRenderingContext2D,
  { left: origin, top, edge, tree: width, pictures }: Plot,
  { matrix, view }: Scene,
  tree: DrawnTree,
  ink: Ink,
): void {
  const { leaves, positions, starts, ends, similarities, left, right } = tree;
  const y = axis(view.y, view.size, matrix.cells, top, edge);
  const root = similarities.at(-1)!;
  const begin = origin - STRIP - 2 * GAP - (pictures === 0 ? 0 : pictures + GAP) - width;
  // The root at the left, copies at the right.
  const x = (node: number): number => {
    const share = (similarities[node]! - root) / Math.max(1e-6, 1 - root);
    return begin + 6 + Math.max(0, Math.min(1, share)) * (width - 8);
  };
  context.save();
  context.beginPath();
  context.rect(begin, top, width, edge);
  context.clip();
  context.beginPath();
  for (let node = leaves; node < leaves + left.length; node++) {
    const [from, to] = [y(starts[node]!), y(ends[node]!)];
    if (to < top || from > top + edge || to - from < 1.5) continue;
    const [a, b] = [left[node - leaves]!, right[node - leaves]!];
    const at = x(node);
    context.moveTo(x(a), y(positions[a]!));
    context.lineTo(at, y(positions[a]!));
    context.lineTo(at, y(positions[b]!));
    context.lineTo(x(b), y(positions[b]!));
  }
  context.strokeStyle = ink.muted;
  context.lineWidth = 1;
  context.stroke();
  context.restore();
}

/** What is selected, where the pointer and the keyboard are. */
function drawMarks(context: CanvasRenderingContext2D, plot: Plot, scene: Scene, ink: Ink): void {
  const { left, top, edge } = plot;
  const { matrix, view, marked, cursor, hovered, rectangle } = scene;
  const x = axis(view.x, view.size, matrix.cells, left, edge);
  const y = axis(view.y, view.size, matrix.cells, top, edge);
  context.save();
  context.beginPath();
  context.rect(left - STRIP - GAP, top - STRIP - GAP, edge + STRIP + GAP, edge + STRIP + GAP);
  context.clip();
  context.strokeStyle = context.fillStyle = ink.focus;
  context.lineWidth = 2;
  for (let cell = 0; cell < matrix.cells; cell++) {
    if (marked[cell] === 0) continue;
    context.fillRect(x(cell), top - GAP, Math.max(1, x(cell + 1) - x(cell)), GAP);
    context.fillRect(left - GAP, y(cell), GAP, Math.max(1, y(cell + 1) - y(cell)));
  }
  if (rectangle) {
    const { rows, columns } = rectangle;
    outline(context, x(columns.start), y(rows.start), x(columns.end), y(rows.end), ink);
  }
  for (const cell of [hovered, cursor]) {
    if (!cell) continue;
    outline(context, x(cell.column), y(cell.row), x(cell.column + 1), y(cell.row + 1), ink);
  }
  context.restore();
}

/** Seen on light and on dark cells, and however small the cell is. */
function outline(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  endX: number,
  endY: number,
  { ground, text }: Ink,
): void {
  const [width, height] = [Math.max(LEAST_OUTLINE, endX - x), Math.max(LEAST_OUTLINE, endY - y)];
  const [left, top] = [(x + endX - width) / 2, (y + endY - height) / 2];
  context.lineWidth = 4;
  context.strokeStyle = ground;
  context.strokeRect(left, top, width, height);
  context.lineWidth = 2;
  context.strokeStyle = text;
  context.strokeRect(left, top, width, height);
}

function visible(start: number, end: number, origin: number, edge: number): [number, number] {
  return [Math.max(origin, start), Math.min(origin + edge, end)];
}

function fitting(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  for (let length = text.length - 1; length > 0; length--) {
    const short = `${text.slice(0, length)}…`;
    if (context.measureText(short).width <= width) return short;
  }
  return '';
}
