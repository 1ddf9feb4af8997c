import type { Rgb } from './categoryColours.ts';

/** A colour in OKLab, in which equal distances look equally different: B. Ottosson, "A perceptual color space for image processing". */
export type OkLab = readonly [lightness: number, a: number, b: number];

/** Where the scale begins and ends: from a dark violet over blue and green to a light yellow. Hues in degrees. */
const darkest = { lightness: 0.2, hue: 300 };
const lightest = { lightness: 0.95, hue: 102 };
/** The most chroma, in the middle; the ends have less room in sRGB. */
const CHROMA = 0.13;
const SAMPLES = 2048;

/**
 * Colours from dark to light in `count` steps that all look equally large: the curve is walked in steps of equal length in
 * OKLab. Lightness rises throughout, so that the order also shows in grey and to those who don't see all colours.
 */
export function perceptualScale(count: number): Rgb[] {
  const curve = Array.from({ length: SAMPLES + 1 }, (_, i) => colourAt(i / SAMPLES));
  const lengths = [0];
  for (let i = 1; i <= SAMPLES; i++) lengths.push(lengths[i - 1]! + distance(curve[i - 1]!, curve[i]!));
  let at = 0;
  return Array.from({ length: count }, (_, step) => {
    const wanted = (lengths[SAMPLES]! * step) / Math.max(1, count - 1);
    while (at < SAMPLES && lengths[at]! < wanted) at++;
    return toRgb(curve[at]!);
  });
}

function colourAt(share: number): OkLab {
  const lightness = darkest.lightness + share * (lightest.lightness - darkest.lightness);
  const hue = ((darkest.hue + share * (lightest.hue - darkest.hue)) * Math.PI) / 180;
  const chroma = CHROMA * (0.62 + 0.38 * Math.sin(Math.PI * Math.min(1, 0.2 + share * 0.8)));
  return withinGamut([lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)]);
}

/** With as much of its chroma as a screen can show. */
function withinGamut([lightness, a, b]: OkLab): OkLab {
  let [low, high] = [0, 1];
  if (isShown([lightness, a, b])) return [lightness, a, b];
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (isShown([lightness, middle * a, middle * b])) low = middle;
    else high = middle;
  }
  return [lightness, low * a, low * b];
}

function isShown(colour: OkLab): boolean {
  return linearRgb(colour).every((value) => value >= 0 && value <= 1);
}

function distance(one: OkLab, other: OkLab): number {
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

function toRgb(colour: OkLab): Rgb {
  const [red, green, blue] = linearRgb(colour).map((value) => {
    const clamped = Math.max(0, Math.min(1, value));
    return Math.round(255 * (clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * clamped ** (1 / 2.4) - 0.055));
  });
  return [red!, green!, blue!];
}

function linearRgb([lightness, a, b]: OkLab): number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** The inverse, for who wants to know how different two colours look. */
export function toOkLab(colour: Rgb): OkLab {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
