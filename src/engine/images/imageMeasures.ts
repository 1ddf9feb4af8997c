import { HASH_EDGE } from '../../core/images/perceptualHash.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import { BLUR_EDGE, imageQuality, type ImageMeasures } from '../../core/images/quality.ts';
import { squashGrey } from '../../core/images/squashGrey.ts';
import { resizeRgb } from './codec.ts';

/** Raised when measures change, so that they are taken again. */
export const MEASURES_VERSION = 1;

/**
 * Measures a picture by its proxy, which is bounded in size and at least as large as a thumbnail. Fine highlights and narrow dark
 * parts of a larger picture are averaged away in it: of ninety photographs of 400 × 533, for an encoder of 224 pixels, nine in ten
 * have `dark` within 0.024 of that of the full picture, `light` within 0.010, `lowInformation` within 0.008 and `blurry` within
 * 0.002; at worst it was 0.051, 0.025, 0.025 and 0.004.
 */
export async function measureImage(proxy: RgbImage): Promise<ImageMeasures> {
  const { width, height } = proxy;
  const ratio = Math.max(1, Math.max(width, height) / BLUR_EDGE);
  const size = { width: Math.max(1, Math.floor(width / ratio)), height: Math.max(1, Math.floor(height / ratio)) };
  const reduced = ratio === 1 ? proxy : await resizeRgb(proxy, { left: 0, top: 0, width, height }, size, 'cubic');
  return { quality: imageQuality(proxy, reduced), grey: squashGrey(reduced, HASH_EDGE) };
}
