/** How near points of a map are held to be: 1 / (1 + a·d^(2b)) of their distance d. */
export interface ClosenessCurve {
  readonly a: number;
  readonly b: number;
}

/** Points of the curve that is fitted, over three times the spread. */
const POINTS = 300;
const STEPS = 200;

/**
 * The smooth curve nearest, by least squares, to the one that is wanted: 1 up to the minimum distance, then falling as
 * exp(−(d − minimumDistance) / spread). L. McInnes, J. Healy, J. Melville, "UMAP: Uniform Manifold Approximation and
 * Projection for Dimension Reduction", https://arxiv.org/abs/1802.03426, section 3.2. Found by damped Gauss–Newton steps
 * (Levenberg–Marquardt).
 *
 * @param minimumDistance that points keep on the map, from 0 to below three times the spread
 * @param spread over which closeness fades, above 0
 */
export function fitCurve(minimumDistance: number, spread = 1): ClosenessCurve {
  if (!(minimumDistance >= 0 && spread > 0 && minimumDistance < 3 * spread)) {
    throw new RangeError(`No curve has the minimum distance ${minimumDistance} and the spread ${spread}`);
  }
  const distances = Float64Array.from({ length: POINTS }, (_, i) => (3 * spread * i) / (POINTS - 1));
  const wanted = distances.map((d) => (d < minimumDistance ? 1 : Math.exp(-(d - minimumDistance) / spread)));
  let curve: ClosenessCurve = { a: 1, b: 1 };
  let squares = squaresOf(curve, distances, wanted);
  let damping = 1e-3;
  for (let step = 0; step < STEPS && damping < 1e12; step++) {
    const next = gaussNewton(curve, damping, distances, wanted);
    const reached = next.a > 0 && next.b > 0 ? squaresOf(next, distances, wanted) : Infinity;
    if (reached < squares) {
      const isDone = squares - reached < 1e-15 * squares;
      [curve, squares, damping] = [next, reached, damping / 10];
      if (isDone) break;
    } else {
      damping *= 10;
    }
  }
  return curve;
}

function squaresOf(curve: ClosenessCurve, distances: Float64Array, wanted: Float64Array): number {
  return distances.reduce((sum, d, i) => sum + (closeness(curve, d * d) - wanted[i]!) ** 2, 0);
}

/** @param squared distance on the map */
export function closeness({ a, b }: ClosenessCurve, squared: number): number {
  return 1 / (1 + a * squared ** b);
}

function gaussNewton(
  { a, b }: ClosenessCurve,
  damping: number,
  distances: Float64Array,
  wanted: Float64Array,
): ClosenessCurve {
  let [aa, ab, bb, ra, rb] = [0, 0, 0, 0, 0];
  for (let i = 0; i < distances.length; i++) {
    const d = distances[i]!;
    if (d === 0) continue;
    const power = d ** (2 * b);
    const value = 1 / (1 + a * power);
    const byA = -power * value * value;
    const byB = a * byA * 2 * Math.log(d);
    const rest = wanted[i]! - value;
    aa += byA * byA;
    ab += byA * byB;
    bb += byB * byB;
    ra += byA * rest;
    rb += byB * rest;
  }
  aa *= 1 + damping;
  bb *= 1 + damping;
  const determinant = aa * bb - ab * ab;
  return { a: a + (bb * ra - ab * rb) / determinant, b: b + (aa * rb - ab * ra) / determinant };
}
