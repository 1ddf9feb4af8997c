import { fromFloat16Bits, toFloat16Bits } from '../images/float16.ts';
import { DataType, type DataTypeName, type OnnxTensor } from './model.ts';

/** The name of an element type's number in a file, or undefined for types that are none of ours. */
export function dataTypeName(dataType: number): DataTypeName | undefined {
  return DATA_TYPE_NAMES.get(dataType);
}

const DATA_TYPE_NAMES = new Map<number, DataTypeName>(
  Object.entries(DataType).map(([name, number]) => [number, name as DataTypeName]),
);

/** Element types whose values are numbers that are read and written here. */
export type NumericType = Exclude<DataTypeName, 'string' | 'bfloat16'>;

export function isNumericType(type: DataTypeName | undefined): type is NumericType {
  return type !== undefined && type in CODECS;
}

/** A float32 tensor for a constant or an attribute. */
export function floatTensor(values: ArrayLike<number>, dims: readonly number[]): OnnxTensor {
  return numericTensor('float32', dims, values);
}

/** An int64 tensor for a constant or an attribute; without `dims`, a vector. */
export function integerTensor(values: readonly number[], dims: readonly number[] = [values.length]): OnnxTensor {
  return numericTensor('int64', dims, values);
}

/** A single uint8, as zero points are given. */
export function byteTensor(value: number): OnnxTensor {
  return numericTensor('uint8', [], [value]);
}

/** A bool tensor for a constant. */
export function booleanTensor(values: readonly boolean[], dims: readonly number[] = [values.length]): OnnxTensor {
  return numericTensor('bool', dims, values.map(Number));
}

/** A tensor of the numbers given, in row-major order; 64-bit integers out of range become the nearest in range. */
export function numericTensor(type: NumericType, dims: readonly number[], values: ArrayLike<number>): OnnxTensor {
  const { bytes, write } = CODECS[type];
  const view = new DataView(new ArrayBuffer(values.length * bytes));
  for (let i = 0; i < values.length; i++) write(view, i * bytes, values[i]!);
  return {
    dims: [...dims],
    dataType: DataType[type],
    rawData: new Uint8Array(view.buffer),
    floatData: [],
    int32Data: [],
    stringData: [],
    int64Data: [],
    doubleData: [],
    uint64Data: [],
    externalData: [],
    metadataProps: [],
  };
}

interface Codec {
  readonly bytes: number;
  readonly read: (view: DataView, offset: number) => number;
  readonly write: (view: DataView, offset: number, value: number) => void;
}

type Accessor = 'Float32' | 'Float64' | 'Int32' | 'Uint32' | 'Int16' | 'Uint16';

function littleEndian(bytes: number, kind: Accessor): Codec {
  return {
    bytes,
    read: (view, offset) => view[`get${kind}`](offset, true),
    write: (view, offset, value) => {
      view[`set${kind}`](offset, value, true);
    },
  };
}

const unsignedByte: Codec = {
  bytes: 1,
  read: (view, offset) => view.getUint8(offset),
  write: (view, offset, value) => {
    view.setUint8(offset, value);
  },
};

/** How the elements of each type lie in `rawData`. */
const CODECS: Readonly<Record<NumericType, Codec>> = {
  float32: littleEndian(4, 'Float32'),
  float64: littleEndian(8, 'Float64'),
  float16: {
    bytes: 2,
    read: (view, offset) => fromFloat16Bits(view.getUint16(offset, true)),
    write: (view, offset, value) => {
      view.setUint16(offset, toFloat16Bits(value), true);
    },
  },
  int64: {
    bytes: 8,
    read: (view, offset) => Number(view.getBigInt64(offset, true)),
    write: (view, offset, value) => {
      view.setBigInt64(offset, clampedBigInt(value, -(2n ** 63n), 2n ** 63n - 1n), true);
    },
  },
  uint64: {
    bytes: 8,
    read: (view, offset) => Number(view.getBigUint64(offset, true)),
    write: (view, offset, value) => {
      view.setBigUint64(offset, clampedBigInt(value, 0n, 2n ** 64n - 1n), true);
    },
  },
  int32: littleEndian(4, 'Int32'),
  uint32: littleEndian(4, 'Uint32'),
  int16: littleEndian(2, 'Int16'),
  uint16: littleEndian(2, 'Uint16'),
  int8: {
    bytes: 1,
    read: (view, offset) => view.getInt8(offset),
    write: (view, offset, value) => {
      view.setInt8(offset, value);
    },
  },
  uint8: unsignedByte,
  bool: unsignedByte,
};

/** A number can't hold 2⁶³ − 1, the usual "to the end" of `Slice`: it is read as 2⁶³. */
function clampedBigInt(value: number, low: bigint, high: bigint): bigint {
  const integer = BigInt(value);
  if (integer < low) return low;
  return integer > high ? high : integer;
}

/**
 * The elements of a tensor as numbers, in row-major order; 64-bit integers are exact up to 2⁵³. Undefined where they lie
 * in another file or are of a type without a number (strings).
 */
export function numbersOfTensor(tensor: OnnxTensor): Float64Array | undefined {
  const type = dataTypeName(tensor.dataType);
  if (!isNumericType(type) || tensor.externalData.length > 0) return undefined;
  if (tensor.rawData !== undefined) {
    const { rawData } = tensor;
    const { bytes, read } = CODECS[type];
    const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
    return Float64Array.from({ length: rawData.byteLength / bytes }, (_, i) => read(view, i * bytes));
  }
  if (type === 'float16') return Float64Array.from(tensor.int32Data, fromFloat16Bits);
  const { floatData, doubleData, int64Data, uint64Data, int32Data } = tensor;
  const typed = [floatData, doubleData, int64Data, uint64Data, int32Data].find(({ length }) => length > 0);
  return Float64Array.from(typed ?? []);
}
