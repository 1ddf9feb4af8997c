import type { RandomStream } from '../../random.ts';
import { mix, oklch, scaled, type Colour } from '../colour.ts';
import { paintTable, paintStudio } from '../indoors.ts';
import { setLitInk, type Light } from '../light.ts';
import { createNoise } from '../noise.ts';
import { smoothstep } from '../numeric.ts';
import { paintMeadowBlur } from '../outdoors.ts';
import { flat, setInk, type Painter } from '../painter.ts';
import { box, ellipse, intersection, outline, polygon, type Point } from '../shapes.ts';

/** A mug with something hot in it, on a table, on paper or outdoors. */
export function paintMug(painter: Painter, random: RandomStream): void {
  const fit = Math.min(1, painter.aspect * 0.9);
  const scale = random.uniform(0.38, 0.56) * fit;
  const x = random.uniform(-0.35, 0.35) * painter.aspect;
  const y = random.uniform(0.42, 0.66);
  let light: Light;
  const setting = random.uniform();
  if (setting < 0.6) light = paintTable(painter, random, random.uniform(-0.1, 0.28));
  else if (setting < 0.8) light = paintStudio(painter, random);
  else {
    light = paintMeadowBlur(painter, random);
    const edge = y - scale * 0.45;
    painter.fill(
      box(-4, edge, 4, 3),
      (ink, u, v) => {
        const plank = 0.85 + 0.12 * Math.sin(v * 70 + Math.sin(u * 3) * 2) + 0.06 * Math.sin(u * 40 + v * 300);
        setInk(ink, scaled(oklch(0.6, 0.06, 60), plank));
      },
      0.02,
    );
  }
  painter.at({ x, y, scale, angle: random.uniform(-0.04, 0.04), stretchX: random.chance(0.5) ? 1 : -1 }, () => {
    paintOne(painter, random, light);
  });
}

/** The foot is near y = 0, the rim near y = −1.5, the handle to the right. */
function paintOne(painter: Painter, random: RandomStream, light: Light): void {
  const hue = random.uniform(0, 360);
  const glaze = random.pick([
    oklch(0.95, 0.012, 85),
    oklch(0.62, 0.15, hue),
    oklch(0.78, 0.1, hue),
    oklch(0.42, 0.09, hue),
    oklch(0.35, 0.02, hue),
  ]);
  const decor = oklch(random.uniform(0.45, 0.85), 0.16, hue + random.uniform(90, 270));
  const pattern = random.pick(['plain', 'stripes', 'dots', 'dip', 'heart', 'zigzag', 'band']);
  const height = random.uniform(1.15, 1.6);
  const [topHalf, footHalf] = [random.uniform(0.62, 0.78), random.uniform(0.46, 0.72)];
  const flatness = random.uniform(0.16, 0.34);
  const rimY = -height;
  const halfAt = (y: number): number => footHalf + (topHalf - footHalf) * smoothstep(0.15, -height, y);
  const sway = random.uniform(0, 6);

  // Away from the light; the shadow lies on the table, so it is as flat as the rim.
  const aside = -light.direction[0] * 0.7;
  painter.fill(ellipse(aside, 0.02, footHalf * 1.35, footHalf * flatness * 1.5), flat([0.01, 0.01, 0.02], 0.45), 0.22);
  painter.fill(ellipse(0, 0, footHalf * 1.06, footHalf * flatness * 1.3), flat([0.01, 0.01, 0.02], 0.6), 0.06);

  const handle = outline(
    ellipse(topHalf * 0.9, -height * 0.52, height * random.uniform(0.27, 0.33), height * 0.3),
    0.17,
  );
  painter.fill(handle, (ink, x, y, distance) => {
    const angle = Math.atan2(y + height * 0.52, x - topHalf * 0.9);
    const round = Math.min(1, Math.abs(distance) / 0.085);
    const out = Math.hypot(x - topHalf * 0.9, y + height * 0.52) > height * 0.3 ? 1 : -1;
    const lean = (1 - round) * out;
    setLitInk(
      ink,
      glaze,
      light,
      lean * Math.cos(angle),
      lean * Math.sin(angle),
      Math.sqrt(Math.max(0, 1 - lean * lean)),
      0.4,
    );
  });

  const side: Point[] = [];
  for (let step = 0; step <= 24; step++) {
    const y = rimY + (height * step) / 24;
    side.push([halfAt(y), y]);
  }
  for (let step = 1; step < 16; step++) {
    const angle = (Math.PI * step) / 16;
    side.push([footHalf * Math.cos(angle), footHalf * flatness * Math.sin(angle)]);
  }
  const body = polygon([
    ...side,
    ...side
      .slice(0, 25)
      .map(([x, y]): Point => [-x, y])
      .reverse(),
  ]);
  painter.fill(body, (ink, x, y) => {
    const half = halfAt(y);
    const across = Math.max(-1, Math.min(1, x / half));
    // Patterns follow the round wall: they bend like the rim and narrow to the sides.
    const turn = Math.asin(across);
    const level = y - flatness * half * Math.sqrt(1 - across * across);
    const colour = decorated(pattern, glaze, decor, turn, level / height);
    setLitInk(ink, colour, light, across, 0.08, Math.sqrt(Math.max(0, 1 - across * across)), 0.5);
  });

  const rim = ellipse(0, rimY, topHalf, topHalf * flatness);
  painter.fill(rim, (ink, x) => {
    setLitInk(ink, mix(glaze, [1, 1, 1], 0.12), light, -0.3 * x, -0.5, 0.8, 0.2);
  });
  const inside = ellipse(0, rimY + 0.005, topHalf - 0.06, (topHalf - 0.06) * flatness);
  painter.fill(inside, (ink, x) => {
    setLitInk(ink, scaled(glaze, 0.6), light, -x / topHalf, 0.3, 0.6);
  });
  const drink = random.pick([
    oklch(0.3, 0.06, 50),
    oklch(0.6, 0.08, 65),
    oklch(0.62, 0.12, 70),
    oklch(0.42, 0.08, 40),
    oklch(0.7, 0.1, 120),
  ]);
  const surface = ellipse(0, rimY + 0.1, topHalf - 0.07, (topHalf - 0.07) * flatness);
  painter.fill(intersection(surface, inside), (ink, x, _y, distance) => {
    const foam = smoothstep(-0.05, -0.01, distance) * 0.5;
    setInk(ink, mix(scaled(drink, 0.9 + 0.5 * x * light.direction[0]), mix(drink, [1, 0.95, 0.85], 0.5), foam));
  });
  if (random.chance(0.6)) paintSteam(painter, random, rimY, sway);
}

