import type { RandomStream } from '../../random.ts';
import { mix, oklch, scaled, type Colour } from '../colour.ts';
import { frontal, type Light } from '../light.ts';
import { createNoise, fractal, type Noise } from '../noise.ts';
import { fraction, smoothstep } from '../numeric.ts';
import { paintHills, paintSky, type Weather } from '../outdoors.ts';
import { flat, setInk, type Paint, type Painter } from '../painter.ts';
import { box, circle, ellipse, polygon, type Point } from '../shapes.ts';

/** A house in the country with trees, at any time of the day. */
export function paintHouse(painter: Painter, random: RandomStream): void {
  const horizon = random.uniform(0.02, 0.3);
  const weather = paintSky(painter, random, horizon);
  paintHills(painter, random, weather, horizon);
  const noise = createNoise(random);
  const fit = Math.min(1, painter.aspect);
  const scale = random.uniform(0.4, 0.56) * fit;
  const x = random.uniform(-0.35, 0.35) * painter.aspect;
  const y = random.uniform(0.42, 0.68);

  for (let tree = 1 + random.integer(4); tree > 0; tree--) {
    const size = random.uniform(0.25, 0.5);
    painter.at({ x: random.uniform(-1, 1) * painter.aspect, y: y - 0.1 - random.uniform(0, 0.1), scale: size }, () => {
      paintTree(painter, random, noise, weather);
    });
  }
  painter.at({ x, y, scale }, () => {
    painter.fill(ellipse(0.1, 0.03, 1.35, 0.13), flat([0.01, 0.02, 0.01], 0.5), 0.1);
    paintBuilding(painter, random, noise, weather);
  });
  for (let bush = random.integer(5); bush > 0; bush--) {
    const placement = {
      x: x + random.uniform(-1.3, 1.3) * scale,
      y: y + random.uniform(0.02, 0.1),
      scale: random.uniform(0.08, 0.17),
    };
    painter.at(placement, () => {
      paintFoliage(painter, random, noise, weather, 0, -0.5, 0.85);
    });
  }
}

