import { DataType, operatorName, type OnnxGraph, type OnnxTensor } from '../../onnx/model.ts';
import type { ParameterRole } from '../parameters.ts';

/** A constant of a model that training may change. */
export interface ImportedWeight {
  /** Its name in the model. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: Exclude<ParameterRole, 'classifier'>;
  /** The part of the network that it belongs to, counted from 1 at the pictures to `IMPORTED_STAGES` at the vector. */
  readonly stage: number;
}

/** Into so many parts a network of others is divided. */
export const IMPORTED_STAGES = 4;

/** Which inputs of an operator are weights, and of which kind. An operator with a `weight` counts as a layer. */
const roles: Readonly<Record<string, Readonly<Record<number, ImportedWeight['role']>>>> = {
  Conv: { 1: 'weight', 2: 'bias' },
  ConvTranspose: { 1: 'weight', 2: 'bias' },
  Gemm: { 0: 'weight', 1: 'weight', 2: 'bias' },
  MatMul: { 0: 'weight', 1: 'weight' },
  'com.microsoft.Attention': { 1: 'weight', 2: 'bias' },
  'com.microsoft.FusedConv': { 1: 'weight', 2: 'bias' },
  'com.microsoft.FusedGemm': { 0: 'weight', 1: 'weight', 2: 'bias' },
  'com.microsoft.FusedMatMul': { 0: 'weight', 1: 'weight' },
  // The other two inputs of a batch normalisation are its running statistics, which stay as they are.
  BatchNormalization: { 1: 'normalization', 2: 'normalization' },
  InstanceNormalization: { 1: 'normalization', 2: 'normalization' },
  GroupNormalization: { 1: 'normalization', 2: 'normalization' },
  LayerNormalization: { 1: 'normalization', 2: 'normalization' },
  RMSNormalization: { 1: 'normalization' },
  SimplifiedLayerNormalization: { 1: 'normalization' },
  'com.microsoft.SkipLayerNormalization': { 2: 'normalization', 3: 'normalization', 4: 'bias' },
  'com.microsoft.SkipSimplifiedLayerNormalization': { 2: 'normalization', 3: 'bias' },
  PRelu: { 1: 'normalization' },
  // Biases of matrix products, positions of patches; scales of normalisations and branches that are written out.
  Add: { 0: 'bias', 1: 'bias' },
  'com.microsoft.BiasGelu': { 1: 'bias' },
  'com.microsoft.FastGelu': { 1: 'bias' },
  'com.microsoft.MultiHeadAttention': { 3: 'bias' },
  Sub: { 0: 'bias', 1: 'bias' },
  Mul: { 0: 'normalization', 1: 'normalization' },
  Div: { 1: 'normalization' },
};

/** What these give is their first input in another arrangement, so that a weight behind them is one still. */
const ARRANGING = new Set(['Cast', 'Flatten', 'Identity', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze']);

interface Found extends Omit<ImportedWeight, 'stage'> {
  readonly depth: number;
}

/**
 * The weights of a model in the order in which its nodes read them, each with its stage.
 *
 * A layer is a node that reads a weight (a convolution, a matrix product). The depth of one is the largest number of layers on
 * a way from the picture to it, itself included; the stages are ranges of depth of equal length. Biases and normalisations
 * belong to the layer before them. What is added or multiplied before the first layer is preprocessing, and single numbers are
 * parts of formulas: neither is a weight.
 *
 * @param graph without nodes that its output doesn't depend on
 * @param image name of the input
 */
export function importedWeights(graph: OnnxGraph, image: string): ImportedWeight[] {
  const stored = storedTensors(graph);
  /** For values that are stored, in whatever arrangement: the name of what is stored. */
  const origins = new Map([...stored.keys()].map((name) => [name, name]));
  const depths = new Map([[image, 0]]);
  const found = new Map<string, Found>();
  for (const { opType, domain, input, output } of graph.node) {
    const known = input.flatMap((name) => depths.get(name) ?? []);
    if (known.length === 0) {
      const origin = ARRANGING.has(opType) ? origins.get(input[0] ?? '') : undefined;
      if (origin !== undefined) origins.set(output[0]!, origin);
      continue;
    }
    const before = Math.max(...known);
    const operator = operatorName({ opType, domain });
    const expected = Object.hasOwn(roles, operator) ? roles[operator]! : {};
    const read = input.flatMap((name, position) => {
      const origin = origins.get(name);
      const role = expected[position];
      const tensor = origin === undefined ? undefined : stored.get(origin);
      if (origin === undefined || role === undefined || tensor?.dataType !== DataType.float32) return [];
      return [{ name: origin, shape: tensor.dims, role }];
    });
    const depth = before + (read.some(({ role }) => role === 'weight') ? 1 : 0);
    for (const weight of read) {
      // Where several layers share a weight, it belongs to the first.
      if (depth > 0 && countOf(weight.shape) > 1 && !found.has(weight.name))
        found.set(weight.name, { ...weight, depth });
    }
    for (const name of output) depths.set(name, depth);
  }
  const deepest = Math.max(1, ...[...found.values()].map(({ depth }) => depth));
  return [...found.values()].map(({ depth, ...weight }) => {
    return { ...weight, stage: Math.ceil((depth / deepest) * IMPORTED_STAGES) };
  });
}

/** Constants of a graph by name, those that are nodes included. */
export function storedTensors({
  node: nodes,
  initializer: initializers,
}: Pick<OnnxGraph, 'node' | 'initializer'>): Map<string, OnnxTensor> {
  const literals = nodes.flatMap(({ opType, output, attribute }) => {
    const value = attribute.find(({ name }) => name === 'value')?.t;
    return opType === 'Constant' && value !== undefined ? [[output[0]!, value] as const] : [];
  });
  return new Map([...initializers.map((tensor) => [tensor.name ?? '', tensor] as const), ...literals]);
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
