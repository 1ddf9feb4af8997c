import { invalidGraph, type LikenessError } from '../../errors.ts';
import type { AttributeValue, Attributes } from '../attributes.ts';
import type { DataTypeName, OnnxTensor } from '../model.ts';
import { numbersOfTensor } from '../tensors.ts';

/** A fixed size, or the name of one that is known at run time only. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

/** What is known about a value before anything runs; undefined where it isn't known. */
export interface ValueType {
  readonly type: DataTypeName | undefined;
  readonly shape: Shape | undefined;
}

export interface TypedInput extends ValueType {
  readonly name: string;
  readonly constant?: OnnxTensor | undefined;
}

export const UNKNOWN: ValueType = { type: undefined, shape: undefined };

/** A node as the rules of shapes and of gradients look at it. All complaints name the node. */
export class NodeView {
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly (TypedInput | undefined)[];
  readonly attributes: Attributes;
  readonly outputCount: number;

  constructor(
    name: string,
    opType: string,
    inputs: readonly (TypedInput | undefined)[],
    attributes: Attributes,
    outputCount: number,
  ) {
    this.name = name;
    this.opType = opType;
    this.inputs = inputs;
    this.attributes = attributes;
    this.outputCount = outputCount;
  }

  fail(reason: string): LikenessError {
    const inputs = this.inputs.map((input) => (input === undefined ? '–' : describe(input)));
    return invalidGraph(this.name, this.opType, `${reason} (inputs: ${inputs.join(', ')})`);
  }

  has(index: number): boolean {
    return this.inputs[index] !== undefined;
  }

  input(index: number): TypedInput {
    const input = this.inputs[index];
    if (input === undefined) throw this.fail(`input ${index + 1} is missing`);
    return input;
  }

  shape(index: number): Shape | undefined {
    return this.input(index).shape;
  }

  type(index: number): DataTypeName | undefined {
    return this.input(index).type;
  }

  /** Rejects inputs of another rank; undefined where the shape isn't known. */
  shapeOfRank(index: number, rank: number, what = `input ${index + 1}`): Shape | undefined {
    const shape = this.shape(index);
    if (shape !== undefined && shape.length !== rank) throw this.fail(`${what} needs ${rank} dimensions`);
    return shape;
  }

  /** The values of a constant input; undefined where it is none, or left out. */
  constants(index: number): readonly number[] | undefined {
    const constant = this.inputs[index]?.constant;
    const numbers = constant && numbersOfTensor(constant);
    return numbers && [...numbers];
  }

  int(name: string, otherwise: number): number {
    const value = this.attributes[name];
    if (value === undefined) return otherwise;
    if (typeof value !== 'number') throw this.fail(`attribute ${name} must be an integer`);
    return value;
  }

  ints(name: string): readonly number[] | undefined {
    const value = this.attributes[name];
    if (value === undefined) return undefined;
    if (!isList(value)) throw this.fail(`attribute ${name} must be a list of integers`);
    return value;
  }

  float(name: string, otherwise: number): number {
    const value = this.attributes[name];
    if (value === undefined) return otherwise;
    if (typeof value !== 'object' || !('float' in value)) throw this.fail(`attribute ${name} must be a float`);
    return value.float;
  }

  text(name: string, otherwise: string): string {
    const value = this.attributes[name];
    if (value === undefined) return otherwise;
    if (typeof value !== 'string') throw this.fail(`attribute ${name} must be a text`);
    return value;
  }

  /** An axis counted from the front. */
  axis(value: number, rank: number): number {
    if (!Number.isInteger(value) || value < -rank || value >= rank) {
      throw this.fail(`axis ${value} doesn't exist in ${rank} dimensions`);
    }
    return value < 0 ? value + rank : value;
  }

  /**
   * Axes from an attribute (older operator sets) or a constant input (newer ones), counted from the front. `'none'` where
   * the node has neither, undefined where they are known at run time only.
   */
  axes(index: number, rank: number): readonly number[] | 'none' | undefined {
    const listed = this.ints('axes') ?? this.constants(index);
    if (listed === undefined) return this.has(index) ? undefined : 'none';
    return listed.map((axis) => this.axis(axis, rank));
  }

  /** A size that follows from sizes known at run time only. */
  derived(axis: number): Dimension {
    return `${this.name}.${axis}`;
  }

  /** The common element type of the inputs named, all those present by default. */
  commonType(indices: readonly number[] = this.inputs.map((_, i) => i)): DataTypeName | undefined {
    const types = new Set(indices.map((i) => this.inputs[i]?.type).filter((type) => type !== undefined));
    if (types.size > 1) throw this.fail(`element types differ: ${[...types].join(' and ')}`);
    return [...types][0];
  }
}

export function sameDimension(a: Dimension, b: Dimension): boolean {
  // Sizes with names may well be equal once they are known.
  return a === b || typeof a === 'string' || typeof b === 'string';
}

/** Whether a value of one shape may stand where another is expected, as far as that is known. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => sameDimension(size, b[i]!));
}

/** Product of fixed sizes; undefined if one isn't fixed. */
export function elementCount(shape: Shape): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (typeof size === 'string') return undefined;
    count *= size;
  }
  return count;
}

function describe({ name, type, shape }: TypedInput): string {
  return `${name} ${type ?? 'of unknown type'} ${shape === undefined ? '[?]' : `[${shape.join(' × ')}]`}`;
}

function isList(value: AttributeValue): value is readonly number[] {
  return Array.isArray(value);
}
