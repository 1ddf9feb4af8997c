import { readFile } from 'node:fs/promises';
import { viewRequestInvalid, viewsWithoutVector } from '../../core/augmentation/augmentationErrors.ts';
import { parseAugmentationRecipe } from '../../core/augmentation/recipeRules.ts';
import { cancelled, fileNotFound, systemCodeOf, unreadableFile } from '../../core/errors.ts';
import type { RgbImage } from '../../core/images/pixels.ts';
import type { JobContext } from '../../core/progress.ts';
import {
  MAX_SAMPLE,
  type EncodedPicture,
  type OtherImage,
  type ViewSettings,
  type ViewsReport,
  type ViewsRequest,
} from '../../protocol/augmentations.ts';
import { encodeImage } from '../images/codec.ts';
import { thumbnailOf } from '../images/imageDecoder.ts';
import { contentId } from '../indexing/imagePipeline.ts';
import { findSimilar, type SimilarContext } from '../search/similar.ts';
import { embedThrough, similarityMatrix } from './comparison.ts';
import type { TypicalNearest } from './otherImages.ts';
import type { SourcePictures } from './sourcePictures.ts';
import { ViewMaker } from './viewMaker.ts';

/** Other images that are shown. */
const NEAREST = 4;
/** Copies of the image are found first, and left out. */
const FOUND = NEAREST + 12;
const MAX_VIEWS = 64;
const MAX_VIEW_SIZE = 512;

export interface ViewsOptions extends SimilarContext {
  readonly sources: SourcePictures;
  readonly typical: TypicalNearest;
}

/**
 * Views of one image as training would make them, and their similarities. Rejects with file-not-found, the codes of decoding, of
 * encoders and of the index, invalid-augmentation, or `cancelled`.
 */
export async function makeViews(
  request: ViewsRequest,
  options: ViewsOptions,
  { signal }: JobContext,
): Promise<ViewsReport> {
  const { image, folder, viewSize, seed, count, scan } = request;
  const recipe = parseAugmentationRecipe(request.recipe);
  checkViewSettings(request);
  if (!isWhole(count, 1, MAX_VIEWS)) throw viewRequestInvalid(`the number of views is from 1 to ${MAX_VIEWS}`);
  const { dataset, stored, sources } = options;
  const encoder = await options.load(signal);
  const source = await sources.read(image, encoder.card.input, viewSize, scan?.maxMegapixels);
  stopIf(signal);
  const search = { image, count: FOUND, ...(folder !== undefined && { folder: dataset.root }), ...(scan && { scan }) };
  const found = await findSimilar(search, options);
  const table = options.search.open(dataset.store, stored.key);
  stopIf(signal);

  const maker = new ViewMaker(viewSize);
  const views = Array.from({ length: count }, (_, view) => {
    return maker.draw(source, recipe, { seed, epoch: 0, sample: 0, view });
  });
  const rows = 1 + count;
  const embedded = await embedThrough(encoder, [maker.original(source), ...views], signal);
  if (embedded.invalid.includes(0)) throw viewsWithoutVector(found.query.path, encoder.card.name);
  const matrix = similarityMatrix(embedded, rows, encoder.card.output.dim);
  const typical = await options.typical.of(table);
  stopIf(signal);
  return {
    root: dataset.root,
    path: found.query.path,
    label: found.query.label,
    encoder: found.encoder,
    original: { bytes: new Uint8Array(await thumbnailOf(source)), type: 'image/webp' },
    views: await Promise.all(views.map(encoded)),
    similarities: matrix.slice(1, rows),
    matrix: withoutFirst(matrix, rows),
    nearest: await otherImages(image, found.results, options),
    typicalNearest: typical.median,
    sampled: typical.sampled,
    own: dataset.config.augmentation,
  };
}

/** Throws usage where the settings of views, or the size of a sample of them, are none. */
export function checkViewSettings({ viewSize, seed }: ViewSettings, images = 1): void {
  if (!isWhole(viewSize, 8, MAX_VIEW_SIZE)) {
    throw viewRequestInvalid(`the size of a view is from 8 to ${MAX_VIEW_SIZE} pixels`);
  }
  if (!isWhole(seed, 0, Number.MAX_SAFE_INTEGER)) throw viewRequestInvalid('the seed is a whole number from 0');
  if (!isWhole(images, 1, MAX_SAMPLE)) throw viewRequestInvalid(`a sample has from 1 to ${MAX_SAMPLE} images`);
}

export function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}

/** Exactly the pixels that training sees. */
export async function encoded({ data, width, height }: RgbImage): Promise<EncodedPicture> {
  // Typed arrays cross to a webview as they are, Node's own kind of them doesn't.
  return { bytes: new Uint8Array(await encodeImage(data, width, height, { format: 'png' })), type: 'image/png' };
}

/** The best results that are not the same bytes as the image. */
async function otherImages(
  image: string,
  results: readonly Omit<OtherImage, 'thumbnail'>[],
  { dataset: { store } }: ViewsOptions,
): Promise<OtherImage[]> {
  const key = store.findContent(contentId(await bytesOf(image)))?.key;
  const files = store.readFiles(results.map(({ path }) => path));
  const others = results
    .filter(({ path }) => key === undefined || files.get(path)?.contentKey !== key)
    .slice(0, NEAREST);
  const thumbnails = store.readThumbnails(others.map(({ path }) => path));
  return others.map(({ path, similarity, label }) => {
    const thumbnail = thumbnails.get(path);
    return { path, similarity, label, thumbnail: thumbnail && new Uint8Array(thumbnail) };
  });
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw systemCodeOf(error) === 'ENOENT' ? fileNotFound(file) : unreadableFile(file, error);
  }
}

/** Of the images that `similarityMatrix` is of, all but the first. */
function withoutFirst(matrix: Float32Array, rows: number): Float32Array {
  const count = rows - 1;
  const rest = new Float32Array(count * count);
  for (let row = 0; row < count; row++) {
    rest.set(matrix.subarray((row + 1) * rows + 1, (row + 2) * rows), row * count);
  }
  return rest;
}

function isWhole(value: unknown, low: number, high: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= low && Number(value) <= high;
}
