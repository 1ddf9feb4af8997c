import { gradients } from '../differentiation/gradients.ts';
import type { GraphBuilder, GraphValue } from '../onnx/graphBuilder.ts';
import { peakActivationBytes } from '../onnx/memory.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { biasCorrections, momentNames, parameterUpdate, type OptimizerConfig, type StepInputs } from './optimizers.ts';
import { initialParameters, initialStatistics, sizeOf, type ParameterSpec } from './parameters.ts';
import type { TrainingScope } from './scope.ts';

/** A tensor that a step reads and replaces. */
export interface StateTensor {
  /** Name of the graph's input; the output with its next value is called `next/NAME`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly kind: 'parameter' | 'statistic' | 'moment';
}

/** One step of training as one ONNX model: forward pass, loss, gradients and the optimiser's update. */
export interface TrainingProgram {
  readonly model: OnnxModel;
  /** The same before it is made a model, for an engine that finds the gradients by itself. */
  readonly step: DifferentiatedGraph;
  /** In the order in which checkpoints hold them. */
  readonly state: readonly StateTensor[];
  readonly parameters: readonly ParameterSpec[];
  readonly optimizer: OptimizerConfig;
  /** Memory that the values of one step take, in bytes; see `peakActivationBytes`. */
  readonly activationBytes: number;
  /** Outputs besides the state: `loss`, `gradientNorm` and what the caller asked for. */
  readonly outputs: readonly string[];
  /** The first values of the whole state. */
  initialState(seed: number): Map<string, Float32Array>;
}

/** A graph that holds the gradients of its own loss. What is fed for these takes the place of what it would compute. */
export interface DifferentiatedGraph {
  readonly graph: GraphBuilder;
  readonly loss: GraphValue;
  /** What is trained, each with the derivative of the loss by it. */
  readonly trained: readonly { readonly parameter: GraphValue; readonly gradient: GraphValue }[];
}

export interface ProgramOptions {
  readonly optimizer: OptimizerConfig;
  /** Largest Euclidean length of all gradients together; longer ones are shortened to it. */
  readonly clipNorm?: number;
  /** Parameters that stay as they are. */
  readonly frozen?: ReadonlySet<string>;
  /** Further values to hand out, by name. */
  readonly outputs?: Readonly<Record<string, GraphValue>>;
}

/**
 * Completes a graph that computes a loss to one that also takes the training step. Adds the inputs `learningRate` and, for
 * AdamW, `correction1` and `correction2` (see `stepScalars`).
 */
export function trainingProgram(
  scope: TrainingScope,
  loss: GraphValue,
  { optimizer, clipNorm, frozen = new Set(), outputs = {} }: ProgramOptions,
): TrainingProgram {
  const { graph } = scope;
  const trained = scope.parameters.filter(({ spec }) => !frozen.has(spec.name));
  const raw = gradients(
    graph,
    loss,
    trained.map(({ value }) => value),
  );
  const norm = globalNorm(graph, raw);
  const clipped = clipNorm === undefined ? raw : clip(graph, raw, norm, clipNorm);
  const inputs: StepInputs = {
    learningRate: graph.input('learningRate', 'float32', []),
    corrections: biasCorrections(optimizer, 1).map((_, i) => graph.input(`correction${i + 1}`, 'float32', [])),
  };
  const moments: StateTensor[] = [];
  trained.forEach(({ spec, value }, i) => {
    const names = momentNames(optimizer).map((moment) => `${moment}/${spec.name}`);
    const current = names.map((name) => graph.input(name, 'float32', spec.shape));
    const gradient = clipped[i]!;
    const update = parameterUpdate(graph, optimizer, spec, { parameter: value, gradient, moments: current }, inputs);
    graph.output(nextName(spec.name), update.next, 'float32', spec.shape);
    names.forEach((name, j) => {
      graph.output(nextName(name), update.moments[j]!, 'float32', spec.shape);
      moments.push({ name, shape: spec.shape, kind: 'moment' });
    });
  });
  for (const { spec, next } of scope.statisticUpdates) graph.output(nextName(spec.name), next, 'float32', spec.shape);
  const results = { loss, gradientNorm: norm, ...outputs };
  for (const [name, value] of Object.entries(results)) graph.output(resultName(name), value);

  const parameters = trained.map(({ spec }) => spec);
  const statistics = scope.statisticUpdates.map(({ spec }) => spec);
  return {
    model: graph.build(),
    step: { graph, loss, trained: trained.map(({ value }, i) => ({ parameter: value, gradient: raw[i]! })) },
    state: [
      ...parameters.map(({ name, shape }): StateTensor => ({ name, shape, kind: 'parameter' })),
      ...statistics.map(({ name, shape }): StateTensor => ({ name, shape, kind: 'statistic' })),
      ...moments,
    ],
    parameters,
    optimizer,
    activationBytes: peakActivationBytes(graph),
    outputs: Object.keys(results),
    initialState: (seed) =>
      new Map([
        ...initialParameters(parameters, seed),
        ...initialStatistics(statistics),
        ...moments.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))] as const),
      ]),
  };
}

/** Name of the output that holds a state tensor's next value. */
export function nextName(name: string): string {
  return `next/${name}`;
}

/** Name of the output that holds a result. */
export function resultName(name: string): string {
  return `result/${name}`;
}

/** The scalars that a step takes, by the names of their inputs. @param step counted from 1 */
export function stepScalars(optimizer: OptimizerConfig, step: number, learningRate: number): Record<string, number> {
  const corrections = biasCorrections(optimizer, step).map((value, i) => [`correction${i + 1}`, value] as const);
  return { learningRate, ...Object.fromEntries(corrections) };
}

function globalNorm(graph: GraphBuilder, values: readonly GraphValue[]): GraphValue {
  const squares = values.map((value) => {
    return graph.op('Reshape', [graph.op('ReduceSumSquare', [value], { keepdims: 0 }), graph.integers([1])]);
  });
  const total = graph.op('ReduceSum', [graph.op('Concat', squares, { axis: 0 })], { keepdims: 0 });
  return graph.op('Sqrt', [total]);
}

function clip(graph: GraphBuilder, values: readonly GraphValue[], norm: GraphValue, largest: number): GraphValue[] {
  const factor = graph.op('Div', [graph.scalar(largest), graph.op('Max', [norm, graph.scalar(largest)])]);
  return values.map((value) => graph.op('Mul', [value, factor]));
}
