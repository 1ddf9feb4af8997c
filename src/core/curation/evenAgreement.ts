import type { GreyPicture } from './samePicture.ts';

/** Steps between neighbouring pixels, in levels, that are not told from noise: what a recompression leaves on plain ground. */
const NOISE = 6;

/**
 * Correlation of edges, −1 to 1, of which none counts more than the median one: whether two pictures agree in more than a few strong
 * edges. A frame, the bars of a film or a common backdrop can be most of what there is in the edges of two pictures that are
 * otherwise different. Both pictures have the same edge.
 */
export function evenAgreement({ edge, levels: a }: GreyPicture, { levels: b }: GreyPicture): number {
  const count = (edge - 1) ** 2;
  const products = new Float64Array(count);
  const [squaresA, squaresB] = [new Float64Array(count), new Float64Array(count)];
  for (let y = 0, at = 0; y < edge - 1; y++) {
    for (let x = 0, i = y * edge; x < edge - 1; x++, i++, at++) {
      const [rightA, downA] = [a[i + 1]! - a[i]!, a[i + edge]! - a[i]!];
      const [rightB, downB] = [b[i + 1]! - b[i]!, b[i + edge]! - b[i]!];
      products[at] = rightA * rightB + downA * downB;
      squaresA[at] = rightA * rightA + downA * downA;
      squaresB[at] = rightB * rightB + downB * downB;
    }
  }
  const stronger = squaresA.map((square, i) => Math.max(square, squaresB[i]!));
  const most = Math.max(NOISE ** 2, stronger.slice().sort()[count >> 1]!);
  let [product, sumA, sumB] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const weight = Math.min(1, most / stronger[i]!);
    product += weight * products[i]!;
    sumA += weight * squaresA[i]!;
    sumB += weight * squaresB[i]!;
  }
  return product / Math.max(Math.sqrt(sumA * sumB), Number.EPSILON);
}
