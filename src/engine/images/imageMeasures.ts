import { thumbnailSize, type Size } from '../../core/images/geometry.ts';
import { HASH_EDGE, perceptualHash } from '../../core/images/perceptualHash.ts';
import { greyFromRgb, type RgbImage } from '../../core/images/pixels.ts';
import { BLUR_EDGE, imageQuality, type ImageMeasures } from '../../core/images/quality.ts';
import { encodeThumbnail, resizeRgb, type ResizeKernel } from './codec.ts';

/** Raised when measures change, so that they are taken again. */
export const MEASURES_VERSION = 1;

/**
 * The thumbnail of a picture and what is measured of it, both from the picture at the thumbnail's size, so that neither the
 * encoder nor the size of the file matters. Of ninety photographs of 400 × 533 nine in ten have `dark` within 0.032 of that of the
 * full picture, `light` within 0.021, `lowInformation` within 0.013 and `blurry` within 0.003; at worst it was 0.1, `dark` of
 * one with fine highlights, which are averaged away.
 *
 * @param thumbnail one that is there already, and isn't made again
 */
export async function measureImage(
  proxy: RgbImage,
  thumbnail?: Uint8Array,
): Promise<{ readonly thumbnail: Uint8Array; readonly measures: ImageMeasures }> {
  const picture = await scaled(proxy, thumbnailSize(proxy), 'linear');
  const ratio = Math.max(1, Math.max(picture.width, picture.height) / BLUR_EDGE);
  const reducedSize = {
    width: Math.max(1, Math.floor(picture.width / ratio)),
    height: Math.max(1, Math.floor(picture.height / ratio)),
  };
  const [bytes, reduced, hashed] = await Promise.all([
    thumbnail ?? encodeThumbnail(picture, picture),
    scaled(picture, reducedSize, 'cubic'),
    scaled(picture, { width: HASH_EDGE, height: HASH_EDGE }, 'lanczos3'),
  ]);
  const grey = greyFromRgb(hashed.data);
  return {
    thumbnail: bytes,
    measures: { ...imageQuality(proxy, reduced), perceptualHash: perceptualHash(grey), grey },
  };
}

async function scaled(image: RgbImage, { width, height }: Size, kernel: ResizeKernel): Promise<RgbImage> {
  if (image.width === width && image.height === height) return image;
  return resizeRgb(image, { left: 0, top: 0, width: image.width, height: image.height }, { width, height }, kernel);
}
