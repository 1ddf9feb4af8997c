import type { RandomStream } from '../../random.ts';
import { mix, oklch, scaled, type Colour } from '../colour.ts';
import { frontal, type Light } from '../light.ts';
import { smoothstep } from '../numeric.ts';
import { paintHills, paintSea, paintSky } from '../outdoors.ts';
import { flat, setInk, type Painter } from '../painter.ts';
import { blob, ellipse, polygon, spline, stroke, type Point, type Shape } from '../shapes.ts';

/** A sailing boat on the sea, sometimes with others far off or a coast behind. */
export function paintSailboat(painter: Painter, random: RandomStream): void {
  const horizon = random.uniform(-0.05, 0.4);
  const weather = paintSky(painter, random, horizon);
  if (random.chance(0.45)) paintHills(painter, random, weather, horizon - 0.02);
  paintSea(painter, random, weather, horizon + (random.chance(0.5) ? 0 : 0.03));

  const fit = Math.min(1, painter.aspect);
  for (let far = random.integer(3); far > 0; far--) {
    const boat = createBoat(random);
    const x = random.uniform(-0.95, 0.95) * painter.aspect;
    const scale = random.uniform(0.07, 0.14);
    painter.distant(0.4, () => {
      painter.at({ x, y: horizon + 0.05 + scale * 0.2, scale, stretchX: boat.heading }, () => {
        paintBoat(painter, boat, weather.light, weather.haze, 0.45);
      });
    });
  }
  const boat = createBoat(random);
  const scale = random.uniform(0.42, 0.62) * fit;
  const x = random.uniform(-0.4, 0.4) * painter.aspect;
  const y = Math.max(horizon + 0.08 + scale * 0.3, random.uniform(0.35, 0.68));
  const heel = random.uniform(-0.14, 0.14);
  painter.at(
    { x, y: y + scale * 0.05, scale, angle: -heel * 0.6, stretchX: boat.heading, stretchY: -0.62, opacity: 0.3 },
    () => {
      paintBoat(painter, boat, weather.light, weather.haze, 0.25);
    },
  );
  painter.at({ x, y, scale, angle: heel, stretchX: boat.heading }, () => {
    paintBoat(painter, boat, weather.light, weather.haze, 0);
  });
  painter.at({ x, y, scale }, () => {
    for (let line = 0; line < 16; line++) {
      const [centre, row] = [random.uniform(-1, 1), random.uniform(0.0, 0.4)];
      const ripple = ellipse(centre, row, random.uniform(0.12, 0.4), random.uniform(0.006, 0.016));
      painter.fill(ripple, flat(scaled(weather.haze, 1.05), row < 0.06 ? 0.65 : 0.25), 0.008);
    }
  });
}

interface Boat {
  readonly heading: number;
  readonly hull: Colour;
  readonly stripe: Colour;
  readonly sail: Colour;
  readonly second: Colour;
  readonly pattern: 'plain' | 'stripes' | 'split' | 'band';
  readonly mast: number;
  readonly jib: boolean;
  readonly belly: number;
  readonly gaff: boolean;
}

function createBoat(random: RandomStream): Boat {
  const hue = random.uniform(0, 360);
  return {
    heading: random.chance(0.5) ? 1 : -1,
    hull: random.pick([
      oklch(0.95, 0.01, 90),
      oklch(0.4, 0.1, 255),
      oklch(0.5, 0.16, 27),
      oklch(0.5, 0.09, 55),
      oklch(0.3, 0.02, 250),
      oklch(0.6, 0.1, 160),
    ]),
    stripe: random.pick([oklch(0.55, 0.2, 27), oklch(0.92, 0.02, 90), oklch(0.75, 0.15, 80), oklch(0.4, 0.12, 260)]),
    sail: random.chance(0.55) ? oklch(0.95, random.uniform(0, 0.035), 85) : oklch(random.uniform(0.55, 0.8), 0.16, hue),
    second: oklch(random.uniform(0.5, 0.75), 0.18, random.uniform(0, 360)),
    pattern: random.pick(['plain', 'plain', 'stripes', 'split', 'band']),
    mast: random.uniform(1.45, 1.85),
    jib: random.chance(0.85),
    belly: random.uniform(0.05, 0.2),
    gaff: random.chance(0.25),
  };
}