function paintBuilding(painter: Painter, random: RandomStream, noise: Noise, weather: Weather): void {
  const { light } = weather;
  const wide = random.uniform(0.7, 1.05);
  const wallTop = -random.uniform(0.62, 1.15);
  const ridge = wallTop - random.uniform(0.5, 0.85);
  const gable = random.chance(0.5);
  const wall = random.pick([
    oklch(0.93, 0.02, 85),
    oklch(0.86, 0.05, 80),
    oklch(0.62, 0.12, 35),
    oklch(0.78, 0.06, 230),
    oklch(0.84, 0.08, 95),
    oklch(0.5, 0.13, 27),
    oklch(0.72, 0.05, 150),
    oklch(0.58, 0.06, 60),
  ]);
  const roof = random.pick([
    oklch(0.5, 0.12, 35),
    oklch(0.4, 0.03, 250),
    oklch(0.42, 0.06, 50),
    oklch(0.52, 0.06, 175),
    oklch(0.34, 0.02, 30),
  ]);
  const trim = random.pick([oklch(0.96, 0.01, 90), oklch(0.3, 0.03, 60), oklch(0.45, 0.1, 255)]);
  const finish = random.pick(['plaster', 'planks', 'bricks', 'timber']);
  const lift = random.uniform(0.06, 0.12);

  if (random.chance(0.75)) {
    const at = random.uniform(-0.6, 0.6) * wide;
    const rise = gable ? 1 - Math.abs(at) / wide : 1;
    const top = wallTop + (ridge - wallTop) * rise - 0.2;
    painter.fill(box(at - 0.09, top, at + 0.09, wallTop, 0.01), bricks(noise, scaled(oklch(0.5, 0.1, 35), 0.9), light));
    for (let puff = 0; puff < 5 && weather.evening > 0.2; puff++) {
      const smoke = circle(at + 0.05 * puff * puff * 0.6, top - 0.1 - puff * 0.14, 0.06 + 0.03 * puff);
      painter.fill(smoke, flat(mix(weather.haze, [1, 1, 1], 0.4), 0.32 - 0.05 * puff), 0.05 + 0.02 * puff);
    }
  }
  const front: Point[] = gable
    ? [
        [-wide, 0],
        [-wide, wallTop],
        [0, ridge],
        [wide, wallTop],
        [wide, 0],
      ]
    : [
        [-wide, 0],
        [-wide, wallTop],
        [wide, wallTop],
        [wide, 0],
      ];
  const wallPaint = finish === 'bricks' ? bricks(noise, wall, light) : undefined;
  painter.fill(polygon(front), (ink, x, y, distance) => {
    let texture = 1 + 0.06 * fractal(noise, x * 6, y * 6, 4);
    if (finish === 'planks') texture *= 1 - 0.25 * smoothstep(0.08, 0.02, fraction(y * 9));
    if (finish === 'timber') {
      const beam = Math.min(Math.abs(fraction(x * 1.9 + 0.5) - 0.5) / 1.9, Math.abs(fraction(y * 1.7) - 0.5) / 1.7);
      texture *= 1 - 0.72 * smoothstep(0.035, 0.027, beam);
    }
    const eaves = 0.55 + 0.45 * smoothstep(0, 0.14, gable ? -distance : y - wallTop);
    if (wallPaint !== undefined) wallPaint(ink, x, y, distance);
    else setInk(ink, frontal(scaled(wall, texture), light));
    const shade = eaves * (1.05 - 0.12 * (x / wide) * Math.sign(-light.direction[0]));
    ink[0] *= shade;
    ink[1] *= shade;
    ink[2] *= shade;
  });

  const over = 0.13;
  const roofShape = gable
    ? polygon([
        [-wide - over, wallTop + lift],
        [0, ridge - 0.1],
        [wide + over, wallTop + lift],
        [wide + over, wallTop + lift + 0.1],
        [0, ridge + 0.04],
        [-wide - over, wallTop + lift + 0.1],
      ])
    : polygon([
        [-wide - over, wallTop + 0.05],
        [-wide + 0.24, ridge],
        [wide - 0.24, ridge],
        [wide + over, wallTop + 0.05],
      ]);
  painter.fill(roofShape, (ink, x, y) => {
    const row = Math.floor((y - ridge) * 13);
    const tile = fraction(x * 9 + row * 0.5);
    const edge = smoothstep(0.14, 0.04, fraction((y - ridge) * 13)) * 0.35 + smoothstep(0.1, 0.03, tile) * 0.2;
    const varied = 1 + 0.22 * noise(Math.floor(x * 9 + row * 0.5) * 7.7 + 0.5, row * 3.3 + 0.5);
    setInk(ink, frontal(scaled(roof, gable ? 0.95 : varied * (1.15 - edge)), light));
  });

  const doorX = random.pick([-0.5, 0, 0.45]) * wide;
  const doorColour = oklch(random.uniform(0.35, 0.6), 0.12, random.uniform(0, 360));
  painter.fill(box(doorX - 0.17, -0.53, doorX + 0.17, 0), flat(frontal(trim, light)));
  painter.fill(box(doorX - 0.135, -0.5, doorX + 0.135, 0), (ink, x, y) => {
    const panel = Math.max(Math.abs(x - doorX) - 0.09, Math.abs(fraction(y * 4.2) - 0.5) / 4.2 - 0.08);
    setInk(ink, frontal(scaled(doorColour, 1 - 0.35 * smoothstep(0.02, 0, Math.abs(panel))), light));
  });
  painter.fill(circle(doorX + 0.1, -0.24, 0.018), flat(oklch(0.8, 0.1, 90)));

  const glow = weather.evening > 0.4 && random.chance(0.85);
  const window = (x: number, y: number, half: number): void => {
    painter.fill(
      box(x - half - 0.035, y - half * 1.15 - 0.035, x + half + 0.035, y + half * 1.15 + 0.05),
      flat(frontal(trim, light)),
    );
    const pane = glow && random.chance(0.75) ? oklch(0.88, 0.13, 80) : oklch(0.42, 0.05, 245);
    painter.fill(box(x - half, y - half * 1.15, x + half, y + half * 1.15), (ink, px, py) => {
      const bar = Math.min(Math.abs(px - x), Math.abs(py - y));
      const reflection = glow ? 0 : 0.6 * smoothstep(0.02, 0.05, py - y + (px - x) * 0.8 + 0.02);
      const glass = mix(pane, weather.haze, reflection * 0.55);
      setInk(ink, mix(frontal(trim, light), glass, smoothstep(0.01, 0.018, bar)));
    });
  };
  for (const column of [-0.5, 0, 0.5]) {
    if (Math.abs(column * wide - doorX) > 0.34) window(column * wide, -0.36, 0.13);
    if (wallTop < -0.9 && (column !== 0 || random.chance(0.5))) window(column * wide, -0.82, 0.11);
  }
  if (gable && wallTop - ridge > 0.6) window(0, wallTop - 0.12, 0.1);
}

