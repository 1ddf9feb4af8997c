import type { RandomStream } from '../../random.ts';
import { mix, oklch, scaled, type Colour } from '../colour.ts';
import { paintTable } from '../indoors.ts';
import { setLitInk, type Light } from '../light.ts';
import { createNoise, fractal, type Noise } from '../noise.ts';
import { smoothstep } from '../numeric.ts';
import { paintGrass, paintHills, paintMeadowBlur, paintSky } from '../outdoors.ts';
import { flat, setInk, type Painter } from '../painter.ts';
import { blob, box, ellipse, polygon, type Point } from '../shapes.ts';

/** One to three mushrooms on the forest floor, in a meadow, or brought home. */
export function paintMushroom(painter: Painter, random: RandomStream): void {
  const setting = random.uniform();
  const ground = random.uniform(0.22, 0.75);
  let light: Light;
  if (setting < 0.65) light = paintMeadowBlur(painter, random);
  else if (setting < 0.85) {
    const weather = paintSky(painter, random, 0.1);
    paintHills(painter, random, weather, 0.1);
    light = weather.light;
  } else light = paintTable(painter, random, random.uniform(-0.05, 0.25));
  const outside = setting < 0.85;
  const noise = createNoise(random);
  if (outside) paintMoss(painter, random, noise, ground - 0.12);

  const kind = createKind(random);
  const fit = Math.min(1, painter.aspect);
  const count = random.pick([1, 1, 2, 3]);
  for (let index = count - 1; index >= 0; index--) {
    const main = index === 0;
    const placement = {
      x: (main ? random.uniform(-0.3, 0.3) : random.uniform(-0.75, 0.75)) * painter.aspect,
      y: main ? ground + 0.1 : ground + random.uniform(-0.06, 0.04),
      scale: (main ? random.uniform(0.52, 0.7) : random.uniform(0.22, 0.38)) * fit,
      angle: random.uniform(-0.16, 0.16),
    };
    painter.at(placement, () => {
      paintOne(painter, random, kind, noise, light);
    });
  }
  if (outside) paintGrass(painter, random, light, ground + 0.1, 0.34);
}

interface Kind {
  readonly cap: Colour;
  readonly rim: Colour;
  readonly stem: Colour;
  readonly spotted: boolean;
  readonly height: number;
  readonly dome: number;
  readonly stemHalf: number;
  readonly ring: boolean;
  readonly tilt: number;
}

function createKind(random: RandomStream): Kind {
  const cap = random.pick([
    oklch(0.55, 0.2, 28),
    oklch(0.52, 0.19, 30),
    oklch(0.5, 0.09, 50),
    oklch(0.68, 0.14, 62),
    oklch(0.86, 0.05, 85),
    oklch(0.5, 0.08, 300),
    oklch(0.6, 0.05, 70),
    oklch(0.76, 0.15, 80),
  ]);
  return {
    cap,
    rim: mix(cap, oklch(0.9, 0.06, 80), random.uniform(0.1, 0.5)),
    stem: oklch(random.uniform(0.82, 0.94), random.uniform(0.01, 0.05), 80),
    spotted: random.chance(0.55),
    height: random.uniform(0.7, 1.15),
    dome: random.uniform(0.42, 0.78),
    stemHalf: random.uniform(0.12, 0.24),
    ring: random.chance(0.5),
    tilt: random.uniform(0.1, 0.24),
  };
}

