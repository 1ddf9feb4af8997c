import { captionsNotMeasured, tooFewPairs, towersKept } from '../../core/captions/captionErrors.ts';
import type { LikenessError } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import { formatQuantity } from '../../core/progressText.ts';
import {
  FEWEST_PAIRS,
  resolveCaptionSettings,
  type ResolvedCaptionSettings,
} from '../../core/training/captionSettings.ts';
import { optimizerConfig } from '../../core/training/commonSettings.ts';
import { imageTextHeadsProgram, unchangingHeads, type HeadsShape } from '../../core/training/imageTextHeads.ts';
import type { Dataset } from '../dataset.ts';
import { loadCaptionData, selectCaptioned, type CaptionData, type CaptionSelection } from './captionData.ts';
import { CaptionTask } from './captionTask.ts';
import { resolveTowers, type TowerChoice, type Towers } from './captionTowers.ts';
import { exportHeads } from './headExport.ts';
import type { TaskOpener } from './runLifecycle.ts';
import {
  neededMemory,
  type PreparedRun,
  type StartedRun,
  type TrainingIndexes,
  type TrainingKind,
  type TrainingOptions,
  type Wish,
} from './trainer.ts';
import type { RunPosition } from './trainingRun.ts';

/** Length of all gradients together that is out of the ordinary. */
const CLIP_NORM = 1;

interface CaptionRun extends PreparedRun<'captions'> {
  readonly settings: ResolvedCaptionSettings;
  readonly dataset: Dataset;
  readonly towers: Towers;
  readonly selection: CaptionSelection;
  readonly shape: HeadsShape;
}

/** Teaches images and their captions to find each other: projection heads over two towers that stay as they are. */
export class CaptionTraining implements TrainingKind<'captions', CaptionRun, CaptionData> {
  readonly kind = 'captions';
  readonly #options: TrainingOptions;

  constructor(options: TrainingOptions) {
    this.#options = options;
  }

  async prepare({ root, settings: wished, images }: Wish<'captions'>, context: JobContext): Promise<CaptionRun> {
    const { threads } = this.#options;
    const dataset = await this.#indexed(root, wished, context);
    const towers = await resolveTowers(wished, dataset, this.#options.registry, threads);
    const selection = await selectCaptioned(dataset, images, wished.seed ?? 0);
    const imageCount = selection.splits.training.length;
    const { image, text, isPair } = towers;
    const { card } = image.encoder;
    const sides = {
      image: { reference: image.reference, name: card.name, dim: card.output.dim },
      text: { reference: text.reference, name: text.name, dim: text.described.output.dim },
      isPair,
    };
    const settings = resolveCaptionSettings(wished, sides, imageCount, threads);
    const shape = { image: sides.image.dim, text: sides.text.dim, outputs: settings.outputs };
    const program = imageTextHeadsProgram(shape, {
      batch: settings.batchImages,
      optimizer: optimizerConfig(settings),
      clipNorm: CLIP_NORM,
    });
    const { paths, captions, chosen } = selection;
    const vectors = paths.length * shape.image + captions.length * shape.text;
    neededMemory(program, settings.engine, vectors * Float32Array.BYTES_PER_ELEMENT);
    const values = isPair ? unchangingHeads(shape) : undefined;
    const found = { ...(values && { values }), ...(chosen && { chosen }) };
    return { root, dataset, towers, selection, settings, shape, program, imageCount, ...found };
  }

  async load({ dataset, towers, selection, settings }: StartedRun<CaptionRun>, context: JobContext) {
    const { registry } = this.#options;
    const options = { dataset, registry, load: this.#indexes.load, towers, threads: settings.threads };
    const data = await loadCaptionData(selection, options, context);
    const fewest = Math.max(FEWEST_PAIRS, settings.batchImages);
    if (data.rows.length < fewest) throw tooFewPairs(data.rows.length, fewest);
    return data;
  }

  task({ settings, shape, program, values }: StartedRun<CaptionRun>, data: CaptionData): Promise<TaskOpener> {
    const kept = new Set(program.parameters.map(({ name }) => name));
    const options = { settings, shape, data, kept, isPair: values !== undefined };
    return Promise.resolve((worker, run) => CaptionTask.open(options, worker, run));
  }

  export(
    { root, files, settings, towers, shape }: StartedRun<CaptionRun>,
    { state }: RunPosition,
    { rows }: CaptionData,
  ): Promise<string> {
    const trainedOn = `${formatQuantity(rows.length, 'image')} with captions`;
    const made = { root, files, name: settings.name, towers, shape, state, trainedOn };
    return exportHeads(made, this.#options.registry);
  }

  notices(
    { values }: CaptionRun,
    { notices, test, rows, validation }: CaptionData,
    { metrics }: RunPosition,
  ): readonly LikenessError[] {
    const isUnchanged = values !== undefined && metrics['bestEpoch'] === 0;
    return [
      ...notices,
      ...(test.length > 0 ? [] : [captionsNotMeasured(rows.length)]),
      ...(isUnchanged ? [towersKept(validation.length, metrics['validationRecallAt1Before'])] : []),
    ];
  }

  get #indexes(): TrainingIndexes {
    const { indexes } = this.#options;
    if (indexes === undefined) throw new Error('there are no indexes to train on');
    return indexes;
  }

  async #indexed(root: string, { imageEncoder }: TowerChoice, context: JobContext): Promise<Dataset> {
    const { datasets, index } = this.#indexes;
    if (datasets.find(root) === undefined) await index(root, imageEncoder, context);
    return datasets.get(root);
  }
}
