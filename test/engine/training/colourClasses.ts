import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shade } from '../labels/shades.ts';

/** Classes that a network learns within a few steps. */
export const COLOURS = {
  blue: [40, 60, 210],
  green: [50, 190, 60],
  red: [210, 50, 40],
} as const satisfies Record<string, readonly [number, number, number]>;

/** Writes so many pictures of each colour below `root/SPLIT/COLOUR`, or, without a class, below `root/unlabelled`. */
export async function writeColours(root: string, perClass: number, split: string): Promise<void> {
  for (const [number, [name, colour]] of Object.entries(COLOURS).entries()) {
    const folder = split === 'unlabelled' ? join(root, split) : join(root, split, name);
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const seed = 10_000 * (number + 1) + 100 * split.length + i;
      writeFileSync(join(folder, `${name}-${i}.png`), await shade(colour, seed));
    }
  }
}
