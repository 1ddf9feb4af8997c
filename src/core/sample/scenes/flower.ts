import type { RandomStream } from '../../random.ts';
import { mix, oklch, scaled, type Colour } from '../colour.ts';
import { paintStudio } from '../indoors.ts';
import { frontal, type Light } from '../light.ts';
import { createNoise } from '../noise.ts';
import { smoothstep } from '../numeric.ts';
import { paintGrass, paintMeadowBlur, paintSky } from '../outdoors.ts';
import { flat, setInk, type Painter } from '../painter.ts';
import { blob, circle, ellipse, spline, stroke, type Point, type Shape } from '../shapes.ts';

/** One to three blossoms of one kind, seen from the front or a little from the side. */
export function paintFlower(painter: Painter, random: RandomStream): void {
  const setting = random.uniform();
  let light: Light;
  if (setting < 0.6) light = paintMeadowBlur(painter, random);
  else if (setting < 0.82) light = paintStudio(painter, random);
  else light = paintSky(painter, random, 1.4).light;

  if (setting < 0.6) paintGrass(painter, random, light, 1, random.uniform(0.5, 1));

  const kind = createKind(random);
  const fit = Math.min(1, painter.aspect);
  const count = random.pick([1, 1, 1, 2, 3]);
  for (let index = count - 1; index >= 0; index--) {
    const main = index === 0;
    const x = main ? random.uniform(-0.35, 0.35) * painter.aspect : random.uniform(-0.8, 0.8) * painter.aspect;
    const y = main ? random.uniform(-0.35, 0.05) : random.uniform(-0.2, 0.45);
    const scale = (main ? random.uniform(0.42, 0.62) : random.uniform(0.2, 0.3)) * fit;
    const lean = random.uniform(-0.3, 0.3);
    paintStem(painter, random, light, x, y, scale, lean);
    const stretchY = random.uniform(0.62, 1);
    painter.at({ x, y, scale, angle: lean, stretchY }, () => {
      paintBlossom(painter, random, kind, light);
    });
  }
}

interface Kind {
  readonly petals: number;
  readonly rings: number;
  readonly shape: Shape;
  readonly inner: Colour;
  readonly outer: Colour;
  readonly heart: number;
  readonly heartColour: Colour;
  readonly veins: number;
}

function createKind(random: RandomStream): Kind {
  const hue = random.pick([350, 20, 45, 90, 95, 300, 320, 270, 250, 0, 60]) + random.uniform(-8, 8);
  const outer = random.chance(0.22)
    ? oklch(0.95, 0.015, 90)
    : oklch(random.uniform(0.6, 0.82), random.uniform(0.13, 0.2), hue);
  const petals = random.pick([5, 5, 6, 8, 12, 16, 21]);
  const wide = Math.min(0.44, (2.1 / petals) * random.uniform(0.55, 0.8));
  const tip = random.pick(['round', 'pointed', 'notched']);
  const ends: Point[] =
    tip === 'round'
      ? [
          [0.97, 0.3 * wide],
          [1, 0],
        ]
      : tip === 'pointed'
        ? [
            [0.9, 0.35 * wide],
            [1.05, 0],
          ]
        : [
            [1, 0.5 * wide],
            [0.9, 0],
          ];
  const upper: Point[] = [[0.05, 0.06], [0.3, 0.5 * wide], [0.65, wide], [0.86, 0.8 * wide], ...ends];
  const lower = upper
    .slice(0, -1)
    .reverse()
    .map(([x, y]): Point => [x, -y]);
  return {
    petals,
    rings: petals > 6 ? random.pick([1, 2, 2, 3]) : random.pick([1, 1, 2]),
    shape: blob([...upper, ...lower], 5),
    inner: random.chance(0.5) ? mix(outer, oklch(0.95, 0.08, 95), 0.7) : scaled(oklch(0.5, 0.17, hue + 20), 0.9),
    outer,
    heart: petals > 10 ? random.uniform(0.24, 0.36) : random.uniform(0.14, 0.24),
    heartColour: random.pick([
      oklch(0.8, 0.16, 85),
      oklch(0.35, 0.06, 55),
      oklch(0.72, 0.14, 115),
      oklch(0.7, 0.16, 60),
    ]),
    veins: random.uniform(0.06, 0.18),
  };
}

