import type { BetweenBlocks } from '../evaluation/neighborsByProducts.ts';
import { grouped } from '../grouped.ts';
import { plainProducts, type MatrixProducts } from '../linearAlgebra/products.ts';
import { gathered } from '../neighbors/neighborsAmong.ts';
import type { LabelledVectors } from '../evidence/heldOutClassifier.ts';
import { remoteness } from './remoteness.ts';

/** Images of the class that count: its nearest. */
const NEAREST = 10;
/** Images of a class that others are compared with, spread over it: enough to know where it lies. */
const MOST_REFERENCES = 256;
/** Rows that are compared at once. */
const BLOCK = 1024;
/** Up to as many products of two numbers are worked out on the spot: another thread would take longer to be asked. */
const FEW = 1_000_000;

export interface ClassedVectors extends Omit<LabelledVectors, 'classes'> {
  /** The other class that each row may belong to; −1 for none. */
  readonly otherClassOf: Int32Array;
}

/**
 * How far each image is from its class or from the other one that it may belong to, whichever is nearer, as a multiple of what is
 * usual there: its remoteness from the nearest ten images of the class (of at most 256, spread over it), over the median of that
 * among the images of the class. 1 for images of no class with another image.
 *
 * @param between is told the comparisons that are done, up to `2 × rows`
 * @returns one number a row, positive
 */
export async function classDistances(
  images: ClassedVectors,
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Float64Array> {
  const nearest = new Float64Array(images.rows).fill(Number.POSITIVE_INFINITY);
  const rows = [...images.classOf.keys()];
  const guests = grouped(rows, (row) => classOrNone(images.otherClassOf[row]!));
  let done = 0;
  for (const [label, members] of grouped(rows, (row) => classOrNone(images.classOf[row]!))) {
    const compared = [...members, ...(guests.get(label) ?? [])];
    const distances = await distancesFrom(images, members, compared, products, (count) => between(done + count));
    done += compared.length;
    const known = distances.subarray(0, members.length).filter((distance) => !Number.isNaN(distance));
    if (known.length === 0) continue;
    const usual = Math.max(known.sort()[Math.floor(known.length / 2)]!, Number.EPSILON);
    compared.forEach((row, i) => {
      if (!Number.isNaN(distances[i]!)) nearest[row] = Math.min(nearest[row]!, distances[i]! / usual);
    });
  }
  return nearest.map((distance) => (distance === Number.POSITIVE_INFINITY ? 1 : Math.max(distance, Number.EPSILON)));
}

function classOrNone(label: number): number | undefined {
  return label < 0 ? undefined : label;
}

/** Remoteness from the nearest members; NaN where there is none but equal contents. */
async function distancesFrom(
  { vectors, dim, contentKeys }: ClassedVectors,
  members: readonly number[],
  compared: readonly number[],
  products: MatrixProducts,
  between: BetweenBlocks,
): Promise<Float64Array> {
  const count = Math.min(members.length, MOST_REFERENCES);
  const references = Array.from({ length: count }, (_, i) => members[Math.floor((i * members.length) / count)]!);
  const gather = (rows: readonly number[]) => gathered(vectors, dim, Uint32Array.from(rows));
  const distances = new Float64Array(compared.length);
  const held = await (compared.length * count * dim <= FEW ? plainProducts : products).hold(
    gather(references),
    count,
    dim,
  );
  try {
    for (let start = 0; start < compared.length; start += BLOCK) {
      const block = compared.slice(start, start + BLOCK);
      const similarities = await held.timesTransposed(gather(block), block.length);
      block.forEach((row, i) => {
        const others = similarities
          .subarray(i * count, (i + 1) * count)
          .filter((_, k) => contentKeys[references[k]!] !== contentKeys[row]);
        distances[start + i] = remoteness(mean(others.sort().subarray(-NEAREST)));
      });
      await between(start + block.length);
    }
  } finally {
    await held.release();
  }
  return distances;
}

/** NaN of none. */
function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
