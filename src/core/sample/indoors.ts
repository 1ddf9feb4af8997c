import type { RandomStream } from '../random.ts';
import { mix, oklch, scaled, type Colour } from './colour.ts';
import { createLight, type Light } from './light.ts';
import { createNoise, fractal, type Noise } from './noise.ts';
import { clamp, fraction, smoothstep } from './numeric.ts';
import { flat, setInk, type Painter } from './painter.ts';
import { box, circle, polygon } from './shapes.ts';

/** A sheet of paper or cloth under a soft pool of light; any hue, light or dark, plain or with a print. */
export function paintStudio(painter: Painter, random: RandomStream): Light {
  const noise = createNoise(random);
  const hue = random.uniform(0, 360);
  const lightness = random.pick([0.88, 0.8, 0.7, 0.58]) + random.uniform(-0.04, 0.04);
  const chroma = random.uniform(0.015, 0.085);
  const centre = oklch(Math.min(0.96, lightness + 0.07), chroma, hue);
  const edge = oklch(lightness - 0.14, chroma * 1.15, hue + random.uniform(-25, 25));
  const printed = random.pick(['linen', 'marbled', 'stripes', 'gingham', 'dots', 'leaves'] as const);
  const print = oklch(lightness - random.uniform(0.16, 0.24), chroma * 1.3, hue + random.pick([0, 0, 40, 180]));
  const period = random.uniform(0.16, 0.26);
  const turn = random.uniform(-0.6, 0.6);
  const [poolX, poolY] = [random.uniform(-0.5, 0.5), random.uniform(-0.6, 0.1)];
  painter.distant(0.5, () => {
    painter.at({ x: 0, y: 0, angle: turn }, () => {
      painter.cover((ink, x, y) => {
        const falloff = smoothstep(0.1, 1.9, Math.hypot(x - poolX, y - poolY));
        const amount = printAt(printed, noise, x / period, y / period);
        const grain = 1 + 0.05 * fractal(noise, x * 14, y * 14, 2);
        setInk(ink, scaled(mix(mix(centre, edge, falloff), print, amount), grain));
      });
    });
  });
  return createLight(poolX * 0.8 - 0.1, -0.7, 0.8, oklch(1, 0.01, 90), scaled(oklch(0.78, 0.01, hue), 0.65));
}

type Print = 'linen' | 'marbled' | 'stripes' | 'gingham' | 'dots' | 'leaves';

/** How much of the print's colour there is at a point; the pattern repeats every unit. */
function printAt(print: Print, noise: Noise, u: number, v: number): number {
  switch (print) {
    case 'linen':
      return 0.35 + 0.4 * noise(u * 9, v * 0.7) + 0.4 * noise(u * 0.7, v * 9);
    case 'marbled':
      return smoothstep(0.2, 0, Math.abs(fractal(noise, u * 0.4, v * 0.4, 4))) * 0.8;
    case 'stripes':
      return smoothstep(0.2, 0.25, Math.abs(fraction(u) - 0.5));
    case 'gingham':
      return 0.5 * Math.round(fraction(u)) + 0.5 * Math.round(fraction(v));
    case 'dots':
      return smoothstep(0.28, 0.22, Math.hypot(fraction(u + 0.5 * (Math.floor(v) & 1)) - 0.5, fraction(v) - 0.5));
    case 'leaves': {
      const side = Math.floor(v) & 1 ? 1 : -1;
      const [x, y] = [fraction(u + 0.25 * side) - 0.5, fraction(v) - 0.5];
      const across = Math.abs(x + side * y * 0.8);
      return smoothstep(0.05, 0, across - 0.2 * (1 - (2 * y) ** 2)) * (across < 0.02 ? 0.5 : 1);
    }
  }
}

/** A table in front of a wall, with light from a window. `edge` is the y of the table's far edge. */
export function paintTable(painter: Painter, random: RandomStream, edge: number): Light {
  const fromLeft = random.chance(0.5) ? -1 : 1;
  const evening = random.chance(0.25);
  painter.distant(0.45, () => {
    paintWall(painter, random, edge, fromLeft, evening ? 0.55 : 1);
  });
  painter.distant(0.1, () => {
    paintTableTop(painter, random, edge, evening ? 0.6 : 1);
  });
  const key = evening ? oklch(0.93, 0.08, 70) : oklch(1, 0.015, 95);
  return createLight(fromLeft * 0.75, -0.55, 0.65, key, scaled(oklch(0.72, 0.025, evening ? 40 : 250), 0.65));
}

