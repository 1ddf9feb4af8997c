import { setInk, type Ink } from './painter.ts';
import type { Colour } from './colour.ts';

/** One distant light and the light from everywhere else. */
export interface Light {
  /** Unit vector to the light; x to the right, y down, z to the viewer. */
  readonly direction: readonly [x: number, y: number, z: number];
  readonly key: Colour;
  readonly ambient: Colour;
}

/** A light from `x`, `y`, `z` (any length). */
export function createLight(x: number, y: number, z: number, key: Colour, ambient: Colour): Light {
  const length = Math.hypot(x, y, z);
  return { direction: [x / length, y / length, z / length], key, ambient };
}

/** A Lambert surface with a Blinn–Phong highlight of strength `gloss`. The normal has unit length. */
export function setLitInk(
  ink: Ink,
  base: Colour,
  light: Light,
  normalX: number,
  normalY: number,
  normalZ: number,
  gloss = 0,
): void {
  const [x, y, z] = light.direction;
  const facing = Math.max(0, normalX * x + normalY * y + normalZ * z);
  let highlight = 0;
  if (gloss > 0) {
    // The viewer is straight ahead, so the halfway vector is the light's plus (0, 0, 1).
    const half = Math.hypot(x, y, z + 1);
    highlight = gloss * Math.max(0, (normalX * x + normalY * y + normalZ * (z + 1)) / half) ** 48;
  }
  setInk(ink, [
    base[0] * (light.ambient[0] + light.key[0] * facing) + light.key[0] * highlight,
    base[1] * (light.ambient[1] + light.key[1] * facing) + light.key[1] * highlight,
    base[2] * (light.ambient[2] + light.key[2] * facing) + light.key[2] * highlight,
  ]);
}

/** The light that falls on a flat surface facing the viewer. */
export function frontal(base: Colour, light: Light): Colour {
  const facing = light.direction[2];
  return [
    base[0] * (light.ambient[0] + light.key[0] * facing),
    base[1] * (light.ambient[1] + light.key[1] * facing),
    base[2] * (light.ambient[2] + light.key[2] * facing),
  ];
}
