import type { RandomStream } from '../random.ts';
import { mix, oklch, scaled, type Colour } from './colour.ts';
import { createLight, type Light } from './light.ts';
import { createNoise, fractal, tabulated } from './noise.ts';
import { clamp, smoothstep } from './numeric.ts';
import { flat, setInk, type Painter } from './painter.ts';
import { box, circle, polygon, type Point } from './shapes.ts';

/** What a sky hands on to the things below it. */
export interface Weather {
  readonly light: Light;
  /** The sky's colour at the horizon, which distance fades to. */
  readonly haze: Colour;
  /** 0 by day, 1 in the evening. */
  readonly evening: number;
  readonly sunX: number;
}

type Mood = 'clear' | 'fair' | 'overcast' | 'golden' | 'dusk';

interface SkyColours {
  readonly zenith: Colour;
  readonly horizon: Colour;
  readonly cloud: Colour;
  readonly shade: Colour;
  readonly sun: Colour;
  readonly ambient: Colour;
  readonly evening: number;
}

function skyColours(mood: Mood, random: RandomStream): SkyColours {
  const turn = random.uniform(-8, 8);
  switch (mood) {
    case 'clear':
    case 'fair':
      return {
        zenith: oklch(random.uniform(0.5, 0.64), 0.13, 250 + turn),
        horizon: oklch(random.uniform(0.84, 0.9), 0.045, 225 + turn),
        cloud: oklch(0.985, 0.008, 90),
        shade: oklch(0.78, 0.03, 255),
        sun: oklch(1, 0.03, 90),
        ambient: oklch(0.72, 0.03, 240),
        evening: 0,
      };
    case 'overcast':
      return {
        zenith: oklch(0.68, 0.02, 250 + turn),
        horizon: oklch(0.87, 0.012, 230 + turn),
        cloud: oklch(0.92, 0.008, 240),
        shade: oklch(0.66, 0.02, 255),
        sun: oklch(0.8, 0.01, 240),
        ambient: oklch(0.82, 0.01, 240),
        evening: 0.1,
      };
    case 'golden':
      return {
        zenith: oklch(random.uniform(0.56, 0.66), 0.08, 258 + turn),
        horizon: oklch(0.87, 0.11, 72 + turn),
        cloud: oklch(0.9, 0.09, 60 + turn),
        shade: oklch(0.66, 0.08, 20 + turn),
        sun: oklch(0.95, 0.11, 75),
        ambient: oklch(0.66, 0.04, 300),
        evening: 0.5,
      };
    case 'dusk':
      return {
        zenith: oklch(random.uniform(0.3, 0.42), 0.1, 275 + turn),
        horizon: oklch(0.76, 0.12, random.uniform(15, 65)),
        cloud: oklch(0.72, 0.13, random.uniform(0, 45)),
        shade: oklch(0.42, 0.08, 300 + turn),
        sun: oklch(0.82, 0.1, 50),
        ambient: oklch(0.58, 0.06, 290),
        evening: 1,
      };
  }
}

