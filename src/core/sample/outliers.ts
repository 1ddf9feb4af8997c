import type { RgbImage } from '../images/pixels.ts';
import { RandomStream } from '../random.ts';
import { mix, oklch, scaled, type Colour } from './colour.ts';
import { createNoise, fractal } from './noise.ts';
import { smoothstep } from './numeric.ts';
import { flat, Painter, setInk } from './painter.ts';
import { box, circle, outline, stroke, type Point } from './shapes.ts';

type Draw = (painter: Painter, random: RandomStream) => void;

/** Pictures that belong to no class, in the order they are used. */
const styles: readonly Draw[] = [barChart, televisionNoise, textPage, testCard, contours, matrix, lineChart, weave];

/** Draws a picture that is of none of the sample's classes; `style` counts through the kinds there are. */
export function drawOutlier(style: number, seed: number, scene: number, width: number, height: number): RgbImage {
  const random = new RandomStream(seed, 3, scene);
  const painter = new Painter(width, height, { panX: 0, panY: 0, zoom: 1, tilt: 0 });
  styles[style % styles.length]!(painter, random);
  return painter.develop(1, 0.15, 1.5, random);
}

/** A sheet that was photographed: light falls off to one side. */
function paintPaper(painter: Painter, random: RandomStream): void {
  const paper = oklch(0.95, 0.012, 90);
  const slope = random.uniform(-0.12, 0.12);
  painter.cover((ink, x, y) => {
    setInk(ink, scaled(paper, 0.88 + slope * x - 0.1 * y));
  });
}

function barChart(painter: Painter, random: RandomStream): void {
  paintPaper(painter, random);
  paintAxes(painter);
  const count = 4 + random.integer(5);
  const reach = painter.aspect * 0.78;
  for (let bar = 0; bar < count; bar++) {
    const left = -reach + ((2 * reach) / count) * (bar + 0.2);
    const colour = oklch(0.62, 0.15, (bar * 360) / count);
    painter.fill(box(left, 0.7 - random.uniform(0.2, 1.35), left + (1.2 * reach) / count, 0.7), flat(colour));
  }
}

function lineChart(painter: Painter, random: RandomStream): void {
  paintPaper(painter, random);
  paintAxes(painter);
  for (let series = 0; series < 3; series++) {
    const points: Point[] = [];
    let y = random.uniform(-0.4, 0.4);
    for (let step = 0; step <= 14; step++) {
      y = Math.max(-0.7, Math.min(0.6, y + random.uniform(-0.24, 0.24)));
      points.push([painter.aspect * (-0.78 + (1.56 * step) / 14), y]);
    }
    const colour = oklch(0.55, 0.17, 30 + 120 * series);
    painter.fill(stroke(points, 0.014), flat(colour));
    for (const point of points) painter.fill(circle(point[0], point[1], 0.03), flat(colour));
  }
}

function paintAxes(painter: Painter): void {
  const reach = painter.aspect * 0.82;
  for (let line = 0; line < 6; line++) {
    const y = 0.7 - line * 0.28;
    painter.fill(box(-reach, y, reach, y + 0.006), flat(oklch(0.75, 0, 0)));
    painter.fill(box(-reach - 0.1, y - 0.02, -reach - 0.04, y + 0.02), flat(oklch(0.4, 0, 0)));
  }
  painter.fill(box(-reach, -0.8, -reach + 0.012, 0.71), flat(oklch(0.3, 0, 0)));
  painter.fill(box(-reach, 0.7, reach, 0.712), flat(oklch(0.3, 0, 0)));
}

function textPage(painter: Painter, random: RandomStream): void {
  paintPaper(painter, random);
  const ink = flat(oklch(0.3, 0.01, 270));
  const reach = painter.aspect * 0.8;
  painter.fill(box(-reach, -0.86, reach * random.uniform(0, 0.5), -0.76), ink);
  for (let row = 0; row < 19; row++) {
    const y = -0.62 + row * 0.08;
    for (let x = -reach; x < reach - 0.1;) {
      const end = Math.min(reach, x + random.uniform(0.05, 0.22));
      painter.fill(box(x, y, end, y + 0.034, 0.006), ink);
      x = end + 0.035;
      if (row % 6 === 5 && random.chance(0.3)) break;
    }
  }
}

function testCard(painter: Painter, random: RandomStream): void {
  const hues = [0, ...random.shuffled([110, 195, 142, 328, 29, 264])];
  painter.cover((ink, x, y) => {
    const u = (x / painter.aspect + 1) / 2;
    const bar = Math.min(6, Math.floor(u * 7));
    const colour: Colour = bar === 0 ? [0.7, 0.7, 0.7] : oklch(0.9 - 0.08 * bar, 0.2, hues[bar]!);
    setInk(ink, y < 0.4 ? colour : scaled([1, 1, 1], y < 0.7 ? u : Math.floor(u * 12) / 12));
  });
  painter.fill(outline(circle(0, 0, 0.72), 0.03), flat([1, 1, 1]));
}

function televisionNoise(painter: Painter, random: RandomStream): void {
  painter.cover((ink) => {
    setInk(ink, scaled([1, 1, 1.05], random.uniform() ** 2));
  });
}

function contours(painter: Painter, random: RandomStream): void {
  const noise = createNoise(random);
  const [low, high] = [oklch(0.75, 0.1, 150), oklch(0.85, 0.09, 60)];
  painter.cover((ink, x, y) => {
    const height = fractal(noise, x * 1.3, y * 1.3, 4) * 7 + 20;
    const line = smoothstep(0.11, 0.03, Math.abs(height - Math.round(height)));
    setInk(ink, mix(mix(low, high, (height - 16) / 8), oklch(0.35, 0.06, 50), line));
  });
}

/** A two-dimensional code. */
function matrix(painter: Painter, random: RandomStream): void {
  paintPaper(painter, random);
  const cells = 21;
  const size = (1.5 * Math.min(1, painter.aspect)) / cells;
  const black = flat(oklch(0.2, 0, 0));
  const corner = (cells * size) / 2;
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const [u, v] = [Math.min(column, cells - 1 - column), Math.min(row, cells - 1 - row)];
      const finder = u < 7 && v < 7 && !(column > 13 && row > 13);
      const ring = Math.max(Math.abs(u - 3), Math.abs(v - 3));
      if (finder ? ring === 3 || ring < 2 : random.chance(0.5)) {
        const [x, y] = [column * size - corner, row * size - corner];
        painter.fill(box(x, y, x + size, y + size), black);
      }
    }
  }
}

function weave(painter: Painter, random: RandomStream): void {
  const hue = random.uniform(0, 360);
  const [first, second] = [oklch(0.45, 0.12, hue), oklch(0.85, 0.08, hue + 60)];
  const frequency = random.uniform(18, 26);
  painter.cover((ink, x, y) => {
    const over = Math.sin(x * frequency) * Math.sin(y * frequency) > 0;
    const thread = 0.6 + 0.4 * Math.abs(over ? Math.cos(x * frequency) : Math.cos(y * frequency));
    setInk(ink, scaled(over ? first : second, thread));
  });
}
