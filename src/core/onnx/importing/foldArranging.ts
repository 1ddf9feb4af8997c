import { slicedRange } from '../shapes/arranging.ts';
import { numbersOfTensor } from '../tensors.ts';
import { broadcastTo, collect, sizeOf, type NumericArray } from './arrays.ts';
import type { FoldRule, FoldRules } from './foldConstants.ts';

/** For operators that only give the same elements another shape. */
const same: FoldRule = (_, [input]) => [input!.data];

const transposed: FoldRule = (node, [input], [output]) => {
  const { dims } = input!;
  const order = node.ints('perm') ?? dims.map((_, axis) => dims.length - 1 - axis);
  return [collect(output!, input!, (position) => dims.map((_, axis) => position[order.indexOf(axis)]!))];
};

const sliced: FoldRule = (node, [input, ...lists], [output]) => {
  const { dims } = input!;
  const [starts, ends, axes, steps] = lists.map((list) => list && Array.from(list.data));
  const firsts = dims.map(() => 0);
  const strides = dims.map(() => 1);
  starts!.forEach((start, i) => {
    const axis = node.axis(axes?.[i] ?? i, dims.length);
    strides[axis] = steps?.[i] ?? 1;
    firsts[axis] = slicedRange(dims[axis]!, start, ends![i]!, strides[axis]).start;
  });
  return [collect(output!, input!, (position) => position.map((at, axis) => firsts[axis]! + at * strides[axis]!))];
};

const gathered: FoldRule = (node, [input, indices], [output]) => {
  const { dims } = input!;
  const axis = node.axis(node.int('axis', 0), dims.length);
  const chosen = Array.from(indices!.data, (index) => node.axis(index, dims[axis]!));
  // The dimensions of the indices stand where the one they choose from was; here they are one.
  const flat = { ...output!, dims: dims.with(axis, chosen.length) };
  return [collect(flat, input!, (position) => position.with(axis, chosen[position[axis]!]!))];
};

const concatenated: FoldRule = (node, inputs, [output]) => {
  const arrays = inputs as readonly NumericArray[];
  const axis = node.axis(node.int('axis', 0), output!.dims.length);
  const outer = sizeOf(output!.dims.slice(0, axis));
  const rows = Array.from({ length: outer }, (_, row) =>
    arrays.flatMap(({ data }) => {
      const length = data.length / outer;
      return Array.from({ length }, (_, i) => data[row * length + i]!);
    }),
  );
  return [rows.flat()];
};

const split: FoldRule = (node, [input], outputs) => {
  const axis = node.axis(node.int('axis', 0), input!.dims.length);
  let first = 0;
  return outputs.map((output) => {
    const start = first;
    first += output.dims[axis]!;
    return collect(output, input!, (position) => position.with(axis, position[axis]! + start));
  });
};

const tiled: FoldRule = (_, [input], [output]) => {
  return [collect(output!, input!, (position) => position.map((at, axis) => at % input!.dims[axis]!))];
};

const filled: FoldRule = (node, _, [output]) => {
  const { value } = node.attributes;
  const [number = 0] =
    (typeof value === 'object' && 'tensor' in value ? numbersOfTensor(value.tensor) : undefined) ?? [];
  return [new Float64Array(sizeOf(output!.dims)).fill(number)];
};

const range: FoldRule = (_, inputs, [output]) => {
  const [start, , delta] = inputs.map((input) => input!.data[0]!);
  return [Float64Array.from({ length: output!.dims[0]! }, (_, i) => start! + i * delta!)];
};

export const foldArranging: FoldRules = {
  Flatten: same,
  Identity: same,
  Reshape: same,
  Squeeze: same,
  Unsqueeze: same,
  Concat: concatenated,
  ConstantOfShape: filled,
  Expand: (_, [input], [output]) => [broadcastTo(output!, input!)],
  Gather: gathered,
  Range: range,
  Slice: sliced,
  Split: split,
  Tile: tiled,
  Transpose: transposed,
};
