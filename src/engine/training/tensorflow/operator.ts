import type { LikenessError } from '../../../core/errors.ts';
import { unsupportedOperator } from '../../../core/errors.ts';
import type { GraphNode, GraphValue } from '../../../core/onnx/graphBuilder.ts';
import { inferOutputs } from '../../../core/onnx/shapes/infer.ts';
import { NodeView, type TypedInput } from '../../../core/onnx/shapes/nodeView.ts';
import { numericTensor } from '../../../core/onnx/tensors.ts';
import type { Tensor, TensorFlow } from './tensors.ts';

/** Outputs of a node; only the first ones where nothing reads the others. */
export type Operator = (node: OperatorNode) => Tensor | readonly Tensor[];
/** By the names of ONNX's operators. */
export type Operators = Readonly<Record<string, Operator>>;

/** A node with the values of its inputs in this run. */
export class OperatorNode {
  readonly tf: TensorFlow;
  /** Reads attributes; shapes are those of this run. */
  readonly view: NodeView;
  readonly #node: GraphNode;
  readonly #inputs: readonly (Tensor | undefined)[];

  constructor(tf: TensorFlow, node: GraphNode, inputs: readonly (Tensor | undefined)[]) {
    this.tf = tf;
    this.#node = node;
    this.#inputs = inputs;
    const typed = node.inputs.map((value, i) => value && new RunInput(value, inputs[i]!));
    this.view = new NodeView(node.name, node.opType, typed, node.attributes, node.outputs.length);
  }

  /** Those that are not left out. */
  get inputs(): readonly Tensor[] {
    return this.#inputs.filter((input) => input !== undefined);
  }

  has(index: number): boolean {
    return this.#inputs[index] !== undefined;
  }

  /** Throws invalid-graph where the input is left out. */
  input(index: number): Tensor {
    this.view.input(index);
    return this.#inputs[index]!;
  }

  shape(index = 0): number[] {
    return [...this.input(index).shape];
  }

  /** Sizes of an output, which follow from the inputs. */
  outputShape(index = 0): number[] {
    const shape = inferOutputs(this.view)[index]?.shape;
    if (!shape?.every((size) => typeof size === 'number'))
      throw this.unsupported('the size of its output is not known');
    return [...shape];
  }

  /** The axis of an attribute, counted from the front. */
  axis(otherwise: number, rank = this.shape().length): number {
    return this.view.axis(this.view.int('axis', otherwise), rank);
  }

  unsupported(detail: string): LikenessError {
    return unsupportedOperator(this.#node.name, this.#node.opType, detail);
  }
}

/** An input as the rules of shapes see it. Reading a value back costs time on a GPU: it happens where a rule asks for it. */
class RunInput implements TypedInput {
  readonly name: string;
  readonly type: TypedInput['type'];
  readonly shape: readonly number[];
  readonly #value: GraphValue;
  readonly #tensor: Tensor;

  constructor(value: GraphValue, tensor: Tensor) {
    this.name = value.name;
    this.type = value.type;
    this.shape = tensor.shape;
    this.#value = value;
    this.#tensor = tensor;
  }

  get constant(): TypedInput['constant'] {
    if (this.#value.constant !== undefined) return this.#value.constant;
    const type = this.#tensor.dtype === 'int32' ? 'int64' : 'float32';
    return numericTensor(type, this.shape, this.#tensor.dataSync());
  }
}
