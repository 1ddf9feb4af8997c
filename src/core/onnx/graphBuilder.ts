import { writeAttribute, type Attributes } from './attributes.ts';
import { invalidGraph } from '../errors.ts';
import {
  DataType,
  type DataTypeName,
  type OnnxDimension,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from './model.ts';
import { inferOutputs } from './shapes/infer.ts';
import { NodeView, sameShape, type Dimension, type ValueType } from './shapes/nodeView.ts';
import { dataTypeName, floatTensor, integerTensor } from './tensors.ts';

export type { Dimension, Shape, ValueType } from './shapes/nodeView.ts';

/** A value in a graph under construction, with what is known about it. */
export interface GraphValue extends ValueType {
  readonly name: string;
  /** Set for initializers. */
  readonly constant?: OnnxTensor | undefined;
  /** The node that computes the value; undefined for inputs and constants. */
  readonly producer?: GraphNode | undefined;
}

export interface GraphNode {
  readonly name: string;
  readonly opType: string;
  /** Missing for the standard operators. */
  readonly domain?: string | undefined;
  readonly inputs: readonly (GraphValue | undefined)[];
  readonly outputs: readonly GraphValue[];
  readonly attributes: Attributes;
}

/** The domain of ONNX Runtime's own operators. */
export const RUNTIME_DOMAIN = 'com.microsoft';

export interface NodeOptions {
  /** A name to tell the node by; else one is made of the operator and a number. */
  readonly name?: string;
  readonly domain?: string;
  /** What the outputs are, for operators that have no rule of shapes. */
  readonly types?: readonly ValueType[];
}

/** What models say they were made by. */
export const PRODUCER = 'likeness';

/**
 * Writes an ONNX graph node by node, checking shapes on the way: what can't fit together throws invalid-graph, which
 * names the node. Names are given in the order of the calls, so that the same calls give the same model, byte for byte.
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #opset: number;
  readonly #nodes: GraphNode[] = [];
  readonly #initializers: GraphValue[] = [];
  readonly #inputs: GraphValue[] = [];
  readonly #outputs: { readonly name: string; readonly value: GraphValue; readonly declared: ValueType }[] = [];
  readonly #counts = new Map<string, number>();
  readonly #names = new Set<string>();

  /** @param opset version of the standard operators; 17 runs on every ONNX Runtime since 1.12 */
  constructor(name: string, opset = 17) {
    this.#name = name;
    this.#opset = opset;
  }

  get opset(): number {
    return this.#opset;
  }

  /** In topological order. */
  get nodes(): readonly GraphNode[] {
    return this.#nodes;
  }

  get inputs(): readonly GraphValue[] {
    return this.#inputs;
  }

  get outputs(): readonly { readonly name: string; readonly value: GraphValue }[] {
    return this.#outputs;
  }

  input(name: string, type: DataTypeName, dims: readonly Dimension[]): GraphValue {
    const value = { name: this.#claim(name), type, shape: dims };
    this.#inputs.push(value);
    return value;
  }

  /** A float32 constant; without `dims`, a vector. */
  floats(values: ArrayLike<number>, dims: readonly number[] = [values.length]): GraphValue {
    return this.constant(floatTensor(values, dims));
  }

  /** A float32 constant without dimensions. */
  scalar(value: number): GraphValue {
    return this.floats([value], []);
  }

  /** An int64 constant, as shapes and axes are given; without `dims`, a vector. */
  integers(values: readonly number[], dims: readonly number[] = [values.length]): GraphValue {
    return this.constant(integerTensor(values, dims));
  }

  constant(tensor: OnnxTensor): GraphValue {
    const name = tensor.name === undefined ? this.#freshName('constant') : this.#claim(tensor.name);
    const value = { name, type: dataTypeName(tensor.dataType), shape: tensor.dims, constant: { ...tensor, name } };
    this.#initializers.push(value);
    return value;
  }

  /** Adds a node with one output. An input left out is `undefined`. */
  op(
    opType: string,
    inputs: readonly (GraphValue | undefined)[],
    attributes: Attributes = {},
    options: NodeOptions = {},
  ): GraphValue {
    return this.ops(opType, inputs, 1, attributes, options)[0]!;
  }

  /** Adds a node with several outputs. */
  ops(
    opType: string,
    inputs: readonly (GraphValue | undefined)[],
    outputCount: number,
    attributes: Attributes = {},
    options: NodeOptions = {},
  ): GraphValue[] {
    const name = options.name === undefined ? this.#freshName(opType) : this.#claim(options.name);
    const names = Array.from({ length: outputCount }, (_, i) => (i === 0 ? name : this.#claim(`${name}:${i}`)));
    return this.#add(name, opType, inputs, names, attributes, options);
  }

  /** Adds a node as it is in another model, with the names that its outputs have there; an empty name is left out. */
  copyNode(
    node: Pick<GraphNode, 'name' | 'opType' | 'domain' | 'inputs' | 'attributes'>,
    outputNames: readonly string[],
  ): GraphValue[] {
    const names = outputNames.map((name) => (name === '' ? '' : this.#claim(name)));
    const label = node.name === '' ? (outputNames[0] ?? node.opType) : node.name;
    return this.#add(label, node.opType, node.inputs, names, node.attributes, { domain: node.domain ?? '' });
  }

  /**
   * Makes a value an output of the graph, under a name of its own.
   *
   * @param type declared element type; absent: what is known about the value
   * @param dims declared shape; absent: what is known about the value
   */
  output(name: string, value: GraphValue, type?: DataTypeName, dims?: readonly Dimension[]): void {
    if (type !== undefined && value.type !== undefined && type !== value.type) {
      throw invalidGraph(name, 'output', `it is declared ${type} and is ${value.type}`);
    }
    if (dims !== undefined && value.shape !== undefined && !sameShape(dims, value.shape)) {
      throw invalidGraph(name, 'output', `it is declared [${dims.join(' × ')}] and is [${value.shape.join(' × ')}]`);
    }
    const declared = { type: type ?? value.type, shape: dims ?? value.shape };
    this.#outputs.push({ name: this.#claim(name), value, declared });
  }

  build(): OnnxModel {
    const domains = new Set(this.#nodes.map(({ domain }) => domain ?? '').filter((domain) => domain !== ''));
    const renames = this.#outputs.map(({ name, value }): OnnxNode => {
      return { input: [value.name], output: [name], opType: 'Identity', attribute: [], metadataProps: [] };
    });
    return {
      irVersion: 8,
      opsetImport: [
        { domain: '', version: this.#opset },
        ...[...domains].sort().map((domain) => ({ domain, version: 1 })),
      ],
      producerName: PRODUCER,
      graph: {
        name: this.#name,
        node: [...this.#nodes.map(toOnnxNode), ...renames],
        initializer: this.#initializers.map(({ constant }) => constant!),
        sparseInitializer: [],
        input: this.#inputs.map((input) => toValueInfo(input.name, input)),
        output: this.#outputs.map(({ name, declared }) => toValueInfo(name, declared)),
        valueInfo: [],
        quantizationAnnotation: [],
        metadataProps: [],
      },
      metadataProps: [],
      functions: [],
    };
  }

  #add(
    name: string,
    opType: string,
    inputs: readonly (GraphValue | undefined)[],
    outputNames: readonly string[],
    attributes: Attributes,
    { domain, types }: NodeOptions,
  ): GraphValue[] {
    const inferred = types ?? inferOutputs(new NodeView(name, opType, inputs, attributes, outputNames.length));
    const outputs: (GraphValue & { producer?: GraphNode })[] = outputNames.map((output, i) => ({
      name: output,
      type: inferred[i]?.type,
      shape: inferred[i]?.shape,
    }));
    const node: GraphNode = { name, opType, ...(domain ? { domain } : {}), inputs, outputs, attributes };
    for (const output of outputs) output.producer = node;
    this.#nodes.push(node);
    return outputs;
  }

  #claim(name: string): string {
    if (this.#names.has(name)) throw invalidGraph(name, 'name', 'the name is taken');
    this.#names.add(name);
    return name;
  }

  #freshName(stem: string): string {
    let count = this.#counts.get(stem) ?? 0;
    while (this.#names.has(`${stem}_${count}`)) count++;
    this.#counts.set(stem, count + 1);
    return this.#claim(`${stem}_${count}`);
  }
}

/** The sizes of a value all of which are fixed. Throws invalid-graph where they aren't. */
export function fixedShape({ name, shape }: GraphValue): readonly number[] {
  if (shape === undefined) throw invalidGraph(name, 'value', 'its shape is not known');
  return shape.map((size) => {
    if (typeof size === 'string') throw invalidGraph(name, 'value', `its size "${size}" is not fixed`);
    return size;
  });
}

function toOnnxNode({ name, opType, domain, inputs, outputs, attributes }: GraphNode): OnnxNode {
  return {
    input: inputs.map((value) => value?.name ?? ''),
    output: outputs.map((value) => value.name),
    name,
    opType,
    ...(domain === undefined ? {} : { domain }),
    attribute: Object.entries(attributes).map(([key, value]) => writeAttribute(key, value)),
    metadataProps: [],
  };
}

function toValueInfo(name: string, { type, shape }: ValueType): OnnxValueInfo {
  const dim = shape?.map((size): OnnxDimension => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  if (type === undefined) return { name, metadataProps: [] };
  const tensorType = { elemType: DataType[type], ...(dim === undefined ? {} : { shape: { dim } }) };
  return { name, type: { tensorType }, metadataProps: [] };
}