/** A sky over the whole picture; `horizon` is the scene's y where it ends. */
export function paintSky(painter: Painter, random: RandomStream, horizon: number): Weather {
  const mood = random.pick<Mood>(['clear', 'fair', 'fair', 'fair', 'overcast', 'golden', 'golden', 'dusk']);
  const colours = skyColours(mood, random);
  const noise = createNoise(random);
  const sunX = random.uniform(-0.9, 0.9) * painter.aspect;
  const sunY = mood === 'golden' || mood === 'dusk' ? horizon - random.uniform(0.05, 0.4) : random.uniform(-1.4, -0.7);
  const cover =
    { clear: 0.34, fair: 0.06, overcast: -0.3, golden: 0.08, dusk: 0.06 }[mood] + random.uniform(-0.06, 0.06);
  const [offsetX, offsetY] = [random.uniform(0, 200), random.uniform(0, 200)];
  const stretch = random.uniform(1.4, 2.6);
  const scale = random.uniform(0.8, 1.5);
  const glow = mood === 'overcast' ? 0.08 : 0.35;

  painter.distant(0.85, () => {
    painter.cover((ink, x, y) => {
      const height = clamp((horizon - y) / (horizon + 1.1), 0, 1);
      let colour = mix(colours.horizon, colours.zenith, height ** 0.75);
      const sunDistance = Math.hypot(x - sunX, (y - sunY) * 1.15);
      colour = mix(colour, colours.sun, glow * Math.exp(-sunDistance * 2.2) + 0.6 * Math.exp(-sunDistance * 14));
      // Clouds shrink towards the horizon, as a flat layer seen from below does.
      const nearness = scale / (0.45 + 0.75 * height);
      const u = x * nearness + offsetX;
      const v = (y - horizon) * nearness * stretch + offsetY;
      const density = fractal(noise, u, v, 4);
      const amount = smoothstep(cover, cover + 0.42, density) * smoothstep(0, 0.16, height + 0.02);
      if (amount > 0) {
        const towardsSun = noise(u + clamp(sunX - x, -0.25, 0.25), v - 0.35);
        const brightness = clamp(0.62 + (density - towardsSun * 0.5) * 0.9 - amount * 0.25, 0, 1);
        colour = mix(colour, mix(colours.shade, colours.cloud, brightness), amount * 0.95);
      }
      setInk(ink, colour);
    });
  });
  return {
    light: createLight(
      clamp(sunX, -0.8, 0.8),
      -0.7,
      0.75,
      scaled(colours.sun, mood === 'dusk' ? 0.75 : 1),
      scaled(colours.ambient, 0.75),
    ),
    haze: colours.horizon,
    evening: colours.evening,
    sunX,
  };
}

/** Rolling hills in two to four rows that fade with distance, the nearest as grassland down to the bottom edge. */
export function paintHills(painter: Painter, random: RandomStream, weather: Weather, horizon: number): void {
  const rows = 2 + random.integer(2);
  const hue = random.pick([128, 135, 142, 112, 95]) + random.uniform(-6, 6);
  const chroma = random.uniform(0.07, 0.12);
  for (let row = 0; row < rows; row++) {
    const depth = 1 - row / (rows - 1);
    const noise = createNoise(random);
    const offset = random.uniform(0, 200);
    const base = horizon + (1 - depth) * 0.2;
    const height = 0.06 + 0.16 * depth * random.uniform(0.6, 1.4);
    const frequency = random.uniform(0.5, 1.1);
    const near = oklch(0.6 - 0.2 * weather.evening + random.uniform(-0.03, 0.03), chroma, hue);
    painter.distant(0.6 * depth, () => {
      const reach = painter.aspect + 1;
      const ridgeAt = tabulated(
        -reach,
        reach,
        600,
        (x) => base - 1.6 * height * fractal(noise, x * frequency + offset, 3.7, 4),
      );
      // Farther rows only have to reach behind the nearest ridge.
      const foot = row === rows - 1 ? 2.5 : horizon + 0.5;
      painter.fill(box(-reach, base - 1.6 * height, reach, foot), (ink, x, y) => {
        const below = y - ridgeAt(x);
        if (below < -0.006) {
          ink[3] = 0;
          return;
        }
        const texture = fractal(noise, x * 9 + offset, below * (26 - 8 * depth) + 50, 3);
        const lit =
          0.75 + 0.3 * texture * (1 - 0.55 * depth) - 0.22 * smoothstep(0, 1.1, below) + 0.12 * Math.exp(-below * 9);
        const colour: Colour = [
          near[0] * weather.light.key[0] * lit,
          near[1] * weather.light.key[1] * lit,
          near[2] * weather.light.key[2] * lit,
        ];
        setInk(ink, mix(colour, weather.haze, 0.62 * depth), smoothstep(-0.006, 0.004, below));
      });
    });
  }
}

