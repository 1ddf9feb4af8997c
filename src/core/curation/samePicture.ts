/**
 * Whether two pictures are the same one: edited, recompressed, resized, turned, mirrored or cropped. Judged on what is left
 * of a picture when its brightness and contrast are taken away: its edges (first differences) and its detail (second
 * differences), each compared by normalised correlation. Pictures that merely look alike agree in the large and not in
 * detail, and two that are blurred or foggy have no detail that could agree.
 */

/** Grey pictures of equal height and width, squashed to a square, row by row. */
export interface GreyPicture {
  readonly edge: number;
  /** `edge × edge`. */
  readonly levels: ArrayLike<number>;
}

/** Correlations from −1 to 1. */
export interface Agreement {
  readonly edges: number;
  readonly detail: number;
}

/** Where in a picture the other one lies, as shares of its width and height; slightly outside of it at the most. */
export interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** From here on two pictures are the same one as they are. On photographs that are not, both were never above 0.8 and 0.6. */
const SAME: Agreement = { edges: 0.82, detail: 0.7 };

/**
 * The eight ways to turn and mirror a square: bit 0 exchanges left and right, bit 1 top and bottom, then bit 2 rows and
 * columns.
 */
export const ORIENTATIONS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** Whether no turning gives an orientation: it takes an odd number of exchanges. */
export function isMirrored(orientation: number): boolean {
  return [1, 2, 4, 7].includes(orientation);
}

/** @returns where each pixel of the turned picture comes from */
export function orientedPlaces(edge: number, orientation: number): Uint16Array {
  const last = edge - 1;
  return Uint16Array.from({ length: edge * edge }, (_, i) => {
    let [x, y] = [i % edge, Math.floor(i / edge)];
    if (orientation & 1) x = last - x;
    if (orientation & 2) y = last - y;
    return orientation & 4 ? x * edge + y : y * edge + x;
  });
}

export function oriented({ edge, levels }: GreyPicture, orientation: number): GreyPicture {
  if (orientation === 0) return { edge, levels };
  const places = placesOf(edge, orientation);
  const turned = new Float32Array(edge * edge);
  for (let i = 0; i < turned.length; i++) turned[i] = levels[places[i]!]!;
  return { edge, levels: turned };
}

const knownPlaces = new Map<number, Uint16Array>();

function placesOf(edge: number, orientation: number): Uint16Array {
  const key = edge * ORIENTATIONS.length + orientation;
  const known = knownPlaces.get(key);
  if (known) return known;
  const places = orientedPlaces(edge, orientation);
  knownPlaces.set(key, places);
  return places;
}

/** Both pictures have the same edge. */
export function agreement(first: GreyPicture, second: GreyPicture): Agreement {
  const { edge, levels: a } = first;
  const { levels: b } = second;
  let [edgesProduct, edgesA, edgesB] = [0, 0, 0];
  let [detailProduct, detailA, detailB] = [0, 0, 0];
  for (let y = 0; y < edge - 1; y++) {
    for (let x = 0; x < edge - 1; x++) {
      const i = y * edge + x;
      const [rightA, rightB] = [a[i + 1]! - a[i]!, b[i + 1]! - b[i]!];
      const [downA, downB] = [a[i + edge]! - a[i]!, b[i + edge]! - b[i]!];
      edgesProduct += rightA * rightB + downA * downB;
      edgesA += rightA * rightA + downA * downA;
      edgesB += rightB * rightB + downB * downB;
      if (x === 0 || y === 0) continue;
      const curveA = rightA + downA + a[i - 1]! + a[i - edge]! - 2 * a[i]!;
      const curveB = rightB + downB + b[i - 1]! + b[i - edge]! - 2 * b[i]!;
      detailProduct += curveA * curveB;
      detailA += curveA * curveA;
      detailB += curveB * curveB;
    }
  }
  return {
    edges: edgesProduct / Math.max(Math.sqrt(edgesA * edgesB), Number.EPSILON),
    detail: detailProduct / Math.max(Math.sqrt(detailA * detailB), Number.EPSILON),
  };
}

