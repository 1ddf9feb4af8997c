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

/**
 * Size that the picture is scaled to before the middle is taken, without its longer side where the aspect ratio is kept:
 * image processors truncate. The hair above keeps 224 / (224 / 235) at 235.
 */
function enlarged(edge: number, { crop }: EncoderInput): number {
  return Math.floor(edge / crop + 1e-6);
}

/** Edge that a `shortest-edge` encoder scales the shortest side to before it takes the centre. */
export function scaledShortestEdge(input: EncoderInput): number {
  return enlarged(Math.max(...input.size), input);
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
  const affordable = Math.sqrt(PROXY_MAX_PIXELS / (picture.width * picture.height));
  let wanted: number;
  switch (input.resize) {
    case 'shortest-edge':
      wanted = scaledShortestEdge(input) / shortest;
      // Nothing else asks for more: then the proxy is just what the encoder's middle is taken from.
      if (wanted <= Math.min(1, affordable) && wanted >= THUMBNAIL_EDGE / longest) {
        return keptRatio(picture, scaledShortestEdge(input));
      }
      break;
    case 'squash-crop':
      wanted = Math.max(enlarged(width, input) / picture.width, enlarged(height, input) / picture.height);
      break;
    case 'squash':
      wanted = Math.max(width / picture.width, height / picture.height);
      break;
    case 'pad':
      wanted = Math.min(width / picture.width, height / picture.height);
      break;
  }
  const scale = Math.min(1, affordable, Math.max(wanted, THUMBNAIL_EDGE / longest));
  return {
    width: Math.max(1, Math.round(picture.width * scale)),
    height: Math.max(1, Math.round(picture.height * scale)),
  };
}

/** A size of the same aspect ratio: the longer side is truncated, as by transformers and torchvision. */
function keptRatio({ width, height }: Size, shortestEdge: number): Size {
  const longer = Math.trunc((shortestEdge * Math.max(width, height)) / Math.min(width, height));
  return width <= height ? { width: shortestEdge, height: longer } : { width: longer, height: shortestEdge };
}

/** How to get from a proxy to the encoder's tensor: scale it to `target`, cut `crop` out of that, put it at `offset`. */
export interface EncoderPlacement {
  readonly target: Size;
  /** The part of the scaled picture that the encoder sees. */
  readonly crop: Region;
  /** Where that lies in the tensor; the rest is padding. */
  readonly offset: { readonly left: number; readonly top: number };
}

/** The placement that the card's resize rule asks for, from a proxy of the given size. */
export function encoderPlacement(proxy: Size, input: EncoderInput): EncoderPlacement {
  const [height, width] = input.size;
  const offset = { left: 0, top: 0 };
  switch (input.resize) {
    case 'squash':
      return { target: { width, height }, crop: regionOfAll({ width, height }), offset };
    case 'squash-crop': {
      const target = { width: enlarged(width, input), height: enlarged(height, input) };
      return { target, crop: middleOf(target, input), offset };
    }
    case 'pad': {
      const scale = Math.min(width / proxy.width, height / proxy.height);
      const target = {
        width: Math.max(1, Math.min(width, Math.round(proxy.width * scale))),
        height: Math.max(1, Math.min(height, Math.round(proxy.height * scale))),
      };
      const middle = {
        left: Math.floor((width - target.width) / 2),
        top: Math.floor((height - target.height) / 2),
      };
      return { target, crop: regionOfAll(target), offset: middle };
    }
    case 'shortest-edge': {
      // However long the picture is, what is outside of the crop isn't computed.
      const target = keptRatio(proxy, scaledShortestEdge(input));
      return { target, crop: middleOf(target, input), offset };
    }
  }
}

/** The encoder's middle of a scaled picture, which covers it. */
function middleOf(scaled: Size, { size: [height, width], cropOffset }: EncoderInput): Region {
  const start = (whole: number, part: number): number => {
    const half = (whole - part) / 2;
    const down = Math.floor(half);
    // Python's `round`, with which torchvision places its crops, goes from a half to the even number.
    return half === down || cropOffset === 'down' ? down : down + (down % 2);
  };
  return { left: start(scaled.width, width), top: start(scaled.height, height), width, height };
}

function regionOfAll({ width, height }: Size): Region {
  return { left: 0, top: 0, width, height };
}

/** Size of the thumbnail of a proxy: fits THUMBNAIL_EDGE, keeps the aspect ratio, never enlarged. */
export function thumbnailSize(proxy: Size): Size {
  const scale = Math.min(1, THUMBNAIL_EDGE / Math.max(proxy.width, proxy.height));
  return {
    width: Math.max(1, Math.round(proxy.width * scale)),
    height: Math.max(1, Math.round(proxy.height * scale)),
  };
}
