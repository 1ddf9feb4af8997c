import type { GraphBuilder, GraphValue } from '../onnx/graphBuilder.ts';
import { invalidGraph } from '../errors.ts';
import type { ParameterSpec, StatisticSpec } from './parameters.ts';
import type { NetworkScope } from './scope.ts';

/** As in PyTorch and in the reference implementation of SimCLR. */
const EPSILON = 1e-5;
/** Share of the running statistics that a batch replaces. */
export const RUNNING_UPDATE = 0.1;

export interface ConvolutionOptions {
  readonly filters: number;
  readonly kernel: number;
  readonly stride?: number;
  /** For use without a normalisation after it, which would remove a bias; false by default. */
  readonly bias?: boolean;
}

/**
 * A convolution, padded so that stride 1 keeps the size. `[N, C, H, W]` → `[N, filters, ⌈H / stride⌉, ⌈W / stride⌉]`.
 *
 * Starts with He's normal distribution over the outputs of a weight: K. He et al., "Delving deep into rectifiers",
 * ICCV 2015, https://arxiv.org/abs/1502.01852.
 */
export function convolution(
  scope: NetworkScope,
  input: GraphValue,
  name: string,
  { filters, kernel, stride = 1, bias = false }: ConvolutionOptions,
): GraphValue {
  const channels = channelsOf(input);
  const standardDeviation = Math.sqrt(2 / (filters * kernel * kernel));
  const weight = scope.parameter({
    name: `${name}.weight`,
    shape: [filters, channels, kernel, kernel],
    role: 'weight',
    initializer: { kind: 'normal', standardDeviation },
  });
  const offset = bias ? biasOf(scope, name, filters) : undefined;
  const padding = (kernel - 1) / 2;
  if (!bias && isTiny(input, channels, stride))
    return productConvolution(scope, input, weight, { kernel, stride, padding });
  const attributes = {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  };
  const operands = offset === undefined ? [input, weight] : [input, weight, offset];
  return scope.graph.op('Conv', operands, attributes, { name });
}

/** Up to so many windows in a picture, ONNX Runtime's convolution spends its time on arranging the weights anew. */
const TINY_WINDOWS = 4;
const TINY_CHANNELS = 64;

function isTiny({ shape = [] }: GraphValue, channels: number, stride: number): boolean {
  const [batch, , height, width] = shape;
  if (typeof batch !== 'number' || typeof height !== 'number' || typeof width !== 'number') return false;
  return channels >= TINY_CHANNELS && Math.ceil(height / stride) * Math.ceil(width / stride) <= TINY_WINDOWS;
}

/**
 * A convolution as one product over all pictures of the batch: at 2 × 2 windows four times as fast as one product for each
 * picture, gradients included.
 */
function productConvolution(
  { graph }: NetworkScope,
  input: GraphValue,
  weight: GraphValue,
  { kernel, stride, padding }: { readonly kernel: number; readonly stride: number; readonly padding: number },
): GraphValue {
  const [batch, channels, height, width] = input.shape as readonly [number, number, number, number];
  const filters = weight.shape![0] as number;
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const last = graph.op('Transpose', [input], { perm: [0, 2, 3, 1] });
  const padded =
    padding === 0 ? last : graph.op('Pad', [last, graph.integers([0, padding, padding, 0, 0, padding, padding, 0])]);
  const taps = Array.from({ length: kernel * kernel }, (_, tap) => {
    const starts = [Math.floor(tap / kernel), tap % kernel];
    const ends = [starts[0]! + (rows - 1) * stride + 1, starts[1]! + (columns - 1) * stride + 1];
    return graph.op('Slice', [padded, ...[starts, ends, [1, 2], [stride, stride]].map((list) => graph.integers(list))]);
  });
  const seen = graph.op('Reshape', [
    graph.op('Concat', taps, { axis: 3 }),
    graph.integers([batch * rows * columns, kernel * kernel * channels]),
  ]);
  const ordered = graph.op('Transpose', [weight], { perm: [0, 2, 3, 1] });
  const matrix = graph.op('Reshape', [ordered, graph.integers([filters, kernel * kernel * channels])]);
  const product = graph.op('Gemm', [seen, matrix], { transB: 1 });
  const arranged = graph.op('Reshape', [product, graph.integers([batch, rows, columns, filters])]);
  return graph.op('Transpose', [arranged], { perm: [0, 3, 1, 2] });
}

export interface NormalizationOptions {
  /** What the learned scale starts with: 0 for the last of a residual block, which then starts as an identity. */
  readonly initialScale?: number;
  /** False leaves out the learned shift. */
  readonly shift?: boolean;
}

/**
 * Batch normalisation over axis 1 of `[N, C]` or `[N, C, H, W]`: S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015,
 * https://arxiv.org/abs/1502.03167. Running variances are unbiased, as in PyTorch.
 */
