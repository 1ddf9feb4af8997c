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
  readonly levels: Float32Array;
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

/**
 * Both pictures have the same edge. Written for speed, as what is called for every guess at a crop: each level is read as seldom
 * as can be.
 */
export function agreement({ edge, levels: a }: GreyPicture, { levels: b }: GreyPicture): Agreement {
  let edgesProduct = 0;
  let edgesA = 0;
  let edgesB = 0;
  let detailProduct = 0;
  let detailA = 0;
  let detailB = 0;
  for (let y = 0; y < edge - 1; y++) {
    let i = y * edge;
    let hereA = a[i]!;
    let hereB = b[i]!;
    let leftA = 0;
    let leftB = 0;
    for (let x = 0; x < edge - 1; x++, i++) {
      const nextA = a[i + 1]!;
      const nextB = b[i + 1]!;
      const rightA = nextA - hereA;
      const rightB = nextB - hereB;
      const downA = a[i + edge]! - hereA;
      const downB = b[i + edge]! - hereB;
      edgesProduct += rightA * rightB + downA * downB;
      edgesA += rightA * rightA + downA * downA;
      edgesB += rightB * rightB + downB * downB;
      if (x > 0 && y > 0) {
        const curveA = rightA - leftA + downA + a[i - edge]! - hereA;
        const curveB = rightB - leftB + downB + b[i - edge]! - hereB;
        detailProduct += curveA * curveB;
        detailA += curveA * curveA;
        detailB += curveB * curveB;
      }
      hereA = nextA;
      hereB = nextB;
      leftA = rightA;
      leftB = rightB;
    }
  }
  return {
    edges: correlationOf(edgesProduct, edgesA, edgesB),
    detail: correlationOf(detailProduct, detailA, detailB),
  };
}

/** As `agreement` tells it, of the edges alone: in half the time. */
export function edgeAgreement({ edge, levels: a }: GreyPicture, { levels: b }: GreyPicture): number {
  let product = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let y = 0; y < edge - 1; y++) {
    let i = y * edge;
    let hereA = a[i]!;
    let hereB = b[i]!;
    for (let x = 0; x < edge - 1; x++, i++) {
      const nextA = a[i + 1]!;
      const nextB = b[i + 1]!;
      const rightA = nextA - hereA;
      const rightB = nextB - hereB;
      const downA = a[i + edge]! - hereA;
      const downB = b[i + edge]! - hereB;
      product += rightA * rightB + downA * downB;
      squaresA += rightA * rightA + downA * downA;
      squaresB += rightB * rightB + downB * downB;
      hereA = nextA;
      hereB = nextB;
    }
  }
  return correlationOf(product, squaresA, squaresB);
}

function correlationOf(product: number, squaresA: number, squaresB: number): number {
  return product / Math.max(Math.sqrt(squaresA * squaresB), Number.EPSILON);
}

export function isSame({ edges, detail }: Agreement, limits: Agreement = SAME): boolean {
  return edges >= limits.edges && detail >= limits.detail;
}

/**
 * A part of a picture, or slightly more than all of it, drawn as large as the picture; interpolated linearly.
 *
 * @param drawn to draw on, `edge × edge`
 */
export function cropped(
  { edge, levels }: GreyPicture,
  { left, top, width, height }: Crop,
  drawn: Float32Array = new Float32Array(edge * edge),
): GreyPicture {
  if (edge > scratch.edge) scratch = scratchFor(edge);
  const columns = placesWithin(edge, left, width, scratch.columns);
  const rows = placesWithin(edge, top, height, scratch.rows);
  let { upper, lower } = scratch;
  let above = -2;
  for (let y = 0, at = 0; y < edge; y++) {
    const row = rows.whole[y]!;
    // What lay below is often what lies above now.
    if (row === above + 1) {
      [upper, lower] = [lower, upper];
      drawRow(levels, (row + 1) * edge, columns, edge, lower);
    } else if (row !== above) {
      drawRow(levels, row * edge, columns, edge, upper);
      drawRow(levels, (row + 1) * edge, columns, edge, lower);
    }
    above = row;
    const further = rows.further[y]!;
    for (let x = 0; x < edge; x++, at++) drawn[at] = upper[x]! + (lower[x]! - upper[x]!) * further;
  }
  return { edge, levels: drawn };
}

/** Places between pixels: those before them, and how far it is from these. */
interface Places {
  readonly whole: Int32Array;
  readonly further: Float64Array;
}

