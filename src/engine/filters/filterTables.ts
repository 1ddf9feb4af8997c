import type { FilterTable } from '../../core/filters/filter.ts';
import { noCaptions } from '../../core/captions/captionErrors.ts';
import { LikenessError } from '../../core/errors.ts';
import type { CaptionCache } from '../captions/captionCache.ts';
import type { KnownCaptions } from '../captions/knownCaptions.ts';
import { findingsFile } from '../curation/lastFindings.ts';
import type { Dataset } from '../dataset.ts';
import { statIfPresent } from '../fileStatus.ts';
import { labelStamp, type LabelCache } from '../labels/labelCache.ts';
import { CAPTION, captionColumn, fileColumns, opinionColumns } from './filterTable.ts';

/** What was read, and a stamp of all that it comes from. */
interface Kept<T> {
  readonly stamp: string;
  readonly value: T;
}

/** With the index's revision that its rows are of. */
export interface DatasetTable extends FilterTable {
  readonly revision: number;
}

interface KeptTable {
  readonly files: Kept<DatasetTable>;
  readonly captions: KnownCaptions | LikenessError | undefined;
  readonly table: Kept<Promise<DatasetTable>>;
}

/** Keeps what filters look at until it changes, since a filter is asked with every letter that is typed. */
export class FilterTables {
  readonly #labels: LabelCache;
  readonly #captions: CaptionCache;
  /** By root. */
  readonly #kept = new Map<string, KeptTable>();

  constructor(labels: LabelCache, captions: CaptionCache) {
    this.#labels = labels;
    this.#captions = captions;
  }

  /** What is known of all readable images of a dataset, by their paths. */
  async read(dataset: Dataset): Promise<DatasetTable> {
    const { root, store } = dataset;
    const captions = await this.#captions.read(dataset);
    const before = this.#kept.get(root);
    const revision = `${store.location} ${store.revision()}`;
    const stamp = [revision, opinionStamp(dataset)].join(' ');
    if (before?.table.stamp === stamp && before.captions === captions) return before.table.value;
    // A decision changes nothing of the files, which take the most time to read.
    const files = before?.files.stamp === revision ? before.files : { stamp: revision, value: readFiles(dataset) };
    const kept = { files, captions, table: { stamp, value: this.#read(dataset, files.value, captions) } };
    this.#kept.set(root, kept);
    try {
      return await kept.table.value;
    } catch (error) {
      if (this.#kept.get(root) === kept) this.#kept.delete(root);
      throw error;
    }
  }

  async #read(
    dataset: Dataset,
    files: DatasetTable,
    captions: KnownCaptions | LikenessError | undefined,
  ): Promise<DatasetTable> {
    const labels = await this.#labels.read(dataset);
    const opinions = await opinionColumns(dataset, files.paths, labels);
    if (captions === undefined || captions instanceof LikenessError) {
      const { message } = captions ?? noCaptions(dataset.root);
      return { ...files, columns: [...opinions, ...files.columns], lacking: [{ id: CAPTION, why: message }] };
    }
    // A column that was imported by that name goes by another one then.
    const others = files.columns.map((one) => (one.id === CAPTION ? { ...one, id: `imported_${CAPTION}` } : one));
    return { ...files, columns: [...opinions, captionColumn(captions, files.paths), ...others] };
  }
}

function readFiles(dataset: Dataset): DatasetTable {
  const revision = dataset.store.revision();
  const paths = dataset.store.readImagePaths();
  return { revision, paths, columns: fileColumns(dataset, paths) };
}

function opinionStamp(dataset: Dataset): string {
  const findings = statIfPresent(findingsFile(dataset.store));
  return `${labelStamp(dataset)} ${findings === undefined ? 'none' : `${findings.size}:${findings.mtimeMs}`}`;
}
