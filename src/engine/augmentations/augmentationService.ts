import { existsSync } from 'node:fs';
import { fileNotFound } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import type {
  AugmentationRequests,
  BatchReport,
  BatchRequest,
  SampleRequest,
  SensitivityReport,
  ViewsReport,
  ViewsRequest,
} from '../../protocol/augmentations.ts';
import type { Dataset, Datasets } from '../dataset.ts';
import type { SimilarContext } from '../search/similar.ts';
import { writeConfig } from '../store/config.ts';
import { measureBatch } from './batch.ts';
import { TypicalNearest } from './otherImages.ts';
import { measureSensitivity } from './sensitivity.ts';
import { SourcePictures } from './sourcePictures.ts';
import { makeViews } from './views.ts';

/** What augmentations make of a dataset's images, and how its encoder sees that. */
export class AugmentationService {
  readonly #datasets: Datasets;
  readonly #context: (dataset: Dataset) => Promise<SimilarContext>;
  readonly #sources = new SourcePictures();
  readonly #typical = new TypicalNearest();

  constructor(datasets: Datasets, context: (dataset: Dataset) => Promise<SimilarContext>) {
    this.#datasets = datasets;
    this.#context = context;
  }

  /** Views of an image as training would make them, and how alike the dataset's encoder finds them. */
  async views(request: ViewsRequest, job: JobContext): Promise<ViewsReport> {
    if (!existsSync(request.image)) throw fileNotFound(request.image);
    return this.#with(request.folder ?? request.image, (context) =>
      makeViews(request, { ...context, sources: this.#sources, typical: this.#typical }, job),
    );
  }

  /** How far each augmentation by itself moves images in the eyes of the dataset's encoder. */
  sensitivity(request: SampleRequest, job: JobContext): Promise<SensitivityReport> {
    return this.#with(request.folder, (context) => measureSensitivity(request, context, job));
  }

  /** What the pairs of a batch of contrastive training look like to the dataset's encoder. */
  batch(request: BatchRequest, job: JobContext): Promise<BatchReport> {
    return this.#with(request.folder, (context) => measureBatch(request, context, job));
  }

  /** Makes an augmentation the dataset's own, which pretraining can take; undefined removes it. */
  save({ folder, recipe }: AugmentationRequests['augmentations/save']['params']): { readonly root: string } {
    const root = this.#datasets.rootOf(folder);
    writeConfig(root, { augmentation: recipe });
    return { root };
  }

  async #with<Report>(path: string, work: (context: SimilarContext) => Promise<Report>): Promise<Report> {
    const dataset = this.#datasets.get(path);
    return this.#datasets.guard(dataset, async () => work(await this.#context(dataset)));
  }
}
