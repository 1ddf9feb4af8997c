/** Numbers of a matrix, row-major; products have the type of their factors. */
export type MatrixValues = Float32Array | Float64Array;

/** A matrix that others are multiplied by. Calls are answered in order; the memory of the factor goes with the call. */
export interface HeldMatrix<Values extends MatrixValues> {
  readonly rows: number;
  readonly dim: number;
  /** A copy of the numbers in the type that factors have. */
  convert(values: MatrixValues): Values;
  /**
   * @param left `count × dim`
   * @returns left · heldᵀ, `count × rows`: inner products of all rows
   */
  timesTransposed(left: Values, count: number): Promise<Values>;
  /**
   * @param left `count × rows`
   * @returns left · held, `count × dim`
   */
  times(left: Values, count: number): Promise<Values>;
  /** Frees what is held. */
  release(): Promise<void>;
}

/** Multiplies matrices, wherever that is done fastest. */
export interface MatrixProducts {
  /** @param matrix `rows × dim`; must not change until it is released */
  hold<Values extends MatrixValues>(matrix: Values, rows: number, dim: number): Promise<HeldMatrix<Values>>;
}

/** In plain arithmetic, on the thread of the caller. */
export const plainProducts: MatrixProducts = {
  hold: (matrix, rows, dim) =>
    Promise.resolve({
      rows,
      dim,
      convert: converterTo(matrix),
      timesTransposed: (left: typeof matrix, count: number) => {
        const out = emptyLike(matrix, count * rows);
        for (let i = 0; i < count; i++) {
          for (let j = 0; j < rows; j++) {
            let sum = 0;
            for (let k = 0; k < dim; k++) sum += left[i * dim + k]! * matrix[j * dim + k]!;
            out[i * rows + j] = sum;
          }
        }
        return Promise.resolve(out);
      },
      times: (left: typeof matrix, count: number) => {
        const out = new Float64Array(count * dim);
        for (let i = 0; i < count; i++) {
          const target = out.subarray(i * dim, (i + 1) * dim);
          for (let j = 0; j < rows; j++) {
            const factor = left[i * rows + j]!;
            const row = matrix.subarray(j * dim, (j + 1) * dim);
            for (let k = 0; k < dim; k++) target[k]! += factor * row[k]!;
          }
        }
        const result = emptyLike(matrix, count * dim);
        result.set(out);
        return Promise.resolve(result);
      },
      release: () => Promise.resolve(),
    }),
};

function emptyLike<Values extends MatrixValues>(matrix: Values, length: number): Values {
  return (matrix instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)) as Values;
}

/** Copies numbers into the type of a matrix. */
export function converterTo<Values extends MatrixValues>(matrix: Values): (values: MatrixValues) => Values {
  const Type = matrix instanceof Float32Array ? Float32Array : Float64Array;
  return (values) => new Type(values) as MatrixValues as Values;
}
