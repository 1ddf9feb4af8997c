import { writeAttribute } from './attributes.ts';
import { readersOf } from './foldedNormalizations.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from './model.ts';
import { byteTensor, numbersOfTensor, numericTensor } from './tensors.ts';

/** Of each value that goes into or comes out of a convolution. */
export const ACTIVATION_BITS = 8;
/**
 * Of each weight, one less than int8 has: processors without an instruction for products of bytes add two of them in
 * 16 bits, which 255 · 63 · 2 fits into and 255 · 127 · 2 does not. So a model computes the same everywhere.
 */
export const WEIGHT_BITS = 7;
const LARGEST_WEIGHT = 2 ** (WEIGHT_BITS - 1) - 1;
const LARGEST_ACTIVATION = 2 ** ACTIVATION_BITS - 1;
/** One to a single channel took a seventh of a whole encoder's time in integers, and next to none in floats. */
const FEWEST_CHANNELS = 8;

/** The least and the greatest that a value takes. */
export interface ValueRange {
  readonly low: number;
  readonly high: number;
}

/** A convolution that can be computed in integers: what it reads, and what of it is read. */
interface IntegerConvolution {
  readonly node: OnnxNode;
  readonly source: string;
  readonly result: string;
}

/** Values whose ranges `withIntegerConvolutions` asks for. */
export function integerValues(model: OnnxModel): string[] {
  const { convolutions, sums } = integerParts(model);
  return [...new Set([...convolutions.flatMap(({ source, result }) => [source, result]), ...sums])];
}

/**
 * The same model with its convolutions computed in 8-bit integers: what goes into and comes out of them, and sums of that, is
 * rounded to one of 256 steps between the ends of its range, weights to one of 127 a channel. Written as pairs of QuantizeLinear and
 * DequantizeLinear around the operators, which ONNX Runtime takes together (B. Jacob et al., "Quantization and training of neural
 * networks for efficient integer-arithmetic-only inference", CVPR 2018). A convolution stays as it is where other operators than
 * convolutions, sums and poolings read it, where its weights aren't constant, where it makes few channels, or where it reads or
 * makes what has no range.
 *
 * @param ranges of `integerValues`, measured on what the model is used for
 */
export function withIntegerConvolutions(model: OnnxModel, ranges: ReadonlyMap<string, ValueRange>): OnnxModel {
  const { graph } = model;
  const { convolutions, sums } = integerParts(model);
  const chosen = new Map(
    convolutions
      .filter(({ source, result }) => ranges.has(source) && ranges.has(result))
      .map((c) => [c.node, c] as const),
  );
  const rounded = new Set([...chosen.values()].flatMap(({ source, result }) => [source, result]));
  for (const sum of sums) if (ranges.has(sum)) rounded.add(sum);
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const initializer: OnnxTensor[] = [];
  const node: OnnxNode[] = [];
  const round = (value: string) => {
    const { constants, nodes } = roundedValue(value, ranges.get(value)!);
    initializer.push(...constants);
    node.push(...nodes);
  };
  for (const { name } of graph.input) if (rounded.has(name)) round(name);
  for (const entry of graph.node) {
    const input = entry.input.map((name) => (rounded.has(name) ? roundedName(name) : name));
    const convolution = chosen.get(entry);
    if (convolution === undefined) node.push({ ...entry, input });
    else {
      const { low, high } = ranges.get(convolution.source)!;
      const integers = integerWeights(entry, tensors, (high - low) / LARGEST_ACTIVATION);
      initializer.push(...integers.constants);
      node.push(...integers.nodes, { ...entry, input: [input[0]!, ...integers.inputs] });
    }
    for (const name of entry.output) if (rounded.has(name)) round(name);
  }
  const read = new Set([...node.flatMap(({ input }) => input), ...graph.output.map(({ name }) => name)]);
  const kept = graph.initializer.filter(({ name }) => read.has(name ?? ''));
  return { ...model, graph: { ...graph, node, initializer: [...kept, ...initializer] } };
}

const READERS: ReadonlySet<string> = new Set(['Conv', 'Add', 'Relu', 'MaxPool', 'GlobalAveragePool', 'AveragePool']);

