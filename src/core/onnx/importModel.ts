import { invalidGraph } from '../errors.ts';
import { readAttribute, type Attributes } from './attributes.ts';
import { GraphBuilder, type Dimension, type GraphValue } from './graphBuilder.ts';
import { foldNode } from './importing/foldConstants.ts';
import { expandFused } from './importing/fusedOperators.ts';
import { fromNewer } from './importing/newerOperators.ts';
import { fromOlder, simplified } from './importing/olderOperators.ts';
import { isConstant, viewOf, type Operand, type SourceNode } from './importing/sourceNode.ts';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from './model.ts';
import { dataTypeName } from './tensors.ts';

/** A node that reads an initializer, and as which of its inputs, counted from 0. */
export interface InitializerUse {
  readonly node: string;
  readonly opType: string;
  readonly input: number;
}

export interface ImportOptions {
  /** What each input of the model stands for, by its name. */
  readonly inputs: Readonly<Record<string, GraphValue>>;
  /**
   * What an initializer, or the result of a `Constant` node, becomes: a trainer gives an input of its graph for a weight.
   * Undefined leaves it a constant. What has to be known while the model is imported (shapes, axes) must stay one.
   */
  readonly initializer?: (name: string, tensor: OnnxTensor, uses: readonly InitializerUse[]) => GraphValue | undefined;
  /** Names of the model's values and nodes in the graph; the same as in the model by default. */
  readonly rename?: (name: string) => string;
}

export interface ModelSizes {
  /** Sizes that the model has names for (`batch_size`), by those names. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Whole shapes of inputs, in place of what the model declares. */
  readonly inputShapes?: Readonly<Record<string, readonly Dimension[]>>;
}

/** The operator set that is written. */
const OPSET = 17;
/** Older ones have other rules of broadcasting; ONNX Runtime doesn't run them either. */
const OLDEST_OPSET = 7;
const CONTROL_FLOW = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

/**
 * A model as a graph of operator set 17, with the model's inputs and outputs. With its named sizes bound to numbers, all
 * shapes in it are fixed: the arithmetic that a model does about shapes is done here, and its results are constants.
 *
 * Throws invalid-graph, naming the node, for what can't be imported: control flow, functions that the model defines
 * itself, and operators or options that set 17 doesn't have. Weights have to be within the model, not in files beside it.
 */
export function importModel(model: OnnxModel, { dimensions = {}, inputShapes = {} }: ModelSizes = {}): GraphBuilder {
  const graph = new GraphBuilder(model.graph.name ?? 'imported', OPSET);
  const inputs = declaredInputs(model.graph).map((declared) => {
    const type = declaredType(declared);
    const shape = own(inputShapes, declared.name) ?? declaredShape(declared, dimensions);
    return [declared.name, graph.input(declared.name, type, shape)] as const;
  });
  // The outputs take their names for themselves, and the values in them have to be called something else.
  const outputNames = new Set(model.graph.output.map(({ name }) => name));
  const names = new Set(model.graph.node.flatMap(({ output }) => output));
  const rename = (name: string): string => {
    if (!outputNames.has(name)) return name;
    let other = `${name}/value`;
    while (names.has(other)) other += '_';
    return other;
  };
  const outputs = importInto(graph, model, { inputs: Object.fromEntries(inputs), rename });
  for (const declared of model.graph.output) {
    const value = outputs[declared.name]!;
    graph.output(declared.name, value, value.type ?? declaredType(declared));
  }
  return graph;
}

/**
 * Makes a model a part of a larger graph of operator set 17; gives the values of its outputs by their names. See
 * `importModel` for what is changed on the way and what is refused.
 */
export function importInto(graph: GraphBuilder, model: OnnxModel, options: ImportOptions): Record<string, GraphValue> {
  if (graph.opset !== OPSET) throw invalidGraph('', 'graph', `it is not of operator set ${OPSET}`);
  const importer = new Importer(graph, model, options);
  for (const node of model.graph.node) importer.import(node);
  return Object.fromEntries(model.graph.output.map(({ name }) => [name, importer.value(name)]));
}

