import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { captionReaderText } from '../../core/captions/captionReader.ts';
import { captionsNotCompared, noCaptions, tooFewCaptions } from '../../core/captions/captionErrors.ts';
import { FEWEST_CAPTIONS } from '../../core/curation/captionFit.ts';
import { LikenessError } from '../../core/errors.ts';
import { captionRecall } from '../../core/evaluation/captionRecall.ts';
import { gathered } from '../../core/neighbors/neighborsAmong.ts';
import type { JobContext } from '../../core/progress.ts';
import { RandomStream } from '../../core/random.ts';
import {
  CAPTION_CUTOFFS,
  type CaptionEvaluation,
  type CaptionEvaluationRequest,
  type CaptionFigures,
  type CaptionMatrix,
  type CaptionNeighbors,
  type CaptionReport,
  type CaptionRequests,
  type RecallFigures,
} from '../../protocol/captions.ts';
import { readCuratedImages, type CuratedImages } from '../curation/curatedImages.ts';
import { withProducts } from '../evaluation/onnxProducts.ts';
import type { Dataset, Datasets } from '../dataset.ts';
import { encoderReference, searchEncoder } from '../encoders/encoderChoice.ts';
import { MOST_IMAGES } from '../evaluation/evaluatedImages.ts';
import { inPhase } from '../jobs/phase.ts';
import { embeddedEncoder, type MappingOptions } from '../maps/mapEncoder.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { captionedImages } from './captionedImages.ts';
import type { VectorSearch } from '../search/vectorSearch.ts';
import type { CaptionCache } from './captionCache.ts';
import { captionsOf } from './captionCache.ts';
import { textFilesOf } from './captionFiles.ts';
import { captionEncoderOf } from './captionEncoder.ts';
import { CaptionSearch } from './captionSearch.ts';
import { captionVectors, type CaptionEncoder } from './captionVectors.ts';
import { readCaptions, writtenOf, type KnownCaptions } from './knownCaptions.ts';
import { compareCaptions } from './compareCaptions.ts';
import { orNotice } from '../orNotice.ts';

export interface CaptionServiceOptions extends Omit<MappingOptions, 'dataset'>, Pick<CaptionEncoder, 'loadText'> {
  readonly datasets: Datasets;
  readonly cache: CaptionCache;
  readonly search: VectorSearch;
}

const LIMIT_STREAM = 0x6370;

/** What is written about images, against what encoders see in them. */
export class CaptionService {
  readonly #options: CaptionServiceOptions;
  readonly #search: CaptionSearch;

  constructor(options: CaptionServiceOptions) {
    this.#options = options;
    this.#search = new CaptionSearch(options.search);
  }

  /** Of a few images, as the protocol has it. */
  async of({ root, paths }: CaptionRequests['captions/of']['params']): Promise<readonly (readonly string[])[]> {
    const { datasets, cache } = this.#options;
    const dataset = datasets.get(root);
    return datasets.guard(dataset, async () => {
      const known = await cache.of(dataset, paths);
      return paths.map((path) => captionsOf(known, path).captions ?? []);
    });
  }

  /** As the protocol has it. */
  async source({
    root,
    path,
  }: CaptionRequests['captions/source']['params']): Promise<CaptionRequests['captions/source']['result']> {
    const { datasets, cache } = this.#options;
    const dataset = datasets.get(root);
    return datasets.guard(dataset, async () => {
      const { captions } = dataset.config;
      if (captions === undefined) throw noCaptions(dataset.root);
      const known = captionsOf(await cache.of(dataset, [path]), path).captions ?? [];
      const { file = [] } = captions;
      const tables = (typeof file === 'string' ? [file] : file).map((one) => resolve(dataset.root, one));
      const texts = textFilesOf(resolve(dataset.root, path));
      const files = captions.source === 'txt' ? [texts.find((one) => existsSync(one)) ?? texts[0]!] : tables;
      return { files, captions: known };
    });
  }

  /** As the protocol has it. */
  async reader({
    path,
  }: CaptionRequests['captions/reader']['params']): Promise<CaptionRequests['captions/reader']['result']> {
    const { datasets, registry } = this.#options;
    const dataset = datasets.find(path);
    if (dataset?.config.captions === undefined) return undefined;
    return datasets.guard(dataset, async () => {
      const reader = await orNotice(() => captionEncoderOf(dataset, registry));
      return reader instanceof LikenessError ? { fault: reader.message } : { by: captionReaderText(reader.card) };
    });
  }

  /** As `CaptionSearch.neighbors`, in the eyes of the dataset's encoder. */
  async neighbors(
    { root, path, count }: CaptionRequests['captions/neighbors']['params'],
    context: JobContext,
  ): Promise<CaptionNeighbors> {
    const { datasets, cache, registry, loadText } = this.#options;
    const dataset = datasets.get(root);
    return datasets.guard(dataset, async () => {
      const known = await cache.require(dataset);
      const { stored, resolve } = await searchEncoder(dataset, registry, undefined);
      return this.#search.neighbors({ path, count }, known, dataset, { stored, resolve, loadText }, context);
    });
  }