function paintStem(
  painter: Painter,
  random: RandomStream,
  light: Light,
  x: number,
  y: number,
  scale: number,
  lean: number,
): void {
  const green = oklch(random.uniform(0.48, 0.6), 0.11, random.uniform(122, 145));
  const foot = x - Math.tan(lean) * 0.9 + random.uniform(-0.2, 0.2);
  const path = spline(
    [
      [x, y],
      [x + (foot - x) * 0.3 + 0.05, y + 0.5],
      [foot, 1.6],
    ],
    10,
    false,
  );
  const stem = stroke(path, 0.034 * scale + 0.008, 0.045 * scale + 0.008);
  painter.fill(stem, (ink, _x, _y, distance) => {
    setInk(ink, frontal(scaled(green, 0.75 + 12 * Math.min(0.03, -distance)), light));
  });
  const leaf = blob([
    [0, 0],
    [0.25, -0.13],
    [0.6, -0.15],
    [1, 0.02],
    [0.6, 0.1],
    [0.25, 0.09],
  ]);
  for (let index = random.integer(3); index > 0; index--) {
    const at = path[4 + random.integer(12)]!;
    const side = random.chance(0.5) ? 1 : -1;
    painter.at(
      {
        x: at[0],
        y: at[1],
        scale: random.uniform(0.7, 1) * scale,
        stretchX: side,
        angle: side * random.uniform(-0.7, 0.1),
      },
      () => {
        painter.fill(leaf, (ink, px, py) => {
          const vein =
            smoothstep(0.02, 0.005, Math.abs(py + 0.02)) +
            0.4 * smoothstep(0.2, 0.05, Math.abs(((px * 9 - Math.abs(py) * 9 + 20) % 1) - 0.5));
          setInk(ink, frontal(mix(scaled(green, py < -0.02 ? 1.1 : 0.82), scaled(green, 1.4), 0.35 * vein), light));
        });
      },
    );
  }
}

/** Radius about 1. */
function paintBlossom(painter: Painter, random: RandomStream, kind: Kind, light: Light): void {
  const turn = random.uniform(0, 2 * Math.PI);
  const noise = createNoise(random);
  for (let ring = 0; ring < kind.rings; ring++) {
    const size = 1 - 0.22 * ring;
    const offset = turn + (ring * Math.PI) / kind.petals;
    // Every second petal first: neighbours then overlap as they grow.
    const order = [...Array(kind.petals).keys()].sort((a, b) => (a % 2) - (b % 2));
    for (const petal of order) {
      const angle = offset + (2 * Math.PI * petal) / kind.petals + random.uniform(-0.06, 0.06);
      const shade = 0.9 + 0.1 * (petal % 2) + 0.06 * ring + random.uniform(-0.05, 0.05);
      const facing = 1 + 0.16 * (Math.cos(angle) * light.direction[0] + Math.sin(angle) * light.direction[1]);
      const placement = { x: 0, y: 0, angle, scale: size * random.uniform(0.94, 1.04) };
      painter.at(placement, () => {
        painter.at({ x: 0.02, y: 0.03 }, () => {
          painter.fill(kind.shape, flat([0, 0, 0], 0.22), 0.06);
        });
        painter.fill(kind.shape, (ink, x, y, distance) => {
          const base = mix(kind.inner, kind.outer, smoothstep(0.12, 0.62, x));
          const vein = 1 - kind.veins * (1 + Math.sin((y / (x + 0.25)) * 60 + 3 * noise(x * 3, y * 3)));
          const cup =
            0.92 + 0.16 * smoothstep(0, -0.16, distance) - 0.1 * Math.abs(y) - 0.25 * smoothstep(0.45, 0.1, x);
          setInk(ink, frontal(scaled(base, shade * facing * vein * cup), light));
        });
      });
    }
  }
  paintHeart(painter, random, kind, light);
}

function paintHeart(painter: Painter, random: RandomStream, kind: Kind, light: Light): void {
  const { heart, heartColour } = kind;
  painter.fill(circle(0.015, 0.025, heart * 1.06), flat([0, 0, 0], 0.35), 0.05);
  painter.fill(circle(0, 0, heart), (ink, x, y) => {
    const out = Math.hypot(x, y) / heart;
    setInk(ink, frontal(scaled(heartColour, 0.95 - 0.45 * out ** 3 - 0.25 * (y / heart)), light));
  });
  // Florets on the golden-angle spiral, as in a sunflower's disc.
  const florets = Math.round(200 * heart) + 20;
  for (let index = 0; index < florets; index++) {
    const radius = heart * 0.95 * Math.sqrt(index / florets);
    const angle = index * 2.39996 + 1;
    const tone = scaled(heartColour, random.uniform(0.6, 1.5));
    painter.fill(ellipse(Math.cos(angle) * radius, Math.sin(angle) * radius, 0.013, 0.013), flat(frontal(tone, light)));
  }
}
