import { invalidGraph, unsupportedOperator } from '../../../core/errors.ts';
import type { GraphBuilder, GraphNode, GraphValue } from '../../../core/onnx/graphBuilder.ts';
import { OperatorNode } from './operator.ts';
import { operators } from './operators/operators.ts';
import { constantTensor, type Tensor, type TensorFlow } from './tensors.ts';

/** What is known before a run: inputs, and constants and computed values that are to be others. */
export type Feeds = ReadonlyMap<GraphValue, Tensor>;

/**
 * Computes the values of a graph with TensorFlow.js, node by node. All its operations go through TensorFlow's own, so that
 * `tf.grads` and `tf.variableGrads` differentiate a run. Integers have 32 bits and floating-point numbers single precision,
 * whatever the graph says.
 */
export class GraphInterpreter {
  readonly tf: TensorFlow;
  readonly graph: GraphBuilder;
  readonly #constants = new Map<GraphValue, Tensor>();

  constructor(tf: TensorFlow, graph: GraphBuilder) {
    this.tf = tf;
    this.graph = graph;
  }

  /**
   * Computes values and what they need. Call it within `tf.tidy`: intermediate values live until that ends.
   *
   * Throws unsupported-operator, naming the node, for what TensorFlow.js can't be made to compute, and invalid-graph where
   * an input has no feed.
   *
   * @param added what is added to computed values, which lets them be differentiated by
   */
  run(feeds: Feeds, fetches: readonly GraphValue[], added: Feeds = new Map()): Tensor[] {
    const values = new Map(feeds);
    const needed = neededNodes(fetches, feeds);
    for (const node of this.graph.nodes) if (needed.has(node)) this.#compute(node, values, added);
    return fetches.map((value) => this.#valueOf(value, values));
  }

  /** Frees the constants. */
  dispose(): void {
    for (const tensor of this.#constants.values()) tensor.dispose();
    this.#constants.clear();
  }

  #compute(node: GraphNode, values: Map<GraphValue, Tensor>, added: Feeds): void {
    const compute = Object.hasOwn(operators, node.opType) ? operators[node.opType] : undefined;
    if (compute === undefined) throw unsupportedOperator(node.name, node.opType);
    const inputs = node.inputs.map((value) => value && this.#valueOf(value, values));
    const computed = [compute(new OperatorNode(this.tf, node, inputs))].flat();
    computed.forEach((tensor, i) => {
      const output = node.outputs[i];
      // What is fed stands above what would be computed.
      if (output === undefined || values.has(output)) return;
      const more = added.get(output);
      values.set(output, more === undefined ? tensor : this.tf.add(tensor, more));
    });
  }

  #valueOf(value: GraphValue, values: ReadonlyMap<GraphValue, Tensor>): Tensor {
    const known = values.get(value) ?? this.#constants.get(value);
    if (known !== undefined) return known;
    const { name, constant, producer } = value;
    if (constant === undefined) {
      if (producer === undefined) throw invalidGraph(name, 'input', 'nothing is fed for it');
      throw unsupportedOperator(producer.name, producer.opType, `its output ${name} is not computed`);
    }
    const tensor = constantTensor(this.tf, constant);
    if (tensor === undefined) throw unsupportedOperator(name, 'constant', 'it holds no numbers');
    this.#constants.set(value, this.tf.keep(tensor));
    return tensor;
  }
}

/** The nodes that compute what is fetched, from what is fed. */
export function neededNodes(fetches: readonly GraphValue[], feeds: Feeds): Set<GraphNode> {
  const needed = new Set<GraphNode>();
  const pending = [...fetches];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    const { producer } = value;
    if (producer === undefined || feeds.has(value) || needed.has(producer)) continue;
    needed.add(producer);
    for (const input of producer.inputs) if (input !== undefined) pending.push(input);
  }
  return needed;
}