export function batchNormalization(
  scope: NetworkScope,
  input: GraphValue,
  name: string,
  { initialScale = 1, shift = true }: NormalizationOptions = {},
): GraphValue {
  const { graph } = scope;
  const channels = channelsOf(input);
  const parameter = (part: string, value: number): ParameterSpec => {
    return {
      name: `${name}.${part}`,
      shape: [channels],
      role: 'normalization',
      initializer: { kind: 'constant', value },
    };
  };
  const statistic = (part: string, initial: number): StatisticSpec => {
    return { name: `${name}.${part}`, shape: [channels], initial };
  };
  const scale = scope.parameter(parameter('scale', initialScale));
  const offset = shift ? scope.parameter(parameter('shift', 0)) : graph.floats(new Float32Array(channels));
  const meanSpec = statistic('runningMean', 0);
  const varianceSpec = statistic('runningVariance', 1);
  const mean = scope.statistic(meanSpec);
  const variance = scope.statistic(varianceSpec);
  const epsilon = { float: EPSILON };
  if (scope.statisticsOf(name) === 'running') {
    return graph.op('BatchNormalization', [input, scale, offset, mean, variance], { epsilon }, { name });
  }
  // With a momentum of 0 the operator gives the statistics of the batch itself, which its gradient needs too.
  const attributes = { epsilon, momentum: { float: 0 }, training_mode: 1 };
  // ONNX Runtime writes the statistics over those it is given, even over inputs and constants of the graph, so it is given
  // values of its own. What they are doesn't matter.
  const unused = [mean, variance].map((value) => graph.op('Mul', [value, graph.scalar(0.5)]));
  const inputs = [input, scale, offset, ...unused];
  const [output, batchMean, batchVariance] = graph.ops('BatchNormalization', inputs, 3, attributes, { name });
  const count = elementsPerChannel(input);
  const unbiased = graph.op('Mul', [batchVariance!, graph.scalar(count / Math.max(1, count - 1))]);
  scope.updateStatistic(meanSpec, movedTowards(scope, mean, batchMean!));
  scope.updateStatistic(varianceSpec, movedTowards(scope, variance, unbiased));
  return output!;
}

function movedTowards({ graph }: NetworkScope, running: GraphValue, batch: GraphValue): GraphValue {
  const kept = graph.op('Mul', [running, graph.scalar(1 - RUNNING_UPDATE)]);
  return graph.op('Add', [kept, graph.op('Mul', [batch, graph.scalar(RUNNING_UPDATE)])]);
}

/**
 * The mean over each of `grid` × `grid` places of a picture, `[N, C, H, W]` → `[N, C, grid²]`. Place i begins at
 * ⌊i · H / grid⌋ and ends before ⌈(i + 1) · H / grid⌉, likewise across, so that neighbouring ones overlap where the grid divides
 * no edge: adaptive average pooling, as PyTorch has it.
 */
export function placeMeans(graph: GraphBuilder, input: GraphValue, grid: number): GraphValue {
  const [, , height, width] = input.shape ?? [];
  if (typeof height !== 'number' || typeof width !== 'number')
    throw invalidGraph(input.name, 'layer', 'its size is not fixed');
  const positions = graph.op('Reshape', [input, graph.integers([0, channelsOf(input), height * width])]);
  if (height === grid && width === grid) return positions;
  const [rows, columns] = [height, width].map((edge) => placeShares(edge, grid)) as [Float64Array[], Float64Array[]];
  const shares = new Float32Array(height * width * grid * grid);
  for (let position = 0; position < height * width; position++) {
    const [y, x] = [Math.floor(position / width), position % width];
    for (let place = 0; place < grid * grid; place++) {
      shares[position * grid * grid + place] = rows[Math.floor(place / grid)]![y]! * columns[place % grid]![x]!;
    }
  }
  return graph.op('MatMul', [positions, graph.floats(shares, [height * width, grid * grid])]);
}

/** For each place along an edge, the share of each position in its mean. */
function placeShares(edge: number, grid: number): Float64Array[] {
  return Array.from({ length: grid }, (_, place) => {
    const [start, end] = [Math.floor((place * edge) / grid), Math.ceil(((place + 1) * edge) / grid)];
    return Float64Array.from({ length: edge }, (_, i) => (i >= start && i < end ? 1 / (end - start) : 0));
  });
}

export interface LinearOptions {
  readonly outputs: number;
  readonly bias?: boolean;
  /** Standard deviation of the first weights; He's for the number of inputs by default. */
  readonly standardDeviation?: number;
}

/** A fully connected layer, `[N, inputs]` → `[N, outputs]`; weights are stored `[outputs, inputs]`. */
export function linear(
  scope: NetworkScope,
  input: GraphValue,
  name: string,
  { outputs, bias = false, standardDeviation }: LinearOptions,
): GraphValue {
  const inputs = channelsOf(input);
  const weight = scope.parameter({
    name: `${name}.weight`,
    shape: [outputs, inputs],
    role: 'weight',
    initializer: { kind: 'normal', standardDeviation: standardDeviation ?? Math.sqrt(2 / inputs) },
  });
  const offset = bias ? biasOf(scope, name, outputs) : undefined;
  const operands = offset === undefined ? [input, weight] : [input, weight, offset];
  return scope.graph.op('Gemm', operands, { transB: 1 }, { name });
}

function biasOf(scope: NetworkScope, name: string, outputs: number): GraphValue {
  const initializer = { kind: 'constant', value: 0 } as const;
  return scope.parameter({ name: `${name}.bias`, shape: [outputs], role: 'bias', initializer });
}

function channelsOf({ name, shape }: GraphValue): number {
  const channels = shape?.[1];
  if (typeof channels !== 'number') throw invalidGraph(name, 'layer', 'the number of its channels is not known');
  return channels;
}

function elementsPerChannel({ name, shape = [] }: GraphValue): number {
  return shape.reduce<number>((product, size, axis) => {
    if (typeof size === 'string') throw invalidGraph(name, 'layer', `its size "${size}" is not fixed`);
    return axis === 1 ? product : product * size;
  }, 1);
}
