import type { RgbImage } from '../../../src/core/images/pixels.ts';
import type { ImageQuality } from '../../../src/core/images/quality.ts';

/** Scores of quality written down as they are defined, however long they take. */
export function definedQuality(picture: RgbImage, reduced: RgbImage): ImageQuality {
  const pixels = pixelsOf(picture);
  const brightness = pixels
    .map(([red, green, blue]) => Math.sqrt(0.241 * red ** 2 + 0.691 * green ** 2 + 0.068 * blue ** 2) / 255)
    .sort((a, b) => a - b);
  const percentile = (share: number) => {
    const at = share * (brightness.length - 1);
    const [low, high] = [brightness[Math.floor(at)]!, brightness[Math.ceil(at)]!];
    return low + (high - low) * (at % 1);
  };
  const grayscale = pixels.every(([red, green, blue]) => red === green && green === blue);
  const levels = pixels.map(greyOf);
  const grey = pixelsOf(reduced).map(greyOf);
  const { width, height } = reduced;
  const edges = grey.map((level, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) return level;
    let sum = 8 * level;
    for (const [dx, dy] of AROUND) sum -= grey[(y + dy) * width + x + dx]!;
    return Math.min(255, Math.max(0, sum));
  });
  const histogram = Array.from({ length: 256 }, (_, level) => grey.filter((other) => other === level).length);
  const sharp = 1 - Math.exp(-0.01 * deviation(edges));
  const spread = 1 - Math.exp(-0.01 * deviation(histogram));
  return {
    dark: percentile(0.99),
    light: 1 - percentile(0.05),
    blurry: Math.min(1, sharp + (spread <= 0.18 ? 0 : spread)),
    lowInformation: Math.min(1, 0.1 * entropyOf(levels)),
    grayscale,
  };
}

const AROUND = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dx, dy] as const)).filter(([dx, dy]) => dx || dy);

function greyOf([red, green, blue]: readonly [number, number, number]): number {
  return Math.floor((299 * red + 587 * green + 114 * blue + 500) / 1000);
}

function pixelsOf({ data }: RgbImage): (readonly [number, number, number])[] {
  return Array.from({ length: data.length / 3 }, (_, i) => [data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!] as const);
}

function entropyOf(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / values.length);
  return shares.reduce((sum, share) => sum - share * Math.log2(share), 0);
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