function paintWall(painter: Painter, random: RandomStream, edge: number, fromLeft: number, dim: number): void {
  const noise = createNoise(random);
  const hue = random.uniform(0, 360);
  const base = oklch(random.uniform(0.55, 0.9), random.uniform(0.01, 0.07), hue);
  const second = scaled(base, random.uniform(0.72, 0.9));
  const pattern = random.pick(['plaster', 'plaster', 'stripes', 'tiles', 'panels']);
  const period = random.uniform(0.18, 0.4);
  const reach = painter.aspect + 0.6;
  painter.fill(box(-reach, -2, reach, edge + 0.05), (ink, x, y) => {
    let colour: Colour = base;
    if (pattern === 'stripes')
      colour = mix(base, second, smoothstep(0.46, 0.54, Math.abs(((x / period) % 1) + (x < 0 ? 1 : 0) - 0.5) * 2));
    if (pattern === 'tiles' || pattern === 'panels') {
      const row = pattern === 'tiles' ? Math.floor(y / (period * 0.6)) : 0;
      const u = Math.abs(fraction(x / period + row * 0.5) - 0.5);
      const v = pattern === 'tiles' ? Math.abs(fraction(y / (period * 0.6)) - 0.5) : 0;
      colour = mix(base, second, smoothstep(0.46, 0.49, Math.max(u, v)));
    }
    const fade = 0.82 + 0.3 * Math.exp(-Math.hypot(x - fromLeft * reach, y + 0.6) * 0.9);
    const grain = 1 + 0.05 * fractal(noise, x * 5, y * 5, 4);
    setInk(ink, scaled(colour, dim * fade * grain * (1 - 0.25 * smoothstep(-0.25, 0, y - edge))));
  });
  if (random.chance(0.35)) {
    // The window's panes, thrown onto the wall.
    const [x, width] = [random.uniform(-0.7, 0.2), random.uniform(0.22, 0.35)];
    const slant = random.uniform(-0.25, 0.25);
    for (const pane of [0, 1]) {
      const left = x + pane * (width + 0.05);
      const top = random.uniform(-0.95, -0.85);
      const shape = polygon([
        [left, top],
        [left + width, top],
        [left + width + slant, edge - 0.1],
        [left + slant, edge - 0.1],
      ]);
      painter.fill(shape, flat(oklch(0.98, 0.04, 90), 0.28 * dim), 0.03);
    }
  } else if (random.chance(0.4)) {
    for (let disc = 4 + random.integer(10); disc > 0; disc--) {
      const radius = random.uniform(0.05, 0.16);
      const at = circle(random.uniform(-1, 1) * painter.aspect, random.uniform(-1, edge), radius);
      painter.fill(at, flat(oklch(0.92, 0.09, random.uniform(40, 100)), random.uniform(0.08, 0.28)), radius * 0.2);
    }
  }
}

function paintTableTop(painter: Painter, random: RandomStream, edge: number, dim: number): void {
  const noise = createNoise(random);
  const material = random.pick(['wood', 'wood', 'cloth', 'stone']);
  const light =
    material === 'wood'
      ? oklch(random.uniform(0.5, 0.76), random.uniform(0.05, 0.09), random.uniform(50, 75))
      : oklch(random.uniform(0.7, 0.92), random.uniform(0.005, 0.06), random.uniform(0, 360));
  const dark = scaled(light, material === 'wood' ? 0.62 : 0.8);
  const check = random.uniform(0.14, 0.3);
  const checked = material === 'cloth' && random.chance(0.7);
  const reach = painter.aspect + 0.6;
  painter.fill(box(-reach, edge, reach, 2.2), (ink, x, y) => {
    const depth = y - edge;
    // Seen at a low angle: what lies farther back is closer together.
    const u = x / (0.7 + depth);
    const v = 1.6 * Math.log(1 + depth * 1.4);
    let grain = 0;
    if (material === 'wood') {
      const plank = Math.floor(v * 3.2);
      const seam = smoothstep(0.06, 0.02, fraction(v * 3.2));
      grain = 0.5 + 0.6 * fractal(noise, u * 1.6 + plank * 17, v * 34, 4) + 0.12 * noise(plank * 9.1, 4.4) + seam * 0.6;
    } else if (material === 'stone') {
      grain = smoothstep(0.12, 0, Math.abs(fractal(noise, u * 2.2, v * 2.6, 5))) * 0.75 + 0.1 * noise(u * 30, v * 30);
    } else {
      grain = 0.12 * fractal(noise, u * 28, v * 28, 2);
      if (checked) grain += 0.5 * Math.round(fraction(u / check)) + 0.5 * Math.round(fraction(v / check));
    }
    setInk(
      ink,
      scaled(mix(light, dark, grain), dim * (0.86 + 0.2 * Math.exp(-depth) + 0.1 * smoothstep(0.02, 0, depth))),
    );
  });
}

