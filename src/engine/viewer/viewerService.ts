import { basename } from 'node:path';
import { LikenessError } from '../../core/errors.ts';
import type { Size } from '../../core/images/geometry.ts';
import type { ViewedImage, ViewedImageRequest, ViewedPicture, ViewedPictureRequest } from '../../protocol/viewer.ts';
import { readOpinions } from '../columns/imageOpinions.ts';
import type { CaptionCache, FewCaptions } from '../captions/captionCache.ts';
import type { Datasets } from '../dataset.ts';
import { currentEncoder } from '../encoders/encoderChoice.ts';
import { encodeImage } from '../images/codec.ts';
import { DEFAULT_MAX_MEGAPIXELS, decodeReduced, readPictureSize } from '../images/imageDecoder.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import type { LabelCache } from '../labels/labelCache.ts';
import { readPicture } from '../search/embedFile.ts';
import { relativeToRoot } from '../store/findRoot.ts';

/** What a page shows as it is, up to so many pixels and bytes; of others it gets a copy. */
const shownTypes: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  bmp: 'image/bmp',
};
const SHOWN_PIXELS = 64e6;
const SHOWN_BYTES = 64 * 2 ** 20;
/** A copy has all pixels up to this size. */
const COPIED_PIXELS = 40e6;
/** A budget of two large pictures at once. */
const DECODED_PIXELS = 400e6;

/** What the image viewer shows. */
export class ViewerService {
  readonly #datasets: Datasets;
  readonly #labels: LabelCache;
  readonly #captions: CaptionCache;
  readonly #budget = new PixelBudget(DECODED_PIXELS);

  constructor(datasets: Datasets, labels: LabelCache, captions: CaptionCache) {
    this.#datasets = datasets;
    this.#labels = labels;
    this.#captions = captions;
  }

  /** What is known of an image. Rejects with a code of the store, or unreadable-file for what people decided. */
  async image({ file }: ViewedImageRequest): Promise<ViewedImage> {
    const dataset = this.#datasets.find(file);
    const path = dataset && relativeToRoot(dataset.root, file);
    const nothing = { label: undefined, split: undefined, tags: [], encoder: undefined };
    if (dataset === undefined || path === undefined) {
      return { root: undefined, path: file, indexed: false, ...nothing, regions: { images: 0, of: 0 } };
    }
    return this.#datasets.guard(dataset, async () => {
      const { store, root } = dataset;
      const { labelOf, splitOf } = await this.#labels.read(dataset);
      const { tagsOf } = await readOpinions(dataset, [path]);
      const encoder = currentEncoder(dataset);
      const content = store.readFiles([path]).get(path)?.contentKey;
      return {
        root,
        path,
        indexed: encoder !== undefined && content !== undefined && store.hasVector(content, encoder.key),
        label: labelOf(path),
        split: splitOf(path),
        tags: tagsOf(path),
        ...captionFacts(await this.#captions.of(dataset, [path]), path),
        encoder: encoder && { id: encoder.card.id, name: encoder.card.name },
        regions: {
          images: encoder === undefined ? 0 : store.regions.imageCount(encoder.key),
          of: encoder === undefined ? 0 : store.countEmbedded(encoder.key),
        },
      };
    });
  }

  /** The file's own bytes where a page shows them, else a copy without loss, else a smaller one. */
  async picture(request: ViewedPictureRequest): Promise<ViewedPicture> {
    const { file, decode, maxMegapixels = DEFAULT_MAX_MEGAPIXELS } = request;
    const bytes = await readPicture(file);
    const name = basename(file);
    const limits = { maxMegapixels, budget: this.#budget };
    const { format, width, height } = await readPictureSize(bytes, name, limits);
    const known = { format, width, height, fileBytes: bytes.length };
    const type = shownTypes[format];
    if (!decode && type !== undefined && width * height <= SHOWN_PIXELS && bytes.length <= SHOWN_BYTES) {
      return { ...known, bytes: new Uint8Array(bytes), type, reduced: false };
    }
    const { proxy } = await decodeReduced(bytes, name, { sizeOf: copiedSize, kernel: 'lanczos3' }, limits);
    const copy = await encodeImage(proxy.data, proxy.width, proxy.height, { format: 'png' });
    return { ...known, bytes: new Uint8Array(copy), type: 'image/png', reduced: proxy.width < width };
  }
}

function captionFacts(known: FewCaptions, path: string): Pick<ViewedImage, 'captions' | 'captionFault'> {
  if (known === undefined) return {};
  return known instanceof LikenessError ? { captionFault: known.message } : { captions: known.get(path) ?? [] };
}

function copiedSize({ width, height }: Size): Size {
  const scale = Math.min(1, Math.sqrt(COPIED_PIXELS / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}
