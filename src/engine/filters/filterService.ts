import {
  emptyView,
  filterNotUnderstood,
  unknownView,
  unusableViewName,
  viewExists,
} from '../../core/filters/filterErrors.ts';
import { viewNameFault } from '../../core/config/datasetConfig.ts';
import type { FilterFault, FilterTable, FilterTerm } from '../../core/filters/filter.ts';
import { filterSubjects, type FilterSubject } from '../../core/filters/filterSubjects.ts';
import { matchFilter, type FilterMatch } from '../../core/filters/matchFilter.ts';
import { parseFilter } from '../../core/filters/parseFilter.ts';
import type {
  FilteredImages,
  FilterMask,
  FilterRequest,
  FilterRequests,
  SavedView,
  SavedViews,
} from '../../protocol/filters.ts';
import type { CaptionCache } from '../captions/captionCache.ts';
import type { Dataset, Datasets } from '../dataset.ts';
import type { LabelCache } from '../labels/labelCache.ts';
import { readConfig, writeConfig } from '../store/config.ts';
import { relativeToRoot } from '../store/findRoot.ts';
import { FilterTables, type DatasetTable } from './filterTables.ts';

type Params<Method extends keyof FilterRequests> = FilterRequests[Method]['params'];
type Result<Method extends keyof FilterRequests> = Promise<FilterRequests[Method]['result']>;

/** Which images filters let through, and the filters that datasets keep by names. */
export class FilterService {
  readonly #datasets: Datasets;
  readonly #tables: FilterTables;

  constructor(datasets: Datasets, labels: LabelCache, captions: CaptionCache) {
    this.#datasets = datasets;
    this.#tables = new FilterTables(labels, captions);
  }

  /** Rejects with not-indexed, and with usage where the filter can't be understood or there is no such view. */
  match(request: FilterRequest): Promise<FilteredImages> {
    return this.#of(request.folder, (dataset, table) => {
      const { root } = dataset;
      const terms = [...viewTerms(dataset, request.view), ...termsOf(request.filter ?? '')];
      const matched = matchFilter(terms, table);
      if ('fault' in matched) throw filterNotUnderstood(filterText(dataset, request), matched.fault);
      const below = relativeToRoot(root, request.folder) ?? '';
      const isBelow = (path: string) => below === '' || path.startsWith(`${below}/`);
      const own = table.paths.filter(isBelow);
      const paths = table.paths.filter((path, row) => matched.mask[row] === 1 && isBelow(path));
      return { root, paths, of: own.length, hints: matched.hints, faults: matched.faults };
    });
  }

  mask({ root, filter }: Params<'filters/mask'>): Promise<FilterMask> {
    return this.#of(root, (_, table) => {
      const matched = matchText(filter, table);
      if ('fault' in matched) return matched;
      const { mask, hints, faults } = matched;
      return { revision: table.revision, mask, hints: [...faults, ...hints] };
    });
  }

  rows({ root }: Params<'filters/rows'>): Result<'filters/rows'> {
    return this.#of(root, (_, { paths, revision }) => ({ revision, paths }));
  }

  subjects({ folder }: Params<'filters/subjects'>): Promise<readonly FilterSubject[]> {
    return this.#of(folder, (_, table) => filterSubjects(table));
  }

  async viewsOf(dataset: Dataset): Promise<readonly SavedView[]> {
    const { views = {} } = dataset.config;
    if (Object.keys(views).length === 0) return [];
    const table = await this.#tables.read(dataset);
    return Object.entries(views)
      .map(([name, filter]): SavedView => {
        const found = matchText(filter, table);
        return 'fault' in found
          ? { name, filter, count: undefined, fault: found.fault.message }
          : { name, filter, count: found.count, fault: undefined };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async list({ folder }: Params<'views/list'>): Promise<SavedViews> {
    const dataset = this.#datasets.get(folder);
    return this.#datasets.guard(dataset, async () => ({ root: dataset.root, views: await this.viewsOf(dataset) }));
  }

  /** Rejects with usage where the name can't be used, the filter is empty or can't be understood, or `instead` isn't there or would take another view's name. */
  async save({ folder, name, filter, instead }: Params<'views/save'>): Promise<SavedViews> {
    const [called, text] = [name.trim(), filter.trim()];
    const fault = viewNameFault(called);
    if (fault !== undefined) throw unusableViewName(fault);
    if (text === '') throw emptyView(called);
    await this.match({ folder, filter: text });
    const { root } = this.#datasets.get(folder);
    const { views = {} } = readConfig(root);
    if (instead !== undefined && !Object.hasOwn(views, instead)) throw unknownView(instead, root, Object.keys(views));
    const isRenamed = instead !== undefined && instead !== called;
    if (isRenamed && Object.hasOwn(views, called)) throw viewExists(called, views[called]!);
    const others = Object.entries(views).filter(([other]) => other !== called && other !== instead);
    this.#write(root, [...others, [called, text]]);
    return this.list({ folder });
  }

  /** Rejects with usage where there is none of that name. */
  async remove({ folder, name }: Params<'views/remove'>): Promise<SavedViews> {
    const { root } = this.#datasets.get(folder);
    const { views = {} } = readConfig(root);
    if (!Object.hasOwn(views, name)) throw unknownView(name, root, Object.keys(views));
    this.#write(
      root,
      Object.entries(views).filter(([other]) => other !== name),
    );
    return this.list({ folder });
  }

  /** Sorted, so that two who add a view each rarely meet in the same line. */
  #write(root: string, views: readonly (readonly [string, string])[]): void {
    const sorted = views.toSorted(([a], [b]) => (a < b ? -1 : 1));
    writeConfig(root, { views: sorted.length === 0 ? undefined : Object.fromEntries(sorted) });
  }

  async #of<T>(folder: string, work: (dataset: Dataset, table: DatasetTable) => T): Promise<T> {
    const dataset = this.#datasets.get(folder);
    return this.#datasets.guard(dataset, async () => work(dataset, await this.#tables.read(dataset)));
  }
}

function matchText(filter: string, table: FilterTable): FilterMatch | { readonly fault: FilterFault } {
  const parsed = parseFilter(filter);
  return 'fault' in parsed ? parsed : matchFilter(parsed.terms, table);
}

function termsOf(filter: string): readonly FilterTerm[] {
  const parsed = parseFilter(filter);
  if ('fault' in parsed) throw filterNotUnderstood(filter, parsed.fault);
  return parsed.terms;
}

function viewTerms({ root, config }: Dataset, view: string | undefined): readonly FilterTerm[] {
  if (view === undefined) return [];
  const { views = {} } = config;
  if (!Object.hasOwn(views, view)) throw unknownView(view, root, Object.keys(views));
  return termsOf(views[view]!);
}

function filterText({ config }: Dataset, { filter = '', view }: FilterRequest): string {
  return [view === undefined ? '' : (config.views?.[view] ?? ''), filter].join(' ').trim();
}
