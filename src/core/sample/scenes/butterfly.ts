import type { RandomStream } from '../../random.ts';
import { mix, oklch, scaled, type Colour } from '../colour.ts';
import { paintStudio } from '../indoors.ts';
import { frontal, type Light } from '../light.ts';
import { createNoise, fractal, type Noise } from '../noise.ts';
import { smoothstep } from '../numeric.ts';
import { paintMeadowBlur, paintSky } from '../outdoors.ts';
import { flat, setInk, type Painter } from '../painter.ts';
import { blob, ellipse, spline, stroke, type Point, type Shape } from '../shapes.ts';

/** A butterfly with open wings, in the air or pinned on paper, turned any way. */
export function paintButterfly(painter: Painter, random: RandomStream): void {
  const setting = random.uniform();
  let light: Light;
  if (setting < 0.55) light = paintMeadowBlur(painter, random);
  else if (setting < 0.85) light = paintStudio(painter, random);
  else light = paintSky(painter, random, 1.3).light;

  const kind = createKind(random);
  const fit = Math.min(1, painter.aspect);
  const x = random.uniform(-0.3, 0.3) * painter.aspect;
  const y = random.uniform(-0.2, 0.2);
  const scale = random.uniform(0.5, 0.72) * fit;
  const angle = random.uniform(-0.9, 0.9);
  const shadow = setting >= 0.55 && setting < 0.85;
  const [left, right] = random.chance(0.5) ? [1, random.uniform(0.55, 1)] : [random.uniform(0.55, 1), 1];
  for (const pass of shadow ? ['shadow', 'wings'] : ['wings']) {
    const away = pass === 'shadow' ? 0.06 : 0;
    painter.at({ x: x + away, y: y + 1.4 * away, scale, angle }, () => {
      for (const stretchX of [-left, right]) {
        painter.at({ x: 0, y: 0, stretchX }, () => {
          if (pass === 'shadow') {
            painter.fill(kind.hind, flat([0, 0, 0], 0.3), 0.1);
            painter.fill(kind.fore, flat([0, 0, 0], 0.3), 0.1);
          } else paintWings(painter, kind, scaledLight(light, stretchX < 0 ? 1.08 : 0.95));
        });
      }
    });
  }
  painter.at({ x, y, scale, angle }, () => {
    paintBody(painter, kind, light);
  });
}

interface Kind {
  readonly fore: Shape;
  readonly hind: Shape;
  readonly base: Colour;
  readonly second: Colour;
  readonly border: Colour;
  readonly spots: Colour;
  readonly margin: number;
  readonly eyes: boolean;
  readonly bands: number;
  readonly noise: Noise;
}

function createKind(random: RandomStream): Kind {
  const hue = random.pick([55, 75, 95, 245, 265, 30, 150, 320, 200]) + random.uniform(-10, 10);
  const reach = random.uniform(0.9, 1.08);
  const swallow = random.chance(0.3);
  const fore: Point[] = [
    [0.03, -0.08],
    [0.3, -0.52],
    [0.7 * reach, -0.86],
    [0.98 * reach, -0.88],
    [1.0 * reach, -0.62],
    [0.84 * reach, -0.28],
    [0.66, -0.04],
    [0.3, 0.06],
  ];
  const hind: Point[] = [
    [0.03, -0.02],
    [0.35, -0.06],
    [0.66, 0.02],
    [0.8, 0.26],
    [0.7, 0.54],
    [0.5, 0.72],
    ...(swallow
      ? ([
          [0.46, 1.02],
          [0.36, 1.0],
          [0.36, 0.76],
        ] as Point[])
      : []),
    [0.24, 0.6],
    [0.08, 0.3],
  ];
  return {
    fore: blob(fore, 7),
    hind: blob(hind, 6),
    base: random.chance(0.15)
      ? oklch(0.94, 0.03, 100)
      : oklch(random.uniform(0.58, 0.8), random.uniform(0.13, 0.19), hue),
    second: oklch(random.uniform(0.6, 0.88), 0.15, hue + random.pick([-45, 40, 70, 180])),
    border: random.pick([oklch(0.2, 0.03, 60), oklch(0.28, 0.05, 30), oklch(0.25, 0.07, 280), oklch(0.4, 0.08, 50)]),
    spots: random.pick([oklch(0.97, 0.02, 90), oklch(0.85, 0.15, 85), oklch(0.75, 0.12, 230)]),
    margin: random.uniform(0.05, 0.17),
    eyes: random.chance(0.4),
    bands: random.pick([0, 0, 1, 2]),
    noise: createNoise(random),
  };
}

