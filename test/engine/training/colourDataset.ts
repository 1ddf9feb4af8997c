import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RandomStream } from '../../../src/core/random.ts';
import { encodeImage } from '../../../src/engine/images/codec.ts';

const WIDTH = 48;
const HEIGHT = 40;

/** A picture of a class: stripes of its own width and angle in random colours. */
function stripes(kind: number, seed: number): Uint8Array {
  const random = new RandomStream(seed, kind);
  const colours = [0, 1].map(() => [0, 1, 2].map(() => random.integer(256)));
  const angle = (kind * Math.PI) / 3 + random.uniform(-0.2, 0.2);
  const frequency = 0.4 + 0.5 * kind;
  return Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
    const [channel, x, y] = [i % 3, Math.floor(i / 3) % WIDTH, Math.floor(i / 3 / WIDTH)];
    const share = 0.5 + 0.5 * Math.sin(frequency * (x * Math.cos(angle) + y * Math.sin(angle)));
    return share * colours[0]![channel]! + (1 - share) * colours[1]![channel]!;
  });
}

/** Writes `perClass` PNG pictures of three classes of stripes below `root/SPLIT/CLASS`. */
export async function writeStripes(root: string, perClass: number, split = 'train'): Promise<void> {
  for (const [kind, name] of ['wide', 'middle', 'narrow'].entries()) {
    const folder = join(root, split, name);
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const pixels = stripes(kind, 1000 * split.length + i);
      writeFileSync(join(folder, `${i}.png`), await encodeImage(pixels, WIDTH, HEIGHT, { format: 'png' }));
    }
  }
}
