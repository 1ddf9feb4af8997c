import { fromFloat16Bits } from '../images/float16.ts';

/** What a file of NumPy's holds: a matrix of numbers, row by row. */
export interface NpyHeader {
  readonly rows: number;
  readonly columns: number;
  /** Where the numbers begin, bytes from the beginning of the file. */
  readonly start: number;
  /** Of a number. */
  readonly bytes: 2 | 4 | 8;
  readonly isLittleEndian: boolean;
}

/** Bytes that hold any header that is told of here. */
export const NPY_HEADER_BYTES = 1 << 16;

/**
 * Reads a header of NPY 1, 2 or 3. Returns it, or what is wrong with the file, as the end of a sentence.
 *
 * @param bytes from the beginning of the file, `NPY_HEADER_BYTES` or all of it
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader | { readonly fault: string } {
  const magic = String.fromCharCode(...bytes.subarray(1, 6));
  if (bytes.length < 12 || bytes[0] !== 0x93 || magic !== 'NUMPY') return { fault: "it is no file of NumPy's" };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isFirst = bytes[6] === 1;
  const length = isFirst ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = (isFirst ? 10 : 12) + length;
  if (start > bytes.length) return { fault: 'its header is cut off' };
  const text = new TextDecoder().decode(bytes.subarray(isFirst ? 10 : 12, start));
  const type = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (order === undefined || shape === undefined) return { fault: 'its header makes no sense' };
  const parsed = /^([<>=|])f([248])$/.exec(type ?? '');
  if (parsed === null) {
    return { fault: `it holds numbers of the kind ${type ?? 'object'}, and float16, float32 or float64 are needed` };
  }
  const sizes = shape.split(',').map((part) => part.trim());
  const numbers = sizes.filter((part) => part !== '').map((part) => Number(part.replace(/L$/, '')));
  if (numbers.length !== 2 || numbers.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    return { fault: `its shape is (${shape}), and a row for each image is needed: (images, dimensions)` };
  }
  if (order === 'True' && numbers[0] !== 1 && numbers[1] !== 1) {
    return { fault: 'it lies in Fortran order; save numpy.ascontiguousarray(…) of it' };
  }
  const [rows, columns] = numbers as [number, number];
  return { rows, columns, start, bytes: Number(parsed[2]) as 2 | 4 | 8, isLittleEndian: parsed[1] !== '>' };
}

/** The numbers of some bytes of such a file. @param data whole numbers only */
export function npyNumbers(data: Uint8Array, { bytes, isLittleEndian }: NpyHeader): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const numbers = new Float32Array(Math.floor(data.byteLength / bytes));
  for (let i = 0; i < numbers.length; i++) {
    const at = i * bytes;
    numbers[i] =
      bytes === 4
        ? view.getFloat32(at, isLittleEndian)
        : bytes === 8
          ? view.getFloat64(at, isLittleEndian)
          : fromFloat16Bits(view.getUint16(at, isLittleEndian));
  }
  return numbers;
}
