import type { RandomStream } from '../../random.ts';
import { mix, oklch, scaled, type Colour } from '../colour.ts';
import { frontal, setLitInk, type Light } from '../light.ts';
import { smoothstep } from '../numeric.ts';
import { paintHills, paintSea, paintSky } from '../outdoors.ts';
import { flat, setInk, type Painter } from '../painter.ts';
import { box, polygon, stroke, type Point } from '../shapes.ts';

/** Hot-air balloons over land or sea. */
export function paintBalloon(painter: Painter, random: RandomStream): void {
  const horizon = random.uniform(0.35, 0.95);
  const weather = paintSky(painter, random, horizon);
  if (random.chance(0.75)) paintHills(painter, random, weather, horizon);
  else paintSea(painter, random, weather, horizon);

  const fit = Math.min(1, painter.aspect);
  for (let far = random.integer(4); far > 0; far--) {
    painter.distant(0.5, () => {
      const placement = {
        x: random.uniform(-0.95, 0.95) * painter.aspect,
        y: random.uniform(-0.75, horizon - 0.3),
        scale: random.uniform(0.05, 0.15),
      };
      painter.at(placement, () => {
        paintOne(painter, random, weather.light, weather.haze, 0.4);
      });
    });
  }
  const placement = {
    x: random.uniform(-0.4, 0.4) * painter.aspect,
    y: random.uniform(-0.3, 0.02),
    scale: random.uniform(0.4, 0.62) * fit,
    angle: random.uniform(-0.1, 0.1),
  };
  painter.at(placement, () => {
    paintOne(painter, random, weather.light, weather.haze, 0);
  });
}

/** Half the envelope's width at height y, from the crown at −1 to the mouth at 1.15. */
function halfWidth(y: number): number {
  if (y < 0) return Math.sqrt(Math.max(0, 1 - y * y));
  return 0.19 + 0.81 * Math.cos((Math.min(1, y / 1.2) * Math.PI) / 2) ** 0.85;
}

function paintOne(painter: Painter, random: RandomStream, light: Light, haze: Colour, distance: number): void {
  const hue = random.uniform(0, 360);
  const colours = [
    oklch(random.uniform(0.55, 0.7), 0.2, hue),
    random.pick([
      oklch(0.94, 0.03, 90),
      oklch(0.82, 0.16, hue + 60),
      oklch(0.5, 0.16, hue + 180),
      oklch(0.86, 0.16, 95),
    ]),
    oklch(random.uniform(0.5, 0.8), 0.17, hue + random.pick([120, 30, 200])),
  ];
  const gores = random.pick([8, 10, 12, 16]);
  const turn = random.uniform(0, 1);
  const pattern = random.pick(['gores', 'gores', 'bands', 'checks', 'zigzag', 'spiral']);
  const outlinePoints: Point[] = [];
  for (let step = 0; step <= 40; step++) {
    const y = -1 + (2.15 * step) / 40;
    outlinePoints.push([halfWidth(y), y]);
  }
  const envelope = polygon([...outlinePoints, ...outlinePoints.map(([x, y]): Point => [-x, y]).reverse()]);

  for (const side of [-1, 1]) {
    painter.fill(
      stroke(
        [
          [side * 0.17, 1.14],
          [side * 0.11, 1.48],
        ],
        0.008,
      ),
      flat(oklch(0.3, 0.02, 60)),
    );
  }
  painter.fill(box(-0.14, 1.44, 0.14, 1.68, 0.03), (ink, x, y) => {
    const weave = 0.75 + 0.25 * Math.sin(x * 110) * Math.sin(y * 95);
    const rim = smoothstep(1.49, 1.47, y);
    const base = mix(
      frontal(scaled(oklch(0.56, 0.09, 65), weave * (1 - 1.6 * Math.abs(x))), light),
      oklch(0.35, 0.06, 50),
      rim,
    );
    setInk(ink, mix(base, haze, distance));
  });
  painter.fill(envelope, (ink, x, y) => {
    const width = Math.max(1e-3, halfWidth(y));
    const across = Math.max(-1, Math.min(1, x / width));
    const longitude = Math.asin(across) / Math.PI + 0.5 + turn;
    const gore = longitude * gores;
    let index: number;
    switch (pattern) {
      case 'bands':
        index = y < -0.72 || y > 0.75 ? 0 : Math.abs(y) < 0.22 ? 1 : 2;
        break;
      case 'checks':
        index = (Math.floor(gore) + Math.floor(y * 4.2 + 20)) % 2;
        break;
      case 'zigzag':
        index = Math.floor(y * 2.6 + 20 + 0.45 * Math.abs((gore % 2) - 1)) % 3;
        break;
      case 'spiral':
        index = Math.floor(gore / 2 + y * 2.2 + 20) % 3;
        break;
      default:
        index = Math.floor(gore) % (gores % 3 === 0 ? 3 : 2);
    }
    const seam = Math.abs(gore - Math.floor(gore) - 0.5) * 2;
    // Each gore bulges between its seams.
    const bulge = 0.86 + 0.16 * (1 - seam ** 4);
    const facing = Math.sqrt(Math.max(0, 1 - across * across));
    const normalY = y < 0 ? y : 0.55 * Math.min(1, y);
    const level = Math.sqrt(Math.max(0, 1 - normalY * normalY));
    setLitInk(ink, scaled(colours[index]!, bulge), light, across * level, normalY, facing * level, 0.08);
    if (distance > 0) {
      const faded = mix([ink[0], ink[1], ink[2]], haze, distance);
      [ink[0], ink[1], ink[2]] = faded;
    }
  });
}
