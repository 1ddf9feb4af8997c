import { changedSincePreview } from '../../../core/labels/labelSourceErrors.ts';
import { relabelTitle } from '../../../core/labels/relabel/relabelReasons.ts';
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
import type { LabelCache } from '../labelCache.ts';
import { planRelabels, type PlannedRelabels } from './planRelabels.ts';
import { shownFile } from './shownFile.ts';
import { writeEdits } from './writeEdits.ts';

export interface RelabelServiceOptions {
  readonly datasets: Datasets;
  readonly decisions: DecisionService;
  readonly labels: LabelCache;
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
   * Writes it: each file as a whole or not at all, in an order in which what is there makes sense at any time, so that what was
   * stopped in between is done by the next call. Files of labels by folders are moved all or not at all, which one undo
   * takes back.
   *
   * Rejects with images-changed where something isn't as it was at the preview, and with the codes of `writeEdits` and
   * `moveFiles`.
   */
  async apply({ folder, preview }: ApplyRelabelsRequest): Promise<AppliedRelabels> {
    const { datasets, decisions, labels } = this.#options;
    const dataset = datasets.get(folder);
    const { root } = dataset;
    return this.#writing.run(root, () =>
      datasets.guard(dataset, async () => {
        const plan = await planRelabels(dataset);
        if (preview !== undefined && preview !== plan.id) throw changedSincePreview(root);
        let moved: StepOutcome | undefined;
        try {
          for (const file of plan.files) await writeEdits(file);
          if (plan.moves.length > 0) {
            moved = await decisions.move(root, { title: relabelTitle(plan.moves.length), moves: plan.moves });
          }
        } finally {
          labels.forget(root);
        }
        const done = previewOf(dataset, plan);
        const notices = [...done.notices, ...(moved?.notices ?? [])];
        return { ...done, notices, ...(moved?.step && { step: moved.step }) };
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
