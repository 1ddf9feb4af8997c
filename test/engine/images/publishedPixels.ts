/**
 * The rules by which transformers, timm and OpenCLIP prepare a picture, written down slowly and apart from ours: Pillow's
 * antialiased resampling in two passes with bytes in between, the longer side and the scaled edge truncated.
 */

/** 8-bit RGB, interleaved. */
export interface Picture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

interface Filter {
  readonly support: number;
  readonly weight: (distance: number) => number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

const filters = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    weight: (distance) => {
      const x = Math.abs(distance);
      if (x < 1) return 1.5 * x ** 3 - 2.5 * x ** 2 + 1;
      return x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
} satisfies Record<string, Filter>;

export type FilterName = keyof typeof filters;

/** Pillow's `resize((width, height), filter)`. */
export function resized(picture: Picture, width: number, height: number, filter: FilterName): Picture {
  return transposed(stretched(transposed(stretched(picture, width, filters[filter])), height, filters[filter]));
}

/** Every row resampled to `width`. */
function stretched({ data, width: from, height }: Picture, width: number, { support, weight }: Filter): Picture {
  const scale = from / width;
  const spread = Math.max(1, scale);
  const out = new Uint8Array(width * height * 3);
  for (let x = 0; x < width; x++) {
    const centre = (x + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support * spread + 0.5));
    const end = Math.min(from, Math.floor(centre + support * spread + 0.5));
    const weights = Array.from({ length: end - first }, (_, i) => weight((first + i + 0.5 - centre) / spread));
    const sum = weights.reduce((all, value) => all + value, 0);
    for (let y = 0; y < height; y++) {
      for (let channel = 0; channel < 3; channel++) {
        let value = 0;
        for (const [i, w] of weights.entries()) value += w * data[(y * from + first + i) * 3 + channel]!;
        out[(y * width + x) * 3 + channel] = Math.min(255, Math.max(0, Math.floor(value / sum + 0.5)));
      }
    }
  }
  return { data: out, width, height };
}

function transposed({ data, width, height }: Picture): Picture {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      out.set(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3), (x * height + y) * 3);
    }
  }
  return { data: out, width: height, height: width };
}

/** How a library rounds where its centre crop begins. */
export type Rounding = 'transformers' | 'torchvision';

/** The middle of a picture that is large enough. */
export function centreCropped(picture: Picture, edge: number, rounding: Rounding): Picture {
  const begins = (whole: number): number => {
    const cutOff = whole - edge;
    if (cutOff % 2 === 0 || rounding === 'transformers') return Math.floor(cutOff / 2);
    const [below, above] = [(cutOff - 1) / 2, (cutOff + 1) / 2];
    return below % 2 === 0 ? below : above;
  };
  const [left, top] = [begins(picture.width), begins(picture.height)];
  const data = new Uint8Array(edge * edge * 3);
  for (let y = 0; y < edge; y++) {
    const start = ((top + y) * picture.width + left) * 3;
    data.set(picture.data.subarray(start, start + edge * 3), y * edge * 3);
  }
  return { data, width: edge, height: edge };
}

/** The shortest edge scaled to `scaled`, and the middle `edge` × `edge` of that. */
export function shortestEdge(
  picture: Picture,
  [scaled, edge]: readonly [scaled: number, edge: number],
  filter: FilterName,
  rounding: Rounding,
): Picture {
  const { width, height } = picture;
  const size: [number, number] =
    width <= height ? [scaled, Math.trunc((scaled * height) / width)] : [Math.trunc((scaled * width) / height), scaled];
  return centreCropped(resized(picture, ...size, filter), edge, rounding);
}
