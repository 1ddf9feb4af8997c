import { UNKNOWN, type NodeView, type ValueType } from './nodeView.ts';
import type { ShapeRules } from './rules.ts';

function reduction(node: NodeView): ValueType[] {
  const { type, shape } = node.input(0);
  if (shape === undefined) return [{ type, shape }];
  const listed = node.axes(1, shape.length);
  if (listed === undefined) return [{ type, shape: undefined }];
  const nothing = node.int('noop_with_empty_axes', 0) !== 0;
  const all = shape.map((_, axis) => axis);
  const axes = listed === 'none' || listed.length === 0 ? (nothing ? [] : all) : listed;
  const keep = node.int('keepdims', 1) !== 0;
  const reduced = shape.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keep ? [1] : []));
  return [{ type, shape: reduced }];
}

function position(node: NodeView): ValueType[] {
  const shape = node.shape(0);
  if (shape === undefined) return [{ type: 'int64', shape }];
  const axis = node.axis(node.int('axis', 0), shape.length);
  const keep = node.int('keepdims', 1) !== 0;
  return [{ type: 'int64', shape: shape.flatMap((size, i) => (i !== axis ? [size] : keep ? [1] : [])) }];
}

const REDUCTIONS = [
  'ReduceL1', 'ReduceL2', 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceMax', 'ReduceMean', 'ReduceMin', 'ReduceProd',
  'ReduceSum', 'ReduceSumSquare',
]; // prettier-ignore

export const reducingShapes: ShapeRules = {
  ...Object.fromEntries(REDUCTIONS.map((opType) => [opType, reduction])),
  ArgMax: position,
  ArgMin: position,
  TopK: (node) => {
    const { type, shape } = node.input(0);
    const count = node.constants(1)?.[0];
    if (shape === undefined) return [{ type, shape }, UNKNOWN];
    const axis = node.axis(node.int('axis', -1), shape.length);
    const sizes = shape.with(axis, count ?? node.derived(axis));
    return [
      { type, shape: sizes },
      { type: 'int64', shape: sizes },
    ];
  },
  OneHot: (node) => {
    const indices = node.shape(0);
    const depth = node.constants(1)?.[0];
    if (indices === undefined) return [{ type: node.type(2), shape: undefined }];
    const axis = node.axis(node.int('axis', -1), indices.length + 1);
    const shape = [...indices.slice(0, axis), depth ?? node.derived(axis), ...indices.slice(axis)];
    return [{ type: node.type(2), shape }];
  },
};
