import { imageSize } from 'image-size';
import type { Size } from '../../core/images/geometry.ts';
import { readBmpSize } from './bmp.ts';
import { readHeader } from './codec.ts';

/**
 * Width and height of a picture as it is shown, by its header alone; undefined where that is cut off. Rejects with
 * libvips' message on damage.
 *
 * @param format as `sniffFormat` names it
 */
export async function readImageSize(bytes: Uint8Array, format: string): Promise<Size | undefined> {
  if (format === 'bmp') return readBmpSize(bytes);
  // Most pictures are JPEGs, and going through libvips for these few bytes would cost a tenth of decoding them.
  return (format === 'jpeg' ? readJpegSize(bytes) : undefined) ?? readHeader(bytes);
}

/** Undefined where this reader doesn't understand the file; libvips may. */
function readJpegSize(bytes: Uint8Array): Size | undefined {
  try {
    const { width, height, orientation = 1 } = imageSize(bytes);
    // Orientations 5 to 8 lie on their side.
    return orientation < 5 ? { width, height } : { width: height, height: width };
  } catch {
    return undefined;
  }
}
