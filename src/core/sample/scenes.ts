import type { RgbImage } from '../images/pixels.ts';
import { RandomStream } from '../random.ts';
import { Painter, type Camera } from './painter.ts';
import { paintBalloon } from './scenes/balloon.ts';
import { paintButterfly } from './scenes/butterfly.ts';
import { paintFish } from './scenes/fish.ts';
import { paintFlower } from './scenes/flower.ts';
import { paintHouse } from './scenes/house.ts';
import { paintMug } from './scenes/mug.ts';
import { paintMushroom } from './scenes/mushroom.ts';
import { paintSailboat } from './scenes/sailboat.ts';

const painters = {
  balloon: paintBalloon,
  butterfly: paintButterfly,
  fish: paintFish,
  flower: paintFlower,
  house: paintHouse,
  mug: paintMug,
  mushroom: paintMushroom,
  sailboat: paintSailboat,
} as const;

export type SampleClass = keyof typeof painters;

/** The classes of the sample data set, sorted. */
export const sampleClasses = Object.keys(painters) as readonly SampleClass[];

/** Streams of one scene: what is in it, and how it was shot. */
const CONTENT_STREAM = 1;
const SHOT_STREAM = 2;

/** Draws scene number `scene` of a class. Another `shot` is the same scene from a slightly different viewpoint. */
export function drawScene(
  label: SampleClass,
  seed: number,
  scene: number,
  shot: number,
  width: number,
  height: number,
): RgbImage {
  const shooting = new RandomStream(seed, SHOT_STREAM, scene, shot);
  const painter = new Painter(width, height, shot === 0 ? firstCamera : otherCamera(shooting));
  painters[label](painter, new RandomStream(seed, CONTENT_STREAM, scene));
  const exposure = shooting.uniform(0.92, 1.1) * (shot === 0 ? 1 : shooting.pick([0.9, 1.1]));
  return painter.develop(exposure, shooting.uniform(0, 0.3), shooting.uniform(0.8, 2.4), shooting);
}

const firstCamera: Camera = { panX: 0, panY: 0, zoom: 1, tilt: 0 };

function otherCamera(random: RandomStream): Camera {
  const side = (): number => random.pick([-1, 1]);
  return {
    panX: side() * random.uniform(0.06, 0.12),
    panY: side() * random.uniform(0.03, 0.08),
    zoom: random.pick([random.uniform(0.9, 0.95), random.uniform(1.05, 1.12)]),
    tilt: side() * random.uniform(0.02, 0.06),
  };
}
