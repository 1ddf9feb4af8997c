import type { Count, DatasetSummary } from '../protocol/engine.ts';
import { configNotices } from './store/config.ts';
import { readOpinions } from './columns/imageOpinions.ts';
import type { Dataset } from './dataset.ts';
import { currentEncoder, newerDefault } from './encoders/encoderChoice.ts';
import { failedFiles } from './indexing/indexer.ts';
import { meta } from './indexing/meta.ts';
import type { FilterService } from './filters/filterService.ts';
import type { LabelCache } from './labels/labelCache.ts';

/** What there is in a dataset, by class, split, tag and encoder, and the views that are saved with it. */
export async function summarizeDataset(
  dataset: Dataset,
  labels: LabelCache,
  filters: FilterService,
): Promise<DatasetSummary> {
  const { root, store } = dataset;
  const encoder = currentEncoder(dataset);
  const paths = store.readImagePaths();
  const indexedAt = store.readMeta(meta.indexedAt);
  const known = await labels.read(dataset);
  const { tagsOf } = await readOpinions(dataset, paths);
  return {
    root,
    indexLocation: store.location,
    encoder: encoder?.card,
    newerEncoder: newerDefault(dataset),
    images: paths.length,
    embedded: encoder === undefined ? 0 : store.countEmbedded(encoder.key),
    classes: countNames(paths.map(known.labelOf)),
    splits: countNames(paths.map(known.splitOf)),
    tags: countNames(paths.flatMap(tagsOf)),
    views: await filters.viewsOf(dataset),
    failed: failedFiles(store, encoder?.key),
    indexedAt: indexedAt === undefined ? undefined : Number(indexedAt),
    notices: [
      ...store.notices,
      ...configNotices(root),
      ...known.notices.map(({ code, message }) => ({ code, message })),
    ],
  };
}

function countNames(names: readonly (string | undefined)[]): Count[] {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
