import sharp from 'sharp';

const EDGE = 16;

/** A picture's thumbnail of 16 × 16 with mean 0 and deviation 1 in each channel, so that exposure doesn't count. */
export async function thumbprint(file: Uint8Array): Promise<Float64Array> {
  const { data, info } = await sharp(file)
    .resize(EDGE, EDGE, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const result = new Float64Array(EDGE * EDGE * 3);
  for (let channel = 0; channel < 3; channel++) {
    const values = Array.from({ length: EDGE * EDGE }, (_, i) => data[i * info.channels + (channel % info.channels)]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
    for (const [i, value] of values.entries()) result[i * 3 + channel] = (value - mean) / spread;
  }
  return result;
}

/** Root mean square difference of two thumbprints: 0 equal, about 1.4 unrelated. The smallest over the eight ways to turn and mirror one. */
export function pictureDistance(first: Float64Array, second: Float64Array): number {
  return Math.sqrt(Math.min(...orders.map((order) => meanSquare(first, second, order))));
}

const orders = [false, true].flatMap((swap) =>
  [1, -1].flatMap((signX) =>
    [1, -1].map((signY) =>
      Array.from({ length: EDGE * EDGE }, (_, i) => {
        const x = signX > 0 ? i % EDGE : EDGE - 1 - (i % EDGE);
        const y = signY > 0 ? Math.floor(i / EDGE) : EDGE - 1 - Math.floor(i / EDGE);
        return 3 * (swap ? x * EDGE + y : y * EDGE + x);
      }),
    ),
  ),
);

function meanSquare(first: Float64Array, second: Float64Array, order: readonly number[]): number {
  let sum = 0;
  for (const [i, j] of order.entries()) {
    for (let channel = 0; channel < 3; channel++) sum += (first[i * 3 + channel]! - second[j + channel]!) ** 2;
  }
  return sum / first.length;
}
