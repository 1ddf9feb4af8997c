import { fixedShape, type GraphBuilder, type GraphNode, type GraphValue } from '../../../core/onnx/graphBuilder.ts';
import { dataTypeName } from '../../../core/onnx/tensors.ts';
import { GraphInterpreter, neededNodes, type Feeds } from './interpreter.ts';
import { elementType, type Tensor, type TensorFlow } from './tensors.ts';

export interface TensorFlowGradientOptions {
  /** Values that are treated as constants. */
  readonly stopAt?: readonly GraphValue[];
  /** Gradient of the loss itself, of the same shape; ones by default. */
  readonly seed?: Tensor;
}

/** Operators whose outputs don't change with small changes of their inputs. Not all of them have a gradient in TensorFlow. */
const CONSTANT_OPERATORS = new Set([
  ...['And', 'Equal', 'Greater', 'GreaterOrEqual', 'IsInf', 'IsNaN', 'Less', 'LessOrEqual', 'Not', 'Or', 'Xor'],
  ...['ArgMax', 'ArgMin', 'Ceil', 'Floor', 'Round', 'Shape', 'Sign', 'Size'],
]);

/**
 * Derivatives of a loss by TensorFlow's automatic differentiation of the interpreted graph: independent of `gradients` in
 * the core, and comparable to it. Zeros where the loss doesn't depend on a value. Where a function has a kink or equal
 * extremes, TensorFlow may choose another derivative than the core does.
 *
 * @param wrt inputs, constants or computed values of floating-point type; the latter with fixed sizes
 * @param feeds values of the graph's inputs
 * @returns a tensor per element of `wrt`, of its shape, that the caller disposes of
 */
export function tensorFlowGradients(
  tf: TensorFlow,
  graph: GraphBuilder,
  loss: GraphValue,
  wrt: readonly GraphValue[],
  feeds: Feeds,
  options: TensorFlowGradientOptions = {},
): Tensor[] {
  const interpreter = new GraphInterpreter(tf, graph);
  try {
    return differentiate(interpreter, loss, wrt, feeds, options).gradients;
  } finally {
    interpreter.dispose();
  }
}

/**
 * As `tensorFlowGradients`, with an interpreter that keeps its constants from call to call.
 *
 * @param also values that the same forward pass computes besides, on its way to the loss or beside it
 * @returns tensors that the caller disposes of, those of `also` even where that is done within `tf.tidy`
 */
export function differentiate(
  interpreter: GraphInterpreter,
  loss: GraphValue,
  wrt: readonly GraphValue[],
  feeds: Feeds,
  { stopAt = [], seed }: TensorFlowGradientOptions = {},
  also: readonly GraphValue[] = [],
): { readonly gradients: Tensor[]; readonly values: Tensor[] } {
  const { tf, graph } = interpreter;
  let values: Tensor[] = [];
  const gradients = tf.tidy(() => {
    const roots = wrt.filter(({ producer }) => producer === undefined);
    const computed = wrt.filter(({ producer }) => producer !== undefined);
    const variables = new Map([
      ...pairs(roots, interpreter.run(feeds, roots)),
      ...computed.map((value) => [value, tf.zeros([...fixedShape(value)])] as const),
    ]);
    // What passes no gradient on is computed beforehand, outside of what TensorFlow records.
    const stopped = stoppedValues(graph, loss, wrt, new Set(stopAt));
    const given = new Map([...feeds, ...pairs(stopped, interpreter.run(feeds, stopped)), ...pick(variables, roots)]);
    const added = pick(variables, computed);
    const forward = () => {
      const [result, ...others] = interpreter.run(given, [loss, ...also], added);
      // TensorFlow frees all but the loss when the pass ends.
      values = others.map((tensor) => tf.keep(tf.clone(tensor)));
      return result!;
    };
    const tensors = wrt.map((value) => variables.get(value)!);
    const { grads } = tf.engine().gradients(forward, tensors, seed, true);
    // TensorFlow's types don't say so, but there is none where the loss doesn't depend on a value.
    return (grads as (Tensor | null)[]).map((gradient, i) => gradient ?? tf.zerosLike(tensors[i]!));
  });
  return { gradients, values };
}

/** Values on the way from `wrt` to the loss at which gradients end. */
function stoppedValues(
  graph: GraphBuilder,
  loss: GraphValue,
  wrt: readonly GraphValue[],
  stopAt: ReadonlySet<GraphValue>,
): GraphValue[] {
  const dependent = new Set(wrt);
  const stopped = [...stopAt].filter(({ producer }) => producer !== undefined);
  const needed = neededNodes([loss], new Map());
  for (const node of graph.nodes) {
    if (!needed.has(node) || !node.inputs.some((input) => input !== undefined && dependent.has(input))) continue;
    const constant = isConstant(node);
    for (const output of node.outputs) {
      if (!constant && !stopAt.has(output)) dependent.add(output);
      else if (!stopAt.has(output)) stopped.push(output);
    }
  }
  return stopped;
}

function isConstant({ opType, attributes }: GraphNode): boolean {
  if (opType !== 'Cast') return CONSTANT_OPERATORS.has(opType);
  const type = typeof attributes['to'] === 'number' ? dataTypeName(attributes['to']) : undefined;
  return type === undefined || elementType(type) !== 'float32';
}

function pairs(values: readonly GraphValue[], tensors: readonly Tensor[]): (readonly [GraphValue, Tensor])[] {
  return values.map((value, i) => [value, tensors[i]!] as const);
}

function pick(values: Feeds, chosen: readonly GraphValue[]): Map<GraphValue, Tensor> {
  return new Map(chosen.map((value) => [value, values.get(value)!]));
}