class Importer {
  readonly #graph: GraphBuilder;
  readonly #model: OnnxModel;
  readonly #opset: number;
  readonly #rename: (name: string) => string;
  readonly #initializer: ImportOptions['initializer'];
  readonly #uses: ReadonlyMap<string, readonly InitializerUse[]>;
  readonly #operands = new Map<string, Operand>();
  /** Constants that are in the graph. */
  readonly #constants = new Map<OnnxTensor, GraphValue>();
  /** Names that the model uses or that were made up here. */
  readonly #names: Set<string>;

  constructor(graph: GraphBuilder, model: OnnxModel, { inputs, initializer, rename = (name) => name }: ImportOptions) {
    this.#graph = graph;
    this.#model = model;
    this.#opset = operatorSet(model);
    this.#rename = rename;
    this.#initializer = initializer;
    this.#uses = usesOf(model.graph);
    this.#names = new Set(model.graph.node.flatMap(({ output }) => output));
    for (const { name } of declaredInputs(model.graph)) {
      const value = own(inputs, name);
      if (value === undefined) throw invalidGraph(name, 'input', 'nothing is given for it');
      this.#operands.set(name, value);
    }
    for (const tensor of model.graph.initializer) {
      const { name = '' } = tensor;
      this.#names.add(name);
      this.#operands.set(name, this.#stored(name, tensor));
    }
    for (const { values } of model.graph.sparseInitializer) {
      throw invalidGraph(values?.name ?? '', 'initializer', 'sparse weights are not supported');
    }
  }

