import { broadcastTo, forEachPosition, isFixed, sizeOf, stridesOf, type ArrayLayout } from './arrays.ts';
import type { FoldRule, FoldRules } from './foldConstants.ts';

function unary(compute: (value: number) => number): FoldRule {
  return (_, [input]) => [Float64Array.from(input!.data, compute)];
}

/** Applied from left to right where there are more than two inputs. */
function binary(compute: (left: number, right: number) => number): FoldRule {
  return (_, inputs, [output]) => {
    const [first, ...others] = inputs.map((input) => broadcastTo(output!, input!));
    for (const other of others) for (let i = 0; i < other.length; i++) first![i] = compute(first![i]!, other[i]!);
    return [first!];
  };
}

function comparison(compare: (left: number, right: number) => boolean): FoldRule {
  return binary((left, right) => Number(compare(left, right)));
}

function isInteger({ type }: ArrayLayout): boolean {
  return !type.startsWith('float');
}

const divide: FoldRule = (node, inputs, outputs) => {
  const integer = isInteger(outputs[0]!);
  return binary((left, right) => (integer ? Math.trunc(left / right) : left / right))(node, inputs, outputs);
};

/** The remainder has the sign of the divisor, or with `fmod` that of the dividend. */
const modulo: FoldRule = (node, inputs, outputs) => {
  const truncated = node.int('fmod', 0) !== 0;
  const remainder = (left: number, right: number) => {
    return truncated ? left % right : left - right * Math.floor(left / right);
  };
  return binary(remainder)(node, inputs, outputs);
};

const cast: FoldRule = (_, [input], [output]) => {
  const convert =
    output!.type === 'bool' ? (value: number) => Number(value !== 0) : isInteger(output!) ? Math.trunc : Number;
  return [Float64Array.from(input!.data, convert)];
};

const where: FoldRule = (_, inputs, [output]) => {
  const [condition, left, right] = inputs.map((input) => broadcastTo(output!, input!));
  return [condition!.map((holds, i) => (holds ? left![i]! : right![i]!))];
};

function reduction(start: number, combine: (left: number, right: number) => number): FoldRule {
  return (node, [input]) => {
    const { dims, data } = input!;
    const listed = node.axes(1, dims.length);
    const every = listed === undefined || listed === 'none' || listed.length === 0;
    if (every && node.int('noop_with_empty_axes', 0) !== 0) return undefined;
    const kept = dims.map((size, axis) => (every || listed.includes(axis) ? 1 : size));
    if (!isFixed(kept)) return undefined;
    const strides = stridesOf(kept);
    const result = new Float64Array(sizeOf(kept)).fill(start);
    forEachPosition(dims, (position, offset) => {
      const to = position.reduce((sum, at, axis) => sum + (kept[axis] === 1 ? 0 : at * strides[axis]!), 0);
      result[to] = combine(result[to]!, data[offset]!);
    });
    return [result];
  };
}

function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

export const foldArithmetic: FoldRules = {
  Abs: unary(Math.abs),
  Ceil: unary(Math.ceil),
  Floor: unary(Math.floor),
  Neg: unary((value) => -value),
  Not: unary((value) => Number(value === 0)),
  Reciprocal: unary((value) => 1 / value),
  Round: unary(halfToEven),
  Sign: unary(Math.sign),
  Sqrt: unary(Math.sqrt),
  Cast: cast,
  Add: binary((left, right) => left + right),
  Sub: binary((left, right) => left - right),
  Mul: binary((left, right) => left * right),
  Div: divide,
  Mod: modulo,
  Pow: binary((left, right) => left ** right),
  Max: binary(Math.max),
  Min: binary(Math.min),
  And: comparison((left, right) => left !== 0 && right !== 0),
  Or: comparison((left, right) => left !== 0 || right !== 0),
  Xor: comparison((left, right) => (left !== 0) !== (right !== 0)),
  Equal: comparison((left, right) => left === right),
  Greater: comparison((left, right) => left > right),
  GreaterOrEqual: comparison((left, right) => left >= right),
  Less: comparison((left, right) => left < right),
  LessOrEqual: comparison((left, right) => left <= right),
  Where: where,
  ReduceMax: reduction(-Infinity, Math.max),
  ReduceMin: reduction(Infinity, Math.min),
  ReduceProd: reduction(1, (left, right) => left * right),
  ReduceSum: reduction(0, (left, right) => left + right),
};
