import type { EncoderInput } from '../../core/encoders/card.ts';
import {
  corruptImage,
  emptyFile,
  gitLfsPointer,
  imageTooLarge,
  LikenessError,
  messageOf,
  truncatedImage,
  unsupportedFormat,
} from '../../core/errors.ts';
import { isGitLfsPointer, sniffFormat } from '../../core/images/formats.ts';
import {
  encoderPlacement,
  proxySize,
  thumbnailSize,
  type EncoderPlacement,
  type Region,
  type Size,
} from '../../core/images/geometry.ts';
import { cropRgb, greyFromRgb, padRgb, type RgbImage } from '../../core/images/pixels.ts';
import { scaleRgb, scalingProducts, type Scaling } from '../../core/images/scale.ts';
import { decodeBmp } from './bmp.ts';
import { decodeRgb, encodeThumbnail, resizeRgb, type ResizeKernel } from './codec.ts';
import { readImageSize } from './imageSize.ts';
import type { PixelBudget } from './pixelBudget.ts';

/** Raised when decoding changes in a way that lets formerly broken files be read, so that they are tried again. */
export const DECODER_VERSION = 1;

export const DEFAULT_MAX_MEGAPIXELS = 200;

const kernels: Record<EncoderInput['interpolation'], ResizeKernel> = {
  nearest: 'nearest',
  bilinear: 'linear',
  bicubic: 'cubic',
  lanczos: 'lanczos3',
};

export interface DecodeOptions extends DecodeLimits {
  readonly input: EncoderInput;
}

export interface DecodeLimits {
  readonly maxMegapixels: number;
  /** Holds back large pictures until there is memory for them. */
  readonly budget: PixelBudget;
}

export interface DecodedImage extends Size {
  readonly format: string;
  /** The picture reduced to `proxySize`; width and height above are those of the full picture. */
  readonly proxy: RgbImage;
}

/**
 * Decodes a file's bytes to its proxy. `path` only names the file in errors: empty-file, git-lfs-pointer, unsupported-format,
 * image-too-large, truncated-image, corrupt-image.
 */
export async function decodeProxy(bytes: Uint8Array, path: string, options: DecodeOptions): Promise<DecodedImage> {
  return decodeReduced(bytes, path, proxyReduction(options.input), options);
}

/** To the proxy of a picture or, with `partOf`, of a part of it. */
export function proxyReduction(input: EncoderInput, partOf?: Reduction['partOf']): Reduction {
  return {
    sizeOf: (full) => proxySize(full, input),
    kernel: kernels[input.interpolation],
    ...(partOf !== undefined && { partOf }),
  };
}

/** How a picture is reduced as it is decoded. */
export interface Reduction {
  /** @param full of the picture, or of the part of it that is wanted */
  readonly sizeOf: (full: Size) => Size;
  readonly kernel: ResizeKernel;
  /** The part that is wanted, of the picture as it is shown; absent or undefined: all of it. What it throws is thrown. */
  readonly partOf?: (full: Size) => Region | undefined;
}

/** As `decodeProxy`, to whatever size is wanted. */
export async function decodeReduced(
  bytes: Uint8Array,
  path: string,
  { sizeOf, kernel, partOf }: Reduction,
  { maxMegapixels, budget }: DecodeLimits,
): Promise<DecodedImage> {
  const { format, width, height } = await readPictureSize(bytes, path, { maxMegapixels });
  try {
    const part = partOf?.({ width, height });
    const size = sizeOf(part ?? { width, height });
    const release = await budget.take(width * height);
    try {
      const proxy =
        format === 'bmp'
          ? await scalePart(decodeBmp(bytes), size, kernel, part)
          : await decodeRgb(bytes, size, kernel, maxMegapixels * 1e6, part);
      return { format, width, height, proxy };
    } finally {
      release();
    }
  } catch (error) {
    throw describeFailure(error, bytes, path, format);
  }
}

/** What a file is, without decoding it. Rejects as `decodeProxy` does with what its header tells. */
export async function readPictureSize(
  bytes: Uint8Array,
  path: string,
  { maxMegapixels }: Pick<DecodeLimits, 'maxMegapixels'>,
): Promise<Size & { readonly format: string }> {
  if (bytes.length === 0) throw emptyFile(path);
  const format = sniffFormat(bytes);
  if (format === undefined) {
    throw isGitLfsPointer(bytes) ? gitLfsPointer(path) : unsupportedFormat(path, describeStart(bytes));
  }
  try {
    const full = await readImageSize(bytes, format);
    if (full === undefined) throw truncatedImage(path, undefined);
    const { width, height } = full;
    if (width * height > maxMegapixels * 1e6) throw imageTooLarge(path, width, height, maxMegapixels);
    return { format, width, height };
  } catch (error) {
    throw describeFailure(error, bytes, path, format);
  }
}

/** A picture of no more pixels is looked at as it is, a larger one at this size: one picture costs no more than another. */
const LOOKED_AT_PIXELS = 1_500_000;