  import(node: OnnxNode): void {
    const source = this.#source(node);
    const add = (opType: string, inputs: SourceNode['inputs'], attributes: Attributes = {}): Operand => {
      const output = this.#freshName(`${source.outputs[0] ?? source.name}/${opType}`);
      const added = { name: output, opType, domain: '', inputs, attributes, outputs: [output] };
      return this.#place(added)[0]!;
    };
    const expanded = expandFused(source, add);
    if (expanded !== undefined) {
      this.#define(source.outputs, expanded);
      return;
    }
    let current = source;
    if (source.domain === '') {
      current = simplified(fromNewer(fromOlder(source, this.#opset, add), this.#opset, add));
    }
    const placed = this.#place(current);
    const [literal] = placed;
    if (source.opType === 'Constant' && literal !== undefined && isConstant(literal)) {
      placed[0] = this.#stored(source.outputs[0]!, literal);
    }
    this.#define(current.outputs, placed);
  }

  #define(names: readonly string[], operands: readonly (Operand | undefined)[]): void {
    names.forEach((name, i) => {
      const operand = operands[i];
      if (name !== '' && operand !== undefined) this.#operands.set(name, operand);
    });
  }

  /** A value of the model as one of the graph. */
  value(name: string): GraphValue {
    const operand = this.#operands.get(name);
    if (operand === undefined) throw invalidGraph(name, 'output', 'no node computes it');
    return this.#valueOf(operand, name);
  }

  #stored(name: string, tensor: OnnxTensor): Operand {
    const given = this.#initializer?.(name, tensor, this.#uses.get(name) ?? []);
    return given ?? { ...tensor, name: this.#rename(name) };
  }

  #source(node: OnnxNode): SourceNode {
    const { name = '', opType } = node;
    const domain = node.domain === 'ai.onnx' ? '' : (node.domain ?? '');
    const label = name === '' ? (node.output[0] ?? opType) : name;
    if (CONTROL_FLOW.has(opType) && domain === '') throw invalidGraph(label, opType, 'control flow is not supported');
    if (this.#model.functions.some((own) => own.name === opType && (own.domain ?? '') === (node.domain ?? ''))) {
      throw invalidGraph(label, opType, 'functions that a model defines itself are not supported');
    }
    const inputs = node.input.map((input) => {
      if (input === '') return undefined;
      const operand = this.#operands.get(input);
      if (operand === undefined) throw invalidGraph(label, opType, `nothing before it computes "${input}"`);
      return operand;
    });
    const attributes = node.attribute.map((attribute) => {
      const value = readAttribute(attribute);
      if (value === undefined) throw invalidGraph(label, opType, `attribute ${attribute.name} is not supported`);
      return [attribute.name, value] as const;
    });
    return { name, opType, domain, inputs, attributes: Object.fromEntries(attributes), outputs: node.output };
  }

  /** Adds a node in its final form to the graph, or does without, where its outputs are known. */
  #place(node: SourceNode): Operand[] {
    const [first] = node.inputs;
    if (node.opType === 'Identity' && node.domain === '' && first !== undefined) return [first];
    const folded = foldNode(node);
    if (folded !== undefined) {
      return folded.map((tensor, i) => ({ ...tensor, name: this.#rename(node.outputs[i] ?? '') }));
    }
    const label = viewOf(node).name;
    const inputs = node.inputs.map((operand, i) => operand && this.#valueOf(operand, `${label}/input${i}`));
    const outputs = node.outputs.map((name) => (name === '' ? '' : this.#rename(name)));
    return this.#graph.copyNode({ ...node, name: this.#rename(label), inputs }, outputs);
  }

  #valueOf(operand: Operand, stem: string): GraphValue {
    if (!isConstant(operand)) return operand;
    const known = this.#constants.get(operand);
    if (known !== undefined) return known;
    const name = operand.name ?? this.#rename(this.#freshName(stem));
    if (operand.externalData.length > 0) {
      throw invalidGraph(name, 'initializer', 'its values lie in another file, and have to be read first');
    }
    const value = this.#graph.constant({ ...operand, name });
    this.#constants.set(operand, value);
    return value;
  }

  #freshName(stem: string): string {
    let name = stem;
    for (let count = 1; this.#names.has(name); count++) name = `${stem}_${count}`;
    this.#names.add(name);
    return name;
  }
}

function operatorSet({ opsetImport, graph }: OnnxModel): number {
  const standard = opsetImport.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx');
  const version = standard?.version ?? 1;
  if (version < OLDEST_OPSET) {
    throw invalidGraph(graph.name ?? '', 'model', `operator set ${version} is older than ${OLDEST_OPSET}`);
  }
  return version;
}

/** The inputs of a graph that are no initializers. */
function declaredInputs({ input, initializer }: OnnxGraph): OnnxValueInfo[] {
  const initialized = new Set(initializer.map(({ name }) => name));
  return input.filter(({ name }) => !initialized.has(name));
}

function declaredType({ name, type }: OnnxValueInfo) {
  const element = type?.tensorType && dataTypeName(type.tensorType.elemType);
  if (element === undefined) throw invalidGraph(name, 'value', 'it is declared to be no tensor, or one of a rare type');
  return element;
}

function declaredShape({ name, type }: OnnxValueInfo, bound: Readonly<Record<string, number>>): Dimension[] {
  const shape = type?.tensorType?.shape;
  if (shape === undefined) throw invalidGraph(name, 'input', 'the model does not say how many dimensions it has');
  return shape.dim.map(({ dimValue, dimParam = '' }, axis) => {
    if (dimValue !== undefined && dimValue > 0) return dimValue;
    return own(bound, dimParam) ?? (dimParam === '' ? `${name}.${axis}` : dimParam);
  });
}

/** By whom each value is read. What reads a copy of it reads the value itself. */
function usesOf({ node }: OnnxGraph): Map<string, InitializerUse[]> {
  const uses = new Map<string, InitializerUse[]>();
  const originals = new Map<string, string>();
  for (const { name = '', opType, input, output } of node) {
    const read = input.map((value) => originals.get(value) ?? value);
    if (opType === 'Identity') {
      originals.set(output[0]!, read[0]!);
      continue;
    }
    read.forEach((value, i) => {
      const use = { node: name, opType, input: i };
      const list = uses.get(value);
      if (list === undefined) uses.set(value, [use]);
      else list.push(use);
    });
  }
  return uses;
}

/** A model's names may be anything, `constructor` too. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