function decorated(pattern: string, glaze: Colour, decor: Colour, turn: number, level: number): Colour {
  switch (pattern) {
    case 'stripes':
      return level > -0.85 && level < -0.3 && Math.floor(level * 14 + 40) % 2 === 0 ? decor : glaze;
    case 'band':
      return Math.abs(level + 0.62) < 0.13 ? decor : glaze;
    case 'dip':
      return level > -0.5 + 0.05 * Math.sin(turn * 3) ? decor : glaze;
    case 'zigzag':
      return Math.abs(level + 0.62 + 0.13 * Math.abs(((turn * 2.2 + 10) % 2) - 1)) < 0.06 ? decor : glaze;
    case 'dots': {
      const row = Math.floor(level * 5 + 20);
      const u = turn * 1.9 + (row % 2) * 0.5 + 10;
      return Math.hypot((u % 1) - 0.5, ((level * 5 + 20) % 1) - 0.5) < 0.27 ? decor : glaze;
    }
    case 'heart': {
      const [u, v] = [turn * 1.9, -(level + 0.6) * 3.6];
      const heart = (u * u + v * v - 0.32) ** 3 - u * u * v * v * v * 1.4;
      return heart < 0 ? decor : glaze;
    }
    default:
      return glaze;
  }
}

function paintSteam(painter: Painter, random: RandomStream, rimY: number, sway: number): void {
  const noise = createNoise(random);
  painter.fill(box(-0.5, rimY - 1.1, 0.5, rimY + 0.05), (ink, x, y) => {
    const up = (rimY - y) / 1.1;
    const bend = 0.14 * Math.sin(up * 5 + sway) * up + 0.1 * noise(up * 3, sway);
    const wisp = Math.exp(-(((Math.abs(x - bend) - 0.13) / (0.05 + 0.07 * up)) ** 2));
    const amount = wisp * smoothstep(0, 0.15, up) * smoothstep(1, 0.35, up) * (0.6 + 0.5 * noise(x * 4, y * 3 + sway));
    setInk(ink, [1, 1, 1], Math.max(0, 0.3 * amount));
  });
}
