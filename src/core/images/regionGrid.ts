import type { EncoderInput } from '../encoders/card.ts';
import { clampBox, isTooSmall, type Box } from './boxes.ts';
import { proxySize, type Size } from './geometry.ts';

/** Raised when other parts of a picture are indexed than before, so that those of before are made anew. */
export const REGION_LAYOUT = 1;

/** Boxes of a grid by their number along each side, and the share of the picture's sides that each of them has. */
const grids = [
  { along: 2, share: 2 / 3 },
  { along: 3, share: 1 / 2 },
] as const;
const CENTRE_SHARE = 2 / 3;

/** Boxes that an image has in an index of regions, where it isn't tiny. */
export const REGIONS_PER_IMAGE = grids.reduce((sum, { along }) => sum + along * along, 1);

/** Bytes that the regions of an image take in the index, but for what SQLite adds. */
export function regionBytes(dim: number): number {
  return REGIONS_PER_IMAGE * dim * Float32Array.BYTES_PER_ELEMENT;
}

/**
 * The parts of a picture that are indexed: a grid of 2 × 2 boxes and one of 3 × 3, neighbours of which overlap by half, so that
 * whatever is about as large as a box lies mostly within one, and the centre. None where they would be too small to compare.
 */
export function regionBoxes(picture: Size): Box[] {
  const boxes = grids.flatMap(({ along, share }) =>
    Array.from({ length: along * along }, (_, i) => {
      const place = (step: number): number => (step / (along - 1)) * (1 - share);
      return shareOf(picture, place(i % along), place(Math.floor(i / along)), share);
    }),
  );
  const centre = shareOf(picture, (1 - CENTRE_SHARE) / 2, (1 - CENTRE_SHARE) / 2, CENTRE_SHARE);
  return [...boxes, centre].filter((box) => !isTooSmall(box));
}

/** Size that a picture is decoded to before its regions are cut out, so that the smallest of them has what the encoder takes. */
export function regionProxySize(picture: Size, input: EncoderInput): Size {
  const share = Math.min(...grids.map((grid) => grid.share));
  const part = { width: Math.ceil(picture.width * share), height: Math.ceil(picture.height * share) };
  const { width, height } = proxySize(part, input);
  // The shortest side is what a part of a whole is scaled by; the longer one is truncated.
  const isByHeight = input.resize === 'shortest-edge' && part.height < part.width;
  const scale = isByHeight ? height / part.height : width / part.width;
  return {
    width: Math.max(1, Math.round(picture.width * scale)),
    height: Math.max(1, Math.round(picture.height * scale)),
  };
}

/** A box of a picture on a copy of it of another size. */
export function scaledBox({ x, y, width, height }: Box, from: Size, to: Size): Box {
  const [byX, byY] = [to.width / from.width, to.height / from.height];
  const [left, top] = [Math.round(x * byX), Math.round(y * byY)];
  const [right, bottom] = [Math.round((x + width) * byX), Math.round((y + height) * byY)];
  const scaled = { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
  return clampBox(scaled, to) ?? { x: to.width - 1, y: to.height - 1, width: 1, height: 1 };
}

function shareOf(picture: Size, left: number, top: number, share: number): Box {
  const size = (whole: number): number => Math.max(1, Math.round(whole * share));
  return {
    x: Math.round(left * picture.width),
    y: Math.round(top * picture.height),
    width: Math.min(size(picture.width), picture.width - Math.round(left * picture.width)),
    height: Math.min(size(picture.height), picture.height - Math.round(top * picture.height)),
  };
}
