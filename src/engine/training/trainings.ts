import type { ListedEncoder } from '../../core/encoders/card.ts';
import type { JobContext } from '../../core/progress.ts';
import type {
  PretrainPlan,
  PretrainRequest,
  ResumeRequest,
  RunKind,
  TrainingReport,
  TrainRequest,
} from '../../protocol/training.ts';
import { AutoencoderTraining } from './autoencoderTraining.ts';
import { CaptionTraining } from './captionTraining.ts';
import { Distillation } from './distillation.ts';
import { FineTuning } from './fineTuning.ts';
import { Pretraining } from './pretraining.ts';
import { RunStore } from './runStore.ts';
import { Trainer, type TrainingOptions } from './trainer.ts';

/** What every trainer can do, whatever its kind prepares and loads. */
type AnyTrainer<Kind extends RunKind> = Pick<Trainer<Kind, never, never>, 'train' | 'resume'>;

/** All kinds of training. */
export class Trainings {
  readonly #options: TrainingOptions;
  readonly #pretraining: Pretraining;
  readonly #trainers: { readonly [Kind in RunKind]: AnyTrainer<Kind> };

  constructor(options: TrainingOptions) {
    this.#options = options;
    this.#pretraining = new Pretraining(options);
    this.#trainers = {
      pretrain: new Trainer(this.#pretraining, options),
      finetune: new Trainer(new FineTuning(options), options),
      distill: new Trainer(new Distillation(options), options),
      autoencoder: new Trainer(new AutoencoderTraining(options), options),
      captions: new Trainer(new CaptionTraining(options), options),
    };
  }

  /** What a run of pretraining would do and cost on this machine; rejects as `Pretraining.plan`. */
  planPretraining(request: PretrainRequest, context: JobContext): Promise<PretrainPlan> {
    return this.#pretraining.plan(request, context);
  }

  /** Those of a dataset's encoders that pretraining can go on with; rejects with `cancelled`. */
  trainable(cards: readonly ListedEncoder[], root: string, signal?: AbortSignal): Promise<ListedEncoder[]> {
    return this.#pretraining.trainable(cards, root, signal);
  }

  /** Rejects as `Trainer.train`. */
  train<Kind extends RunKind>(kind: Kind, request: TrainRequest<Kind>, context: JobContext): Promise<TrainingReport> {
    return this.#trainers[kind].train(request, context);
  }

  /** Goes on with a run, whatever its kind. Rejects as `Trainer.resume`. */
  async resume(request: ResumeRequest, context: JobContext): Promise<TrainingReport> {
    const { kind } = await new RunStore(this.#options.rootOf(request.folder)).summary(request.run);
    return this.#trainers[kind].resume(request, context);
  }
}
