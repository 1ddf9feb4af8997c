import { GraphBuilder } from '../onnx/graphBuilder.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { RUNNING_UPDATE } from './layers.ts';
import { encoderNetwork } from './networks/networks.ts';
import { initialParameters, sizeOf, type StatisticSpec, type TensorMap } from './parameters.ts';
import type { EncoderShape } from './pretrainProgram.ts';
import { TrainingScope } from './scope.ts';

/** What a network is before its training, but for the statistics of its normalisations. */
export interface UntrainedNetwork {
  /**
   * Inputs: `images` float32 `[batch, 3, size, size]`, normalised, and the parameters by their names. Outputs: an update of
   * each statistic, by its name with `.next`, that starts from zero; see `statisticsOf`.
   */
  readonly model: OnnxModel;
  readonly parameters: ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;
  readonly statistics: readonly StatisticSpec[];
}

/** @param seed the one that a training would begin with */
export function untrainedNetwork({ network, size, stemStride }: EncoderShape, seed: number, batch: number) {
  const graph = new GraphBuilder(`${network}-statistics`);
  const scope = new TrainingScope(graph, 'batch');
  const images = graph.input('images', 'float32', [batch, 3, size, size]);
  encoderNetwork(scope, images, network, stemStride);
  for (const { spec, next } of scope.statisticUpdates) {
    graph.output(updateName(spec), next, 'float32', spec.shape);
  }
  const specs = scope.parameters.map(({ spec }) => spec);
  const values = initialParameters(specs, seed);
  return {
    model: graph.build(),
    parameters: new Map(specs.map(({ name, shape }) => [name, { shape, values: values.get(name)! }])),
    statistics: scope.statisticSpecs,
  } satisfies UntrainedNetwork;
}

/**
 * The statistics of the batch itself, from the model's outputs.
 *
 * @param updates by the names of the outputs, where all statistics were zero before
 */
export function statisticsOf(specs: readonly StatisticSpec[], updates: TensorMap): Map<string, Float32Array> {
  return new Map(
    specs.map((spec) => [spec.name, updates.get(updateName(spec))!.map((value) => value / RUNNING_UPDATE)]),
  );
}

/** Statistics as the model takes them. */
export function zeroStatistics(specs: readonly StatisticSpec[]): Map<string, Float32Array> {
  return new Map(specs.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]));
}

function updateName({ name }: StatisticSpec): string {
  return `${name}.next`;
}
