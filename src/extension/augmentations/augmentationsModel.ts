import path from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { recipeOf, type AugmentationSettings } from '../../core/augmentation/augmentationSettings.ts';
import type { AugmentationRecipe } from '../../core/augmentation/recipe.ts';
import { augmentationFault } from '../../core/augmentation/recipeRules.ts';
import type { PairAction } from '../../core/decisions/decisionLines.ts';
import { asLikenessError } from '../../core/errors.ts';
import { viewCounts, viewSizes, type BatchReport, type ViewsReport } from '../../protocol/augmentations.ts';
import type {
  AugmentationChange,
  AugmentationsState,
  BatchFigures,
  BatchPictures,
  Measurement,
  MeasurementName,
  ViewPictures,
} from '../../protocol/augmentationsView.ts';
import type { ScanSettings } from '../../protocol/engine.ts';
import { Debounced } from '../async/debounce.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import { changed, initialSettings } from './augmentationsChange.ts';
import { failureOf } from '../panels/panelFailure.ts';
import { MeasurementRun } from './measurementRun.ts';

/** Images of a sample: so many that a figure is steady to about a hundredth, and so few that people wait for it. */
const SENSITIVITY_IMAGES = 48;
const BATCH_IMAGES = 128;

/** What survives a reload of the window. */
export interface SavedAugmentations {
  readonly file: string | undefined;
  readonly pinned: boolean;
  readonly preset: string;
  readonly settings: AugmentationSettings;
  readonly viewSize: number;
  readonly count: number;
  readonly seed: number;
}

export interface AugmentationsHost {
  readonly engine: EngineCaller;
  readonly scanSettings: (file: string) => ScanSettings;
  readonly trusted: () => boolean;
  /** Whether a job is under way that reaches a file. */
  readonly indexing: (file: string) => boolean;
  /** The dataset to compare with, where an image lies in none. */
  readonly datasetFor: (file: string) => Promise<string | undefined>;
  readonly save: (saved: SavedAugmentations) => void;
  /** Controls that are moved have come to rest after so many milliseconds. */
  readonly settleMs: number;
}

type Content = Omit<
  AugmentationsState,
  'revision' | 'trusted' | 'indexing' | 'sensitivity' | 'batch' | 'batchPictures'
>;

/** What the panel shows: an image's views under what is set, and what was measured with it. The newest request wins. */
export class AugmentationsModel {
  readonly #host: AugmentationsHost;
  readonly #latest = new Latest();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #settled: Debounced;
  readonly #sensitivity: MeasurementRun<'sensitivity'>;
  readonly #batch: MeasurementRun<'batch'>;
  #revision = 0;
  #report: ViewsReport | undefined;
  #content: Content;

