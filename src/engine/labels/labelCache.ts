import type { Dataset } from '../dataset.ts';
import { statIfPresent } from '../fileStatus.ts';
import { decisionsFile } from '../decisions/decisionFile.ts';
import { readKnownLabelsIfAny, type KnownLabels } from './knownLabels.ts';
import { labelFiles, splitFiles } from './sources/labelFiles.ts';

/** The labels of YOLO are in a file for each image, which all have to be looked at to see whether one has changed. */
const LOOK_AGAIN_MS = 5000;

interface Kept {
  /** Of all that the labels come from. */
  readonly stamp: string;
  readonly labels: Promise<KnownLabels>;
}

/** Keeps what people say of the images of datasets until that or the index changes: a search can't wait for a large table. */
export class LabelCache {
  /** By root. */
  readonly #kept = new Map<string, Kept>();

  /** To be called when labels were written, or what was written was taken back. */
  forget(root: string): void {
    this.#kept.delete(root);
  }

  /** As `readKnownLabelsIfAny` for all images of the index. */
  async read(dataset: Dataset): Promise<KnownLabels> {
    const { root, store } = dataset;
    const stamp = labelStamp(dataset);
    let kept = this.#kept.get(root);
    if (kept?.stamp !== stamp) {
      kept = { stamp, labels: readKnownLabelsIfAny(dataset, store.readImagePaths()) };
      this.#kept.set(root, kept);
    }
    try {
      return await kept.labels;
    } catch (error) {
      if (this.#kept.get(root) === kept) this.#kept.delete(root);
      throw error;
    }
  }
}

/** Changes with all that labels and splits come from, decisions among it. */
export function labelStamp(dataset: Dataset): string {
  const files = [decisionsFile(dataset.root), ...labelFiles(dataset), ...splitFiles(dataset)].map((file) => {
    const status = statIfPresent(file);
    return status === undefined ? 'none' : `${status.size}:${status.mtimeMs}`;
  });
  const { labels, splits } = dataset.config;
  const turn = labels?.source === 'yolo' ? Math.floor(Date.now() / LOOK_AGAIN_MS) : 0;
  return [dataset.store.revision(), JSON.stringify([labels, splits]), turn, ...files].join(' ');
}