function paintWings(painter: Painter, kind: Kind, light: Light): void {
  paintWing(painter, kind, kind.hind, light, [0.5, 0.38], 0.08);
  painter.at({ x: -0.01, y: 0.025 }, () => {
    painter.fill(kind.fore, flat([0, 0, 0], 0.25), 0.06);
  });
  paintWing(painter, kind, kind.fore, light, [0.72, -0.52], 0.1);
}

function paintWing(painter: Painter, kind: Kind, wing: Shape, light: Light, eye: Point, eyeRadius: number): void {
  painter.fill(wing, (ink, x, y, distance) => {
    const fromRoot = Math.hypot(x, y + 0.05);
    const angle = Math.atan2(y + 0.05, x);
    let colour = mix(kind.base, kind.second, smoothstep(0.25, 1.0, fromRoot + 0.15 * kind.noise(x * 4, y * 4)));
    if (kind.bands > 0) {
      const band = smoothstep(
        0.09,
        0.06,
        Math.abs(((fromRoot * (1 + kind.bands) + 0.06 * Math.sin(angle * 9)) % 1) - 0.62),
      );
      colour = mix(colour, kind.border, 0.75 * band);
    }
    const vein = smoothstep(0.012, 0.004, (Math.abs(((angle * 5.1 + 20) % 1) - 0.5) * fromRoot) / 5.1);
    colour = mix(colour, kind.border, 0.65 * vein * smoothstep(0.12, 0.3, fromRoot));
    if (kind.eyes) {
      const off = Math.hypot(x - eye[0], y - eye[1]);
      colour = mix(colour, kind.border, smoothstep(eyeRadius + 0.02, eyeRadius, off));
      colour = mix(colour, kind.spots, smoothstep(eyeRadius * 0.75, eyeRadius * 0.6, off));
      colour = mix(colour, oklch(0.35, 0.12, 270), smoothstep(eyeRadius * 0.45, eyeRadius * 0.3, off));
    }
    const ragged = kind.margin * (1 + 0.35 * Math.cos(angle * 5.1 * 2 * Math.PI));
    const inMargin = smoothstep(-ragged - 0.015, -ragged + 0.015, distance);
    colour = mix(colour, kind.border, inMargin);
    // Pale spots along the margin, one between two veins.
    const between = Math.abs(((angle * 5.1 + 20.5) % 1) - 0.5) / 5.1;
    const spot = Math.hypot(between * fromRoot, distance + kind.margin * 0.55) - kind.margin * 0.26;
    colour = mix(colour, kind.spots, smoothstep(0.01, -0.008, spot));
    const dusting = 1 + 0.16 * fractal(kind.noise, x * 22, y * 22, 2) - 0.22 * smoothstep(0.35, 0.05, fromRoot);
    setInk(ink, frontal(scaled(colour, dusting), light));
  });
}

function paintBody(painter: Painter, kind: Kind, light: Light): void {
  for (const side of [-1, 1]) {
    const feeler = spline(
      [
        [0, -0.3],
        [side * 0.1, -0.55],
        [side * 0.26, -0.78],
      ],
      8,
      false,
    );
    painter.fill(stroke(feeler, 0.011), flat(frontal(kind.border, light)));
    painter.fill(ellipse(side * 0.265, -0.79, 0.026, 0.026), flat(frontal(kind.border, light)));
  }
  const parts = [ellipse(0, 0.28, 0.055, 0.34), ellipse(0, -0.12, 0.08, 0.19), ellipse(0, -0.32, 0.058, 0.062)];
  for (const part of parts) {
    painter.fill(part, (ink, x, y) => {
      const ring = 0.8 + 0.3 * smoothstep(0.3, 0.7, Math.abs(((y * 13 + 20) % 1) - 0.5) * 2);
      const round = 1.6 - 12 * Math.abs(x + 0.015);
      setInk(ink, frontal(scaled(mix(kind.border, kind.base, 0.2), Math.max(0.4, ring * round)), light));
    });
  }
}

function scaledLight(light: Light, factor: number): Light {
  return { ...light, key: scaled(light.key, factor) };
}
