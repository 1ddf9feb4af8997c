import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RandomStream } from '../../core/random.ts';
import { mix, oklch, scaled, type Colour } from '../../core/sample/colour.ts';
import { createNoise, fractal } from '../../core/sample/noise.ts';
import { fraction, smoothstep } from '../../core/sample/numeric.ts';
import { flat, Painter, setInk } from '../../core/sample/painter.ts';
import { box, circle, ellipse, polygon, stroke, type Point } from '../../core/sample/shapes.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import { encodeImage } from '../../engine/images/codec.ts';

/** Height and width of a pattern, in pixels. */
const EDGE = 96;
/** Of the random numbers, so that none are those of a sample. */
const STREAM = 71;

/** The folder that patterns are in, beside those of classes of pictures. */
export const PATTERNS_FOLDER = 'patterns';

export interface PatternOptions {
  readonly perKind: number;
  readonly seed: number;
}

type Draw = (painter: Painter, random: RandomStream) => void;

/** A value from 0 to 1 for each place, of −1 to 1 in both directions. */
type Field = (x: number, y: number) => number;

/**
 * What is no photograph: textures, grain, writing, diagrams. People have such pictures among theirs, mostly by mistake, and a student that
 * has seen none of them takes them for whatever they are nearest to.
 */
const kinds: Readonly<Record<string, Draw>> = {
  blends: (painter, random) => {
    paint(painter, random, random.chance(0.5) ? slope(random) : rings(random, random.uniform(0.3, 0.8)), 1);
  },
  stripes: (painter, random) => {
    paint(painter, random, sharpened(rippled(random, waves(random, random.uniform(1.5, 24))), random.uniform()));
  },
  lattices: (painter, random) => {
    paint(painter, random, lattice(random));
  },
  rings: (painter, random) => {
    paint(painter, random, sharpened(rings(random, random.uniform(1.5, 12)), random.uniform()));
  },
  interference: (painter, random) => {
    const all = Array.from({ length: 2 + random.integer(3) }, () => waves(random, random.uniform(3, 18)));
    paint(painter, random, (x, y) => all.reduce((sum, wave) => sum + wave(x, y), 0) / all.length);
  },
  clouds: (painter, random) => {
    paint(painter, random, clouds(random, random.uniform(1, 5)));
  },
  patches: (painter, random) => {
    const [field, levels] = [clouds(random, random.uniform(1.5, 6)), 2 + random.integer(4)];
    paint(painter, random, (x, y) => Math.floor(field(x, y) * levels) / (levels - 1));
  },
  grain: grain,
  cells: cells,
  writing: writing,
  windows: windows,
  diagrams: diagrams,
  drawings: drawings,
  shapes: shapes,
};

export const patternKinds: readonly string[] = Object.keys(kinds);

/** @param number counts the patterns of a kind */
export function drawPattern(kind: string, number: number, seed: number): RgbImage {
  const random = new RandomStream(seed, STREAM, patternKinds.indexOf(kind), number);
  const tilt = random.chance(0.3) ? random.uniform(-0.4, 0.4) : 0;
  const painter = new Painter(EDGE, EDGE, { panX: 0, panY: 0, zoom: random.uniform(1, 1.4), tilt });
  kinds[kind]!(painter, random);
  return painter.develop(random.uniform(0.7, 1.2), 0, random.uniform(0, 2), random);
}

/**
 * Writes patterns as PNG files to folders of their kinds, which takes the place of what was there.
 *
 * @returns lower-case hex SHA-256 of all of them: others have another one
 */
export async function writePatterns(folder: string, { perKind, seed }: PatternOptions): Promise<string> {
  const all = createHash('sha256');
  const partial = `${folder}.partial`;
  await removePatterns(folder);
  for (const kind of patternKinds) {
    await mkdir(path.join(partial, kind), { recursive: true });
    for (let i = 0; i < perKind; i++) {
      const { data, width, height } = drawPattern(kind, i, seed);
      const file = path.join(partial, kind, `${String(i).padStart(4, '0')}.png`);
      all.update(data);
      await writeFile(file, await encodeImage(data, width, height, { format: 'png' }));
    }
  }
  await rename(partial, folder);
  return all.digest('hex');
}

/** Also what a drawing that was interrupted has left. */
export async function removePatterns(folder: string): Promise<void> {
  for (const one of [folder, `${folder}.partial`]) await rm(one, { recursive: true, force: true });
}

function colour(random: RandomStream): Colour {
  return oklch(random.uniform(0.15, 0.98), random.chance(0.3) ? 0 : random.uniform(0, 0.2), random.uniform(0, 360));
}

/** Covers all with colours, from one to the next as the field rises. */
function paint(painter: Painter, random: RandomStream, field: Field, fewest = 0): void {
  const colours = Array.from({ length: 2 + Math.max(fewest, random.integer(3)) }, () => colour(random));
  const last = colours.length - 1;
  painter.cover((ink, x, y) => {
    const at = Math.min(1, Math.max(0, field(x, y))) * last;
    const from = Math.min(last - 1, Math.floor(at));
    setInk(ink, mix(colours[from]!, colours[from + 1]!, at - from));
  });
}

