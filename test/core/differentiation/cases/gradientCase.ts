import { RandomStream } from '../../../../src/core/random.ts';
import type { Attributes } from '../../../../src/core/onnx/attributes.ts';
import { RUNTIME_DOMAIN, type GraphBuilder, type GraphValue } from '../../../../src/core/onnx/graphBuilder.ts';

/** A small computation whose gradients are checked against another way to get them. */
export interface GradientCase {
  /** Operator and what is special about this use of it. */
  readonly name: string;
  /** Version of the standard operators; absent: the usual one. */
  readonly opset?: number;
  /** Writes the forward pass; the same for every call. */
  readonly build: (graph: GraphBuilder) => BuiltCase;
}

export interface BuiltCase {
  readonly inputs: readonly CaseInput[];
  readonly output: GraphValue;
}

export interface CaseInput {
  readonly value: GraphValue;
  /** What its elements are drawn from. */
  readonly low: number;
  readonly high: number;
}

/** A shape, and what the elements are drawn from: −2 to 2 by default. */
export type InputSpec =
  readonly number[] | { readonly shape: readonly number[]; readonly low: number; readonly high: number };

export const positive = (...shape: number[]): InputSpec => ({ shape, low: 0.3, high: 2.3 });
export const between = (low: number, high: number, ...shape: number[]): InputSpec => ({ shape, low, high });

/** A case whose inputs are called x0, x1, …. */
export function gradientCase(
  name: string,
  specs: readonly InputSpec[],
  body: (graph: GraphBuilder, ...inputs: [GraphValue, ...GraphValue[]]) => GraphValue,
  opset?: number,
): GradientCase {
  const build = (graph: GraphBuilder): BuiltCase => {
    const inputs = specs.map((spec, i): CaseInput => {
      const { shape, low, high } = 'shape' in spec ? spec : { shape: spec, low: -2, high: 2 };
      return { value: graph.input(`x${i}`, 'float32', shape), low, high };
    });
    const [first, ...rest] = inputs.map(({ value }) => value) as [GraphValue, ...GraphValue[]];
    return { inputs, output: body(graph, first, ...rest) };
  };
  return { name, ...(opset === undefined ? {} : { opset }), build };
}

/** A case of one operator that takes the inputs as they are. */
export function operatorCase(
  opType: string,
  detail: string,
  specs: readonly InputSpec[],
  attributes: Attributes = {},
  opset?: number,
): GradientCase {
  const domain = opType === 'FusedMatMul' ? { domain: RUNTIME_DOMAIN } : {};
  const name = detail === '' ? opType : `${opType} ${detail}`;
  return gradientCase(name, specs, (graph, ...inputs) => graph.op(opType, inputs, attributes, domain), opset);
}

/**
 * Random elements that are evenly spread: no two of an input are close to each other, so that small changes don't change
 * which of them is the largest, and none lies in the middle of the range, where many functions have a kink.
 *
 * @param number position among the inputs; elements of different inputs with the same range keep a distance too
 */
export function drawElements(shape: readonly number[], low: number, high: number, number: number): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const order = new RandomStream(7, number).shuffled(Array.from({ length: count }, (_, i) => i));
  const step = (high - low) / count;
  const offset = [0.35, 0.52, 0.7, 0.1][number % 4]!;
  return Float32Array.from(order, (position) => low + (position + offset) * step);
}
