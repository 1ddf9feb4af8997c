/** What a function to be minimised says at a point. */
export interface Evaluated {
  readonly value: number;
  /** As long as the point; the caller's to keep. */
  readonly gradient: Float64Array;
}

export interface MinimizeOptions {
  readonly start: Float64Array;
  /** A guess of the second derivatives' diagonal, positive: the better, the fewer evaluations. */
  readonly diagonal: Float64Array;
  /** Ends where the value is within about this of the minimum, by the gradient and the guess. */
  readonly tolerance: number;
  /** Steps at most. */
  readonly iterations?: number;
}

export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly evaluations: number;
  /** False where the steps ran out. */
  readonly converged: boolean;
}

/** Past steps that the curvature is learnt from. */
const MEMORY = 8;
const ITERATIONS = 300;
/** Share of the promised decrease that a step has to bring (Armijo). */
const SUFFICIENT = 1e-4;
/** Halvings of a step before it is taken for as good as rounding allows. */
const HALVINGS = 30;

interface PastStep {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1 / (step · change). */
  readonly scale: number;
}

/**
 * Minimises a smooth, strictly convex function by L-BFGS (D. C. Liu, J. Nocedal, "On the limited memory BFGS method for
 * large scale optimization", Mathematical Programming 45, 1989), from a diagonal guess of the curvature.
 *
 * @param evaluate what it throws ends the work
 */
export async function minimize(
  evaluate: (point: Float64Array) => Promise<Evaluated>,
  { start, diagonal, tolerance, iterations = ITERATIONS }: MinimizeOptions,
): Promise<Minimum> {
  let point = start;
  let { value, gradient } = await evaluate(point);
  let evaluations = 1;
  const past: PastStep[] = [];
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (expectedDecrease(gradient, diagonal) <= tolerance) return { point, value, evaluations, converged: true };
    const direction = descentDirection(gradient, diagonal, past);
    const slope = dot(direction, gradient);
    let length = 1;
    let next: Evaluated;
    let candidate: Float64Array;
    for (let halvings = 0; ; halvings++) {
      candidate = moved(point, direction, length);
      next = await evaluate(candidate);
      evaluations++;
      if (next.value <= value + SUFFICIENT * length * slope) break;
      if (halvings === HALVINGS) return { point, value, evaluations, converged: true };
      // The minimum of the parabola through what is known, within reason.
      const curved = (-slope * length * length) / (2 * (next.value - value - slope * length));
      length = Number.isFinite(curved) ? Math.min(length / 2, Math.max(length / 10, curved)) : length / 2;
    }
    remember(past, point, gradient, candidate, next.gradient);
    ({ value, gradient } = next);
    point = candidate;
  }
  return { point, value, evaluations, converged: false };
}

/** What a Newton step would bring if the guess were true. */
function expectedDecrease(gradient: Float64Array, diagonal: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += gradient[i]! ** 2 / diagonal[i]!;
  return sum / 2;
}

/** The two loops of L-BFGS. */
function descentDirection(gradient: Float64Array, diagonal: Float64Array, past: readonly PastStep[]): Float64Array {
  const direction = moved(new Float64Array(gradient.length), gradient, -1);
  const shares = new Float64Array(past.length);
  for (let i = past.length - 1; i >= 0; i--) {
    const { step, change, scale } = past[i]!;
    shares[i] = scale * dot(step, direction);
    addScaled(direction, change, -shares[i]!);
  }
  const gamma = past.length === 0 ? 1 : curvatureScale(past.at(-1)!, diagonal);
  for (let i = 0; i < direction.length; i++) direction[i]! *= gamma / diagonal[i]!;
  past.forEach(({ step, change, scale }, i) => {
    addScaled(direction, step, shares[i]! - scale * dot(change, direction));
  });
  return direction;
}

/** How much the guess has to be scaled to explain the last step. */
function curvatureScale({ change, scale }: PastStep, diagonal: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < change.length; i++) sum += change[i]! ** 2 / diagonal[i]!;
  return 1 / (scale * sum);
}

function remember(
  past: PastStep[],
  point: Float64Array,
  gradient: Float64Array,
  nextPoint: Float64Array,
  nextGradient: Float64Array,
): void {
  const step = moved(nextPoint, point, -1);
  const change = moved(nextGradient, gradient, -1);
  const product = dot(step, change);
  // Rounding can make it vanish near the minimum; such a step teaches nothing.
  if (!(product > 1e-14 * Math.sqrt(dot(step, step) * dot(change, change)))) return;
  past.push({ step, change, scale: 1 / product });
  if (past.length > MEMORY) past.shift();
}

function dot(a: Float64Array, b: Float64Array): number {
  // Two sums, so that an addition needn't wait for the one before.
  let [even, odd] = [0, 0];
  const pairs = a.length - (a.length % 2);
  for (let i = 0; i < pairs; i += 2) {
    even += a[i]! * b[i]!;
    odd += a[i + 1]! * b[i + 1]!;
  }
  if (pairs < a.length) even += a[pairs]! * b[pairs]!;
  return even + odd;
}

/** from + factor · by */
function moved(from: Float64Array, by: Float64Array, factor: number): Float64Array {
  const target = new Float64Array(from);
  addScaled(target, by, factor);
  return target;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!;
}
