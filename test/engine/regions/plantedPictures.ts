import { encodeImage } from '../../../src/engine/images/codec.ts';
import { discsOf, pasted } from '../images/discs.ts';
import { write } from '../indexing/dataset.ts';

/** Where the small picture lies in the scene. */
export const planted = { x: 165, y: 0, width: 120, height: 120 } as const;
const scene = { width: 300, height: 240 } as const;

/**
 * Pictures of stripes among which `small.png`, one of discs, is pasted into `scene.png`, at `planted`.
 *
 * @param others pictures that have nothing to do with these
 */
export async function plantPictures(root: string, others = 6): Promise<void> {
  const png = { format: 'png' } as const;
  const small = { width: planted.width, height: planted.height };
  const above = { ...small, data: discsOf(100, small.width, small.height) };
  write(root, 'train/a/small.png', await encodeImage(above.data, small.width, small.height, png));
  const pixels = pasted({ ...scene, data: stripes(0) }, above, planted.x, planted.y);
  write(root, 'train/b/scene.png', await encodeImage(pixels, scene.width, scene.height, png));
  for (let i = 0; i < others; i++) {
    write(root, `train/b/${i}.png`, await encodeImage(stripes(i + 1), scene.width, scene.height, png));
  }
}

/** Soft stripes of another width and colour for each seed. */
function stripes(seed: number): Uint8Array {
  return Uint8Array.from({ length: scene.width * scene.height * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % scene.width;
    const wave = Math.sin((x * (1 + seed / 3)) / 15);
    return 110 + (i % 3) * 8 * (seed % 4) + wave * (20 + 5 * seed);
  });
}