/** The waterline is y = 0, the boat about 2 long, its bow to the right. */
function paintBoat(painter: Painter, boat: Boat, light: Light, haze: Colour, faded: number): void {
  const tone = (colour: Colour): Colour => mix(frontal(colour, light), haze, faded);
  const top = -boat.mast;
  painter.fill(
    stroke(
      [
        [0.08, -0.1],
        [0.08, top],
      ],
      0.022,
      0.014,
    ),
    flat(tone(oklch(0.55, 0.05, 65))),
  );

  const leech: Point[] = boat.gaff
    ? [
        [0.03, -0.42],
        [0.03, top + 0.3],
        [-0.5, top + 0.12],
        [-0.72 - boat.belly * 0.4, -0.95],
        [-0.82, -0.4],
      ]
    : [
        [0.03, -0.42],
        [0.04, top + 0.05],
        [-0.3 - boat.belly, -1.0],
        [-0.82, -0.4],
      ];
  const mainsail = polygon([leech[0]!, leech[1]!, ...spline(leech.slice(1), 10, false), [-0.4, -0.37]]);
  paintSail(painter, boat, mainsail, tone, -0.82, 0.04);
  if (boat.jib) {
    const edge = spline(
      [
        [0.12, top + 0.18],
        [0.3 + boat.belly * 0.3, -0.95],
        [0.88, -0.25],
      ],
      10,
      false,
    );
    const jib = polygon([
      ...edge,
      ...spline(
        [
          [0.88, -0.25],
          [0.5, -0.3],
          [0.17, -0.42 - boat.belly * 0.4],
          [0.14, -0.9],
        ],
        6,
        false,
      ),
    ]);
    paintSail(painter, boat, jib, tone, 0.12, 0.9);
  }
  painter.fill(
    stroke(
      [
        [0.05, -0.39],
        [-0.86, -0.36],
      ],
      0.02,
    ),
    flat(tone(oklch(0.5, 0.06, 60))),
  );

  const hull = blob([
    [-0.95, -0.26],
    [-0.3, -0.2],
    [0.5, -0.22],
    [1.08, -0.33],
    [0.92, -0.08],
    [0.6, 0.06],
    [-0.2, 0.08],
    [-0.82, 0.05],
  ]);
  painter.fill(hull, (ink, x, y) => {
    const shade = 1.12 - 0.9 * smoothstep(-0.3, 0.16, y) + 0.08 * x;
    const stripe = smoothstep(0.02, 0.012, Math.abs(y + 0.13 + 0.05 * x * x));
    setInk(ink, tone(scaled(mix(boat.hull, boat.stripe, stripe), shade)));
  });
  painter.fill(
    polygon([
      [-0.5, -0.22],
      [-0.42, -0.34],
      [0.2, -0.33],
      [0.34, -0.22],
    ]),
    flat(tone(scaled(boat.stripe, 0.85))),
  );
}

function paintSail(
  painter: Painter,
  boat: Boat,
  shape: Shape,
  tone: (colour: Colour) => Colour,
  left: number,
  right: number,
): void {
  painter.fill(shape, (ink, x, y, distance) => {
    const across = (x - left) / (right - left);
    let colour = boat.sail;
    if (boat.pattern === 'stripes' && Math.floor(y * 5 + 50) % 2 === 0) colour = boat.second;
    if (boat.pattern === 'split' && y > -0.85) colour = boat.second;
    if (boat.pattern === 'band' && Math.abs(y + 0.95) < 0.14) colour = boat.second;
    const seam = 1 - 0.07 * smoothstep(0.08, 0.02, Math.abs(((y * 3.3 + 33) % 1) - 0.5));
    const curve = 0.74 + 0.4 * Math.sin(across * 2.6 + 0.4) - 0.1 * smoothstep(-0.05, 0, distance);
    setInk(ink, tone(scaled(colour, seam * curve)));
  });
}
