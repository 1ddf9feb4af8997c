/** A map that was turned, moved and, if that fits better, mirrored to lie upon another. */
export interface Alignment {
  /** `points × 2`, as many as were given. */
  readonly positions: Float32Array;
  readonly mirrored: boolean;
  /** Root mean square distance of the common points after it. */
  readonly distance: number;
}

export interface AlignmentOptions {
  /** Pairs of the same point: its row in the map that moves and its row in the one that stays. */
  readonly common: readonly (readonly [moving: number, staying: number])[];
  /** Default true: an embedding has no side that would have to stay on top. */
  readonly mayMirror?: boolean;
}

/**
 * Lays a map that was computed anew upon the last one, so that what people remember stays where it was: the rotation,
 * reflection and shift that bring the common points nearest, by least squares (orthogonal Procrustes; in the plane the
 * angle has a closed form). Sizes and distances stay. Without two common points the map is only moved, or left as it is.
 *
 * @param moving `points × 2`
 * @param staying `points × 2`, of the other map
 */
export function alignMap(
  moving: Float32Array,
  staying: Float32Array,
  { common, mayMirror = true }: AlignmentOptions,
): Alignment {
  if (common.length === 0) return { positions: moving.slice(), mirrored: false, distance: 0 };
  const from = centreOf(
    moving,
    common.map(([row]) => row),
  );
  const to = centreOf(
    staying,
    common.map(([, row]) => row),
  );
  let [cos, sin, mirroredCos, mirroredSin] = [0, 0, 0, 0];
  for (const [own, other] of common) {
    const x = moving[2 * own]! - from.x;
    const y = moving[2 * own + 1]! - from.y;
    const toX = staying[2 * other]! - to.x;
    const toY = staying[2 * other + 1]! - to.y;
    cos += x * toX + y * toY;
    sin += x * toY - y * toX;
    // The same with y turned over.
    mirroredCos += x * toX - y * toY;
    mirroredSin += x * toY + y * toX;
  }
  const mirrored = mayMirror && Math.hypot(mirroredCos, mirroredSin) > Math.hypot(cos, sin);
  if (mirrored) [cos, sin] = [mirroredCos, mirroredSin];
  const length = Math.hypot(cos, sin);
  [cos, sin] = length > 0 ? [cos / length, sin / length] : [1, 0];
  const positions = new Float32Array(moving.length);
  for (let i = 0; i < moving.length; i += 2) {
    const x = moving[i]! - from.x;
    const y = (moving[i + 1]! - from.y) * (mirrored ? -1 : 1);
    positions[i] = cos * x - sin * y + to.x;
    positions[i + 1] = sin * x + cos * y + to.y;
  }
  let squares = 0;
  for (const [own, other] of common) {
    squares += (positions[2 * own]! - staying[2 * other]!) ** 2;
    squares += (positions[2 * own + 1]! - staying[2 * other + 1]!) ** 2;
  }
  return { positions, mirrored, distance: Math.sqrt(squares / common.length) };
}

function centreOf(positions: Float32Array, rows: readonly number[]): { readonly x: number; readonly y: number } {
  let [x, y] = [0, 0];
  for (const row of rows) {
    x += positions[2 * row]!;
    y += positions[2 * row + 1]!;
  }
  return { x: x / rows.length, y: y / rows.length };
}
