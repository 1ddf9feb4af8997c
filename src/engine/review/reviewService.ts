import type { JobContext } from '../../core/progress.ts';
import type { Decision } from '../../core/decisions/decisions.ts';
import type { DifferenceReport, DifferenceRequest, ReviewedImage, ReviewRequests } from '../../protocol/review.ts';
import type { Picture } from '../../protocol/panels.ts';
import { captionsOf, type CaptionCache } from '../captions/captionCache.ts';
import type { Dataset, Datasets } from '../dataset.ts';
import { readHoldingDecisions } from '../decisions/formerContents.ts';
import { encodeImage } from '../images/codec.ts';
import type { LabelCache } from '../labels/labelCache.ts';
import type { ImageFacts } from '../store/indexStore.ts';
import { comparePixels } from './comparePixels.ts';
import { ReviewPictures } from './reviewPictures.ts';

/** Of the pictures that a page can't show by itself. */
const PREVIEW_QUALITY = 88;

/** What a person looks at to decide: facts about images, their pixels, and how those differ. */
export class ReviewService {
  readonly #datasets: Datasets;
  readonly #labels: LabelCache;
  readonly #captions: CaptionCache;
  readonly #pictures = new ReviewPictures();
  /** Of the dataset that was asked about last: reading them takes longer than a key press may. */
  #facts: { readonly stamp: string; readonly byPath: ReadonlyMap<string, ImageFacts> } | undefined;

  constructor(datasets: Datasets, labels: LabelCache, captions: CaptionCache) {
    this.#datasets = datasets;
    this.#labels = labels;
    this.#captions = captions;
  }

  /** What is known of images. Rejects with not-indexed or a code of the store. */
  async images({ root, paths }: ReviewRequests['review/images']['params']): Promise<ReviewedImage[]> {
    const dataset = this.#datasets.get(root);
    return this.#datasets.guard(dataset, async () => {
      const { labelOf, splitOf } = await this.#labels.read(dataset);
      const captions = await this.#captions.of(dataset, paths);
      const facts = this.#factsOf(dataset);
      return paths.map((path) => {
        const known = facts.get(path);
        const { width = 0, height = 0, bytes = 0, format = '', quality } = known ?? {};
        return {
          path,
          label: labelOf(path),
          split: splitOf(path),
          ...captionsOf(captions, path),
          file: known && { width, height, bytes, format, quality },
        };
      });
    });
  }

  /** How the pixels of two images differ. */
  async difference({ root, paths }: DifferenceRequest, job: JobContext): Promise<DifferenceReport> {
    const folder = this.#datasets.rootOf(root);
    const [first, second] = await Promise.all([
      this.#pictures.read(folder, paths[0]),
      this.#pictures.read(folder, paths[1]),
    ]);
    job.signal.throwIfAborted();
    return comparePixels(first, second, job);
  }

  /** A reduced picture of a file in a format that every page shows. */
  async preview({ root, path }: ReviewRequests['review/preview']['params']): Promise<Picture> {
    const { image } = await this.#pictures.read(this.#datasets.rootOf(root), path);
    const format = { format: 'webp', quality: PREVIEW_QUALITY } as const;
    const bytes = await encodeImage(image.data, image.width, image.height, format);
    return { path, bytes: new Uint8Array(bytes), type: 'image/webp' };
  }

  /** All that was decided, as the file has it, but of bytes that an image has no longer. Rejects with unreadable-file. */
  decisions({ root }: ReviewRequests['review/decisions']['params']): Promise<Decision[]> {
    return readHoldingDecisions(this.#datasets.rootOf(root), this.#datasets.storeIfReadable(root));
  }

  #factsOf({ root, store }: Dataset): ReadonlyMap<string, ImageFacts> {
    const stamp = `${store.revision()} ${root}`;
    if (this.#facts?.stamp !== stamp) this.#facts = { stamp, byPath: store.readImageFacts() };
    return this.#facts.byPath;
  }
}