  constructor(host: AugmentationsHost, saved: SavedAugmentations | undefined) {
    this.#host = host;
    this.#settled = new Debounced(host.settleMs, () => void this.refresh());
    const touch = (): void => {
      this.#set({});
    };
    this.#sensitivity = new MeasurementRun('sensitivity', host.engine, touch);
    this.#batch = new MeasurementRun('batch', host.engine, touch);
    const start = isUsable(saved) ? saved : undefined;
    const viewSize = start?.viewSize ?? 64;
    this.#content = {
      image: start?.file === undefined ? undefined : shown(start.file),
      pinned: start?.pinned ?? false,
      preset: start?.preset ?? 'natural',
      settings: start?.settings ?? initialSettings(viewSize),
      viewSize,
      count: start?.count ?? 12,
      seed: start?.seed ?? 0,
      busy: false,
      views: undefined,
      viewPictures: 0,
      failure: undefined,
    };
  }

  get state(): AugmentationsState {
    const { image, viewSize } = this.#content;
    const recipe = JSON.stringify(this.recipe);
    const shownAt = `${this.#dataset ?? ''} ${viewSize}`;
    return {
      ...this.#content,
      revision: this.#revision,
      trusted: this.#host.trusted(),
      indexing: image !== undefined && this.#host.indexing(image.file),
      sensitivity: this.#sensitivity.measurement(shownAt),
      batch: withoutPictures(this.#batch.measurement(`${shownAt} ${recipe}`)),
      batchPictures: this.#batch.version,
    };
  }

  get recipe(): AugmentationRecipe {
    return recipeOf(this.#content.settings);
  }

  /** The dataset that the image is compared with; undefined before it is known. */
  get root(): string | undefined {
    return this.#report?.root;
  }

  /** What figures over a data set depend on. */
  get #dataset(): string | undefined {
    return this.#report && `${this.#report.root} ${this.#report.encoder.id}`;
  }

  get viewPictures(): ViewPictures | undefined {
    const report = this.#report;
    return report && { original: report.original, views: report.views, nearest: report.nearest.map(thumbnailOf) };
  }

  get batchPictures(): BatchPictures | undefined {
    const report = this.#batch.report;
    return (
      report && {
        positives: report.hardestPositives.map(({ views }) => views),
        negatives: report.hardestNegatives.map(({ views }) => views),
      }
    );
  }

  /** True where an image has been neither looked at nor refused, as after a reload. */
  get isWaiting(): boolean {
    const { image, busy, views, failure } = this.#content;
    return image !== undefined && !busy && views === undefined && failure === undefined;
  }

  /** Shows another image. */
  async show(file: string): Promise<void> {
    if (file !== this.#content.image?.file) this.#set({ image: shown(file), failure: undefined });
    await this.refresh();
  }

  /** Changes what a control stands for; new views come when it is at rest. */
  change(change: AugmentationChange): void {
    this.#set(changed(this.#content, change, this.#report?.own));
    this.#save();
    if (!('pinned' in change)) this.#settled.trigger();
  }

  /** Draws other views. */
  async redraw(): Promise<void> {
    this.#set({ seed: this.#content.seed + 1 });
    await this.refresh();
  }

  /** Settings that the state shows have changed. */
  touch(): void {
    this.#set({});
  }

  /** Makes the views again. Failures become part of the state. */
  async refresh(): Promise<void> {
    const { image } = this.#content;
    this.#save();
    if (!image) return;
    this.#set({ busy: true, failure: undefined });
    try {
      const report = await this.#latest.run((signal) => this.#make(image.file, signal));
      if (report) this.#take(report);
    } catch (error) {
      this.#report = undefined;
      this.#set({ busy: false, views: undefined, failure: failureOf(asLikenessError(error)) });
    }
  }

  /** Measures over a sample of the dataset, in place of what is being measured under that name. */
  async measure(name: MeasurementName): Promise<void> {
    const { image, viewSize, seed } = this.#content;
    if (!image || this.#report === undefined) return;
    const { root } = this.#report;
    const request = { folder: root, viewSize, seed, scan: this.#host.scanSettings(image.file) };
    const shownAt = `${this.#dataset ?? ''} ${viewSize}`;
    const { recipe } = this;
    if (name === 'sensitivity') await this.#sensitivity.run({ ...request, images: SENSITIVITY_IMAGES }, shownAt);
    else await this.#batch.run({ ...request, images: BATCH_IMAGES, recipe }, `${shownAt} ${JSON.stringify(recipe)}`);
  }

  cancel(name: MeasurementName): void {
    (name === 'sensitivity' ? this.#sensitivity : this.#batch).cancel();
  }

  /** Writes down what a person says of a pair of the batch; undefined takes it back. */
  async decide(paths: readonly [string, string], action: PairAction | undefined): Promise<void> {
    const report = this.#batch.report;
    if (report === undefined) return;
    await this.#host.engine.call('decisions/pair', { root: report.root, paths, action });
    const decided = report.hardestNegatives.map((pair): BatchReport['hardestNegatives'][number] =>
      pair.paths.join('\n') === paths.join('\n') ? { ...pair, decided: action } : pair,
    );
    this.#batch.amend({ hardestNegatives: decided });
  }

  /** Makes what is set the dataset's own augmentation. @returns its root; undefined where it isn't known yet */
  async saveAsOwn(): Promise<string | undefined> {
    if (this.root === undefined) return undefined;
    const { root } = await this.#host.engine.call('augmentations/save', { folder: this.root, recipe: this.recipe });
    await this.refresh();
    return root;
  }

  dispose(): void {
    this.#settled.dispose();
    this.#latest.abort();
    this.#sensitivity.cancel();
    this.#batch.cancel();
  }

  async #make(image: string, signal: AbortSignal): Promise<ViewsReport> {
    const { viewSize, count, seed } = this.#content;
    const folder = await this.#host.datasetFor(image);
    const request = {
      ...{ image, viewSize, count, seed },
      recipe: this.recipe,
      scan: this.#host.scanSettings(image),
      ...(folder !== undefined && { folder }),
    };
    return this.#host.engine.call('augmentations/views', request, { signal });
  }

  #take(report: ViewsReport): void {
    this.#report = report;
    const { own, root, path: file, label, encoder, similarities, matrix, typicalNearest, sampled } = report;
    const nearest = report.nearest.map((other) => ({
      path: other.path,
      similarity: other.similarity,
      label: other.label,
    }));
    this.#set({
      busy: false,
      viewPictures: this.#content.viewPictures + 1,
      views: {
        ...{ root, path: file, label, encoder, similarities, matrix, nearest, typicalNearest, sampled },
        hasOwn: own !== undefined,
      },
    });
  }

  #set(change: Partial<Content>): void {
    this.#content = { ...this.#content, ...change };
    this.#revision++;
    this.#changed.fire();
  }

  #save(): void {
    const { image, pinned, preset, settings, viewSize, count, seed } = this.#content;
    this.#host.save({ file: image?.file, pinned, preset, settings, viewSize, count, seed });
  }
}

function shown(file: string): NonNullable<Content['image']> {
  return { file, name: path.basename(file) };
}

function thumbnailOf({ thumbnail }: ViewsReport['nearest'][number]): ViewPictures['nearest'][number] {
  return thumbnail && { bytes: new Uint8Array(thumbnail), type: 'image/webp' };
}

/** The page asks for them once, and for the rest with every progress. */
function withoutPictures(measurement: Measurement<BatchReport>): Measurement<BatchFigures> {
  const { figures } = measurement;
  if (figures === undefined) return { ...measurement, figures };
  return {
    ...measurement,
    figures: {
      ...figures,
      hardestPositives: figures.hardestPositives.map(({ path: file, label, similarity }) => {
        return { path: file, label, similarity };
      }),
      hardestNegatives: figures.hardestNegatives.map(({ paths, labels, similarity, sameClass, decided }) => {
        return { paths, labels, similarity, sameClass, decided };
      }),
    },
  };
}

/** What an older version has saved may be of another form. */
function isUsable(saved: SavedAugmentations | undefined): saved is SavedAugmentations {
  return (
    saved !== undefined &&
    augmentationFault(saved.settings.all) === undefined &&
    Array.isArray(saved.settings.off) &&
    viewSizes.includes(saved.viewSize) &&
    viewCounts.includes(saved.count)
  );
}