function slope(random: RandomStream): Field {
  const angle = random.uniform(0, 2 * Math.PI);
  return (x, y) => 0.5 + 0.4 * (Math.cos(angle) * x + Math.sin(angle) * y);
}

function waves(random: RandomStream, frequency: number): Field {
  const [angle, phase] = [random.uniform(0, Math.PI), random.uniform(0, 2 * Math.PI)];
  const [across, down] = [Math.cos(angle) * frequency * Math.PI, Math.sin(angle) * frequency * Math.PI];
  return (x, y) => 0.5 + 0.5 * Math.sin(across * x + down * y + phase);
}

function rings(random: RandomStream, frequency: number): Field {
  const [left, top, arms] = [random.uniform(-0.8, 0.8), random.uniform(-0.8, 0.8), random.integer(4)];
  return (x, y) => {
    const turn = arms === 0 ? 0 : arms * Math.atan2(y - top, x - left);
    return 0.5 - 0.5 * Math.cos(Math.hypot(x - left, y - top) * frequency * Math.PI + turn);
  };
}

function clouds(random: RandomStream, scale: number): Field {
  const [noise, octaves, stretch] = [createNoise(random), 1 + random.integer(6), random.uniform(0.4, 2.5)];
  return (x, y) => 0.5 + 0.7 * fractal(noise, x * scale * stretch + 9, y * scale + 9, octaves);
}

/** Bends a field, or leaves it as it is. */
function rippled(random: RandomStream, field: Field): Field {
  const [noise, strength] = [createNoise(random), random.chance(0.5) ? 0 : random.uniform(0.05, 0.3)];
  return (x, y) => field(x + strength * noise(x * 2, y * 2), y + strength * noise(x * 2 + 40, y * 2 + 40));
}

/** @param sharpness 0 leaves a field as it is, 1 makes it nearly two values */
function sharpened(field: Field, sharpness: number): Field {
  const soft = 0.5 * (1 - sharpness) + 0.02;
  return (x, y) => (sharpness < 0.3 ? field(x, y) : smoothstep(0.5 - soft, 0.5 + soft, field(x, y)));
}

/** Dots, squares, crosses or bricks that repeat. */
function lattice(random: RandomStream): Field {
  const [count, angle, size] = [random.uniform(2, 16), random.uniform(0, Math.PI), random.uniform(0.2, 0.45)];
  const [kind, offset] = [random.integer(4), random.chance(0.5) ? 0.5 : 0];
  const [cos, sin] = [Math.cos(angle) * count, Math.sin(angle) * count];
  return (x, y) => {
    const [u, v] = [cos * x + sin * y, cos * y - sin * x];
    const dx = Math.abs(fraction(u + (Math.floor(v) % 2) * offset) - 0.5);
    const dy = Math.abs(fraction(v) - 0.5);
    const away = [Math.hypot(dx, dy), Math.max(dx, dy), Math.min(dx, dy) + 0.15, dx + dy][kind]!;
    return smoothstep(size - 0.05, size + 0.05, away);
  };
}

/** Random pixels, coarse or fine, alone or over something else. */
function grain(painter: Painter, random: RandomStream): void {
  const [field, share] = [clouds(random, random.uniform(0.5, 3)), random.chance(0.5) ? 1 : random.uniform(0.3, 1)];
  const [size, isColoured, power] = [random.uniform(30, 110), random.chance(0.5), random.uniform(0.5, 3)];
  const [tint, seed] = [colour(random), random.integer(1e6)];
  const known = new Map<number, Colour>();
  painter.cover((ink, x, y) => {
    const cell = Math.floor((x + 2) * size) * 4096 + Math.floor((y + 2) * size);
    let drawn = known.get(cell);
    if (drawn === undefined) {
      const own = new RandomStream(seed, cell >>> 0);
      const level = own.uniform() ** power;
      drawn = isColoured ? [level, own.uniform() ** power, own.uniform() ** power] : [level, level, level];
      known.set(cell, drawn);
    }
    setInk(ink, mix(scaled(tint, field(x, y)), drawn, share));
  });
}

/** Areas that are nearest to one of several places. */
function cells(painter: Painter, random: RandomStream): void {
  const places = Array.from({ length: 6 + random.integer(60) }, () => ({
    x: random.uniform(-1.3, 1.3),
    y: random.uniform(-1.3, 1.3),
    colour: colour(random),
  }));
  const [edge, edges] = [random.chance(0.5) ? random.uniform(0.01, 0.06) : 0, colour(random)];
  painter.cover((ink, x, y) => {
    let [nearest, second, found] = [Infinity, Infinity, places[0]!];
    for (const place of places) {
      const distance = Math.hypot(place.x - x, place.y - y);
      if (distance < nearest) [second, nearest, found] = [nearest, distance, place];
      else if (distance < second) second = distance;
    }
    setInk(ink, second - nearest < edge ? edges : found.colour);
  });
}

