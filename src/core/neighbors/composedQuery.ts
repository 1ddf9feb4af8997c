/** What a search is for: texts and perhaps a picture, as vectors in one space, all L2-normalised and equally long. */
export interface QueryParts {
  /** Texts that say the same in other words, or things that are all wanted. */
  readonly texts: readonly Float32Array[];
  /** Texts for what is not wanted. */
  readonly minus: readonly Float32Array[];
  readonly image: Float32Array | undefined;
  /** Share of the image in what is wanted, from 0 to 1; the rest is the texts'. Means nothing without both. */
  readonly imageWeight: number;
}

/** What is not wanted counts half as much as what is: more, and pictures of nothing in particular would come first. */
export const MINUS_WEIGHT = 0.5;
/** What an image counts beside texts, where nobody says. */
export const DEFAULT_IMAGE_WEIGHT = 0.5;

/**
 * One L2-normalised vector that ranks pictures x by
 *
 *     (1 − w) · (t · x)/σ(t)  +  w · (v · x)/σ(v)  −  ½ · (m · x)/σ(m)
 *
 * where t is the mean of the texts, made to length 1, m that of the texts not wanted, v the image and w its weight. σ is the
 * standard deviation of a part's similarities over the pictures that are searched: similarities to a picture vary several
 * times as much as those to a text, so that without it a picture would outvote any text. With only texts or only an image,
 * w is 0 or 1.
 *
 * @param spread σ of the similarities of a part as it is summed, of several texts their mean; 0 where all pictures are the same to it, which leaves the part as it is
 * @returns undefined where nothing is wanted, or where what is not wanted cancels it out
 */
export async function composeQuery(
  { texts, minus, image, imageWeight }: QueryParts,
  spread: (part: Float32Array) => number | Promise<number>,
): Promise<Float32Array | undefined> {
  const wanted = meanDirection(texts);
  const unwanted = meanDirection(minus);
  const weight = image === undefined ? 0 : wanted === undefined ? 1 : imageWeight;
  const parts = [
    { vector: wanted, weight: 1 - weight },
    { vector: image, weight },
    { vector: unwanted, weight: -MINUS_WEIGHT },
  ].flatMap(({ vector, weight: share }) => (vector === undefined || share === 0 ? [] : [{ vector, share }]));
  if (!parts.some(({ share }) => share > 0)) return undefined;
  if (parts.length === 1) return parts[0]!.vector;
  const sum = new Float64Array(parts[0]!.vector.length);
  for (const { vector, share } of parts) {
    const scale = share / ((await spread(vector)) || 1);
    vector.forEach((value, i) => (sum[i] = sum[i]! + scale * value));
  }
  return normalised(sum);
}

/** The mean of unit vectors, made to length 1; undefined where there are none, or they point nowhere together. */
function meanDirection(vectors: readonly Float32Array[]): Float32Array | undefined {
  const [first] = vectors;
  if (first === undefined || vectors.length === 1) return first;
  const sum = new Float64Array(first.length);
  for (const vector of vectors) vector.forEach((value, i) => (sum[i] = sum[i]! + value));
  return normalised(sum);
}

function normalised(vector: Float64Array): Float32Array | undefined {
  const length = Math.hypot(...vector);
  return length < 1e-9 ? undefined : Float32Array.from(vector, (value) => value / length);
}

/** A composed query as a person would write it: `a car + a truck + car.jpg × 0.3 − night`. */
export function describeQuery({
  texts,
  minus,
  image,
  imageWeight,
}: {
  readonly texts: readonly string[];
  readonly minus: readonly string[];
  readonly image: string | undefined;
  /** Undefined where nothing stands beside the image. */
  readonly imageWeight: number | undefined;
}): string {
  const like = image === undefined ? [] : [imageWeight === undefined ? image : `${image} × ${imageWeight}`];
  return [[...texts, ...like].join(' + '), ...minus].join(' − ');
}
