import type { RgbImage } from '../../images/pixels.ts';
import { RandomStream } from '../../random.ts';
import { mix, oklch, type Colour } from '../colour.ts';
import { flat, Painter, setInk } from '../painter.ts';
import { box, circle, ellipse, polygon, type Point, type Shape } from '../shapes.ts';

/** What a picture of the captioned sample shows, in the words of its caption. */
export interface ShapeScene {
  readonly shape: ShapeName;
  readonly colour: ColourName;
  readonly place: PlaceName;
  readonly size: SizeName;
}

/** Regular polygon or star: `corners` points, every second one at `inner` of the radius where that is given. */
function corners(count: number, inner = 1): readonly Point[] {
  const points = inner === 1 ? count : 2 * count;
  return Array.from({ length: points }, (_, i): Point => {
    const radius = i % 2 === 1 ? inner : 1;
    const angle = (2 * Math.PI * i) / points - Math.PI / 2;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

const shapes = {
  circle: () => circle(0, 0, 0.92),
  square: () => box(-0.8, -0.8, 0.8, 0.8, 0.05),
  triangle: () => polygon(corners(3)),
  star: () => polygon(corners(5, 0.42)),
  ellipse: () => ellipse(0, 0, 1.15, 0.58),
  cross: () =>
    polygon([
      ...[
        [-0.3, -0.95],
        [0.3, -0.95],
        [0.3, -0.3],
        [0.95, -0.3],
        [0.95, 0.3],
        [0.3, 0.3],
      ],
      ...[
        [0.3, 0.95],
        [-0.3, 0.95],
        [-0.3, 0.3],
        [-0.95, 0.3],
        [-0.95, -0.3],
        [-0.3, -0.3],
      ],
    ] as unknown as readonly Point[]),
} as const satisfies Record<string, () => Shape>;

/** Lightness, chroma and hue, far enough from each other under any light that is drawn. */
const colours = {
  red: [0.6, 0.23, 27],
  orange: [0.74, 0.17, 58],
  yellow: [0.88, 0.17, 102],
  green: [0.62, 0.18, 145],
  blue: [0.52, 0.2, 260],
  purple: [0.48, 0.21, 310],
  black: [0.2, 0.01, 0],
} as const satisfies Record<string, readonly [number, number, number]>;

/** Where the middle of the shape is, as a share of half the picture. */
const places = {
  'at the top left': [-0.48, -0.48],
  'at the top right': [0.48, -0.48],
  'at the bottom left': [-0.48, 0.48],
  'at the bottom right': [0.48, 0.48],
  'in the middle': [0, 0],
} as const satisfies Record<string, readonly [number, number]>;

/** Radius, as a share of half the picture. */
const sizes = { small: 0.2, large: 0.4 } as const;

export type ShapeName = keyof typeof shapes;
export type ColourName = keyof typeof colours;
export type PlaceName = keyof typeof places;
export type SizeName = keyof typeof sizes;

/** Every scene that there is. */
export const shapeScenes: readonly ShapeScene[] = namesOf(shapes).flatMap((shape) =>
  namesOf(colours).flatMap((colour) =>
    namesOf(places).flatMap((place) => namesOf(sizes).map((size) => ({ shape, colour, place, size }))),
  ),
);

function namesOf<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(table) as K[];
}

/** Stream of the details of a drawing. */
const DRAWING_STREAM = 7;

/**
 * Draws a scene on paper of some colour. Another `drawing` of the same scene differs in everything that its caption leaves
 * open: exact place, size and shade, turn, paper, light.
 */
export function drawShapeScene(scene: ShapeScene, seed: number, drawing: number, edge: number): RgbImage {
  const random = new RandomStream(seed, DRAWING_STREAM, drawing);
  const painter = new Painter(edge, edge, { panX: 0, panY: 0, zoom: 1, tilt: 0 });
  paintPaper(painter, random);
  const [x, y] = places[scene.place];
  const [lightness, chroma, hue] = colours[scene.colour];
  const shade = random.uniform(-0.04, 0.04);
  const colour = oklch(lightness + shade, chroma * random.uniform(0.9, 1.05), hue + random.uniform(-6, 6));
  const placement = {
    x: x + random.uniform(-0.07, 0.07),
    y: y + random.uniform(-0.07, 0.07),
    scale: sizes[scene.size] * random.uniform(0.9, 1.1),
    // An upright square that is turned by much would be a diamond.
    angle: random.uniform(-0.2, 0.2),
  };
  painter.at({ ...placement, y: placement.y + 0.03 }, () => {
    painter.fill(shapes[scene.shape](), flat([0, 0, 0], 0.25), 0.2);
  });
  painter.at(placement, () => {
    painter.fill(shapes[scene.shape](), flat(colour));
  });
  return painter.develop(random.uniform(0.9, 1.1), random.uniform(0, 0.25), random.uniform(0.5, 2.5), random);
}

/** Light, hardly coloured, with light from one side. */
function paintPaper(painter: Painter, random: RandomStream): void {
  const paper: Colour = oklch(random.uniform(0.9, 0.97), random.uniform(0, 0.025), random.uniform(0, 360));
  const shaded: Colour = mix(paper, [0, 0, 0], random.uniform(0, 0.2));
  const angle = random.uniform(0, 2 * Math.PI);
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  painter.cover((ink, x, y) => {
    setInk(ink, mix(paper, shaded, 0.5 + 0.35 * (x * dx + y * dy)));
  });
}

/** Ways to say what a scene shows; all say the same. */
const phrasings: readonly ((scene: ShapeScene) => string)[] = [
  ({ size, colour, shape, place }) => `a ${size} ${colour} ${shape} ${place}`,
  ({ size, colour, shape, place }) => `${place} there is a ${size} ${colour} ${shape}`,
  ({ size, colour, shape, place }) => `${withArticle(colour)} ${shape}, ${size}, ${place}`,
  ({ size, colour, shape, place }) => `a picture of a ${size} ${colour} ${shape} ${place}`,
];

function withArticle(word: string): string {
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
}

export function captionOf(scene: ShapeScene, phrasing: number): string {
  return phrasings[phrasing % phrasings.length]!(scene);
}

export const PHRASINGS = phrasings.length;
