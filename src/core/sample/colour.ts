import { clamp } from './numeric.ts';

/** Linear-light RGB, 1 is white. All drawing blends in linear light, as a camera does. */
export type Colour = readonly [red: number, green: number, blue: number];

/**
 * A colour by perceived lightness (0–1), chroma (0 grey – about 0.3) and hue in degrees, so that palettes of equal
 * lightness look equally light. The matrices are B. Ottosson's Oklab, https://bottosson.github.io/posts/oklab/.
 */
export function oklch(lightness: number, chroma: number, hueDegrees: number): Colour {
  const hue = (hueDegrees * Math.PI) / 180;
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    Math.max(0, 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
    Math.max(0, -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
    Math.max(0, -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short),
  ];
}

/** The point between two colours; `amount` is clamped to 0 … 1. */
export function mix(from: Colour, to: Colour, amount: number): Colour {
  const t = clamp(amount, 0, 1);
  return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t, from[2] + (to[2] - from[2]) * t];
}

export function scaled(colour: Colour, factor: number): Colour {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor];
}

/** The sRGB transfer function: linear 0 … 1 to encoded 0 … 1. */
export function encodeSrgb(linear: number): number {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}
