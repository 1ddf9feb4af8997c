import { categoryColours, NO_CATEGORY, type Rgb } from '../../../src/core/drawing/categoryColours.ts';
import { packed } from './dotLayer.ts';
import { PALETTE_LIMIT } from './pointRenderer.ts';

/** The ground that colours have to be told apart on. */
export type GroundKind = 'light' | 'dark' | 'contrastLight' | 'contrastDark';

/** Steps of a numeric ramp; the entry after the last one is for what has no value. */
export const RAMP_STEPS = 256;

export function packedPalette(palette: Uint8Array): Uint32Array {
  return Uint32Array.from({ length: palette.length / 3 }, (_, i) =>
    packed([palette[3 * i]!, palette[3 * i + 1]!, palette[3 * i + 2]!]),
  );
}

/** Colours of so many categories, and one more for what belongs to none. */
export function categoryPalette(count: number): Uint8Array {
  return Uint8Array.from([...categoryColours(Math.min(count, PALETTE_LIMIT - 1)), NO_CATEGORY].flat());
}

/** An entry of `categoryPalette` for each code; of more categories than entries, some share one. */
export function categoryEntries(codes: Int32Array, count: number): Uint16Array {
  const entries = Math.min(count, PALETTE_LIMIT - 1);
  return Uint16Array.from(codes, (code) => (code < 0 ? entries : code % entries));
}

/** From the ground's lightness to its opposite, so that much stands out: OKLCH lightness and hue from low to high. */
const ramps: Readonly<Record<GroundKind, { lightness: readonly [number, number]; hue: readonly [number, number] }>> = {
  dark: { lightness: [0.44, 0.93], hue: [292, 102] },
  light: { lightness: [0.83, 0.3], hue: [98, 290] },
  contrastDark: { lightness: [0.52, 0.99], hue: [292, 106] },
  contrastLight: { lightness: [0.74, 0.18], hue: [85, 290] },
};
const CHROMA = 0.16;

/** A ramp of even steps to the eye: lightness and hue change evenly in OKLCH, with as much chroma as a screen can show. */
export function rampPalette(ground: GroundKind): Uint8Array {
  const { lightness, hue } = ramps[ground];
  const colours = Array.from({ length: RAMP_STEPS }, (_, i) => {
    const part = i / (RAMP_STEPS - 1);
    const between = ([from, to]: readonly [number, number]) => from + part * (to - from);
    return shownColour(between(lightness), CHROMA, between(hue));
  });
  return Uint8Array.from([...colours, NO_CATEGORY].flat());
}

/** An entry of `rampPalette` for each value between low and high. */
export function rampEntries(values: Float32Array, low: number, high: number): Uint16Array {
  const scale = high > low ? (RAMP_STEPS - 1) / (high - low) : 0;
  return Uint16Array.from(values, (value) =>
    Number.isNaN(value) ? RAMP_STEPS : Math.max(0, Math.min(RAMP_STEPS - 1, Math.round((value - low) * scale))),
  );
}

/** The colour of this lightness and hue with the most chroma, up to so much, that a screen can show. */
function shownColour(lightness: number, chroma: number, hue: number): Rgb {
  for (let part = 1; part > 0; part -= 0.05) {
    const colour = fromOklch(lightness, part * chroma, hue);
    if (colour.every((value) => value >= -0.001 && value <= 1.001)) return eightBits(colour);
  }
  return eightBits(fromOklch(lightness, 0, hue));
}

/** Linear sRGB of a colour in OKLCH (B. Ottosson, "A perceptual color space for image processing", 2020). */
function fromOklch(lightness: number, chroma: number, hue: number): readonly [number, number, number] {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
}

function eightBits(linear: readonly [number, number, number]): Rgb {
  const encoded = (value: number) => {
    const inside = Math.max(0, Math.min(1, value));
    return Math.round(255 * (inside <= 0.0031308 ? 12.92 * inside : 1.055 * inside ** (1 / 2.4) - 0.055));
  };
  return [encoded(linear[0]), encoded(linear[1]), encoded(linear[2])];
}