/** Water from the light above to the sand below. */
export function paintUnderwater(painter: Painter, random: RandomStream): Light {
  const noise = createNoise(random);
  const hue = random.pick([200, 215, 235, 180, 165]) + random.uniform(-8, 8);
  const top = oklch(random.uniform(0.74, 0.86), 0.09, hue - 10);
  const deep = oklch(random.uniform(0.3, 0.5), 0.085, hue + 14);
  const rayX = random.uniform(-1.2, 1.2);
  const strength = random.uniform(0.2, 0.5);
  const sand = random.chance(0.8) ? random.uniform(0.4, 0.75) : 3;
  const sandColour = oklch(random.uniform(0.66, 0.8), 0.06, 85);
  painter.distant(0.5, () => {
    painter.cover((ink, x, y) => {
      let colour = mix(top, deep, smoothstep(-1.15, 0.95, y));
      const angle = (x - rayX) / (y + 2.2);
      const ray = smoothstep(0, 0.6, noise(angle * 7, 3.1) + 0.6 * noise(angle * 17, 9.4));
      colour = mix(colour, oklch(0.95, 0.05, hue - 20), strength * ray * smoothstep(0.9, -0.9, y));
      setInk(ink, scaled(colour, 1 + 0.05 * noise(x * 2, y * 2)));
    });
  });
  painter.distant(0.2, () => {
    const reach = painter.aspect + 0.6;
    painter.fill(box(-reach, sand - 0.25, reach, 2.2), (ink, x, y) => {
      const below = y - sand - 0.09 * noise(x * 1.4, 7.7);
      const caustic = smoothstep(0.18, 0, Math.abs(noise(x * 4, y * 11) + 0.4 * noise(x * 9, y * 22)));
      const grain = 0.7 + 0.22 * fractal(noise, x * 16, y * 32, 2) + 0.4 * caustic;
      setInk(
        ink,
        mix(scaled(sandColour, grain), deep, clamp(0.55 - below * 0.5, 0.1, 0.7)),
        smoothstep(-0.012, 0.012, below),
      );
    });
    if (sand > 1 || random.chance(0.8)) paintWeeds(painter, random, Math.min(sand, 0.95), deep);
  });
  return createLight(random.uniform(-0.4, 0.4), -0.85, 0.6, oklch(1, 0.025, hue), scaled(oklch(0.7, 0.06, hue), 0.8));
}

function paintWeeds(painter: Painter, random: RandomStream, ground: number, deep: Colour): void {
  const hue = random.pick([140, 120, 20, 340, 155]);
  for (let tuft = 2 + random.integer(3); tuft > 0; tuft--) {
    const rootX = random.uniform(-1, 1) * painter.aspect;
    for (let blade = 3 + random.integer(5); blade > 0; blade--) {
      const height = random.uniform(0.3, 0.9);
      const sway = random.uniform(0.03, 0.09);
      const phase = random.uniform(0, 6);
      const lean = random.uniform(-0.25, 0.25);
      const x0 = rootX + random.uniform(-0.12, 0.12);
      const colour = mix(
        oklch(random.uniform(0.4, 0.62), 0.1, hue + random.uniform(-12, 12)),
        deep,
        random.uniform(0.15, 0.55),
      );
      const shape = box(-0.3 + x0, ground + 0.06 - height, x0 + 0.3, ground + 0.1);
      painter.fill(shape, (ink, x, y) => {
        const up = (ground + 0.1 - y) / height;
        const middle = x0 + lean * up * up + sway * Math.sin(up * 5 + phase) * up;
        const off = Math.abs(x - middle) - 0.034 * Math.max(0, 1 - up) ** 0.6;
        setInk(ink, scaled(colour, 1 + (x > middle ? 0.14 : -0.1)), smoothstep(0.006, -0.004, off));
      });
    }
  }
}
