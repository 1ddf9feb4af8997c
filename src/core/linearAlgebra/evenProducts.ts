import type { HeldMatrix, MatrixProducts, MatrixValues } from './products.ts';

/** Rows of what is held, and of what it is multiplied by, are filled up with zeros to a multiple of these. */
const HELD = 1024;
const LEFT = 64;

/**
 * Products in which two rows give the same number to the bit whichever other rows are multiplied with them. Libraries add up
 * a product in another order where a matrix has few rows; filled up, none has.
 */
export function evenProducts(products: MatrixProducts): MatrixProducts {
  return {
    hold: async (matrix, rows, dim) => {
      const width = filled(rows, HELD);
      const held = await products.hold(filledUp(matrix, width * dim), width, dim);
      return { ...held, rows, timesTransposed: (left, count) => multiply(held, left, count, rows) };
    },
  };
}

async function multiply<Values extends MatrixValues>(
  held: HeldMatrix<Values>,
  left: Values,
  count: number,
  rows: number,
): Promise<Values> {
  const lines = filled(count, LEFT);
  const block = await held.timesTransposed(filledUp(left, lines * held.dim), lines);
  if (held.rows !== rows)
    for (let i = 1; i < count; i++) block.copyWithin(i * rows, i * held.rows, i * held.rows + rows);
  return block.subarray(0, count * rows) as Values;
}

function filled(rows: number, unit: number): number {
  return Math.ceil(rows / unit) * unit;
}

function filledUp<Values extends MatrixValues>(values: Values, length: number): Values {
  if (values.length === length) return values;
  const larger = (values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)) as Values;
  larger.set(values);
  return larger;
}
