/**
 * Small integer copies of vectors, for a fast first look that provably misses nothing.
 *
 * A vector v is held as codes c and a scale s with v ≈ s·c, a query x likewise. By Cauchy–Schwarz the true product
 * differs from that of the approximations by at most ‖v − v̂‖·‖x‖ + ‖v̂‖·‖x − x̂‖, and these norms are measured, not
 * guessed. So every row whose upper bound reaches the k-th best lower bound is compared exactly, and the rest can't be
 * among the k best.
 */

/**
 * Codes of vectors go from −64 to 64: two products with an unsigned byte then fit 16 bits, in which processors without
 * newer instructions add them (with saturation).
 */
const VECTOR_LEVELS = 64;
const QUERY_LEVELS = 127;
/** A query's codes are unsigned; this one means zero. */
export const QUERY_ZERO = 128;
/** Covers the rounding of the bounds' own float arithmetic. */
const SLACK = 1e-5;
/** Rows that are transposed together, so that what is written stays in the cache. */
const TILE = 64;

/** What is known of each row besides its codes. */
export interface QuantizationPrecision {
  readonly scales: Float32Array;
  /** The norm of what the codes leave out. */
  readonly errors: Float32Array;
}

export class QuantizedVectors implements QuantizationPrecision {
  readonly rows: number;
  readonly dim: number;
  /** `dim × rows`: transposed, so that a product with one query streams through memory. */
  readonly codes: Int8Array<ArrayBuffer>;
  readonly scales: Float32Array;
  readonly errors: Float32Array;

  constructor(rows: number, dim: number) {
    this.rows = rows;
    this.dim = dim;
    this.codes = new Int8Array(rows * dim);
    this.scales = new Float32Array(rows);
    this.errors = new Float32Array(rows);
  }

  /** Takes rows `start` to `end` from the row-major `rows × dim` matrix. */
  fill(matrix: Float32Array, start: number, end: number): void {
    this.put(matrix.subarray(start * this.dim, end * this.dim), start);
  }

  /** Takes row-major vectors as the rows from `start` on. */
  put(vectors: Float32Array, start: number): void {
    const { rows, dim, codes, scales, errors } = this;
    const end = start + vectors.length / dim;
    const tile = new Int8Array(TILE * dim);
    for (let first = start; first < end; first += TILE) {
      const count = Math.min(TILE, end - first);
      for (let r = 0; r < count; r++) {
        const offset = (first + r - start) * dim;
        let largest = 0;
        for (let i = offset; i < offset + dim; i++) {
          const size = Math.abs(vectors[i]!);
          if (size > largest) largest = size;
        }
        const scale = largest / VECTOR_LEVELS || 1;
        const inverse = 1 / scale;
        let squares = 0;
        for (let i = 0; i < dim; i++) {
          const value = vectors[offset + i]!;
          // Rounds like Math.round, which is several times slower here: what is cut off is never negative.
          const code = ((value * inverse + VECTOR_LEVELS + 0.5) | 0) - VECTOR_LEVELS;
          tile[r * dim + i] = code;
          const rest = value - code * scale;
          squares += rest * rest;
        }
        scales[first + r] = scale;
        errors[first + r] = Math.sqrt(squares) + SLACK;
      }
      for (let i = 0; i < dim; i++) {
        const out = i * rows + first;
        for (let r = 0; r < count; r++) codes[out + r] = tile[r * dim + i]!;
      }
    }
  }
}

export interface QuantizedQuery {
  /** Unsigned, with `QUERY_ZERO` for zero. */
  readonly codes: Uint8Array;
  readonly scale: number;
  readonly norm: number;
  readonly error: number;
}

export function quantizeQuery(vector: Float32Array): QuantizedQuery {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = largest / QUERY_LEVELS || 1;
  const codes = new Uint8Array(vector.length);
  let squares = 0;
  let errors = 0;
  vector.forEach((value, i) => {
    const code = Math.round(value / scale);
    codes[i] = code + QUERY_ZERO;
    squares += value * value;
    errors += (value - code * scale) ** 2;
  });
  return { codes, scale, norm: Math.sqrt(squares), error: Math.sqrt(errors) + SLACK };
}

/** Lower and upper bounds of the true products: `approximate ∓ margin`, per row. */
export interface Bounds {
  readonly lower: Float32Array;
  readonly upper: Float32Array;
}

/** @param products per row: the sum of code × (query code − `QUERY_ZERO`) */
export function boundsOf(
  { scales, errors }: QuantizationPrecision,
  query: QuantizedQuery,
  products: Int32Array,
): Bounds {
  const rows = products.length;
  const lower = new Float32Array(rows);
  const upper = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const approximate = products[row]! * scales[row]! * query.scale;
    // Rows have length 1, so their approximation's is at most 1 + error.
    const margin = errors[row]! * query.norm + (1 + SLACK + errors[row]!) * query.error + SLACK;
    lower[row] = approximate - margin;
    upper[row] = approximate + margin;
  }
  return { lower, upper };
}
