import { invalidGraph, noGradient } from '../errors.ts';
import { operatorName, type OnnxGraph } from '../onnx/model.ts';
import { fixedShape, type GraphBuilder, type GraphNode, type GraphValue } from '../onnx/graphBuilder.ts';
import { filled, sameSizes, sizeOf } from './emit.ts';
import { GradientStep, type GradientRule } from './gradientStep.ts';
import { constantOperators, gradientRules } from './rules/rules.ts';

export interface GradientOptions {
  /** Values that are treated as constants: no gradient passes through them to what they are computed from. */
  readonly stopAt?: readonly GraphValue[];
  /** Gradient of the loss itself, of the same shape; 1 by default. With it, the loss may have any shape. */
  readonly seed?: GraphValue;
}

/** The oldest operator set whose operators the rules write. */
const OLDEST_OPSET = 13;

/**
 * Reverse-mode automatic differentiation: appends nodes to the graph that compute the derivatives of a loss, and gives
 * one value for each of `wrt`, of exactly its shape; zeros where the loss doesn't depend on it. Only nodes between `wrt`
 * and the loss are visited, and all sizes there must be fixed.
 *
 * Where a function has a kink or equal extremes, rules say which of the possible derivatives they give.
 *
 * Throws no-gradient, naming the node, where an operator has no rule, and invalid-graph for a loss of several elements.
 *
 * @param loss one element; any shape if there is a seed
 * @param wrt inputs, constants or computed values of floating-point type
 */
export function gradients(
  graph: GraphBuilder,
  loss: GraphValue,
  wrt: readonly GraphValue[],
  { stopAt = [], seed }: GradientOptions = {},
): GraphValue[] {
  checkRequest(graph, loss, wrt, seed);
  const stops = new Set(stopAt);
  const { values, nodes } = dependents(graph, wrt, stops);
  const totals = new GradientTotals(graph);
  if (values.has(loss)) totals.add(loss, seed ?? filled(graph, fixedShape(loss), 1, loss.type));
  for (const node of nodes.reverse()) {
    const outputGradients = node.outputs.map((output) => (stops.has(output) ? undefined : totals.get(output)));
    if (outputGradients.every((gradient) => gradient === undefined)) continue;
    const needed = node.inputs.map((input) => input !== undefined && values.has(input));
    const contributions = ruleOf(node)(new GradientStep(graph, node, outputGradients, needed));
    contributions.forEach((contribution, i) => {
      if (contribution !== undefined && needed[i]) totals.add(node.inputs[i]!, contribution);
    });
  }
  return wrt.map((value) => totals.get(value) ?? filled(graph, fixedShape(value), 0, value.type));
}

function checkRequest(
  { opset }: GraphBuilder,
  loss: GraphValue,
  wrt: readonly GraphValue[],
  seed: GraphValue | undefined,
): void {
  const sizes = fixedShape(loss);
  if (opset < OLDEST_OPSET) {
    throw invalidGraph(loss.name, 'loss', `gradients need operator set ${OLDEST_OPSET} or newer, not ${opset}`);
  }
  if (seed === undefined && sizeOf(sizes) !== 1) {
    throw invalidGraph(loss.name, 'loss', `a loss has to be a single number, not [${sizes.join(' × ')}]`);
  }
  if (seed !== undefined && !sameSizes(fixedShape(seed), sizes)) {
    throw invalidGraph(loss.name, 'loss', 'its seed has another shape');
  }
  for (const value of wrt) {
    if (!isFloating(value)) throw invalidGraph(value.name, 'value', `${value.type} numbers have no gradients`);
  }
}

/** Sums of what the consumers of each value contribute to its gradient. */
class GradientTotals {
  readonly #graph: GraphBuilder;
  readonly #totals = new Map<GraphValue, GraphValue>();

  constructor(graph: GraphBuilder) {
    this.#graph = graph;
  }

  get(value: GraphValue): GraphValue | undefined {
    return this.#totals.get(value);
  }

  add(value: GraphValue, gradient: GraphValue): void {
    const shapes = [gradient, value].map(fixedShape) as [readonly number[], readonly number[]];
    if (!sameSizes(...shapes)) {
      throw invalidGraph(gradient.name, 'gradient', `it is [${shapes[0].join(' × ')}] for [${shapes[1].join(' × ')}]`);
    }
    const total = this.#totals.get(value);
    this.#totals.set(value, total === undefined ? gradient : this.#graph.op('Add', [total, gradient]));
  }
}

/**
 * What a change of `wrt` can change, as far as gradients pass: values, and the nodes that compute them, in topological
 * order.
 */
function dependents(
  graph: GraphBuilder,
  wrt: readonly GraphValue[],
  stops: ReadonlySet<GraphValue>,
): { readonly values: ReadonlySet<GraphValue>; readonly nodes: GraphNode[] } {
  const values = new Set(wrt);
  const names = new Set(wrt.map(({ name }) => name));
  const nodes = graph.nodes.filter((node) => {
    const reached = node.inputs.some((input) => input !== undefined && values.has(input)) || usesNames(node, names);
    if (!reached || constantOperators.has(operatorName(node))) return false;
    for (const output of node.outputs) {
      if (stops.has(output) || !isFloating(output)) continue;
      values.add(output);
      names.add(output.name);
    }
    return true;
  });
  return { values, nodes };
}

/** Whether a branch or loop body inside the node reads one of the values from outside. */
function usesNames({ attributes }: GraphNode, names: ReadonlySet<string>): boolean {
  return Object.values(attributes).some((value) => {
    return typeof value === 'object' && 'graph' in value && namesIn(value.graph).some((name) => names.has(name));
  });
}

function namesIn({ node }: OnnxGraph): string[] {
  return node.flatMap(({ input, attribute }) => [...input, ...attribute.flatMap(({ g }) => (g ? namesIn(g) : []))]);
}

function ruleOf(node: GraphNode): GradientRule {
  const operator = operatorName(node);
  if (!Object.hasOwn(gradientRules, operator)) throw noGradient(node.name, operator);
  return gradientRules[operator]!;
}

function isFloating({ type }: GraphValue): boolean {
  return type === undefined || type === 'float32' || type === 'float64' || type === 'float16' || type === 'bfloat16';
}