function bricks(noise: Noise, colour: Colour, light: Light): Paint {
  return (ink, x, y) => {
    const row = Math.floor(y * 17);
    const u = x * 8.5 + (row % 2) * 0.5;
    const joint = Math.max(smoothstep(0.14, 0.05, fraction(y * 17)), smoothstep(0.08, 0.03, fraction(u)));
    const varied = 1 + 0.25 * noise(Math.floor(u) * 5.3 + 0.5, row * 2.9 + 0.5);
    setInk(ink, frontal(mix(scaled(colour, varied), oklch(0.75, 0.01, 80), joint * 0.6), light));
  };
}

/** Stands on y = 0, about 1.6 high. */
function paintTree(painter: Painter, random: RandomStream, noise: Noise, weather: Weather): void {
  const trunk = frontal(oklch(0.4, 0.05, 55), weather.light);
  painter.fill(
    polygon([
      [-0.06, 0.02],
      [-0.04, -0.7],
      [0.04, -0.7],
      [0.07, 0.02],
    ]),
    flat(trunk),
  );
  if (random.chance(0.3)) {
    const colour = oklch(random.uniform(0.38, 0.5), 0.07, random.uniform(145, 165));
    for (const tier of [0, 1, 2]) {
      const top = -0.75 - tier * 0.38;
      const half = 0.52 - tier * 0.13;
      painter.fill(
        polygon([
          [-half, top + 0.5],
          [0, top - 0.25],
          [half, top + 0.5],
        ]),
        (ink, x, y) => {
          const needles = 1 + 0.5 * noise(x * 13, y * 22);
          setInk(
            ink,
            frontal(
              scaled(colour, needles * (0.85 + 0.3 * (x / half) * Math.sign(weather.light.direction[0]))),
              weather.light,
            ),
          );
        },
      );
    }
    return;
  }
  paintFoliage(painter, random, noise, weather, 0, -1.05, 0.5);
}

/** A crown of leaves: clumps, each lit from above, with ragged edges. */
function paintFoliage(
  painter: Painter,
  random: RandomStream,
  noise: Noise,
  weather: Weather,
  x: number,
  y: number,
  size: number,
): void {
  const hue = random.pick([125, 135, 145, 110, 60]);
  const lightness = random.uniform(0.46, 0.6);
  for (let clump = 0; clump < 7; clump++) {
    const angle = random.uniform(0, 2 * Math.PI);
    const far = random.uniform(0.1, 0.55) * size;
    const [cx, cy] = [x + Math.cos(angle) * far, y + Math.sin(angle) * far * 0.8];
    const radius = random.uniform(0.45, 0.65) * size;
    const colour = oklch(lightness + 0.03 * clump - 0.08, 0.1, hue + random.uniform(-8, 8));
    const shift = random.uniform(0, 50);
    painter.fill(circle(cx, cy, radius * 1.2), (ink, px, py) => {
      const [u, v] = [(px - cx) / radius, (py - cy) / radius];
      const leaves = fractal(noise, (px * 9) / size + shift, (py * 9) / size, 3);
      const edge = Math.hypot(u, v) - 0.9 - 0.35 * leaves;
      const shade = 0.85 + 0.7 * leaves - 0.35 * v + 0.25 * u * Math.sign(weather.light.direction[0]);
      setInk(ink, frontal(scaled(colour, Math.max(0.2, shade)), weather.light), smoothstep(0.06, -0.06, edge));
    });
  }
}
