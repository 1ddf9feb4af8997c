import { RandomStream } from '../random.ts';
import { ADVANCE, shortened, textWidth } from './bitmapFont.ts';
import { categoryColours, NO_CATEGORY, type Rgb } from './categoryColours.ts';
import { densityGrid } from './density.ts';
import { CAPITAL_HEIGHT, Raster } from './raster.ts';

/** A map as it is drawn. */
export interface DrawnMap {
  readonly x: Float32Array;
  /** Upwards. */
  readonly y: Float32Array;
  /** What the dots are coloured by; undefined for a point without one. */
  readonly labels: readonly (string | undefined)[];
  /** Of each point; −1 for none. */
  readonly cluster: Int32Array;
  readonly clusters: readonly { readonly id: number; readonly name: string }[];
  /** Of a point without a label, in the legend: "no label". */
  readonly withoutLabel: string;
  readonly title: string;
  readonly subtitle: string;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const PAPER: Rgb = [255, 255, 255];
const SHADE: Rgb = [214, 222, 234];
const INK: Rgb = [32, 36, 44];
const FAINT: Rgb = [104, 110, 120];

const MARGIN = 36;
const HEADER = 84;
const LINE = 30;
/** Letters of a legend's entry, and entries at most: what doesn't fit is told as one more. */
const LETTERS = 26;
const MOST_ENTRIES = 32;
/** Clusters that are named on the map at most. */
const MOST_NAMES = 40;
const SHADE_CELL = 4;
const ORDER_STREAM = 0x6f72;

/**
 * Draws a map: dots coloured by class over a shade of how dense they lie, names of clusters, and a legend with the classes,
 * the most frequent first.
 */
export function drawMap(map: DrawnMap, { width, height }: PictureSize): Raster {
  const raster = new Raster(width, height, PAPER);
  const classes = classesOf(map.labels);
  const room = Math.floor((height - HEADER - MARGIN) / LINE) - 2;
  const colours = categoryColours(classes.length);
  const colourOf = new Map(classes.map(({ name }, i) => [name, colours[i]!]));
  const legendWidth = classes.length === 0 ? 0 : 2 * ADVANCE * (LETTERS + 2) + 40;
  const frame = {
    left: MARGIN,
    top: HEADER,
    width: width - 2 * MARGIN - legendWidth,
    height: height - HEADER - MARGIN,
  };
  const spots = placeIn(frame, map);
  shade(raster, spots);
  const radius = Math.max(1.6, Math.min(6, 150 / Math.sqrt(map.x.length)));
  const opacity = map.x.length > 5_000 ? 0.7 : 0.85;
  // In any order, so that no class lies on top of the others.
  for (const point of new RandomStream(0, ORDER_STREAM).shuffled([...map.labels.keys()])) {
    const colour = colourOf.get(map.labels[point] ?? '') ?? NO_CATEGORY;
    raster.disc(spots[2 * point]!, spots[2 * point + 1]!, radius, colour, opacity);
  }
  nameClusters(raster, map, spots);
  const letters = Math.floor((width - 2 * MARGIN) / (2 * ADVANCE));
  raster.text(MARGIN, 24, shortened(map.title, letters), INK);
  raster.text(MARGIN, 52, shortened(map.subtitle, letters), FAINT);
  if (classes.length > 0) {
    const entries = legendOf(classes.slice(0, Math.max(0, Math.min(MOST_ENTRIES, room))), classes.length, map);
    drawLegend(raster, width - MARGIN - legendWidth + 28, entries, colours);
  }
  return raster;
}

interface ClassCount {
  readonly name: string;
  readonly count: number;
}

/** The most frequent first. */
function classesOf(labels: readonly (string | undefined)[]): ClassCount[] {
  const counts = new Map<string, number>();
  for (const label of labels) if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

/** Positions on the picture, x and y of one point after the other: as large as fits, in the middle. */
function placeIn(
  frame: { left: number; top: number; width: number; height: number },
  { x, y }: DrawnMap,
): Float64Array {
  const [left, right] = boundsOf(x);
  const [bottom, top] = boundsOf(y);
  const scale = Math.min(frame.width / Math.max(right - left, 1e-9), frame.height / Math.max(top - bottom, 1e-9));
  const offsetX = frame.left + (frame.width - scale * (right - left)) / 2;
  const offsetY = frame.top + (frame.height - scale * (top - bottom)) / 2;
  const spots = new Float64Array(2 * x.length);
  for (let i = 0; i < x.length; i++) {
    spots[2 * i] = offsetX + scale * (x[i]! - left);
    spots[2 * i + 1] = offsetY + scale * (top - y[i]!);
  }
  return spots;
}

function boundsOf(values: Float32Array): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function shade(raster: Raster, spots: Float64Array): void {
  const columns = Math.ceil(raster.width / SHADE_CELL);
  const lines = Math.ceil(raster.height / SHADE_CELL);
  const cells = Uint32Array.from({ length: spots.length / 2 }, (_, i) => {
    const column = Math.min(columns - 1, Math.floor(spots[2 * i]! / SHADE_CELL));
    const line = Math.min(lines - 1, Math.floor(spots[2 * i + 1]! / SHADE_CELL));
    return line * columns + column;
  });
  const density = densityGrid(cells, columns, lines, 5);
  const at = (column: number, line: number) =>
    density[Math.min(lines - 1, Math.max(0, line)) * columns + Math.min(columns - 1, Math.max(0, column))]!;
  for (let y = 0; y < raster.height; y++) {
    for (let x = 0; x < raster.width; x++) {
      // Between the middles of four cells.
      const [u, v] = [(x + 0.5) / SHADE_CELL - 0.5, (y + 0.5) / SHADE_CELL - 0.5];
      const [column, line] = [Math.floor(u), Math.floor(v)];
      const [right, down] = [u - column, v - line];
      const upper = at(column, line) * (1 - right) + at(column + 1, line) * right;
      const lower = at(column, line + 1) * (1 - right) + at(column + 1, line + 1) * right;
      raster.blend(x, y, SHADE, Math.sqrt(upper * (1 - down) + lower * down));
    }
  }
}

/** The largest clusters first; a name that would lie upon another is left out. */
function nameClusters(raster: Raster, { clusters, cluster }: DrawnMap, spots: Float64Array): void {
  const taken: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }[] = [];
  for (const { id, name } of clusters.slice(0, MOST_NAMES)) {
    const xs: number[] = [];
    const ys: number[] = [];
    cluster.forEach((own, point) => {
      if (own !== id) return;
      xs.push(spots[2 * point]!);
      ys.push(spots[2 * point + 1]!);
    });
    const text = shortened(name, LETTERS);
    const width = 2 * textWidth(text);
    const left = Math.max(4, Math.min(raster.width - width - 4, Math.round(median(xs) - width / 2)));
    const top = Math.round(median(ys) - CAPITAL_HEIGHT / 2);
    const box = { left: left - 6, top: top - 6, right: left + width + 6, bottom: top + CAPITAL_HEIGHT + 10 };
    const collides = taken.some(
      (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom,
    );
    if (collides) continue;
    taken.push(box);
    raster.rimmedText(left, top, text, INK, PAPER);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

interface LegendEntry {
  readonly text: string;
  /** Undefined where the text stands for several. */
  readonly colour: Rgb | 'by class' | undefined;
}

function legendOf(
  shown: readonly ClassCount[],
  classes: number,
  { labels, withoutLabel }: DrawnMap,
): readonly LegendEntry[] {
  const rest = classes - shown.length;
  const unlabelled = labels.filter((label) => label === undefined).length;
  return [
    ...shown.map(({ name, count }) => ({
      text: `${shortened(name, LETTERS - 1 - String(count).length)} ${count}`,
      colour: 'by class' as const,
    })),
    ...(rest > 0 ? [{ text: `and ${rest} more classes`, colour: undefined }] : []),
    ...(unlabelled > 0 ? [{ text: `${withoutLabel} ${unlabelled}`, colour: NO_CATEGORY }] : []),
  ];
}

function drawLegend(raster: Raster, left: number, entries: readonly LegendEntry[], colours: readonly Rgb[]): void {
  entries.forEach(({ text, colour }, i) => {
    const top = HEADER + 8 + i * LINE;
    if (colour !== undefined) raster.disc(left + 7, top + 7, 7, colour === 'by class' ? colours[i]! : colour);
    raster.text(left + 28, top, text, INK);
  });
}
