import { existsSync } from 'node:fs';
import { fileNotFound } from '../core/errors.ts';
import type { AddedEncoder, EncoderCard, ListedEncoder } from '../core/encoders/card.ts';
import type { JobContext } from '../core/progress.ts';
import type {
  DatasetRequest,
  DatasetSummary,
  DoctorReport,
  DoctorRequest,
  EncodersRequest,
  IndexReport,
  IndexRequest,
  SimilarReport,
  SimilarRequest,
  Thumbnail,
  ThumbnailsRequest,
} from '../protocol/engine.ts';
import type { CheckReport, CheckRequest } from '../protocol/check.ts';
import type { EvaluateRequest, EvaluationReport } from '../protocol/evaluation.ts';
import type { LabelReport, LabelRequest } from '../protocol/labels.ts';
import type { MapReport, MapRequest } from '../protocol/maps.ts';
import type { MatrixReport, MatrixRequest } from '../protocol/matrix.ts';
import type { PredictReport, PredictRequest } from '../protocol/predictions.ts';
import type {
  PretrainPlan,
  PretrainRequest,
  ResumeRequest,
  RunKind,
  RunMapsReport,
  RunMetricsReport,
  RunRequests,
  RunSummary,
  TrainingReport,
  TrainRequest,
} from '../protocol/training.ts';
import { Trainings } from './training/trainings.ts';
import { AugmentationService } from './augmentations/augmentationService.ts';
import { CaptionCache } from './captions/captionCache.ts';
import { CaptionService } from './captions/captionService.ts';
import { CurationService } from './curation/curationService.ts';
import { Datasets, type Dataset } from './dataset.ts';
import { DecisionService } from './decisions/decisionService.ts';
import { summarizeDataset } from './datasetSummary.ts';
import { runDoctor } from './doctor.ts';
import type { ResolvedEncoder } from './encoders/encoder.ts';
import { EncoderPool, type LoadEncoder } from './encoders/encoderPool.ts';
import { encoderReference, lookAtWith, searchEncoder } from './encoders/encoderChoice.ts';
import { DEFAULT_ENCODER_ID, EncoderRegistry } from './encoders/registry.ts';
import type { Waiting } from './encoders/providers/chooseProvider.ts';
import { indexedVectors, type IndexedVectors } from './encoders/indexedVectors.ts';
import { removeEncoder, type RemovedEncoder } from './encoders/removeEncoder.ts';
import { ExchangeService } from './exchange/exchangeService.ts';
import { importedOnly } from '../core/imports/importErrors.ts';
import { importedEncoder, importedEncoders } from './encoders/importedEncoders.ts';
import { HubService } from './hub/hubService.ts';
import { FilterService } from './filters/filterService.ts';
import { evaluateEncoders } from './evaluation/evaluation.ts';
import { indexImages, indexParts } from './indexing/folderIndexing.ts';
import { meta } from './indexing/meta.ts';
import { scanFolder } from './indexing/scan.ts';
import type { EngineOptions } from './machine.ts';
import { KeyedQueue } from './jobs/keyedQueue.ts';
import { LabelCache } from './labels/labelCache.ts';
import { RelabelService } from './labels/relabel/relabelService.ts';
import { checkLabelRequest, proposeForDataset } from './labels/labelling.ts';
import { checkMapRequest } from './maps/mapChoice.ts';
import { mapFolder } from './maps/mapFolder.ts';
import { MapService } from './maps/mapService.ts';
import { compareImages } from './matrix/compareImages.ts';
import { mapRun } from './maps/runMaps.ts';
import { predictFolder } from './predictions/predictFolder.ts';
import { ReviewService } from './review/reviewService.ts';
import { findSimilar, type SimilarContext } from './search/similar.ts';
import { TextService } from './search/textService.ts';
import { VectorSearch } from './search/vectorSearch.ts';
import { ViewerService } from './viewer/viewerService.ts';
import { readConfig, writeConfig } from './store/config.ts';
import { readRunMetrics } from './training/runMetrics.ts';
import { RunStore } from './training/runStore.ts';

