import { changedSincePreview } from '../../../core/labels/labelSourceErrors.ts';
import { relabelTitle, writtenLabelsTitle } from '../../../core/labels/relabel/relabelReasons.ts';
import type { StepOutcome } from '../../../protocol/decisions.ts';
import type {
  AppliedRelabels,
  ApplyRelabelsRequest,
  RelabelPreview,
  RelabelRequest,
} from '../../../protocol/relabels.ts';
import type { Dataset, Datasets } from '../../dataset.ts';
import type { DecisionService } from '../../decisions/decisionService.ts';
import { KeyedQueue } from '../../jobs/keyedQueue.ts';
import { planRelabels, type PlannedRelabels } from './planRelabels.ts';
import { shownFile } from './shownFile.ts';

export interface RelabelServiceOptions {
  readonly datasets: Datasets;
  readonly decisions: DecisionService;
}

/** Brings what people decided to where the labels come from: files of labels, or folders. */
export class RelabelService {
  readonly #options: RelabelServiceOptions;
  readonly #writing = new KeyedQueue();

  constructor(options: RelabelServiceOptions) {
    this.#options = options;
  }

  /** What would be written, and what can't be. Nothing is. Rejects with the codes of `readKnownLabels`. */
  async preview({ folder }: RelabelRequest): Promise<RelabelPreview> {
    const { datasets } = this.#options;
    const dataset = datasets.get(folder);
    return datasets.guard(dataset, async () => previewOf(dataset, await planRelabels(dataset)));
  }

  /**
   * Writes it: all files as a step of the dataset's history, which one undo takes back, each as a whole and in an order in which
   * what is there makes sense at any time. What was stopped in between is as it was. Images of labels by folders are moved
   * likewise.
   *
   * Rejects with images-changed where something isn't as it was at the preview, and with the codes of `writeEdits`,
   * `moveFiles` and of the dataset's lock.
   */
  async apply({ folder, preview }: ApplyRelabelsRequest): Promise<AppliedRelabels> {
    const { datasets, decisions } = this.#options;
    const dataset = datasets.get(folder);
    const { root } = dataset;
    return this.#writing.run(root, () =>
      datasets.guard(dataset, async () => {
        const plan = await planRelabels(dataset);
        if (preview !== undefined && preview !== plan.id) throw changedSincePreview(root);
        let taken: StepOutcome | undefined;
        if (plan.files.length > 0) {
          const only = plan.files.length === 1 ? shownFile(root, plan.files[0]!.file) : undefined;
          taken = await decisions.edit(root, writtenLabelsTitle(plan.changes.length, only), plan.files);
        }
        if (plan.moves.length > 0) {
          taken = await decisions.move(root, { title: relabelTitle(plan.moves.length), moves: plan.moves });
        }
        const done = previewOf(dataset, plan);
        const notices = [...done.notices, ...(taken?.notices ?? [])];
        return { ...done, notices, ...(taken?.step && { step: taken.step }) };
      }),
    );
  }
}

function previewOf(
  { root, config }: Dataset,
  { id, changes, problems, files, notices }: PlannedRelabels,
): RelabelPreview {
  return {
    root,
    source: config.labels?.source ?? 'folder',
    id,
    changes,
    problems,
    files: files.map(({ file }) => shownFile(root, file)),
    notices: notices.map(({ code, message }) => ({ code, message })),
  };
}