  /** As `compareCaptions`. */
  async matrix(
    { root, paths, encoder }: CaptionRequests['captions/matrix']['params'],
    context: JobContext,
  ): Promise<CaptionMatrix> {
    const { datasets, cache, registry, loadText, threads } = this.#options;
    const dataset = datasets.get(root);
    return datasets.guard(dataset, async () => {
      const known = await cache.require(dataset);
      const search = await searchEncoder(dataset, registry, encoder);
      return compareCaptions(paths, { dataset, known, encoder: { ...search, loadText }, threads }, context);
    });
  }

  /**
   * Lets the images of a folder look for their captions, and the captions for their images. What encoders haven't embedded yet is
   * embedded and stays in the index. Encoders without a text half, and captions that can't be read, are told of as notices.
   * Rejects with not-indexed, with the codes of encoders of pictures, or `cancelled`.
   */
  evaluate(request: CaptionEvaluationRequest, context: JobContext): Promise<CaptionReport> {
    const { datasets } = this.#options;
    const dataset = datasets.get(request.folder);
    return datasets.guard(dataset, () => this.#evaluate(request, dataset, context));
  }

  async #evaluate(request: CaptionEvaluationRequest, dataset: Dataset, context: JobContext): Promise<CaptionReport> {
    const known = await orNotice(() => readCaptions(dataset, dataset.store.readImagePaths()));
    if (known === undefined) return { evaluation: undefined, notices: [] };
    if (known instanceof LikenessError) return reportOf(undefined, [known]);
    const references = [...new Set(request.encoders ?? [encoderReference(dataset, undefined)])];
    const notices: LikenessError[] = [...known.notices];
    const encoders: CaptionFigures[] = [];
    let split: CaptionEvaluation['split'] = 'all';
    for (const reference of references) {
      const found = await orNotice(() =>
        this.#figures(request.encoders && reference, known, request, dataset, context),
      );
      if (found instanceof LikenessError) {
        notices.push(captionsNotCompared(found));
        continue;
      }
      encoders.push(found.figures);
      notices.push(...found.notices);
      split = found.split;
    }
    return reportOf(encoders.length === 0 ? undefined : { split, encoders }, notices);
  }

  async #figures(
    chosen: string | undefined,
    known: KnownCaptions,
    { folder, seed = 0 }: CaptionEvaluationRequest,
    dataset: Dataset,
    context: JobContext,
  ) {
    const { root, store } = dataset;
    const { registry, threads, loadText } = this.#options;
    const below = relativeToRoot(root, folder) ?? '';
    const stored = await embeddedEncoder(chosen, below, { ...this.#options, dataset }, context);
    const images = await readCuratedImages(dataset, stored, below);
    const { rows, split } = comparedRows(images, known, seed);
    const paths = Array.from(rows, (row) => images.paths[row]!);
    const { captions, imageOf, captionOf } = captionedImages(known, paths, root);
    if (Math.min(captions.length, rows.length) < FEWEST_CAPTIONS) {
      throw tooFewCaptions(captions.length, FEWEST_CAPTIONS);
    }
    const { resolve } = await searchEncoder(dataset, registry, chosen);
    const wanted = { captions, all: [...known.captions.values()].flat() };
    const texts = await captionVectors(wanted, store, { stored, resolve, loadText }, context);
    const { dim } = images;
    const vectors = { vectors: gathered(images.vectors, dim, rows), rows: rows.length, dim };
    const total = rows.length + captions.length;
    const { imageToCaption, captionToImage } = await withProducts(threads, (products) =>
      inPhase('Comparing captions with images', total, context, (between) =>
        captionRecall({ images: vectors, captions: texts, imageOf, captionOf }, CAPTION_CUTOFFS, products, between),
      ),
    );
    const figures: CaptionFigures = {
      id: stored.card.id,
      name: stored.card.name,
      images: rows.length,
      captions: captions.length,
      imageToCaption: recallFigures(imageToCaption),
      captionToImage: recallFigures(captionToImage),
    };
    return { figures, split, notices: texts.notices };
  }
}

/** Images that have a caption: those of the test split where they are enough; of very many as many as are drawn by the seed. */
function comparedRows({ paths, splits }: CuratedImages, known: KnownCaptions, seed: number) {
  const isCaptioned = (row: number) => writtenOf(known, paths[row]!).length > 0;
  const captioned = [...paths.keys()].filter(isCaptioned);
  const tested = captioned.filter((row) => splits[row] === 'test');
  const isTested = tested.length >= FEWEST_CAPTIONS;
  const rows = isTested ? tested : captioned;
  const drawn =
    rows.length <= MOST_IMAGES ? rows : new RandomStream(seed, LIMIT_STREAM).shuffled(rows).slice(0, MOST_IMAGES);
  return { rows: Uint32Array.from(drawn).sort(), split: isTested ? ('test' as const) : ('all' as const) };
}

function recallFigures([recallAt1, recallAt5, recallAt10]: Float64Array): RecallFigures {
  return { recallAt1: recallAt1!, recallAt5: recallAt5!, recallAt10: recallAt10! };
}

function reportOf(evaluation: CaptionEvaluation | undefined, notices: readonly LikenessError[]): CaptionReport {
  return { evaluation, notices: notices.map(({ code, message }) => ({ code, message })) };
}
