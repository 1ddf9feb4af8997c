import type { RandomStream } from '../../random.ts';
import { mix, oklch, scaled, type Colour } from '../colour.ts';
import { paintStudio, paintUnderwater } from '../indoors.ts';
import { setLitInk, type Light } from '../light.ts';
import { createNoise, type Noise } from '../noise.ts';
import { fraction, smoothstep } from '../numeric.ts';
import { flat, setInk, type Painter } from '../painter.ts';
import { blob, circle, outline, polygon, spline, type Shape } from '../shapes.ts';

/** One to four fish of a kind under water, or a specimen on paper. */
export function paintFish(painter: Painter, random: RandomStream): void {
  const wet = random.chance(0.8);
  const light = wet ? paintUnderwater(painter, random) : paintStudio(painter, random);
  const kind = createKind(random);
  const fit = Math.min(1, painter.aspect * 0.95);
  const heading = random.chance(0.5) ? 1 : -1;
  const others = wet ? random.pick([0, 0, 1, 2, 3]) : 0;
  for (let index = others; index >= 0; index--) {
    const main = index === 0;
    const placement = {
      x: (main ? random.uniform(-0.3, 0.3) : random.uniform(-0.9, 0.9)) * painter.aspect,
      y: main ? random.uniform(-0.3, 0.3) : random.uniform(-0.8, 0.6),
      scale: (main ? random.uniform(0.52, 0.74) : random.uniform(0.16, 0.3)) * fit,
      angle: random.uniform(-0.35, 0.35),
      stretchX: main || random.chance(0.8) ? heading : -heading,
      opacity: main ? 1 : random.uniform(0.6, 0.9),
    };
    if (!wet) {
      painter.at({ ...placement, x: placement.x + 0.03, y: placement.y + 0.06 }, () => {
        painter.fill(kind.body, flat([0, 0, 0], 0.3), 0.12);
      });
    }
    painter.at(placement, () => {
      paintOne(painter, kind, light);
    });
  }
  for (let bubble = wet ? random.integer(14) : 0; bubble > 0; bubble--) {
    const shape = circle(random.uniform(-1, 1) * painter.aspect, random.uniform(-1, 0.8), random.uniform(0.008, 0.035));
    painter.fill(shape, flat([0.9, 1, 1], 0.16));
    painter.fill(outline(shape, 0.006), flat([0.9, 1, 1], 0.65));
  }
}

interface Kind {
  readonly body: Shape;
  readonly tail: Shape;
  readonly dorsal: Shape;
  readonly belly: Shape;
  readonly pectoral: Shape;
  readonly height: number;
  readonly back: Colour;
  readonly under: Colour;
  readonly mark: Colour;
  readonly fin: Colour;
  readonly pattern: 'plain' | 'bars' | 'lines' | 'spots' | 'mask' | 'scales';
  readonly count: number;
  readonly noise: Noise;
}

function createKind(random: RandomStream): Kind {
  const height = random.uniform(0.32, 0.62);
  const hue = random.pick([45, 60, 90, 25, 250, 300, 200, 140, 265]) + random.uniform(-10, 10);
  const back = random.chance(0.2)
    ? oklch(0.7, 0.02, 250)
    : oklch(random.uniform(0.56, 0.8), random.uniform(0.13, 0.2), hue);
  const fork = random.uniform(-0.05, 0.22);
  const sail = random.uniform(0.12, 0.34);
  return {
    body: blob(
      [
        [0.95, 0.02],
        [0.75, -0.55 * height],
        [0.3, -height],
        [-0.25, -0.82 * height],
        [-0.72, -0.16],
        [-0.74, 0.14],
        [-0.25, 0.85 * height],
        [0.3, height],
        [0.76, 0.55 * height],
      ],
      7,
    ),
    tail: blob(
      [
        [-0.66, -0.1],
        [-0.9, -0.3],
        [-1.2, -0.44],
        [-1.16 + fork, -0.02],
        [-1.2, 0.44],
        [-0.9, 0.3],
        [-0.66, 0.12],
      ],
      6,
    ),
    dorsal: blob(
      [
        [0.4, -0.75 * height],
        [0.25, -height - sail],
        [-0.1, -height - sail * 0.85],
        [-0.55, -height * 0.62 - sail * 0.6],
        [-0.55, -0.2],
      ],
      6,
    ),
    belly: blob(
      [
        [0.1, 0.8 * height],
        [-0.08, height + sail * 0.8],
        [-0.3, height + sail * 0.5],
        [-0.5, 0.5 * height],
      ],
      6,
    ),
    pectoral: blob(
      [
        [0.3, 0.06],
        [0.16, -0.04],
        [-0.08, 0.1],
        [-0.04, 0.26],
        [0.16, 0.22],
      ],
      5,
    ),
    height,
    back,
    under: random.chance(0.6) ? mix(back, oklch(0.95, 0.03, 90), 0.75) : oklch(0.85, 0.12, hue + 40),
    mark: random.pick([
      oklch(0.97, 0.01, 90),
      oklch(0.22, 0.04, 270),
      oklch(0.6, 0.18, hue + 150),
      oklch(0.84, 0.16, 95),
    ]),
    fin: random.chance(0.5) ? scaled(back, 0.85) : oklch(0.78, 0.16, hue + random.pick([40, -40, 180])),
    pattern: random.pick(['plain', 'bars', 'bars', 'lines', 'spots', 'mask', 'scales']),
    count: 2 + random.integer(4),
    noise: createNoise(random),
  };
}

