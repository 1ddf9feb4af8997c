import type { EncoderInput } from '../encoders/card.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}

/** Longest side of a thumbnail in pixels. */
export const THUMBNAIL_EDGE = 192;

/** A proxy never holds more pixels than this, whatever the encoder asks for. */
const PROXY_MAX_PIXELS = 4_000_000;

/** Edge that a `shortest-edge` encoder scales the shortest side to before it takes the centre. */
export function scaledShortestEdge(input: EncoderInput): number {
  return Math.round(Math.max(...input.size) / input.crop);
}

/**
 * Size of the one reduced picture that everything is computed from: the encoder's input, the thumbnail and the quality
 * measures. It keeps the aspect ratio, never enlarges, and depends on picture and encoder only, so that a vector is the
 * same whether or not a thumbnail was made on the way.
 */
export function proxySize(picture: Size, input: EncoderInput): Size {
  const shortest = Math.min(picture.width, picture.height);
  const longest = Math.max(picture.width, picture.height);
  const [height, width] = input.size;
  let wanted: number;
  switch (input.resize) {
    case 'shortest-edge':
      wanted = scaledShortestEdge(input) / shortest;
      break;
    case 'squash':
      wanted = Math.max(width / picture.width, height / picture.height);
      break;
    case 'pad':
      wanted = Math.min(width / picture.width, height / picture.height);
      break;
  }
  const affordable = Math.sqrt(PROXY_MAX_PIXELS / (picture.width * picture.height));
  const scale = Math.min(1, affordable, Math.max(wanted, THUMBNAIL_EDGE / longest));
  return {
    width: Math.max(1, Math.round(picture.width * scale)),
    height: Math.max(1, Math.round(picture.height * scale)),
  };
}

/** How to get from a proxy to the encoder's tensor: cut `source` out, scale it to `target`, put it at `offset`. */
export interface EncoderPlacement {
  readonly source: Region;
  readonly target: Size;
  /** Where `target` lies in the tensor; the rest is padding. */
  readonly offset: { readonly left: number; readonly top: number };
}

/** The placement that the card's resize rule asks for, from a proxy of the given size. */
export function encoderPlacement(proxy: Size, input: EncoderInput): EncoderPlacement {
  const [height, width] = input.size;
  const whole: Region = { left: 0, top: 0, width: proxy.width, height: proxy.height };
  switch (input.resize) {
    case 'squash':
      return { source: whole, target: { width, height }, offset: { left: 0, top: 0 } };
    case 'pad': {
      const scale = Math.min(width / proxy.width, height / proxy.height);
      const target = {
        width: Math.max(1, Math.min(width, Math.round(proxy.width * scale))),
        height: Math.max(1, Math.min(height, Math.round(proxy.height * scale))),
      };
      const offset = {
        left: Math.floor((width - target.width) / 2),
        top: Math.floor((height - target.height) / 2),
      };
      return { source: whole, target, offset };
    }
    case 'shortest-edge': {
      // Cutting first and scaling then gives the same centre as the other way round, and stays small for a picture
      // that is a thousand times longer than wide.
      const scale = Math.min(proxy.width, proxy.height) / scaledShortestEdge(input);
      const source = {
        width: Math.max(1, Math.min(proxy.width, Math.round(width * scale))),
        height: Math.max(1, Math.min(proxy.height, Math.round(height * scale))),
      };
      return {
        source: {
          left: Math.round((proxy.width - source.width) / 2),
          top: Math.round((proxy.height - source.height) / 2),
          ...source,
        },
        target: { width, height },
        offset: { left: 0, top: 0 },
      };
    }
  }
}

/** Size of the thumbnail of a proxy: fits THUMBNAIL_EDGE, keeps the aspect ratio, never enlarged. */
export function thumbnailSize(proxy: Size): Size {
  const scale = Math.min(1, THUMBNAIL_EDGE / Math.max(proxy.width, proxy.height));
  return {
    width: Math.max(1, Math.round(proxy.width * scale)),
    height: Math.max(1, Math.round(proxy.height * scale)),
  };
}