/** Water from the horizon down to the bottom edge, with waves that grow nearer and a path of glitter under the sun. */
export function paintSea(painter: Painter, random: RandomStream, weather: Weather, horizon: number): void {
  const noise = createNoise(random);
  const hue = random.uniform(195, 250);
  const deep = oklch(0.42 - 0.14 * weather.evening, 0.07, hue);
  const shallow = mix(oklch(0.62, 0.08, hue - 12), weather.haze, 0.35);
  const chop = random.uniform(0.6, 1.3);
  const offset = random.uniform(0, 200);
  const glitter = weather.evening > 0.3 ? 0.9 : 0.35;
  painter.distant(0.25, () => {
    const reach = painter.aspect + 1;
    painter.fill(box(-reach, horizon, reach, 2.5), (ink, x, y) => {
      const depth = y - horizon;
      const perspective = 1 / (0.05 + depth);
      const wave = fractal(noise, x * (1.6 + perspective * 0.55) + offset, Math.log(0.04 + depth) * 13, 3) * chop;
      const reflect = clamp(0.88 - depth * 0.72 + wave * 0.8, 0, 1);
      let colour = mix(deep, mix(shallow, weather.haze, Math.exp(-depth * 7)), reflect);
      const sparkle = smoothstep(0.28, 0.55, wave) * Math.exp(-(((x - weather.sunX) / (0.22 + depth * 0.6)) ** 2));
      colour = mix(colour, weather.light.key, sparkle * glitter);
      setInk(ink, colour);
    });
  });
}

/** A meadow or a wood far out of focus: soft greens, or the colours of another season, with discs of light. */
export function paintMeadowBlur(painter: Painter, random: RandomStream): Light {
  const season = random.pick([
    { hue: 130, chroma: 0.11, lightness: 0.6 },
    { hue: 118, chroma: 0.12, lightness: 0.7 },
    { hue: 145, chroma: 0.08, lightness: 0.42 },
    { hue: 75, chroma: 0.11, lightness: 0.66 },
    { hue: 155, chroma: 0.05, lightness: 0.76 },
    { hue: 300, chroma: 0.06, lightness: 0.66 },
  ]);
  const noise = createNoise(random);
  const hue = season.hue + random.uniform(-8, 8);
  const shadow = oklch(season.lightness - 0.2, season.chroma * 0.8, hue + 14);
  const bright = oklch(season.lightness + 0.17, season.chroma, hue - 12);
  const glow = oklch(season.lightness + 0.28, season.chroma * 0.6, hue - 30);
  const offset = random.uniform(0, 200);
  const glowX = random.uniform(-1, 1) * painter.aspect;
  painter.distant(0.7, () => {
    painter.cover((ink, x, y) => {
      const patches = noise(x * 1.3 + offset, y * 1.3) * 0.6 + noise(x * 2.9, y * 2.9 + offset) * 0.3;
      const colour = mix(shadow, bright, 0.5 + patches * 0.8 - y * 0.22);
      setInk(ink, mix(colour, glow, 0.85 * Math.exp(-Math.hypot(x - glowX, (y + 0.9) * 1.3) * 1.5)));
    });
    for (let disc = 8 + random.integer(26); disc > 0; disc--) {
      const radius = random.uniform(0.03, 0.14);
      const x = random.uniform(-1.1, 1.1) * painter.aspect;
      const tint = random.chance(0.25) ? oklch(0.85, 0.1, random.uniform(0, 360)) : glow;
      painter.fill(circle(x, random.uniform(-1.1, 0.6), radius), flat(tint, random.uniform(0.1, 0.42)), radius * 0.12);
    }
  });
  return createLight(clamp(glowX, -0.7, 0.7), -0.75, 0.75, oklch(1, 0.02, 95), scaled(oklch(0.75, 0.03, hue), 0.7));
}

/** Blades of grass in focus, up to `tallest` high, that grow from the bottom edge up to y = `ground`. */
export function paintGrass(
  painter: Painter,
  random: RandomStream,
  light: Light,
  ground: number,
  tallest: number,
): void {
  const hue = random.uniform(110, 140);
  for (let blade = 14 + random.integer(40); blade > 0; blade--) {
    const x = random.uniform(-1.1, 1.1) * painter.aspect;
    const foot = ground + random.uniform(0.02, 0.35);
    const height = random.uniform(0.35, 1) * tallest;
    const lean = random.uniform(-0.5, 0.5) * height;
    const half = 0.01 + 0.02 * height;
    const colour = scaled(
      oklch(random.uniform(0.42, 0.72), 0.11, hue + random.uniform(-12, 12)),
      0.6 + light.key[0] * 0.3,
    );
    const middle = foot - height * 0.55;
    const points: Point[] = [
      [x - half, foot],
      [x - half * 0.6 + lean * 0.3, middle],
      [x + lean, foot - height],
      [x + half * 0.8 + lean * 0.3, middle],
      [x + half, foot],
    ];
    painter.fill(polygon(points), flat(colour));
  }
}