/**
 * Decodes a picture again whose proxy is smaller than it is: single pixels of it, none averaged but for those that a JPEG above
 * `LOOKED_AT_PIXELS` is decoded without. Rejects with libvips' message where that fails, though the proxy could be decoded.
 */
export async function decodeClosely(bytes: Uint8Array, image: DecodedImage, options: DecodeOptions): Promise<RgbImage> {
  const { width, height, format, proxy } = image;
  if (width === proxy.width && height === proxy.height) return proxy;
  const release = await options.budget.take(width * height);
  try {
    if (format === 'bmp') return decodeBmp(bytes);
    const scale = Math.min(1, Math.sqrt(LOOKED_AT_PIXELS / (width * height)));
    const size = {
      width: Math.max(1, Math.round(width * scale)),
      height: Math.max(1, Math.round(height * scale)),
    };
    return await decodeRgb(bytes, size, 'nearest', options.maxMegapixels * 1e6);
  } finally {
    release();
  }
}

/** The encoder's pixels: uint8, `height × width × channels` of the card's input, interleaved. */
export async function encoderPixels(proxy: RgbImage, input: EncoderInput): Promise<Uint8Array> {
  const placement = encoderPlacement(proxy, input);
  const seen = await placed(proxy, placement, input);
  const rgb = padRgb(seen, placement.offset, input.size).data;
  return input.mean.length === 1 ? greyFromRgb(rgb) : rgb;
}

/** Products of a weight and a channel that take about as long as a call of libvips, however little that has to do. */
const PRODUCTS_OF_A_CALL = 600_000;
/** From here on libvips averages squares of pixels before it filters, so that others would see another picture. */
const AVERAGED_FIRST = 4;

/** What the encoder sees of a picture, without padding. */
async function placed(proxy: RgbImage, { target, crop }: EncoderPlacement, input: EncoderInput): Promise<RgbImage> {
  if (proxy.width === target.width && proxy.height === target.height) return cropRgb(proxy, crop);
  const scaling = { target, crop, interpolation: input.interpolation };
  // Squashed and padded pictures stay where libvips puts them: other vectors would cost everyone an index.
  const isCropped = input.resize === 'shortest-edge' || input.resize === 'squash-crop';
  const isEnlarged = target.width > proxy.width || target.height > proxy.height;
  if (isEnlarged ? isCropped : isReducedAlike(proxy, scaling)) return scaleRgb(proxy, scaling);
  const whole = { left: 0, top: 0, width: proxy.width, height: proxy.height };
  return resizeRgb(proxy, whole, target, kernels[input.interpolation], isCropped ? crop : undefined);
}

/** Whether a picture is reduced here as by libvips, and in less time. */
function isReducedAlike(proxy: RgbImage, scaling: Scaling): boolean {
  const { target } = scaling;
  const ratio = Math.max(proxy.width / target.width, proxy.height / target.height);
  return ratio < AVERAGED_FIRST && scalingProducts(proxy, scaling) <= PRODUCTS_OF_A_CALL;
}

/** WebP bytes of the thumbnail. */
export async function thumbnailOf(proxy: RgbImage): Promise<Uint8Array> {
  return encodeThumbnail(proxy, thumbnailSize(proxy));
}

/** All of a picture, scaled to a size. */
export async function scaleWhole(image: RgbImage, size: Size, kernel: ResizeKernel): Promise<RgbImage> {
  if (image.width === size.width && image.height === size.height) return image;
  return resizeRgb(image, { left: 0, top: 0, width: image.width, height: image.height }, size, kernel);
}

function scalePart(image: RgbImage, size: Size, kernel: ResizeKernel, part: Region | undefined): Promise<RgbImage> {
  return part === undefined ? scaleWhole(image, size, kernel) : resizeRgb(image, part, size, kernel);
}

function describeFailure(error: unknown, bytes: Uint8Array, path: string, format: string): LikenessError {
  if (error instanceof LikenessError) return error;
  const message = messageOf(error);
  // libvips gives no codes, so its words are all there is: a file without its end is told from a damaged one.
  if (/unsupported image format|no decoder|not supported|unsupported/i.test(message)) {
    return unsupportedFormat(path, `a kind of ${format.toUpperCase()} that can't be decoded`);
  }
  const cutOff = /premature|truncat|end of (file|stream|input|image|buffer)|unexpected end|out of data/i.test(message);
  return cutOff || lacksEnd(bytes, format) ? truncatedImage(path, error) : corruptImage(path, firstSentence(message));
}

/** True where the format has an end marker and the file doesn't hold it near its end. */
function lacksEnd(bytes: Uint8Array, format: string): boolean {
  const tail = Buffer.from(bytes.subarray(-4096));
  if (format === 'png') return !tail.includes('IEND');
  if (format === 'jpeg') return !tail.includes(Buffer.from([0xff, 0xd9]));
  return false;
}

function firstSentence(message: string): string {
  // What libvips says after these words is the reason, if it says anything.
  const reason = message.replace(/^Input (buffer|file) has corrupt header:?\s*/, '').slice(0, 160);
  return reason === '' ? 'its header makes no sense' : reason;
}

function describeStart(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  return `it starts with the bytes ${hex}`;
}