export function isSame({ edges, detail }: Agreement, limits: Agreement = SAME): boolean {
  return edges >= limits.edges && detail >= limits.detail;
}

/** A part of a picture, or slightly more than all of it, drawn as large as the picture; interpolated linearly. */
export function cropped({ edge, levels }: GreyPicture, { left, top, width, height }: Crop): GreyPicture {
  const drawn = new Float32Array(edge * edge);
  const last = edge - 1.001;
  const place = (start: number, size: number, i: number) =>
    Math.max(0, Math.min(last, edge * start + (i + 0.5) * size - 0.5));
  for (let y = 0; y < edge; y++) {
    const row = place(top, height, y);
    const rowBefore = Math.floor(row);
    const lower = row - rowBefore;
    for (let x = 0; x < edge; x++) {
      const column = place(left, width, x);
      const columnBefore = Math.floor(column);
      const further = column - columnBefore;
      const i = rowBefore * edge + columnBefore;
      const above = levels[i]! * (1 - further) + levels[i + 1]! * further;
      const below = levels[i + edge]! * (1 - further) + levels[i + edge + 1]! * further;
      drawn[y * edge + x] = above * (1 - lower) + below * lower;
    }
  }
  return { edge, levels: drawn };
}

/** Crops to begin with, centred, of these shares. */
const FIRST_SHARES = [1, 0.9, 0.8, 0.7];
/** No crop is less than this share of a picture's width or height. */
const LEAST_SHARE = 0.5;
/** How far a crop may lie outside, since pictures are cut to whole pixels and squashed. */
const OUTSIDE = 0.03;
/** What a crop is moved and resized by, as multiples of a step. */
const MOVES: readonly (readonly [left: number, top: number, width: number, height: number])[] = [
  [1, 0, 0, 0],
  [-1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, -1, 0, 0],
  [0, 0, 1, 0],
  [0, 0, -1, 0],
  [0, 0, 0, 1],
  [0, 0, 0, -1],
  [1, 1, -2, -2],
  [-1, -1, 2, 2],
];
/** The same, and one side alone: closer to the best, for those who look at the outcome. */
const FINE_MOVES: typeof MOVES = [...MOVES, [1, 0, -1, 0], [-1, 0, 1, 0], [0, 1, 0, -1], [0, -1, 0, 1]];

/**
 * Looks for the part of a picture that is the other one, uphill from a few first guesses: moves and resizes the crop while
 * the edges agree better, by smaller and smaller steps.
 *
 * @param steps as shares of the picture
 * @param isFine goes on until it can't get better, at some cost
 */
export function findCrop(
  part: GreyPicture,
  whole: GreyPicture,
  {
    from,
    steps,
    isFine = false,
  }: { readonly from?: Crop; readonly steps: readonly number[]; readonly isFine?: boolean },
): { readonly crop: Crop; readonly agreement: Agreement } {
  const judged = (crop: Crop) => ({ crop, agreement: agreement(part, cropped(whole, crop)) });
  const guesses = from
    ? [from]
    : FIRST_SHARES.map((share) => ({ left: (1 - share) / 2, top: (1 - share) / 2, width: share, height: share }));
  let best = guesses.map(judged).reduce((a, b) => (b.agreement.edges > a.agreement.edges ? b : a));
  for (const step of steps) {
    for (let round = 0, improved = true; improved && round < (isFine ? 30 : 6); round++) {
      improved = false;
      for (const [left, top, width, height] of isFine ? FINE_MOVES : MOVES) {
        const { crop } = best;
        const moved = {
          left: crop.left + left * step,
          top: crop.top + top * step,
          width: crop.width + width * step,
          height: crop.height + height * step,
        };
        if (!isInside(moved)) continue;
        const tried = judged(moved);
        if (tried.agreement.edges <= best.agreement.edges + (isFine ? 1e-6 : 1e-4)) continue;
        best = tried;
        improved = true;
      }
    }
  }
  return best;
}

function isInside({ left, top, width, height }: Crop): boolean {
  return (
    Math.min(left, top) >= -OUTSIDE &&
    Math.max(left + width, top + height) <= 1 + OUTSIDE &&
    Math.min(width, height) >= LEAST_SHARE
  );
}
