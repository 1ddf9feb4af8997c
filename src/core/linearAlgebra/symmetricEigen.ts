/**
 * Eigenvalues and eigenvectors of real symmetric matrices: Householder reduction to tridiagonal form, then the QL
 * algorithm with implicit shifts (G. H. Golub, C. F. Van Loan, "Matrix Computations", 4th edition, 8.3). Backward
 * stable: an eigenvalue's error is a small multiple of the machine precision times the largest eigenvalue, so that
 * eigenvalues more than fifteen orders of magnitude below the largest are noise, and may come out slightly negative.
 */

/** Sweeps that one eigenvalue may take; two are usual. */
const MAXIMUM_SWEEPS = 60;

export interface SymmetricEigen {
  /** Largest first. */
  readonly values: Float64Array;
  /** `size × size`: row k is the unit eigenvector of `values[k]`; its sign is arbitrary. */
  readonly vectors: Float64Array;
}

/**
 * @param matrix `size × size`, finite; only the lower triangle is read
 * @throws RangeError where the matrix holds NaN or an infinity
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const vectors = new Float64Array(size * size);
  const values = decompose(matrix, size, vectors);
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!);
  const sorted = new Float64Array(size * size);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * size, (from + 1) * size), to * size);
  });
  return { values: Float64Array.from(order, (k) => values[k]!), vectors: sorted };
}

/** The eigenvalues alone, largest first, in a fraction of the time. Parameters and errors as in `symmetricEigen`. */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  return decompose(matrix, size, undefined).sort().reverse();
}

/** Eigenvalues in no particular order; `vectors`, where given, takes the eigenvectors as rows. */
function decompose(matrix: Float64Array, size: number, vectors: Float64Array | undefined): Float64Array {
  const scale = largestEntry(matrix, size);
  // Entries of at most 1 can be squared without overflow.
  const work = matrix.slice(0, size * size);
  if (scale > 0) for (let i = 0; i < work.length; i++) work[i]! /= scale;
  const diagonal = new Float64Array(size);
  const subdiagonal = new Float64Array(size);
  const halfSquares = reduceToTridiagonal(work, size, diagonal, subdiagonal);
  if (vectors) accumulateReflections(work, size, halfSquares, vectors);
  diagonalize(diagonal, subdiagonal, vectors);
  for (let i = 0; i < size; i++) diagonal[i]! *= scale;
  return diagonal;
}

function largestEntry(matrix: Float64Array, size: number): number {
  let largest = 0;
  for (let row = 0; row < size; row++) {
    for (let i = row * size; i <= row * size + row; i++) {
      const value = Math.abs(matrix[i]!);
      if (!(value < Infinity)) throw new RangeError('Only a finite matrix has eigenvalues');
      if (value > largest) largest = value;
    }
  }
  return largest;
}

/**
 * Q·A·Qᵀ = T for an orthogonal Q, from the last row upwards, in the lower triangle of `a`.
 *
 * Row i of `a` keeps the vector u of the reflection I − u·uᵀ / h that acts on the first i coordinates; h, which is half
 * of u's square, is returned (0 where nothing had to be reflected). `subdiagonal[i]` couples i − 1 and i.
 */
function reduceToTridiagonal(
  a: Float64Array,
  size: number,
  diagonal: Float64Array,
  subdiagonal: Float64Array,
): Float64Array {
  const halfSquares = new Float64Array(size);
  const p = new Float64Array(size);
  for (let i = size - 1; i > 0; i--) {
    const u = a.subarray(i * size, i * size + i);
    const last = u[i - 1]!;
    let rest = 0;
    for (let k = 0; k < i - 1; k++) rest += u[k]! * u[k]!;
    if (rest === 0) {
      subdiagonal[i] = last;
      continue;
    }
    const norm = Math.sqrt(rest + last * last);
    // The sign that avoids cancellation.
    const reflected = last > 0 ? -norm : norm;
    const h = norm * norm - reflected * last;
    subdiagonal[i] = reflected;
    u[i - 1] = last - reflected;
    halfSquares[i] = h;
    multiplyLower(a, size, i, u, p);
    let projection = 0;
    for (let k = 0; k < i; k++) projection += (p[k]! /= h) * u[k]!;
    const correction = projection / (2 * h);
    for (let k = 0; k < i; k++) p[k]! -= correction * u[k]!;
    for (let row = 0; row < i; row++) {
      const target = a.subarray(row * size, row * size + row + 1);
      const [pRow, uRow] = [p[row]!, u[row]!];
      for (let k = 0; k < target.length; k++) target[k]! -= pRow * u[k]! + uRow * p[k]!;
    }
  }
  for (let i = 0; i < size; i++) diagonal[i] = a[i * size + i]!;
  return halfSquares;
}

