import type { TensorMap } from '../../core/training/parameters.ts';
import type { NetworkShape } from '../../core/training/networkShape.ts';
import type { OnnxWorker } from '../encoders/onnxRuntime.ts';
import { RunEvaluator } from './evaluation.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import { RunQuality, type Metrics } from './runMonitor.ts';
import type { TrainingData } from './trainingData.ts';

/** Classes are predicted this often in a run, and at both ends. */
const EVALUATIONS = 20;

type MonitoredData = Pick<TrainingData, 'monitored' | 'heldOut'>;

/** Tells how well the encoder of a run knows classes before, while and after it is trained, by what its neighbours are. */
export class EncoderMonitor {
  readonly #data: MonitoredData;
  readonly #epochs: number;
  readonly #quality: RunQuality;

  private constructor(data: MonitoredData, epochs: number, quality: RunQuality) {
    this.#data = data;
    this.#epochs = epochs;
    this.#quality = quality;
  }

  static async open(
    worker: OnnxWorker,
    settings: NetworkShape & { readonly threads: number; readonly epochs: number },
    data: MonitoredData,
    signal: AbortSignal,
  ): Promise<EncoderMonitor> {
    const card = trainedEncoderInterface(settings);
    const evaluator = await RunEvaluator.open(worker, settings, card, settings.threads);
    return new EncoderMonitor(data, settings.epochs, new RunQuality(evaluator, signal));
  }

  /** Of the network that has learnt nothing yet: names end in `Untrained`. */
  async begin(state: TensorMap): Promise<Metrics> {
    const { knn, knnMacro, testKnnMacro } = await this.end(state);
    const untrained = { knnUntrained: knn, knnMacroUntrained: knnMacro, testKnnMacroUntrained: testKnnMacro };
    const measured = Object.entries(untrained).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    return Object.fromEntries(measured) as Metrics;
  }

  /** Nothing after most epochs. @param done epochs, counted from 1 */
  async afterEpoch(done: number, state: () => Promise<TensorMap>): Promise<Metrics> {
    const { monitored } = this.#data;
    if (!isEvaluated(done, this.#epochs) || monitored === undefined) return {};
    return this.#quality.ofTraining(monitored, await state());
  }

  async end(state: TensorMap): Promise<Metrics> {
    const { monitored, heldOut } = this.#data;
    return {
      ...(monitored && (await this.#quality.ofTraining(monitored, state))),
      ...(heldOut && (await this.#quality.ofTest(heldOut, state))),
    };
  }
}

/** Whether classes are predicted after so many of a run's epochs. */
export function isEvaluated(done: number, epochs: number): boolean {
  return done < epochs && done % Math.ceil(epochs / EVALUATIONS) === 0;
}
