import { noGradient, type LikenessError } from '../errors.ts';
import type { Attributes } from '../onnx/attributes.ts';
import {
  fixedShape,
  type GraphBuilder,
  type GraphNode,
  type GraphValue,
  type NodeOptions,
} from '../onnx/graphBuilder.ts';
import { NodeView } from '../onnx/shapes/nodeView.ts';

/**
 * Appends what the gradients of a node's inputs are made of. Gives one for each input, in their order; undefined (or
 * nothing, at the end) where none is needed or none exists.
 */
export type GradientRule = (step: GradientStep) => readonly (GraphValue | undefined)[];
/** By operator. */
export type GradientRules = Readonly<Record<string, GradientRule>>;

/** A node of the forward pass as its rule sees it: with the gradients of its outputs, and the graph to write to. */
export class GradientStep extends NodeView {
  readonly graph: GraphBuilder;
  readonly outputs: readonly GraphValue[];
  readonly #values: readonly (GraphValue | undefined)[];
  readonly #outputGradients: readonly (GraphValue | undefined)[];
  readonly #needed: readonly boolean[];

  /**
   * @param outputGradients undefined for outputs that the loss doesn't depend on
   * @param needed which inputs need a gradient
   */
  constructor(
    graph: GraphBuilder,
    node: GraphNode,
    outputGradients: readonly (GraphValue | undefined)[],
    needed: readonly boolean[],
  ) {
    super(node.name, node.opType, node.inputs, node.attributes, node.outputs.length);
    this.graph = graph;
    this.outputs = node.outputs;
    this.#values = node.inputs;
    this.#outputGradients = outputGradients;
    this.#needed = needed;
  }

  needs(index: number): boolean {
    return this.#needed[index] ?? false;
  }

  value(index: number): GraphValue {
    const value = this.#values[index];
    if (value === undefined) throw this.fail(`input ${index + 1} is missing`);
    return value;
  }

  /** The sizes of an input. */
  sizes(index: number): readonly number[] {
    return fixedShape(this.value(index));
  }

  get output(): GraphValue {
    return this.outputs[0]!;
  }

  /** An output that the node may leave out. */
  keptOutput(index: number): GraphValue | undefined {
    const output = this.outputs[index];
    return output === undefined || output.name === '' ? undefined : output;
  }

  /** The gradient of the first output, for operators whose other outputs can't be differentiated. */
  get gradient(): GraphValue {
    const [gradient, ...others] = this.#outputGradients;
    if (gradient === undefined || others.some((other) => other !== undefined)) {
      throw this.refuse('only the gradient of its first output is known');
    }
    return gradient;
  }

  /** Undefined where the loss doesn't depend on the output. */
  gradientOf(output: number): GraphValue | undefined {
    return this.#outputGradients[output];
  }

  op(
    opType: string,
    inputs: readonly (GraphValue | undefined)[],
    attributes?: Attributes,
    options?: NodeOptions,
  ): GraphValue {
    return this.graph.op(opType, inputs, attributes, options);
  }

  /** Refuses a node where inputs after the first ones need a gradient too. */
  onlyFirst(count: number): void {
    const other = this.#needed.findIndex((needed, i) => needed && i >= count);
    if (other >= 0) throw this.refuse(`the gradient of its input ${other + 1} is not known`);
  }

  /** The error for a form of the operator that has no gradient here. */
  refuse(reason: string): LikenessError {
    return noGradient(this.name, this.opType, reason);
  }
}