/** `out` = A·x for the symmetric leading `count × count` block, of which only the lower triangle is read, by rows. */
function multiplyLower(a: Float64Array, size: number, count: number, x: Float64Array, out: Float64Array): void {
  for (let row = 0; row < count; row++) {
    const offset = row * size;
    const xRow = x[row]!;
    let sum = a[offset + row]! * xRow;
    for (let k = 0; k < row; k++) {
      const value = a[offset + k]!;
      sum += value * x[k]!;
      out[k]! += value * xRow;
    }
    out[row] = sum;
  }
}

/** Makes the zeros in `vectors` the matrix Q, whose rows the QL algorithm rotates into eigenvectors. */
function accumulateReflections(a: Float64Array, size: number, halfSquares: Float64Array, vectors: Float64Array): void {
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  for (let i = 2; i < size; i++) {
    const h = halfSquares[i]!;
    if (h === 0) continue;
    const u = a.subarray(i * size, i * size + i);
    for (let row = 0; row < i; row++) {
      const target = vectors.subarray(row * size, row * size + i);
      let projection = 0;
      for (let k = 0; k < i; k++) projection += target[k]! * u[k]!;
      projection /= h;
      for (let k = 0; k < i; k++) target[k]! -= projection * u[k]!;
    }
  }
}

/** Turns the diagonal into the eigenvalues; rows of `vectors` follow the rotations. Destroys the subdiagonal. */
function diagonalize(diagonal: Float64Array, subdiagonal: Float64Array, vectors: Float64Array | undefined): void {
  const size = diagonal.length;
  let norm = 0;
  for (let i = 0; i < size; i++) norm = Math.max(norm, Math.abs(diagonal[i]!) + Math.abs(subdiagonal[i]!));
  // Measured against the whole matrix, not against neighbours: eigenvalues near zero then converge too.
  const negligible = Number.EPSILON * norm;
  for (let first = 0; first < size; first++) {
    for (let sweeps = 0; ; sweeps++) {
      let last = first;
      while (last < size - 1 && Math.abs(subdiagonal[last + 1]!) > negligible) last++;
      if (last === first) break;
      if (sweeps === MAXIMUM_SWEEPS) throw new Error('The eigenvalues do not converge');
      sweep(diagonal, subdiagonal, first, last, vectors);
    }
  }
}

/** One QL step with Wilkinson's shift on rows `first` to `last`, chased from the bottom upwards. */
function sweep(
  diagonal: Float64Array,
  subdiagonal: Float64Array,
  first: number,
  last: number,
  vectors: Float64Array | undefined,
): void {
  const coupling = subdiagonal[first + 1]!;
  const slope = (diagonal[first + 1]! - diagonal[first]!) / (2 * coupling);
  const root = Math.sqrt(slope * slope + 1);
  let g = diagonal[last]! - diagonal[first]! + coupling / (slope + (slope < 0 ? -root : root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const f = sine * subdiagonal[i + 1]!;
    const b = cosine * subdiagonal[i + 1]!;
    const r = Math.sqrt(f * f + g * g);
    if (i + 1 < last) subdiagonal[i + 2] = r;
    if (r === 0) {
      // The matrix fell apart here; the next sweep takes the part above.
      diagonal[i + 1]! -= shift;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = diagonal[i + 1]! - shift;
    const t = (diagonal[i]! - g) * sine + 2 * cosine * b;
    shift = sine * t;
    diagonal[i + 1] = g + shift;
    g = cosine * t - b;
    if (vectors) rotateRows(vectors, diagonal.length, i, sine, cosine);
  }
  diagonal[first]! -= shift;
  subdiagonal[first + 1] = g;
}

function rotateRows(vectors: Float64Array, size: number, row: number, sine: number, cosine: number): void {
  const upper = vectors.subarray(row * size, (row + 1) * size);
  const lower = vectors.subarray((row + 1) * size, (row + 2) * size);
  for (let k = 0; k < size; k++) {
    const below = lower[k]!;
    const above = upper[k]!;
    lower[k] = sine * above + cosine * below;
    upper[k] = cosine * above - sine * below;
  }
}
