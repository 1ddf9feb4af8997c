/**
 * The one place that talks to libvips. Everything outside sees bytes in and 8-bit sRGB out. Each call is one task on
 * libuv's pool, so as many pictures are worked on at once as that pool has threads.
 */
import sharp, { type FormatEnum, type Sharp } from 'sharp';
import type { Region, Size } from '../../core/images/geometry.ts';
import type { RgbImage } from '../../core/images/pixels.ts';

// Pictures are seen once, so a cache only costs memory; parallelism comes from working on several pictures.
sharp.cache(false);
sharp.concurrency(1);

/** Versions of the native libraries, for Doctor. */
export const codecVersions: Readonly<Record<string, string>> = {
  sharp: sharp.versions.sharp,
  libvips: sharp.versions.vips,
};

export interface ImageHeader extends Size {
  /** libvips' name of the format: `jpeg`, `png`, `heif`, … Width and height are those after EXIF orientation. */
  readonly format: string;
}

/** Resampling filters, all with antialiasing when they reduce. */
export type ResizeKernel = 'nearest' | 'linear' | 'cubic' | 'lanczos3';

/** Reads format and size without decoding. Rejects with libvips' message. */
export async function readHeader(bytes: Uint8Array): Promise<ImageHeader> {
  const metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
  const { width, height } = metadata.autoOrient;
  return { format: metadata.format, width, height };
}

/**
 * Decodes the first frame or page, applies the EXIF orientation, composes transparency over white, converts to 8-bit
 * sRGB and scales to exactly `size`. Rejects with libvips' message on damage.
 *
 * @param part what is scaled, of the picture as it is shown; absent: all of it
 */
export async function decodeRgb(
  bytes: Uint8Array,
  size: Size,
  kernel: ResizeKernel,
  limitPixels: number,
  part?: Region,
): Promise<RgbImage> {
  const whole = sharp(bytes, { failOn: 'error', limitInputPixels: limitPixels, pages: 1 }).autoOrient();
  const pipeline = (part === undefined ? whole : whole.extract(part))
    .resize(size.width, size.height, { fit: 'fill', kernel })
    .flatten({ background: '#fff' })
    .toColourspace('srgb');
  return toRgb(pipeline);
}

/** Every value of a picture, for those who ask whether two are the very same. */
export interface ExactPixels {
  /** Those of all frames or pages together. */
  readonly height: number;
  readonly width: number;
  /** Red, green, blue and alpha of each pixel. */
  readonly data: Uint8Array;
}

/**
 * Decodes all frames or pages with the depth and the transparency that they have, in sRGB. Rejects with libvips' message on damage,
 * and where all together have too many pixels.
 */
export async function decodeExactly(bytes: Uint8Array, limitPixels: number): Promise<ExactPixels> {
  const picture = sharp(bytes, { failOn: 'error', limitInputPixels: limitPixels, pages: -1 });
  const { pages = 1, depth } = await picture.metadata();
  // libvips turns no more than one page.
  const upright = pages > 1 ? picture : picture.autoOrient();
  const isDeep = depth !== 'uchar';
  const { data, info } = await upright
    .toColourspace(isDeep ? 'rgb16' : 'srgb')
    .ensureAlpha()
    .raw({ depth: isDeep ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/**
 * Cuts `region` out of a picture and scales it to exactly `size`.
 *
 * @param part what of the scaled picture is wanted, and computed; absent: all of it
 */
export async function resizeRgb(
  image: RgbImage,
  region: Region,
  size: Size,
  kernel: ResizeKernel,
  part?: Region,
): Promise<RgbImage> {
  const isWhole = region.width === image.width && region.height === image.height;
  // An operation that changes nothing costs as much as one that does.
  const cut = isWhole ? fromRgb(image) : fromRgb(image).extract(region);
  const whole = cut.resize(size.width, size.height, { fit: 'fill', kernel });
  return toRgb(part === undefined ? whole : whole.extract(part));
}

/** A small WebP of the picture, scaled to `size`. */
export async function encodeThumbnail(image: RgbImage, size: Size): Promise<Uint8Array> {
  return fromRgb(image)
    .resize(size.width, size.height, { fit: 'fill', kernel: 'linear' })
    .webp({ quality: 75, effort: 0 })
    .toBuffer();
}

export interface EncodeOptions {
  readonly format: 'jpeg' | 'png' | 'webp';
  /** 1 to 100 for JPEG and WebP; WebP is lossless without it. */
  readonly quality?: number;
  /** Writes one channel of luma; WebP has no such kind and keeps three. */
  readonly grayscale?: boolean;
}

/** Encodes 8-bit RGB pixels as a file. */
export async function encodeImage(
  pixels: Uint8Array,
  width: number,
  height: number,
  { format, quality, grayscale = false }: EncodeOptions,
): Promise<Uint8Array> {
  const options: Record<EncodeOptions['format'], object> = {
    jpeg: { quality: quality ?? 90 },
    png: {},
    webp: quality === undefined ? { lossless: true } : { quality },
  };
  const image = fromRgb({ data: pixels, width, height });
  return (grayscale ? image.toColourspace('b-w') : image)
    .toFormat(format satisfies keyof FormatEnum, options[format])
    .toBuffer();
}

function fromRgb(image: RgbImage): Sharp {
  return sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } });
}

async function toRgb(pipeline: Sharp): Promise<RgbImage> {
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels === 3) return { width, height, data };
  // Grey (1) and grey with alpha (2) reach us as they are; RGB with alpha (4) when a format hides it from flatten.
  const rgb = new Uint8Array(width * height * 3);
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  for (let i = 0, j = 0; i < rgb.length; i += 3, j += channels) {
    rgb[i] = data[j]!;
    rgb[i + 1] = data[j + green]!;
    rgb[i + 2] = data[j + blue]!;
  }
  return { width, height, data: rgb };
}
