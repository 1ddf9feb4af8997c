import { gradients } from '../differentiation/gradients.ts';
import { invalidGraph } from '../errors.ts';
import type { GraphBuilder, GraphValue } from '../onnx/graphBuilder.ts';
import { peakActivationBytes } from '../onnx/memory.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { biasCorrections, momentNames, parameterUpdate, type OptimizerConfig, type StepInputs } from './optimizers.ts';
import {
  initialParameters,
  initialStatistics,
  sizeOf,
  type ParameterSpec,
  type StatisticSpec,
  type TensorMap,
} from './parameters.ts';
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
  /**
   * What a step reads and leaves as it is: frozen parameters, and running statistics that are used and not updated. Inputs of
   * the graph that are fed once.
   */
  readonly fixed: readonly StateTensor[];
  /** Those that are trained. */
  readonly parameters: readonly ParameterSpec[];
  readonly optimizer: OptimizerConfig;
  /** Memory that the values of one step take, in bytes; see `peakActivationBytes`. */
  readonly activationBytes: number;
  /** Outputs besides the state: `loss`, `gradientNorm` and what the caller asked for. */
  readonly outputs: readonly string[];
  /**
   * The first values of the whole state, and of what is fixed.
   *
   * @param start parameters and running statistics of a network trained before, which take the place of what would be drawn;
   *   names that the program doesn't know are passed over. Throws invalid-graph where one has another size.
   */
  initialState(seed: number, start?: TensorMap): Map<string, Float32Array>;
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
  /** What the learning rate is multiplied with for a parameter, by its name; 1 by default. */
  readonly learningRateScale?: (name: string) => number;
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
  { optimizer, clipNorm, frozen = new Set(), learningRateScale = () => 1, outputs = {} }: ProgramOptions,
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
  const rates = new ScaledRates(graph, graph.input('learningRate', 'float32', []));
  const inputs: Omit<StepInputs, 'learningRate'> = {
    corrections: biasCorrections(optimizer, 1).map((_, i) => graph.input(`correction${i + 1}`, 'float32', [])),
  };
  const moments: StateTensor[] = [];
  trained.forEach(({ spec, value }, i) => {
    const names = momentNames(optimizer).map((moment) => `${moment}/${spec.name}`);
    const current = names.map((name) => graph.input(name, 'float32', spec.shape));
    const gradient = clipped[i]!;
    const values = { parameter: value, gradient, moments: current };
    const learningRate = rates.times(learningRateScale(spec.name));
    const update = parameterUpdate(graph, optimizer, spec, values, { ...inputs, learningRate });
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
  const updated = new Set(statistics.map(({ name }) => name));
  const fixedParameters = scope.parameters.map(({ spec }) => spec).filter(({ name }) => frozen.has(name));
  const fixedStatistics = scope.statisticSpecs.filter(({ name }) => !updated.has(name));
  return {
    model: graph.build(),
    step: { graph, loss, trained: trained.map(({ value }, i) => ({ parameter: value, gradient: raw[i]! })) },
    state: [
      ...parameters.map((spec) => stateTensor(spec, 'parameter')),
      ...statistics.map((spec) => stateTensor(spec, 'statistic')),
      ...moments,
    ],
    fixed: [
      ...fixedParameters.map((spec) => stateTensor(spec, 'parameter')),
      ...fixedStatistics.map((spec) => stateTensor(spec, 'statistic')),
    ],
    parameters,
    optimizer,
    activationBytes: peakActivationBytes(graph),
    outputs: Object.keys(results),
    initialState: (seed, start = new Map()) => {
      const drawn = new Map([
        ...initialParameters([...parameters, ...fixedParameters], seed),
        ...initialStatistics([...statistics, ...fixedStatistics]),
      ]);
      return new Map([
        ...replaced(drawn, start),
        ...moments.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))] as const),
      ]);
    },
  };
}

function stateTensor({ name, shape }: ParameterSpec | StatisticSpec, kind: StateTensor['kind']): StateTensor {
  return { name, shape, kind };
}

/** Copies of the given values in the place of those drawn. */
function replaced(drawn: TensorMap, given: TensorMap): Map<string, Float32Array> {
  const entries = [...drawn].map(([name, values]): [string, Float32Array] => {
    const start = given.get(name);
    if (start === undefined) return [name, values];
    if (start.length !== values.length) {
      throw invalidGraph(name, 'parameter', `it has ${values.length} numbers and is to start with ${start.length}`);
    }
    return [name, start.slice()];
  });
  return new Map(entries);
}

/** Multiples of the learning rate, each computed once. */
class ScaledRates {
  readonly #graph: GraphBuilder;
  readonly #byFactor: Map<number, GraphValue>;

  constructor(graph: GraphBuilder, learningRate: GraphValue) {
    this.#graph = graph;
    this.#byFactor = new Map([[1, learningRate]]);
  }

  times(factor: number): GraphValue {
    const known = this.#byFactor.get(factor);
    if (known !== undefined) return known;
    const scaled = this.#graph.op('Mul', [this.#byFactor.get(1)!, this.#graph.scalar(factor)]);
    this.#byFactor.set(factor, scaled);
    return scaled;
  }
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
