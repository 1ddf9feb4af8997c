import { dataTypeName } from '../tensors.ts';
import { broadcastShapes } from './elementwise.ts';
import { elementCount, sameDimension, type Dimension, type NodeView, type Shape, type ValueType } from './nodeView.ts';
import type { ShapeRules } from './rules.ts';

/** A rule for operators that only move elements: the output has the type of the first input. */
function moving(shapeOf: (node: NodeView, shape: Shape) => Shape | undefined): (node: NodeView) => ValueType[] {
  return (node) => {
    const { type, shape } = node.input(0);
    return [{ type, shape: shape && shapeOf(node, shape) }];
  };
}

/** The shape that `Reshape` makes: 0 copies a size, one −1 is what remains. */
export function reshaped(node: NodeView, from: Shape, target: readonly number[]): Shape {
  const copyZeros = node.int('allowzero', 0) === 0;
  if (target.filter((size) => size === -1).length > 1 || target.some((size) => size < -1)) {
    throw node.fail(`[${target.join(' × ')}] is no shape`);
  }
  const shape = target.map((size, axis): Dimension => {
    if (size !== 0 || !copyZeros) return size;
    const copied = from[axis];
    if (copied === undefined) throw node.fail(`there is no dimension ${axis} to copy`);
    return copied;
  });
  const named = from.filter((size) => typeof size === 'string');
  for (const size of shape.filter((size) => typeof size === 'string')) named.splice(named.indexOf(size), 1);
  const available = elementCount(from.filter((size) => typeof size === 'number'))!;
  const taken = elementCount(shape.filter((size) => typeof size === 'number' && size !== -1))!;
  const open = shape.indexOf(-1);
  if (open < 0) {
    if (named.length === 0 && available !== taken) {
      throw node.fail(`${available} elements can't be arranged as [${shape.join(' × ')}]`);
    }
    return shape;
  }
  let rest: Dimension = node.derived(open);
  if (named.length === 0) {
    rest = available / taken;
    if (!Number.isInteger(rest)) throw node.fail(`${available} elements can't be arranged as [${shape.join(' × ')}]`);
  } else if (named.length === 1 && available === taken) {
    rest = named[0]!;
  }
  return shape.with(open, rest);
}

function concatenated(node: NodeView): ValueType[] {
  const type = node.commonType();
  const shapes = node.inputs.map((_, i) => node.shape(i));
  const [first] = shapes;
  if (first === undefined || shapes.includes(undefined)) return [{ type, shape: undefined }];
  const axis = node.axis(node.int('axis', 0), first.length);
  let total: Dimension = 0;
  for (const shape of shapes as Shape[]) {
    if (shape.length !== first.length || !shape.every((size, i) => i === axis || sameDimension(size, first[i]!))) {
      throw node.fail(`sizes differ in other dimensions than ${axis}`);
    }
    const size = shape[axis]!;
    total = typeof size === 'string' || typeof total === 'string' ? node.derived(axis) : total + size;
  }
  return [{ type, shape: first.with(axis, total) }];
}

