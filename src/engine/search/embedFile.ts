import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { embeddingInvalid, fileNotFound, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import { clampBox, isTooSmall, isWholePicture, type Box } from '../../core/images/boxes.ts';
import type { Region, Size } from '../../core/images/geometry.ts';
import { regionOutside, regionTooSmall } from '../../core/images/regionErrors.ts';
import type { Encoder } from '../encoders/encoder.ts';
import { DEFAULT_MAX_MEGAPIXELS, decodeReduced, encoderPixels, proxyReduction } from '../images/imageDecoder.ts';
import { PixelBudget } from '../images/pixelBudget.ts';

export interface EmbeddedFile {
  /** L2-normalised. */
  readonly vector: Float32Array;
  /** The part that was embedded, where one was named; within the picture. */
  readonly region: Box | undefined;
}

/**
 * Embeds a picture, or a part of it, whether or not it lies in a dataset. Rejects with file-not-found, unreadable-file,
 * region-invalid, embedding-invalid or a code of decoding.
 */
export async function embedFile(
  file: string,
  encoder: Encoder,
  { maxMegapixels = DEFAULT_MAX_MEGAPIXELS, region: wanted }: { maxMegapixels?: number; region?: Box | undefined } = {},
): Promise<EmbeddedFile> {
  const { input } = encoder.card;
  const name = basename(file);
  let region: Box | undefined;
  const partOf = (picture: Size): Region | undefined => {
    if (wanted === undefined) return undefined;
    region = regionWithin(wanted, picture, name);
    // As one that is indexed, so that its vector is the same to the last digit.
    return isWholePicture(region, picture) ? undefined : regionOf(region);
  };
  const limits = { maxMegapixels, budget: new PixelBudget(Infinity) };
  const { proxy } = await decodeReduced(await readPicture(file), name, proxyReduction(input, partOf), limits);
  // A copy, because the encoder takes the buffer away, and this one may be libvips' or shared.
  const pixels = new Uint8Array(await encoderPixels(proxy, input));
  const { vectors, invalid } = await encoder.embed(pixels, 1);
  if (invalid.length > 0) throw embeddingInvalid(file, encoder.card.name);
  return { vector: vectors, region };
}

/** Rejects with file-not-found or unreadable-file. */
export async function readPicture(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
  }
}

export function regionOf({ x, y, width, height }: Box): Region {
  return { left: x, top: y, width, height };
}

/** What of a box lies within a picture; throws region-invalid where that is nothing or too little. */
function regionWithin(box: Box, picture: Size, path: string): Box {
  const region = clampBox(box, picture);
  if (region === undefined) throw regionOutside(box, path, picture);
  if (isTooSmall(region)) throw regionTooSmall(region, path);
  return region;
}
