import { RandomStream } from '../random.ts';
import type { ViewKey } from './draw.ts';

/** Keeps this stream apart from those of the augmentations, whose numbers of operations are lower. */
const STREAM = 0x42 << 24;

/** What a view is blended with. */
export interface Mixing {
  /** The other picture; its view of the same number and epoch is meant. */
  readonly partner: number;
  /** Share of the view itself, from 0 to 1; the rest is the other's. */
  readonly share: number;
}

/**
 * Draws whether a view is blended with that of another picture, and how: mixup, H. Zhang et al., ICLR 2018,
 * https://arxiv.org/abs/1710.09412, with equally likely shares. What a teacher says of such views shows a student more than the
 * pictures alone: L. Beyer et al., CVPR 2022, https://arxiv.org/abs/2106.05237. A function of the key, as augmentations are.
 *
 * @param probability share of the views that are blended, from 0 to 1
 * @param count of the pictures
 */
export function drawMixing(
  probability: number,
  count: number,
  { seed, epoch, sample, view }: ViewKey,
): Mixing | undefined {
  if (probability === 0 || count < 2) return undefined;
  const random = new RandomStream(seed, epoch, sample, (STREAM | (view & 0xffff)) >>> 0);
  if (!random.chance(probability)) return undefined;
  const other = random.integer(count - 1);
  return { partner: other < sample ? other : other + 1, share: random.uniform() };
}

/** Blends a view with another of the same size, in place. @param offset where the view begins among others */
export function blend(views: Float32Array, offset: number, other: Float32Array, share: number): void {
  for (let i = 0; i < other.length; i++) {
    views[offset + i] = share * views[offset + i]! + (1 - share) * other[i]!;
  }
}