/** Light ground and dark ink, or the other way round. */
function groundAndInk(painter: Painter, random: RandomStream): Colour {
  const [light, dark] = [
    oklch(random.uniform(0.85, 1), random.uniform(0, 0.04), random.uniform(0, 360)),
    oklch(random.uniform(0.1, 0.4), random.uniform(0, 0.08), random.uniform(0, 360)),
  ];
  const [ground, ink] = random.chance(0.75) ? [light, dark] : [dark, light];
  painter.cover((pen) => {
    setInk(pen, ground);
  });
  return ink;
}

/** Lines of words, in one column or more. */
function writing(painter: Painter, random: RandomStream): void {
  const ink = flat(groundAndInk(painter, random));
  const [height, columns] = [random.uniform(0.025, 0.14), 1 + random.integer(3)];
  const [margin, width] = [random.uniform(0, 0.25), 2 / columns];
  for (let column = 0; column < columns; column++) {
    const [left, right] = [-1 + column * width + margin / 2, -1 + (column + 1) * width - margin / 2];
    for (let y = -1 + margin; y < 1 - margin; y += height * 2) {
      const end = random.chance(0.2) ? random.uniform(left, right) : right;
      for (let x = left; x < end;) {
        const word = Math.min(end, x + height * random.uniform(1, 6));
        // Letters are strokes a little apart.
        for (let letter = x; letter < word; letter += height * 0.55) {
          const top = y + (random.chance(0.3) ? 0 : 0.3 * height);
          painter.fill(box(letter, top, Math.min(word, letter + height * random.uniform(0.2, 0.45)), y + height), ink);
        }
        x = word + height * 0.6;
      }
    }
  }
}

/** What a screen shows: bars, lists, buttons, pictures. */
function windows(painter: Painter, random: RandomStream): void {
  const ink = groundAndInk(painter, random);
  const accent = colour(random);
  for (let panel = 0; panel < 2 + random.integer(5); panel++) {
    const [left, top] = [random.uniform(-1.1, 0.6), random.uniform(-1.1, 0.6)];
    const [right, bottom] = [left + random.uniform(0.4, 1.6), top + random.uniform(0.3, 1.4)];
    painter.fill(box(left, top, right, bottom, random.uniform(0, 0.06)), flat(colour(random), random.uniform(0.3, 1)));
    painter.fill(box(left, top, right, top + 0.1), flat(accent));
    for (let y = top + 0.16; y < bottom - 0.08; y += 0.11) {
      painter.fill(box(left + 0.05, y, left + random.uniform(0.1, 0.9) * (right - left), y + 0.04), flat(ink));
    }
  }
}

/** Boxes or circles and the lines between them. */
function diagrams(painter: Painter, random: RandomStream): void {
  const ink = flat(groundAndInk(painter, random));
  const nodes: Point[] = Array.from({ length: 3 + random.integer(9) }, () => [
    random.uniform(-0.85, 0.85),
    random.uniform(-0.85, 0.85),
  ]);
  const thickness = random.uniform(0.006, 0.025);
  nodes.slice(1).forEach((node, i) => {
    painter.fill(stroke([nodes[random.integer(i + 1)]!, node], thickness), ink);
  });
  for (const [x, y] of nodes) {
    const [half, filled] = [random.uniform(0.04, 0.2), flat(colour(random))];
    painter.fill(
      random.chance(0.5) ? circle(x, y, half) : box(x - half, y - half * 0.6, x + half, y + half * 0.6),
      filled,
    );
  }
}

/** Lines by hand. */
function drawings(painter: Painter, random: RandomStream): void {
  const ink = flat(groundAndInk(painter, random));
  for (let line = 0; line < 2 + random.integer(12); line++) {
    let [x, y, angle] = [random.uniform(-0.9, 0.9), random.uniform(-0.9, 0.9), random.uniform(0, 6.3)];
    const [bend, points] = [random.uniform(-0.5, 0.5), [[x, y]] as Point[]];
    for (let step = 0; step < 4 + random.integer(24); step++) {
      angle += bend + random.uniform(-0.4, 0.4);
      x += 0.09 * Math.cos(angle);
      y += 0.09 * Math.sin(angle);
      points.push([x, y]);
    }
    painter.fill(stroke(points, random.uniform(0.006, 0.03)), ink);
  }
}

/** Flat shapes, one over the other. */
function shapes(painter: Painter, random: RandomStream): void {
  paint(painter, random, slope(random));
  for (let shape = 0; shape < 1 + random.integer(14); shape++) {
    const [x, y, size] = [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(0.08, 0.6)];
    const corners = 3 + random.integer(5);
    const turned = random.uniform(0, 6.3);
    const points = Array.from({ length: corners }, (_, i): Point => {
      const angle = turned + (2 * Math.PI * i) / corners;
      return [x + size * Math.cos(angle), y + size * Math.sin(angle)];
    });
    const drawn = random.chance(0.6) ? polygon(points) : ellipse(x, y, size, size * random.uniform(0.3, 1));
    painter.fill(drawn, flat(colour(random)));
  }
}