/** Stands on y = 0; the cap is 1.5 wide. */
function paintOne(painter: Painter, random: RandomStream, kind: Kind, noise: Noise, light: Light): void {
  const { stemHalf, height, dome, tilt } = kind;
  const bend = random.uniform(-0.12, 0.12);
  const shift = random.uniform(0, 100);
  painter.fill(ellipse(-light.direction[0] * 0.25, 0.0, 0.55, 0.1), flat([0.01, 0.015, 0.01], 0.5), 0.1);
  const stem = blob([
    [-stemHalf * 0.85, -height - 0.02],
    [-stemHalf * 0.8 + bend * 0.5, -height * 0.5],
    [-stemHalf * 1.35, -0.1],
    [-stemHalf * 0.9, 0.05],
    [stemHalf * 0.9, 0.05],
    [stemHalf * 1.35, -0.1],
    [stemHalf * 0.8 + bend * 0.5, -height * 0.5],
    [stemHalf * 0.85, -height - 0.02],
  ]);
  painter.fill(stem, (ink, x, y) => {
    const across = Math.max(-1, Math.min(1, x / (stemHalf * 1.25)));
    const fibre = 0.92 + 0.16 * noise(x * 26 + shift, y * 2.4);
    const under = 0.55 + 0.45 * smoothstep(-height + 0.02, -height + 0.4, y);
    setLitInk(ink, scaled(kind.stem, fibre * under), light, across * 0.9, 0, Math.sqrt(1 - 0.81 * across * across));
  });
  if (kind.ring) {
    const skirt = blob(
      [
        [-stemHalf, -height * 0.72],
        [-stemHalf * 1.75, -height * 0.52],
        [0, -height * 0.47],
        [stemHalf * 1.75, -height * 0.52],
        [stemHalf, -height * 0.72],
      ],
      5,
    );
    painter.fill(skirt, (ink, x) => {
      const pleat = 0.85 + 0.15 * Math.sin((x / stemHalf) * 14);
      setLitInk(ink, scaled(kind.stem, pleat), light, x / (stemHalf * 2.2), -0.3, 0.8);
    });
  }

  const gills = ellipse(0, -height, 0.74, tilt);
  painter.fill(gills, (ink, x, y) => {
    const angle = Math.atan2((y + height) / tilt, x / 0.74);
    const lamella = 0.66 + 0.2 * Math.sin(angle * 60);
    setLitInk(ink, scaled(mix(kind.stem, kind.rim, 0.35), lamella), light, 0, 0.5, 0.6);
  });
  const edge: Point[] = [];
  for (let step = 0; step <= 20; step++) {
    const angle = Math.PI + (Math.PI * step) / 20;
    edge.push([0.76 * Math.cos(angle), -height + dome * Math.sin(angle)]);
  }
  for (let step = 1; step < 14; step++) {
    const angle = (Math.PI * step) / 14;
    edge.push([0.76 * Math.cos(angle), -height + tilt * 0.32 * Math.sin(angle)]);
  }
  const spots = spotPositions(random, kind.spotted ? 60 : 0);
  painter.fill(polygon(edge), (ink, x, y) => {
    const u = Math.max(-1, Math.min(1, x / 0.76));
    const v = Math.max(-1, Math.min(0.3, (y + height) / dome));
    const facing = Math.sqrt(Math.max(0.02, 1 - u * u - v * v));
    let colour = mix(kind.cap, kind.rim, smoothstep(0.55, 1, Math.abs(u) + Math.max(0, v + 0.35)));
    colour = scaled(colour, 1 + 0.12 * fractal(noise, u * 5 + shift, v * 5, 3));
    let bump = 0;
    for (const [sx, sy, sz, size] of spots) {
      const dot = sx * u + sy * v + sz * facing;
      const off = Math.acos(Math.min(1, dot)) - size - 0.03 * noise(u * 14 + shift, v * 14);
      bump = Math.max(bump, smoothstep(0.025, -0.02, off));
    }
    colour = mix(colour, oklch(0.95, 0.02, 85), bump);
    setLitInk(ink, colour, light, u * 0.95, v * 0.95, facing, 0.25 * (1 - bump));
  });
}

/** Spots on the front of a unit sphere that keep apart: x, y, z and angular radius. */
function spotPositions(random: RandomStream, tries: number): [number, number, number, number][] {
  const spots: [number, number, number, number][] = [];
  for (let attempt = 0; attempt < tries; attempt++) {
    const [x, y] = [random.uniform(-1, 1), random.uniform(-1, 0.25)];
    const size = random.uniform(0.07, 0.17);
    if (x * x + y * y > 0.97) continue;
    const z = Math.sqrt(1 - x * x - y * y);
    if (spots.every(([ox, oy, oz, other]) => Math.acos(Math.min(1, x * ox + y * oy + z * oz)) > size + other + 0.07)) {
      spots.push([x, y, z, size]);
    }
  }
  return spots;
}

function paintMoss(painter: Painter, random: RandomStream, noise: Noise, top: number): void {
  const hue = random.pick([125, 135, 110, 70]);
  const colour = oklch(random.uniform(0.4, 0.55), 0.09, hue);
  const earth = oklch(0.33, 0.05, 60);
  const shift = random.uniform(0, 100);
  painter.distant(0.1, () => {
    const reach = painter.aspect + 0.6;
    painter.fill(box(-reach, top - 0.15, reach, 2.3), (ink, x, y) => {
      const below = y - top - 0.06 * noise(x * 2 + shift, 1.5) - 0.025 * noise(x * 22 + shift, 6.5);
      const tuft = fractal(noise, x * 9 + shift, y * 13, 4);
      setInk(
        ink,
        scaled(mix(earth, colour, 0.65 + tuft * 0.9), 0.95 + 0.45 * tuft - 0.25 * below),
        smoothstep(-0.01, 0.012, below),
      );
    });
  });
}
