import { emptyDecisionValue } from '../../core/errors.ts';
import type { JobContext } from '../../core/progress.ts';
import type { CheckReport, CheckRequest, LastCheck } from '../../protocol/check.ts';
import type { IndexReport, IndexRequest } from '../../protocol/engine.ts';
import type { SelectReport, SelectRequest, SplitReport, SplitRequest } from '../../protocol/selection.ts';
import type { Datasets } from '../dataset.ts';
import type { DecisionService } from '../decisions/decisionService.ts';
import type { MappingOptions } from '../maps/mapEncoder.ts';
import { checkDataset, type CheckOptions } from './checkDataset.ts';
import { readLastCheck } from './lastFindings.ts';
import { selectImages } from './selectImages.ts';
import { splitImages } from './splitImages.ts';

export interface CurationServiceOptions extends Omit<MappingOptions, 'dataset'> {
  readonly datasets: Datasets;
  readonly decisions: DecisionService;
  readonly loadText: CheckOptions['loadText'];
  readonly index: (request: IndexRequest, context: JobContext) => Promise<IndexReport>;
}

/** What looks at all images of a dataset, which is brought up to date first. */
export class CurationService {
  readonly #options: CurationServiceOptions;

  constructor(options: CurationServiceOptions) {
    this.#options = options;
  }

  /** Looks for what is worth deciding. */
  check(request: CheckRequest, context: JobContext): Promise<CheckReport> {
    return this.#whenUpToDate(request, context, (options, { notices }) =>
      checkDataset(request, { ...options, loadText: this.#options.loadText, notices }, context),
    );
  }

  /** What the last check of the whole dataset found. */
  async last({ root }: { readonly root: string }): Promise<LastCheck | undefined> {
    const { datasets } = this.#options;
    const dataset = datasets.get(root);
    return datasets.guard(dataset, () => readLastCheck(dataset.store));
  }

  /** Chooses images that stand for all of a folder, and tags them where asked to. */
  async select(request: SelectRequest, context: JobContext): Promise<SelectReport> {
    const { tag: value } = request;
    if (value?.trim() === '') throw emptyDecisionValue('tag');
    const report = await this.#whenUpToDate(request, context, async (options, indexed) =>
      withNoticesOf(indexed, await selectImages(request, options, context)),
    );
    const { root, paths } = report;
    if (value !== undefined) await this.#options.decisions.decide({ root, paths, decision: { action: 'tag', value } });
    return report;
  }

  /** Splits the images of a folder without tearing copies apart. */
  split(request: SplitRequest, context: JobContext): Promise<SplitReport> {
    return this.#whenUpToDate(request, context, async (options, indexed) =>
      withNoticesOf(indexed, await splitImages(request, { ...options, decisions: this.#options.decisions }, context)),
    );
  }

  async #whenUpToDate<Report>(
    { folder, encoder, scan }: CheckRequest | SelectRequest | SplitRequest,
    context: JobContext,
    work: (options: MappingOptions, indexed: IndexReport) => Promise<Report>,
  ): Promise<Report> {
    const { datasets, index, registry, threads, load } = this.#options;
    const isNew = datasets.find(folder) === undefined;
    const first = isNew && encoder !== undefined && { encoder };
    const indexed = await index({ folder, ...first, ...(scan && { scan }) }, context);
    const dataset = datasets.get(folder);
    return datasets.guard(dataset, () => work({ dataset, registry, threads, load }, indexed));
  }
}

/** What was to be told of the index is told of what was worked out with it, once. */
function withNoticesOf<Report extends Pick<IndexReport, 'notices'>>({ notices }: IndexReport, report: Report): Report {
  const isTold = (message: string) => report.notices.some((notice) => notice.message === message);
  return { ...report, notices: [...notices.filter(({ message }) => !isTold(message)), ...report.notices] };
}
