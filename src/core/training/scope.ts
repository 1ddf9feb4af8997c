import type { GraphBuilder, GraphValue } from '../onnx/graphBuilder.ts';
import { floatTensor } from '../onnx/tensors.ts';
import { invalidGraph } from '../errors.ts';
import type { ParameterSpec, StatisticSpec, TensorMap } from './parameters.ts';

/** Which statistics a normalisation uses: those of the batch, moving the running ones towards them, or the running ones. */
export type StatisticsSource = 'batch' | 'running';

/**
 * Where a network is written to. The same network code serves training, where parameters are inputs of the graph, and
 * export, where they are constants.
 */
export interface NetworkScope {
  readonly graph: GraphBuilder;
  /** @param layer name of a normalisation */
  statisticsOf(layer: string): StatisticsSource;
  parameter(spec: ParameterSpec): GraphValue;
  statistic(spec: StatisticSpec): GraphValue;
  /** Says what a running statistic becomes with this batch. */
  updateStatistic(spec: StatisticSpec, next: GraphValue): void;
}

/** Parameters and statistics are inputs of the graph, by their names. */
export class TrainingScope implements NetworkScope {
  readonly graph: GraphBuilder;
  readonly statisticsOf: (layer: string) => StatisticsSource;
  readonly parameters: { readonly spec: ParameterSpec; readonly value: GraphValue }[] = [];
  readonly statisticSpecs: StatisticSpec[] = [];
  readonly statisticUpdates: { readonly spec: StatisticSpec; readonly next: GraphValue }[] = [];

  /** @param statistics of all normalisations, or of each by its name */
  constructor(graph: GraphBuilder, statistics: StatisticsSource | ((layer: string) => StatisticsSource) = 'batch') {
    this.graph = graph;
    this.statisticsOf = typeof statistics === 'string' ? () => statistics : statistics;
  }

  parameter(spec: ParameterSpec): GraphValue {
    const value = this.graph.input(spec.name, 'float32', spec.shape);
    this.parameters.push({ spec, value });
    return value;
  }

  statistic(spec: StatisticSpec): GraphValue {
    this.statisticSpecs.push(spec);
    return this.graph.input(spec.name, 'float32', spec.shape);
  }

  updateStatistic(spec: StatisticSpec, next: GraphValue): void {
    this.statisticUpdates.push({ spec, next });
  }
}

/** Parameters and statistics are constants of the graph. */
export class ExportScope implements NetworkScope {
  readonly graph: GraphBuilder;
  readonly #values: TensorMap;

  /** @param values parameters and statistics by name */
  constructor(graph: GraphBuilder, values: TensorMap) {
    this.graph = graph;
    this.#values = values;
  }

  statisticsOf(): StatisticsSource {
    return 'running';
  }

  parameter({ name, shape }: ParameterSpec | StatisticSpec): GraphValue {
    const values = this.#values.get(name);
    if (values === undefined) throw invalidGraph(name, 'parameter', 'its values are missing');
    return this.graph.constant({ ...floatTensor(values, shape), name });
  }

  statistic(spec: StatisticSpec): GraphValue {
    return this.parameter(spec);
  }

  updateStatistic({ name }: StatisticSpec): void {
    throw invalidGraph(name, 'statistic', 'an exported network has nothing to update');
  }
}
