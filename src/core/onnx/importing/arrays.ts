import type { Shape } from '../shapes/nodeView.ts';
import type { NumericType } from '../tensors.ts';

/** What is known about the elements of an output: their type and sizes. */
export interface ArrayLayout {
  readonly type: NumericType;
  readonly dims: readonly number[];
}

/** Numbers in row-major order. */
export interface NumericArray extends ArrayLayout {
  readonly data: ArrayLike<number>;
}

export function isFixed(shape: Shape | undefined): shape is readonly number[] {
  return shape?.every((size) => typeof size === 'number') ?? false;
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** How far apart neighbours along each dimension lie. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  return strides;
}

/** Calls back for the elements of an array in row-major order. `position` is one and the same list every time. */
export function forEachPosition(
  dims: readonly number[],
  visit: (position: readonly number[], offset: number) => void,
): void {
  const position = dims.map(() => 0);
  const count = sizeOf(dims);
  for (let offset = 0; offset < count; offset++) {
    visit(position, offset);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      position[axis]!++;
      if (position[axis]! < dims[axis]!) break;
      position[axis] = 0;
    }
  }
}

/** Elements of the output, each from a place of the source that follows from its position. */
export function collect(
  output: ArrayLayout,
  source: NumericArray,
  place: (position: readonly number[]) => readonly number[],
): Float64Array {
  const strides = stridesOf(source.dims);
  const data = new Float64Array(sizeOf(output.dims));
  forEachPosition(output.dims, (position, offset) => {
    let from = 0;
    const at = place(position);
    for (let axis = 0; axis < strides.length; axis++) from += at[axis]! * strides[axis]!;
    data[offset] = source.data[from]!;
  });
  return data;
}

/** The elements of an array repeated along dimensions of size 1 and missing ones in front. */
export function broadcastTo(output: ArrayLayout, source: NumericArray): Float64Array {
  const missing = output.dims.length - source.dims.length;
  return collect(output, source, (position) =>
    source.dims.map((size, axis) => (size === 1 ? 0 : position[axis + missing]!)),
  );
}
