import sharp from 'sharp';

/** Scores as in cleanvision: an issue where the score is below the threshold. */
export interface QualityScores {
  readonly dark: number;
  readonly light: number;
  readonly oddAspectRatio: number;
  /** Entropy of the grey picture, and of the three channels together: both readings of the definition. */
  readonly lowInformation: readonly number[];
  /** With the outermost pixels left out of the edge picture, and with Pillow's way of keeping them as they are. */
  readonly blurry: readonly number[];
  readonly grayscale: boolean;
  /** √(width · height). */
  readonly size: number;
}

/** cleanvision's quality scores of an encoded picture: a plain second implementation, for tests. */
export async function measureQuality(file: Uint8Array): Promise<QualityScores> {
  const { channels } = await sharp(file).metadata();
  const { data, info } = await sharp(file).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const brightness: number[] = [];
  const grey: number[] = [];
  const all: number[] = [];
  let coloured = false;
  for (let i = 0; i < data.length; i += info.channels) {
    const [red, green, blue] = [data[i]!, data[i + 1]!, data[i + 2]!];
    brightness.push(Math.sqrt(0.241 * red ** 2 + 0.691 * green ** 2 + 0.068 * blue ** 2) / 255);
    grey.push(Math.round(0.299 * red + 0.587 * green + 0.114 * blue));
    all.push(red, green, blue);
    coloured ||= red !== green || green !== blue;
  }
  brightness.sort((a, b) => a - b);
  return {
    dark: brightness[Math.floor(0.99 * (brightness.length - 1))]!,
    light: 1 - brightness[Math.floor(0.05 * (brightness.length - 1))]!,
    oddAspectRatio: Math.min(width / height, height / width),
    lowInformation: [grey, all].map((values) => Math.min(1, 0.1 * entropy(values))),
    blurry: await blurScores(file, width, height),
    grayscale: channels === 1 && !coloured,
    size: Math.sqrt(width * height),
  };
}

function histogram(values: readonly number[]): number[] {
  const counts = new Array<number>(256).fill(0);
  for (const value of values) counts[value]!++;
  return counts;
}

function entropy(values: readonly number[]): number {
  return histogram(values).reduce((sum, count) => {
    const share = count / values.length;
    return share === 0 ? sum : sum - share * Math.log2(share);
  }, 0);
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

async function blurScores(file: Uint8Array, fullWidth: number, fullHeight: number): Promise<number[]> {
  const ratio = Math.max(1, Math.max(fullWidth, fullHeight) / 64);
  const [width, height] = [Math.max(1, Math.floor(fullWidth / ratio)), Math.max(1, Math.floor(fullHeight / ratio))];
  const { data, info } = await sharp(file)
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const grey: number[] = [];
  for (let i = 0; i < data.length; i += info.channels) {
    grey.push(Math.round(0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!));
  }
  const inner: number[] = [];
  const border: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) {
        border.push(grey[y * width + x]!);
        continue;
      }
      let edge = 9 * grey[y * width + x]!;
      for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) edge -= grey[(y + dy) * width + x + dx]!;
      inner.push(Math.max(0, Math.min(255, edge)));
    }
  }
  const contrast = 1 - Math.exp(-0.01 * deviation(histogram(grey)));
  return [inner, [...inner, ...border]].map((edges) =>
    Math.min(1, 1 - Math.exp(-0.01 * deviation(edges)) + (contrast <= 0.18 ? 0 : contrast)),
  );
}