/** About 2.1 long, the head to the right. */
function paintOne(painter: Painter, kind: Kind, light: Light): void {
  paintFin(painter, kind, kind.tail, light, -0.5, 0);
  paintFin(painter, kind, kind.dorsal, light, 0.15, -0.1);
  paintFin(painter, kind, kind.belly, light, 0.1, 0.1);
  painter.fill(kind.body, (ink, x, y, distance) => {
    const half = Math.max(0.08, kind.height * (1 - ((x - 0.15) / 1.0) ** 2));
    const across = Math.max(-0.98, Math.min(0.98, y / half));
    let colour = mix(kind.back, kind.under, smoothstep(-0.1, 0.75, across));
    colour = mix(colour, kind.mark, marking(kind, x, y, across));
    const row = Math.floor(y * 15);
    const scale = Math.hypot(fraction(x * 12 + (row & 1) * 0.5) - 0.2, fraction(y * 15) - 0.5);
    const scaling = kind.pattern === 'plain' || kind.pattern === 'scales' ? 0.3 : 0.12;
    const onFlank = smoothstep(0.5, 0.35, x);
    colour = scaled(colour, 1 - scaling * onFlank * smoothstep(0.4, 0.65, scale));
    const gill = smoothstep(0.018, 0.004, Math.abs(Math.hypot(x - 0.86, (y - 0.02) * 0.9) - 0.42));
    colour = scaled(colour, 1 - 0.4 * gill * smoothstep(0.75, 0.5, Math.abs(across)));
    const edge = smoothstep(-0.16, 0, distance);
    setLitInk(
      ink,
      colour,
      light,
      0.15 * x,
      across * 0.8,
      Math.sqrt(1 - 0.64 * across * across) * (1 - 0.25 * edge),
      0.35,
    );
  });
  paintFin(painter, kind, kind.pectoral, light, 0.4, 0.05);
  painter.fill(
    polygon(
      spline(
        [
          [0.96, 0.07],
          [0.86, 0.1],
          [0.8, 0.085],
          [0.86, 0.12],
          [0.95, 0.09],
        ],
        4,
        true,
      ),
    ),
    flat([0.03, 0.02, 0.02], 0.7),
  );
  painter.fill(circle(0.68, -0.14 * kind.height - 0.03, 0.085), flat(oklch(0.93, 0.06, 95)));
  painter.fill(circle(0.69, -0.14 * kind.height - 0.03, 0.055), flat([0.01, 0.01, 0.015]));
  painter.fill(circle(0.71, -0.14 * kind.height - 0.055, 0.018), flat([1, 1, 1]));
}

function marking(kind: Kind, x: number, y: number, across: number): number {
  const wobble = 0.04 * kind.noise(x * 3, y * 3);
  switch (kind.pattern) {
    case 'bars':
      return smoothstep(
        0.2,
        0.26,
        Math.abs(fraction((x + 0.12 * across * across + wobble) * kind.count * 0.62 + 0.2) - 0.5) + 0.02,
      ) < 0.5 && x < 0.72
        ? 1
        : 0;
    case 'lines':
      return smoothstep(0.14, 0.2, Math.abs(fraction(across * kind.count * 0.6 + 0.3 + wobble) - 0.5)) < 0.5 && x < 0.5
        ? 1
        : 0;
    case 'spots':
      return smoothstep(0.18, 0.3, kind.noise(x * 7, y * 7)) * smoothstep(0.6, 0.4, x);
    case 'mask':
      return smoothstep(0.02, -0.02, Math.abs(x - 0.64 + 0.1 * across) - 0.09) + smoothstep(-0.4, -0.5, x);
    case 'plain':
    case 'scales':
      return 0;
  }
}

function paintFin(painter: Painter, kind: Kind, fin: Shape, light: Light, rootX: number, rootY: number): void {
  painter.fill(fin, (ink, x, y, distance) => {
    const ray = 0.5 + 0.5 * Math.sin(Math.atan2(y - rootY, x - rootX) * 38);
    const glow = 0.85 + 0.25 * ray + 0.3 * smoothstep(-0.05, 0, distance);
    setLitInk(ink, scaled(kind.fin, glow), light, 0, -0.2, 0.95);
    setInk(ink, [ink[0], ink[1], ink[2]], 0.8 + 0.15 * ray);
  });
}