/** What drawing takes: made anew each time, it would be half of what looking for crops costs. */
function scratchFor(edge: number) {
  const places = (): Places => ({ whole: new Int32Array(edge), further: new Float64Array(edge) });
  return { edge, columns: places(), rows: places(), upper: new Float64Array(edge), lower: new Float64Array(edge) };
}
let scratch = scratchFor(0);

function drawRow(
  levels: Float32Array,
  start: number,
  { whole, further }: Places,
  edge: number,
  drawn: Float64Array,
): void {
  for (let x = 0; x < edge; x++) {
    const i = start + whole[x]!;
    const level = levels[i]!;
    drawn[x] = level + (levels[i + 1]! - level) * further[x]!;
  }
}

/** Where in a row or a column of so many pixels the middles of as many lie that make up a part of it. */
function placesWithin(edge: number, start: number, size: number, found: Places): Places {
  for (let i = 0; i < edge; i++) {
    const place = Math.max(0, Math.min(edge - 1.001, edge * start + (i + 0.5) * size - 0.5));
    const whole = Math.floor(place);
    found.whole[i] = whole;
    found.further[i] = place - whole;
  }
  return found;
}

/** Crops to begin with: all, and of each of these shares the middle, each side and each corner; then what is left where one side is cut off. */
const FIRST_SHARES = [0.9, 0.8, 0.7, 0.6];
const firstGuesses: readonly Crop[] = [
  { left: 0, top: 0, width: 1, height: 1 },
  ...FIRST_SHARES.flatMap((share) => [
    ...[0, 0.5, 1].flatMap((x) =>
      [0, 0.5, 1].map((y) => ({ left: x * (1 - share), top: y * (1 - share), width: share, height: share })),
    ),
    ...[0, 1].map((x) => ({ left: x * (1 - share), top: 0, width: share, height: 1 })),
    ...[0, 1].map((y) => ({ left: 0, top: y * (1 - share), width: 1, height: share })),
  ]),
];
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
 * The first guesses with which the edges agree best, the best first: on pictures of a few pixels, so that only these are drawn larger.
 * All of the picture is among them, as patterns are told by nothing there. None where no guess agrees enough.
 *
 * @param atLeast agreement that a guess has to have
 */
export function likelyCrops(part: GreyPicture, whole: GreyPicture, count: number, atLeast: number): Crop[] {
  const drawn = new Float32Array(whole.edge ** 2);
  const agreed = Float64Array.from(firstGuesses, (crop) => edgeAgreement(part, cropped(whole, crop, drawn)));
  const found: number[] = [];
  for (let i = 1; i < agreed.length; i++) if (agreed[i]! >= atLeast) found.push(i);
  if (found.length === 0 && agreed[0]! < atLeast) return [];
  const best = found.sort((a, b) => agreed[b]! - agreed[a]!).slice(0, count);
  return [firstGuesses[0]!, ...best.map((i) => firstGuesses[i]!)];
}

/**
 * Looks for the part of a picture that is the other one, uphill from a few first guesses: moves and resizes the crop while
 * the edges agree better, by smaller and smaller steps.
 *
 * @param steps as shares of the picture
 * @param isFine goes on until it can't get better, at some cost
 * @param atLeast agreement of the edges that the best guess has to have to be worth going on from
 * @param afterFirst the same of what the first step made of it
 */
export function findCrop(
  part: GreyPicture,
  whole: GreyPicture,
  {
    from,
    guesses = firstGuesses,
    steps,
    isFine = false,
    atLeast = -1,
    afterFirst = -1,
  }: {
    readonly from?: Crop;
    readonly guesses?: readonly Crop[];
    readonly steps: readonly number[];
    readonly isFine?: boolean;
    readonly atLeast?: number;
    readonly afterFirst?: number;
  },
): { readonly crop: Crop; readonly agreement: Agreement } {
  const drawn = new Float32Array(whole.edge ** 2);
  const judged = (crop: Crop) => ({ crop, edges: edgeAgreement(part, cropped(whole, crop, drawn)) });
  let best = (from ? [from] : guesses).map(judged).reduce((a, b) => (b.edges > a.edges ? b : a));
  for (const [place, step] of steps.entries()) {
    if (best.edges < (place === 0 ? atLeast : afterFirst)) break;
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
        if (tried.edges <= best.edges + (isFine ? 1e-6 : 1e-4)) continue;
        best = tried;
        improved = true;
      }
    }
  }
  return { crop: best.crop, agreement: agreement(part, cropped(whole, best.crop, drawn)) };
}

function isInside({ left, top, width, height }: Crop): boolean {
  return (
    Math.min(left, top) >= -OUTSIDE &&
    Math.max(left + width, top + height) <= 1 + OUTSIDE &&
    Math.min(width, height) >= LEAST_SHARE
  );
}
