import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { asLikenessError, cancelled } from '../../core/errors.ts';
import type { Box } from '../../core/images/boxes.ts';
import type { Size } from '../../core/images/geometry.ts';
import { cropRgb } from '../../core/images/pixels.ts';
import { changedSinceIndexed } from '../../core/images/regionErrors.ts';
import { REGION_LAYOUT, regionBoxes, regionProxySize, scaledBox } from '../../core/images/regionGrid.ts';
import type { JobContext } from '../../core/progress.ts';
import { ProgressMeter } from '../../core/progressMeter.ts';
import type { FailedFile } from '../../protocol/engine.ts';
import type { RegionIndexReport } from '../../protocol/regions.ts';
import type { Embeddings, Encoder } from '../encoders/encoder.ts';
import { decodeReduced, encoderPixels, proxyReduction } from '../images/imageDecoder.ts';
import { PixelBudget } from '../images/pixelBudget.ts';
import { releaseBytes } from '../images/releasedBytes.ts';
import { BatchCollector } from '../indexing/batchCollector.ts';
import { contentId } from '../indexing/imagePipeline.ts';
import { withLease } from '../jobs/lease.ts';
import { readPicture, regionOf } from '../search/embedFile.ts';
import type { IndexStore } from '../store/indexStore.ts';
import type { IndexedRegion } from '../store/regionTable.ts';

/** Pixels that may be decoded at the same time; at most four bytes each. */
const PIXEL_BUDGET = 100e6;

export interface RegionIndexing {
  readonly store: IndexStore;
  readonly encoder: Encoder;
  readonly encoderKey: number;
  readonly maxMegapixels: number;
}

/** An image whose regions are on their way through the encoder. */
interface PendingImage {
  readonly contentKey: number;
  /** Without those that the encoder fails on. */
  readonly regions: IndexedRegion[];
  /** Regions that are not back yet. */
  left: number;
}

interface PendingRegion {
  readonly image: PendingImage;
  readonly box: Box;
}

/**
 * Embeds parts of all images that have a vector of the encoder and lack them. Each image is written as a whole, so that a run
 * that was killed or cancelled goes on with the next one. Rejects with `cancelled`, with a code of the store or of the encoder;
 * images that can't be read are listed in the report.
 */
export function indexRegions(options: RegionIndexing, context: JobContext): Promise<RegionIndexReport> {
  return withLease(options.store, 'regions', context, () => new RegionIndexer(options, context.signal).run(context));
}

class RegionIndexer {
  readonly #options: RegionIndexing;
  readonly #signal: AbortSignal;
  readonly #budget = new PixelBudget(PIXEL_BUDGET);
  readonly #collector: BatchCollector<PendingRegion, Embeddings>;
  readonly #failed: FailedFile[] = [];
  #added = 0;

  constructor(options: RegionIndexing, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    const { encoder } = options;
    const taker = {
      input: encoder.card.input,
      batchSize: encoder.batchSize,
      run: (pixels: Uint8Array, count: number) => encoder.embed(pixels, count),
    };
    this.#collector = new BatchCollector(taker, (regions, embeddings) => {
      this.#take(regions, embeddings);
    });
  }

  async run(context: JobContext): Promise<RegionIndexReport> {
    const { store, encoder, encoderKey } = this.#options;
    const startedAt = performance.now();
    const meter = new ProgressMeter(context.report, () => performance.now());
    const images = store.regions.missing(encoderKey, REGION_LAYOUT);
    if (images.length > 0) meter.start('Indexing regions', images.length);
    const iterator = images[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
        if (this.#signal.aborted) return;
        await this.#process(next.value);
        meter.add();
      }
    };
    try {
      await Promise.all(Array.from({ length: availableParallelism() * 2 }, work));
      if (!this.#signal.aborted) await this.#collector.flush();
    } finally {
      await this.#collector.settle();
    }
    if (this.#signal.aborted) throw cancelled();
    meter.finish();
    const counts = store.regions.counts(encoderKey);
    return {
      ...counts,
      added: this.#added,
      failed: this.#failed,
      bytes: counts.regions * encoder.card.output.dim * Float32Array.BYTES_PER_ELEMENT,
      seconds: Math.round(performance.now() - startedAt) / 1000,
    };
  }

  async #process({ contentKey, path }: { readonly contentKey: number; readonly path: string }): Promise<void> {
    let crops: { readonly box: Box; readonly pixels: Uint8Array }[];
    try {
      crops = await this.#cut(contentKey, path);
    } catch (error) {
      // It stays without regions, and the next run tries again.
      const { code, message } = asLikenessError(error);
      this.#failed.push({ path, code, message });
      return;
    }
    const image: PendingImage = { contentKey, regions: [], left: crops.length };
    if (crops.length === 0) this.#write(image);
    for (const { box, pixels } of crops) {
      if (this.#signal.aborted) return;
      const added = this.#collector.add(pixels, { image, box });
      releaseBytes(pixels);
      await added;
    }
  }

  async #cut(contentKey: number, path: string): Promise<{ readonly box: Box; readonly pixels: Uint8Array }[]> {
    const { store, encoder, maxMegapixels } = this.#options;
    const { input } = encoder.card;
    const bytes = await readPicture(join(store.root, path));
    // The regions of another picture must not be taken for those of the one that is indexed.
    if (store.findContentKey(contentId(bytes)) !== contentKey) throw changedSinceIndexed(path);
    const reduction = { ...proxyReduction(input), sizeOf: (full: Size) => regionProxySize(full, input) };
    const { proxy, ...full } = await decodeReduced(bytes, path, reduction, { maxMegapixels, budget: this.#budget });
    releaseBytes(bytes);
    const crops = await Promise.all(
      regionBoxes(full).map(async (box) => {
        const crop = cropRgb(proxy, regionOf(scaledBox(box, full, proxy)));
        const seen = await encoderPixels(crop, input);
        // Each with a buffer of its own, to be given back when it was looked at; a part may be the whole picture.
        const pixels = seen.buffer === proxy.data.buffer ? seen.slice() : seen;
        if (crop.data.buffer !== proxy.data.buffer && crop.data.buffer !== pixels.buffer) releaseBytes(crop.data);
        return { box, pixels };
      }),
    );
    releaseBytes(proxy.data);
    return crops;
  }

  #take(regions: readonly PendingRegion[], { vectors, invalid }: Embeddings): void {
    const { dim } = this.#options.encoder.card.output;
    regions.forEach(({ image, box }, row) => {
      if (!invalid.includes(row)) image.regions.push({ box, vector: vectors.slice(row * dim, (row + 1) * dim) });
      image.left--;
      if (image.left === 0) this.#write(image);
    });
  }

  #write({ contentKey, regions }: PendingImage): void {
    const { store, encoderKey } = this.#options;
    store.regions.put(contentKey, encoderKey, REGION_LAYOUT, regions);
    this.#added++;
  }
}