function integerParts(model: OnnxModel): { convolutions: readonly IntegerConvolution[]; sums: readonly string[] } {
  const { graph } = model;
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const counts = readersOf(model);
  const consumers = new Map<string, OnnxNode[]>();
  for (const node of graph.node) {
    for (const name of node.input) consumers.set(name, [...(consumers.get(name) ?? []), node]);
  }
  /** What is read of a node: of one that only a Relu reads, that. */
  const resultOf = ({ output }: OnnxNode): string => {
    const [name] = output;
    const [first] = consumers.get(name!) ?? [];
    return first?.opType === 'Relu' && counts.get(name!) === 1 ? first.output[0]! : name!;
  };
  const isReadHere = (name: string): boolean => {
    const readers = consumers.get(name) ?? [];
    return readers.length === counts.get(name) && readers.every(({ opType }) => READERS.has(opType));
  };
  const convolutions = graph.node.flatMap((node): IntegerConvolution[] => {
    if (node.opType !== 'Conv' || node.input.slice(1).some((name) => !constants.has(name))) return [];
    if (constants.get(node.input[1])!.dims[0]! < FEWEST_CHANNELS) return [];
    const result = resultOf(node);
    return isReadHere(result) ? [{ node, source: node.input[0]!, result }] : [];
  });
  const results = new Set(convolutions.flatMap(({ source, result }) => [source, result]));
  const sums = graph.node.flatMap((node) => {
    if (node.opType !== 'Add' || !node.input.every((name) => results.has(name))) return [];
    results.add(resultOf(node));
    return [resultOf(node)];
  });
  return { convolutions, sums };
}

interface Written {
  readonly constants: readonly OnnxTensor[];
  readonly nodes: readonly OnnxNode[];
}

function roundedName(value: string): string {
  return `${value}/rounded`;
}

/** Zero is one of the steps: padding adds zeros. */
function roundedValue(value: string, range: ValueRange): Written {
  const low = Math.min(0, range.low);
  const step = Math.max((Math.max(0, range.high) - low) / LARGEST_ACTIVATION, 1e-12);
  const names = { step: `${value}/step`, zero: `${value}/zero`, bytes: `${value}/bytes` };
  return {
    constants: [
      { ...numericTensor('float32', [], [step]), name: names.step },
      { ...byteTensor(Math.round(-low / step)), name: names.zero },
    ],
    nodes: [
      simpleNode('QuantizeLinear', [value, names.step, names.zero], names.bytes),
      simpleNode('DequantizeLinear', [names.bytes, names.step, names.zero], roundedName(value)),
    ],
  };
}

/** A step a channel for the weights; the bias in steps of their products with what is read. */
function integerWeights(
  { input, output }: OnnxNode,
  tensors: ReadonlyMap<string, OnnxTensor>,
  sourceStep: number,
): Written & { readonly inputs: readonly string[] } {
  const [, weightName, biasName] = input;
  const { dims } = tensors.get(weightName!)!;
  const weight = numbersOfTensor(tensors.get(weightName!)!)!;
  const [channels] = dims as [number];
  const perChannel = weight.length / channels;
  const steps = Float32Array.from({ length: channels }, (_, channel) => {
    let largest = 0;
    for (let i = channel * perChannel; i < (channel + 1) * perChannel; i++) {
      largest = Math.max(largest, Math.abs(weight[i]!));
    }
    return Math.max(largest, 1e-12) / LARGEST_WEIGHT;
  });
  const integers = Array.from(weight, (value, i) => Math.round(value / steps[Math.floor(i / perChannel)]!));
  const name = (part: string) => `${output[0]!}/${part}`;
  const written = (part: string, tensor: OnnxTensor) => ({ ...tensor, name: name(part) });
  const constants = [
    written('weight/bytes', numericTensor('int8', dims, integers)),
    written('weight/step', numericTensor('float32', [channels], steps)),
    written('weight/zero', numericTensor('int8', [channels], new Int8Array(channels))),
  ];
  const nodes = [
    simpleNode(
      'DequantizeLinear',
      constants.map((tensor) => tensor.name),
      name('weight/rounded'),
      0,
    ),
  ];
  const inputs = [name('weight/rounded')];
  const bias = biasName === undefined ? undefined : numbersOfTensor(tensors.get(biasName)!);
  if (bias !== undefined) {
    const biasSteps = steps.map((step) => step * sourceStep);
    const integerBias = Array.from(bias, (value, channel) => Math.round(value / biasSteps[channel]!));
    const ofBias = [
      written('bias/integers', numericTensor('int32', [channels], integerBias)),
      written('bias/step', numericTensor('float32', [channels], biasSteps)),
      written('bias/zero', numericTensor('int32', [channels], new Int32Array(channels))),
    ];
    constants.push(...ofBias);
    nodes.push(
      simpleNode(
        'DequantizeLinear',
        ofBias.map((tensor) => tensor.name),
        name('bias/rounded'),
        0,
      ),
    );
    inputs.push(name('bias/rounded'));
  }
  return { constants, nodes, inputs };
}

function simpleNode(opType: string, input: string[], output: string, axis?: number): OnnxNode {
  return {
    input,
    output: [output],
    name: output,
    opType,
    attribute: axis === undefined ? [] : [writeAttribute('axis', axis)],
    metadataProps: [],
  };
}