/**
 * Everything the front doors can ask for, in one process. The engine process serves it over RPC; the command line calls
 * it directly. All failures are `LikenessError`s.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #datasets: Datasets;
  readonly #registry: EncoderRegistry;
  readonly #encoders: EncoderPool;
  readonly #load: LoadEncoder = (resolved, waiting) => this.#encoders.get(resolved, waiting);
  readonly #search: VectorSearch;
  readonly #labels = new LabelCache();
  readonly #captions = new CaptionCache();
  readonly #trainings: Trainings;
  readonly augmentations: AugmentationService;
  /** What the Embedding Map asks for. */
  readonly maps: MapService;
  readonly decisions: DecisionService;
  /** Imports and exports. */
  readonly exchange: ExchangeService;
  readonly curation: CurationService;
  /** What a person looks at to decide. */
  readonly review: ReviewService;
  /** Writes decided classes to where labels come from. */
  readonly labelFiles: RelabelService;
  /** Filters and saved views. */
  readonly filters: FilterService;
  /** What the image viewer shows. */
  readonly viewer: ViewerService;
  /** What is asked in words. */
  readonly texts: TextService;
  /** What is written about images. */
  readonly captions: CaptionService;
  readonly hub: HubService;
  /** One indexing job per folder at a time. */
  readonly #indexing = new KeyedQueue();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#datasets = new Datasets(options.cacheFolder);
    this.#registry = new EncoderRegistry(options.cacheFolder);
    this.#encoders = new EncoderPool(options);
    this.augmentations = new AugmentationService(this.#datasets, (dataset) => this.#searchContext(dataset));
    this.decisions = new DecisionService(this.#datasets, this.#labels);
    this.filters = new FilterService(this.#datasets, this.#labels, this.#captions);
    this.hub = new HubService({ cacheFolder: options.cacheFolder, registry: this.#registry });
    this.exchange = new ExchangeService(this.#datasets, this.#registry);
    this.review = new ReviewService(this.#datasets, this.#labels, this.#captions);
    this.viewer = new ViewerService(this.#datasets, this.#labels, this.#captions);
    this.#search = new VectorSearch(options.threads);
    this.texts = new TextService({
      datasets: this.#datasets,
      registry: this.#registry,
      searchContext: (dataset, encoder) => this.#searchContext(dataset, encoder),
      threads: options.threads,
    });
    const common = {
      datasets: this.#datasets,
      registry: this.#registry,
      load: this.#load,
      threads: options.threads,
    };
    const loadText = (resolved: ResolvedEncoder) => this.texts.load(resolved);
    const cached = { search: this.#search, labels: this.#labels, captions: this.#captions };
    this.maps = new MapService({ ...common, ...cached, loadText });
    const index = (request: IndexRequest, context: JobContext) => this.indexFolder(request, context);
    this.captions = new CaptionService({ ...common, cache: this.#captions, search: this.#search, loadText });
    this.curation = new CurationService({ ...common, decisions: this.decisions, index, loadText });
    this.labelFiles = new RelabelService({ datasets: this.#datasets, decisions: this.decisions });
    this.#trainings = new Trainings({
      registry: this.#registry,
      rootOf: (path: string) => this.#datasets.rootOf(path),
      threads: options.threads,
      indexes: {
        ...common,
        index: async (root, encoder, context) => {
          await index({ folder: root, ...(encoder !== undefined && { encoder }) }, context);
        },
      },
    });
  }

  /** The root of the dataset that a path lies in, else the folder itself. */
  rootOf(path: string): string {
    return this.#datasets.rootOf(path);
  }

  /** Whether a path lies in a dataset that has an index. */
  isIndexed(path: string): boolean {
    return this.#datasets.find(path) !== undefined;
  }

  async indexFolder(request: IndexRequest, context: JobContext): Promise<IndexReport> {
    if (!this.#datasets.exists(request.folder)) await this.#assertIndexable(request, context);
    const dataset = this.#datasets.create(request.folder);
    const options = { dataset, registry: this.#registry, load: this.#load };
    const report = await this.#indexing.run(dataset.root, () =>
      this.#datasets.guard(dataset, () => indexImages(request, options, context)),
    );
    if (request.regions !== true) return report;
    // Outside of the queue: it takes many times as long, and the index is to be kept current meanwhile.
    return { ...report, regions: await this.#datasets.guard(dataset, () => indexParts(request, options, context)) };
  }

  /** Refuses what can't become a dataset before anything is written: an empty index would look like one. */
  async #assertIndexable({ folder, encoder, scan }: IndexRequest, { signal }: JobContext): Promise<void> {
    const root = this.#datasets.rootOf(folder);
    const { exclude = [], followSymlinks = false } = scan ?? {};
    await scanFolder(root, { exclude, followSymlinks, signal });
    await this.#registry.resolve(encoder ?? DEFAULT_ENCODER_ID, root);
  }

  async summary(request: DatasetRequest): Promise<DatasetSummary | undefined> {
    const dataset = this.#datasets.find(request.path);
    if (dataset === undefined) return undefined;
    return this.#datasets.guard(dataset, () => summarizeDataset(dataset, this.#labels, this.filters));
  }

  /** @param signal stops the comparison with regions, which takes seconds where there are millions */
  async similar(request: SimilarRequest, signal?: AbortSignal): Promise<SimilarReport> {
    if (request.folder === undefined && !existsSync(request.image) && !this.#datasets.find(request.image)) {
      throw fileNotFound(request.image);
    }
    const dataset = this.#datasets.get(request.folder ?? request.image);
    return this.#datasets.guard(dataset, async () =>
      findSimilar(request, { ...(await this.#searchContext(dataset, request.encoder)), signal }),
    );
  }

  async #searchContext(dataset: Dataset, encoder?: string): Promise<SimilarContext> {
    const { stored, resolve } = await searchEncoder(dataset, this.#registry, encoder);
    const load = async (signal?: AbortSignal) => this.#load(await resolve(), signal && { signal });
    const { labelOf, splitOf } = await this.#labels.read(dataset);
    const captionsOf = (paths: readonly string[]) => this.#captions.of(dataset, paths);
    return { dataset, labelOf, splitOf, captionsOf, stored, resolve, load, search: this.#search };
  }

  /** Compares encoders on the labelled images of a folder, which is indexed first where it isn't. */
  async evaluate(request: EvaluateRequest, context: JobContext): Promise<EvaluationReport> {
    const { folder, scan } = request;
    if (this.#datasets.find(folder) === undefined) {
      await this.indexFolder({ folder, ...(scan && { scan }) }, context);
    }
    const dataset = this.#datasets.get(folder);
    return this.#datasets.guard(dataset, () =>
      evaluateEncoders(request, { dataset, registry: this.#registry, runtime: this.#options }, context),
    );
  }

  /** Proposes labels for the images of a dataset that have none; it is brought up to date first. */
  async label(request: LabelRequest, context: JobContext): Promise<LabelReport> {
    const { folder, encoder, scan } = request;
    const root = this.#datasets.rootOf(folder);
    await checkLabelRequest(request, { root, config: readConfig(root) });
    const isNew = this.#datasets.find(folder) === undefined;
    // What is named for a classifier may be a run; the index is not made with it.
    const first = isNew && request.method !== 'classifier' ? encoder : undefined;
    await this.indexFolder({ folder, ...(first !== undefined && { encoder: first }), ...(scan && { scan }) }, context);
    const dataset = this.#datasets.get(folder);
    const loadText = (resolved: ResolvedEncoder) => this.texts.load(resolved);
    const { threads } = this.#options;
    return this.#datasets.guard(dataset, () =>
      proposeForDataset(request, { dataset, registry: this.#registry, threads, load: this.#load, loadText }, context),
    );
  }

  /** Lays out the images below a folder as a map; where there is no index yet, the folder is indexed first. */
  async map(request: MapRequest, context: JobContext): Promise<MapReport> {
    const { folder, encoder, scan } = request;
    const root = this.#datasets.rootOf(folder);
    await checkMapRequest(request, { root, config: readConfig(root) });
    // One that was begun and never finished would give half a map.
    if (this.#datasets.find(folder)?.store.readMeta(meta.indexedAt) === undefined) {
      await this.indexFolder({ folder, ...(encoder !== undefined && { encoder }), ...(scan && { scan }) }, context);
    }
    const dataset = this.#datasets.get(folder);
    const loadText = (resolved: ResolvedEncoder) => this.texts.load(resolved);
    const { threads } = this.#options;
    return this.#datasets.guard(dataset, () =>
      mapFolder(request, { dataset, registry: this.#registry, threads, load: this.#load, loadText }, context),
    );
  }

  /** Looks for what is worth deciding in a dataset, which is brought up to date first. */
  check(request: CheckRequest, context: JobContext): Promise<CheckReport> {
    return this.curation.check(request, context);
  }

  /** Compares all pairs of the indexed images that are named. */
  async compareImages(request: MatrixRequest, context: JobContext): Promise<MatrixReport> {
    const dataset = this.#datasets.get(request.root);
    const loadText = (resolved: ResolvedEncoder) => this.texts.load(resolved);
    const { threads } = this.#options;
    return this.#datasets.guard(dataset, async () => {
      const labels = await this.#labels.read(dataset);
      return compareImages(request, { dataset, labels, threads, registry: this.#registry, loadText }, context);
    });
  }

  /** Names the class of every image below a folder by an encoder that was fine-tuned; it needs no index. */
  async predict(request: PredictRequest, context: JobContext): Promise<PredictReport> {
    const root = this.#datasets.rootOf(request.folder);
    const ownEncoder = async () => {
      const dataset = this.#datasets.find(request.folder);
      if (dataset === undefined) return readConfig(root).encoder;
      return this.#datasets.guard(dataset, () => encoderReference(dataset, undefined));
    };
    const { threads } = this.#options;
    return predictFolder(request, { root, registry: this.#registry, threads, ownEncoder }, context);
  }

  async thumbnails({ root, paths }: ThumbnailsRequest): Promise<Thumbnail[]> {
    const dataset = this.#datasets.get(root);
    return this.#datasets.guard(dataset, () => {
      const thumbnails = dataset.store.readThumbnails(paths);
      return paths.map((path) => ({ path, bytes: thumbnails.get(path) }));
    });
  }

  /** @param signal stops the look through those that can be trained, which takes seconds for each */
  async listEncoders(request: EncodersRequest, signal?: AbortSignal): Promise<ListedEncoder[]> {
    const { folder, imported, ofTexts, trainable } = request;
    const root = folder === undefined ? undefined : this.#datasets.rootOf(folder);
    const known = await this.#registry.list(root);
    if (trainable === true && root !== undefined) return this.#trainings.trainable(known.encoders, root, signal);
    const encoders = ofTexts === true ? [...known.encoders, ...known.ofTexts] : known.encoders;
    const dataset = imported === true && folder !== undefined ? this.#datasets.find(folder) : undefined;
    return [...encoders, ...(dataset === undefined ? [] : importedEncoders(dataset.store).map(({ card }) => card))];
  }

  /** Copies an ONNX file with its card into the dataset, so that it is known by its id. */
  async addEncoder(file: string, folder: string): Promise<AddedEncoder> {
    return this.#registry.add(file, this.#datasets.rootOf(folder));
  }

  /** As `removeEncoder`. */
  removeEncoder(id: string, folder: string, context: JobContext): Promise<RemovedEncoder> {
    return removeEncoder(id, folder, { datasets: this.#datasets, registry: this.#registry }, context);
  }

  /** What the index of a folder has of images, by encoder; nothing where there is none. */
  async indexedVectors(folder: string): Promise<IndexedVectors[]> {
    const dataset = this.#datasets.find(folder);
    return dataset === undefined ? [] : this.#datasets.guard(dataset, () => indexedVectors(dataset.store));
  }

  /**
   * Makes an encoder the dataset's own, of its captions where it is a sentence encoder: later runs use it. Nothing is embedded
   * yet; where the index has vectors of it from before, what is looked at from now on are those.
   */
  async chooseEncoder(encoder: string, folder: string): Promise<EncoderCard> {
    const root = this.#datasets.rootOf(folder);
    const dataset = this.#datasets.find(folder);
    if (dataset !== undefined && importedEncoder(dataset.store, encoder) !== undefined) throw importedOnly(encoder);
    const { card, identity } = await this.#registry.resolveAny(encoder, root);
    writeConfig(root, card.encodes === 'texts' ? { captionEncoder: encoder } : { encoder });
    if (dataset !== undefined) {
      await this.#datasets.guard(dataset, () => {
        lookAtWith(dataset, identity, encoder);
      });
    }
    return card;
  }

  /** What a run of pretraining would do and cost on this machine. */
  planPretraining(request: PretrainRequest, context: JobContext): Promise<PretrainPlan> {
    return this.#trainings.planPretraining(request, context);
  }

  /** Trains an encoder with the images of a folder and adds it to the dataset. */
  train<Kind extends RunKind>(kind: Kind, request: TrainRequest<Kind>, context: JobContext): Promise<TrainingReport> {
    return this.#trainings.train(kind, request, context);
  }

  /** Goes on with a run of any kind. */
  resumeRun(request: ResumeRequest, context: JobContext): Promise<TrainingReport> {
    return this.#trainings.resume(request, context);
  }

  /** The training runs of a dataset, newest first. */
  async listRuns({ folder }: RunRequests['runs/list']['params']): Promise<RunSummary[]> {
    return new RunStore(this.#datasets.rootOf(folder)).list();
  }

  /** What a run has measured since it was asked last. */
  async runMetrics({ folder, run, after }: RunRequests['runs/metrics']['params']): Promise<RunMetricsReport> {
    return readRunMetrics(await new RunStore(this.#datasets.rootOf(folder)).folder(run), after);
  }

  /** Images of a run's dataset before and after it; where there is no index yet, the dataset is indexed first. */
  async runMaps(
    { folder, run, scan }: RunRequests['runs/maps']['params'],
    context: JobContext,
  ): Promise<RunMapsReport> {
    const root = this.#datasets.rootOf(folder);
    const summary = await new RunStore(root).summary(run);
    if (this.#datasets.find(root)?.store.readMeta(meta.indexedAt) === undefined) {
      await this.indexFolder({ folder: root, ...(scan && { scan }) }, context);
    }
    const dataset = this.#datasets.get(root);
    const options = { dataset, registry: this.#registry, runtime: this.#options };
    return this.#datasets.guard(dataset, () => mapRun(summary, options, context));
  }

  /** Deletes a run that nobody works on and, if wanted, the encoder it made. Returns the bytes freed. */
  async deleteRun({ folder, run, encoder }: RunRequests['runs/delete']['params']): Promise<{ readonly bytes: number }> {
    return { bytes: await new RunStore(this.#datasets.rootOf(folder)).delete(run, { encoder }) };
  }

  doctor(request: DoctorRequest, waiting?: Waiting): Promise<DoctorReport> {
    const dataset = request.folder === undefined ? undefined : this.#datasets.find(request.folder);
    const reference = dataset ? encoderReference(dataset, undefined) : DEFAULT_ENCODER_ID;
    return runDoctor(this.#registry, this.#options, request, { reference, root: dataset?.root }, waiting);
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#encoders.dispose(), this.#search.dispose(), this.texts.dispose()]);
    this.#datasets.dispose();
  }
}
