import { notIndexed } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { LiveMap, MapRequests, OpenedMap, OpenMapRequest, ImageColumn } from '../../protocol/maps.ts';
import type { CaptionCache } from '../captions/captionCache.ts';
import { captionReaderOf } from '../captions/captionIndex.ts';
import type { Dataset, Datasets } from '../dataset.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import { currentEncoder, resolveStored } from '../encoders/encoderChoice.ts';
import type { LoadEncoder } from '../encoders/encoderPool.ts';
import { isOfCaptions } from '../encoders/importedEncoders.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import type { TextEncoder } from '../encoders/text/textEncoder.ts';
import { meta } from '../indexing/meta.ts';
import type { LabelCache } from '../labels/labelCache.ts';
import type { VectorSearch } from '../search/vectorSearch.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { ClassWords } from './classWords.ts';
import { compareMaps } from './compareMaps.ts';
import { imageColumns } from './imageColumns.ts';
import { LiveMaps } from './liveMaps.ts';
import { checkMapChoice } from './mapChoice.ts';
import { encoderOf } from './mapEncoder.ts';
import { nearestImages, similaritiesTo, similaritiesToTexts } from './mapNeighbors.ts';
import { openMap } from './openMap.ts';

export interface MapServiceOptions {
  readonly datasets: Datasets;
  readonly registry: EncoderRegistry;
  readonly search: VectorSearch;
  readonly labels: LabelCache;
  readonly captions: CaptionCache;
  readonly load: LoadEncoder;
  readonly loadText: (encoder: ResolvedEncoder) => Promise<TextEncoder>;
  readonly threads: number;
}

type Params<Method extends keyof MapRequests> = MapRequests[Method]['params'];
type Result<Method extends keyof MapRequests> = Promise<MapRequests[Method]['result']>;

/** What the Embedding Map asks the engine for. All of it is about datasets that are indexed. */
export class MapService {
  readonly #options: MapServiceOptions;
  readonly #live = new LiveMaps();
  readonly #words = new ClassWords();

  constructor(options: MapServiceOptions) {
    this.#options = options;
  }

  async open(request: OpenMapRequest, context: JobContext): Promise<OpenedMap> {
    checkMapChoice(request.choice);
    const dataset = this.#dataset(request.folder);
    const { labels, registry, threads, load, loadText, datasets } = this.#options;
    const options = {
      dataset,
      registry,
      threads,
      load,
      loadText,
      labels: () => labels.read(dataset),
      live: this.#live,
    };
    return datasets.guard(dataset, () => openMap(request, options, context));
  }

  live({ live, paths }: Params<'maps/live'>): LiveMap | undefined {
    return this.#live.look(live, paths);
  }

  async columns({ root, paths }: Params<'maps/columns'>): Promise<readonly ImageColumn[]> {
    const dataset = this.#dataset(root);
    return this.#options.datasets.guard(dataset, async () => {
      const { labels, captions } = this.#options;
      return imageColumns(dataset, paths, await labels.read(dataset), await captions.read(dataset));
    });
  }

  async neighbors({ root, folder, identity, path, count }: Params<'maps/neighbors'>): Result<'maps/neighbors'> {
    const dataset = this.#dataset(root);
    return this.#options.datasets.guard(dataset, () => {
      const table = this.#options.search.open(dataset.store, encoderOf(dataset, identity).key);
      return nearestImages(table, path, relativeToRoot(root, folder) ?? '', count);
    });
  }

  async similarities({ root, identity, to, paths }: Params<'maps/similarities'>): Result<'maps/similarities'> {
    const dataset = this.#dataset(root);
    const { datasets, search, registry, loadText } = this.#options;
    return datasets.guard(dataset, () => {
      const stored = encoderOf(dataset, identity);
      const table = search.open(dataset.store, stored.key);
      if ('path' in to) return similaritiesTo(table, to.path, paths);
      const resolve = () =>
        isOfCaptions(stored)
          ? captionReaderOf(stored, { dataset, registry, loadText })
          : resolveStored(stored, dataset, registry);
      return similaritiesToTexts(table, to, async () => loadText(await resolve()), paths);
    });
  }

  async classWords({ root }: Params<'maps/classWords'>): Result<'maps/classWords'> {
    const dataset = this.#dataset(root);
    const { datasets, registry, labels } = this.#options;
    return datasets.guard(dataset, async () => {
      const encoder = currentEncoder(dataset);
      if (encoder === undefined) return {};
      const words = await this.#words.of(() => labels.read(dataset), encoder, { dataset, registry });
      return Object.fromEntries(words);
    });
  }

  async compare({ folder, maps, paths }: Params<'maps/compare'>): Result<'maps/compare'> {
    const dataset = this.#dataset(folder);
    const below = relativeToRoot(dataset.root, folder) ?? '';
    return this.#options.datasets.guard(dataset, () => compareMaps(dataset, below, maps, paths));
  }

  /** Throws not-indexed, also while an index is in the making: it would give half a map. */
  #dataset(path: string): Dataset {
    const dataset = this.#options.datasets.get(path);
    if (dataset.store.readMeta(meta.indexedAt) === undefined) throw notIndexed(dataset.root);
    return dataset;
  }
}