/** Elements that a slice takes; follows the clamping of https://onnx.ai/onnx/operators/onnx__Slice.html. */
export function slicedRange(size: number, start: number, end: number, step: number): { start: number; count: number } {
  const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
  const from = start < 0 ? start + size : start;
  const to = end < 0 ? end + size : end;
  const [first, last] =
    step > 0 ? [clamp(from, 0, size), clamp(to, 0, size)] : [clamp(from, 0, size - 1), clamp(to, -1, size - 1)];
  return { start: first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

function sliced(node: NodeView, shape: Shape): Shape | undefined {
  const starts = node.ints('starts') ?? node.constants(1);
  const ends = node.ints('ends') ?? node.constants(2);
  if (starts === undefined || ends === undefined) return shape.map((_, axis) => node.derived(axis));
  const axes = node.ints('axes') ?? node.constants(3) ?? starts.map((_, i) => i);
  const steps = node.constants(4) ?? starts.map(() => 1);
  const result = [...shape];
  axes.forEach((given, i) => {
    const axis = node.axis(given, shape.length);
    const size = shape[axis]!;
    result[axis] =
      typeof size === 'string' ? node.derived(axis) : slicedRange(size, starts[i]!, ends[i]!, steps[i]!).count;
  });
  return result;
}

function squeezed(node: NodeView, shape: Shape): Shape | undefined {
  const axes = node.axes(1, shape.length);
  if (axes === undefined) return undefined;
  if (axes === 'none') return shape.filter((size) => size !== 1);
  for (const axis of axes) {
    const size = shape[axis]!;
    if (!sameDimension(size, 1)) throw node.fail(`dimension ${axis} has size ${size} and can't be dropped`);
  }
  return shape.filter((_, axis) => !axes.includes(axis));
}

function unsqueezed(node: NodeView, shape: Shape): Shape | undefined {
  const listed = node.ints('axes') ?? node.constants(1);
  if (listed === undefined) return undefined;
  const rank = shape.length + listed.length;
  const axes = listed.map((axis) => node.axis(axis, rank));
  if (new Set(axes).size < axes.length) throw node.fail(`axes ${listed.join(', ')} name one dimension twice`);
  const rest = [...shape];
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
}

function padded(node: NodeView, shape: Shape): Shape {
  const pads = node.ints('pads') ?? node.constants(1);
  if (pads === undefined) return shape.map((_, axis) => node.derived(axis));
  const axes = node.constants(3)?.map((axis) => node.axis(axis, shape.length)) ?? shape.map((_, axis) => axis);
  if (pads.length !== 2 * axes.length) throw node.fail(`pads needs ${2 * axes.length} numbers`);
  const result = [...shape];
  axes.forEach((axis, i) => {
    const total = pads[i]! + pads[i + axes.length]!;
    const size = shape[axis]!;
    if (total !== 0) result[axis] = typeof size === 'string' ? node.derived(axis) : size + total;
  });
  return result;
}

function gathered(node: NodeView, shape: Shape): Shape | undefined {
  const indices = node.shape(1);
  if (indices === undefined) return undefined;
  const axis = node.axis(node.int('axis', 0), shape.length);
  return [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)];
}

function resized(node: NodeView, shape: Shape): Shape {
  const axes = node.ints('axes')?.map((axis) => node.axis(axis, shape.length)) ?? shape.map((_, axis) => axis);
  const result = [...shape];
  const sizes = node.constants(3);
  if (sizes !== undefined && sizes.length > 0) {
    if (sizes.length !== axes.length) throw node.fail('sizes needs a number for each dimension');
    axes.forEach((axis, i) => (result[axis] = sizes[i]!));
    return result;
  }
  const scales = node.constants(2);
  if (scales !== undefined && scales.length !== axes.length)
    throw node.fail('scales needs a number for each dimension');
  axes.forEach((axis, i) => {
    const size = shape[axis]!;
    const scale = scales?.[i];
    if (scale === 1) return;
    // In single precision, as ONNX Runtime computes it: 10 · 0.7 is 7 there.
    result[axis] =
      typeof size === 'number' && scale !== undefined ? Math.floor(Math.fround(size * scale)) : node.derived(axis);
  });
  return result;
}

function split(node: NodeView): ValueType[] {
  const { type, shape } = node.input(0);
  const unknown = Array.from({ length: node.outputCount }, () => ({ type, shape: undefined }));
  if (shape === undefined) return unknown;
  const axis = node.axis(node.int('axis', 0), shape.length);
  const size = shape[axis]!;
  const listed = node.ints('split') ?? node.constants(1);
  if (listed === undefined && (node.has(1) || typeof size === 'string')) return unknown;
  const uneven = Number(size) % node.outputCount !== 0;
  if (listed === undefined && uneven && node.attributes['num_outputs'] === undefined) {
    throw node.fail(`${size} can't be split into ${node.outputCount} equal parts`);
  }
  const chunk = Math.ceil(Number(size) / node.outputCount);
  const parts = listed ?? Array.from({ length: node.outputCount }, (_, i) => Math.min(chunk, Number(size) - i * chunk));
  if (parts.length !== node.outputCount) throw node.fail(`${parts.length} parts for ${node.outputCount} outputs`);
  if (typeof size === 'number' && parts.reduce((sum, part) => sum + part, 0) !== size) {
    throw node.fail(`parts of ${parts.join(', ')} don't make up ${size}`);
  }
  return parts.map((part) => ({ type, shape: shape.with(axis, part) }));
}

function transposed(node: NodeView, shape: Shape): Shape {
  const order = node.ints('perm') ?? shape.map((_, axis) => shape.length - 1 - axis);
  if ([...order].sort((a, b) => a - b).join() !== shape.map((_, axis) => axis).join()) {
    throw node.fail(`perm ${order.join(', ')} is no order of ${shape.length} dimensions`);
  }
  return order.map((axis) => shape[axis]!);
}

function flattened(node: NodeView, shape: Shape): Shape {
  const given = node.int('axis', 1);
  const axis = given === shape.length ? given : node.axis(given, shape.length);
  const product = (sizes: Shape, position: number): Dimension => {
    const named = sizes.filter((size) => typeof size === 'string');
    if (named.length === 1 && sizes.every((size) => size === 1 || typeof size === 'string')) return named[0]!;
    return elementCount(sizes) ?? node.derived(position);
  };
  return [product(shape.slice(0, axis), 0), product(shape.slice(axis), 1)];
}

function gatheredByPosition(node: NodeView, shape: Shape): Shape | undefined {
  const indices = node.shape(1);
  const depth = indices?.at(-1);
  if (indices === undefined || typeof depth !== 'number') return undefined;
  const taken = node.int('batch_dims', 0) + depth;
  if (taken > shape.length) throw node.fail(`positions of ${depth} numbers point too deep`);
  return [...indices.slice(0, -1), ...shape.slice(taken)];
}

/** Moves blocks between the channels and the spatial dimensions of `[N, C, H, W]`; sizes are multiplied by the factors. */
function blocks(node: NodeView, shape: Shape, channelFactor: number, sizeFactor: number): Shape {
  if (shape.length !== 4) throw node.fail('the input needs 4 dimensions');
  return shape.map((size, axis) => {
    if (axis === 0) return size;
    if (typeof size === 'string') return node.derived(axis);
    const scaled = size * (axis === 1 ? channelFactor : sizeFactor);
    if (Math.abs(scaled - Math.round(scaled)) > 1e-6) throw node.fail(`size ${size} is no multiple of the block`);
    return Math.round(scaled);
  });
}

/** A shape given by the elements of a constant input. */
function shapeFrom(node: NodeView, index: number): Shape | undefined {
  const target = node.constants(index);
  if (target !== undefined) return target;
  const length = node.shape(index)?.[0];
  return typeof length === 'number' ? Array.from({ length }, (_, axis) => node.derived(axis)) : undefined;
}

export const arrangingShapes: ShapeRules = {
  Concat: concatenated,
  Split: split,
  Transpose: moving(transposed),
  Slice: moving(sliced),
  Squeeze: moving(squeezed),
  Unsqueeze: moving(unsqueezed),
  Pad: moving(padded),
  Gather: moving(gathered),
  GatherElements: moving((node) => node.shape(1)),
  GatherND: moving(gatheredByPosition),
  Resize: moving(resized),
  Flatten: moving(flattened),
  Reshape: moving((node, shape) => {
    const target = node.constants(1);
    return target === undefined ? shapeFrom(node, 1) : reshaped(node, shape, target);
  }),
  Expand: moving((node, shape) => {
    const target = shapeFrom(node, 1);
    return target && broadcastShapes(node, [shape, target]);
  }),
  Tile: moving((node, shape) => {
    const repeats = node.constants(1);
    return shape.map((size, axis) => {
      const times = repeats?.[axis];
      if (times === 1) return size;
      return typeof size === 'number' && times !== undefined ? size * times : node.derived(axis);
    });
  }),
  DepthToSpace: moving((node, shape) => {
    const block = node.int('blocksize', 1);
    return blocks(node, shape, 1 / block ** 2, block);
  }),
  SpaceToDepth: moving((node, shape) => {
    const block = node.int('blocksize', 1);
    return blocks(node, shape, block ** 2, 1 / block);
  }),
  ConstantOfShape: (node) => {
    const { value } = node.attributes;
    const tensor = typeof value === 'object' && 'tensor' in value ? value.tensor : undefined;
    return [{ type: tensor === undefined ? 'float32' : dataTypeName(tensor.dataType), shape: shapeFrom(node, 0) }];
  },
  Shape: (node) => {
    const sizes = node.shape(0)?.slice(node.int('start', 0), node.int('end', Infinity));
    return [{ type: 'int64', shape: [sizes?.length ?? node.derived(0)] }];
  },
  Size: () => [{ type: 'int64', shape: [] }],
  Range: (node) => {
    const [start, limit, delta] = [0, 1, 2].map((i) => node.constants(i)?.[0]) as [number?, number?, number?];
    const known = start !== undefined && limit !== undefined && delta !== undefined;
    const count = known ? Math.max(0, Math.ceil((limit - start) / delta)) : node.derived(0);
    return [{ type: node.commonType(), shape: [count] }];
  },
};
