import { dirname } from 'node:path';
import { notIndexed, unknownFinding } from '../../core/errors.ts';
import type { PairDecisionRequest } from '../../protocol/augmentations.ts';
import type { DecideRequest, DecisionRequests, StandingDecision } from '../../protocol/decisions.ts';
import { readFindingPaths } from '../curation/lastFindings.ts';
import type { Datasets } from '../dataset.ts';
import { KeyedQueue } from '../jobs/keyedQueue.ts';
import { decideImages, listImageDecisions } from './imageDecisions.ts';
import { readDecisions } from './decisionFile.ts';
import { decidePair } from './pairDecision.ts';

/** What people decide of images. One decision of a dataset is written at a time. */
export class DecisionService {
  readonly #datasets: Datasets;
  readonly #writing = new KeyedQueue();

  constructor(datasets: Datasets) {
    this.#datasets = datasets;
  }

  /** The root of the dataset that a path lies in. Throws not-indexed where it lies in none. */
  datasetOf(path: string): string {
    if (!this.#datasets.exists(path)) throw notIndexed(dirname(path));
    return this.#datasets.rootOf(path);
  }

  /** Writes down what a person says of two images. */
  async pair({ root, paths, action }: PairDecisionRequest): Promise<undefined> {
    const folder = this.#datasets.rootOf(root);
    await this.#writing.run(folder, () => decidePair(folder, paths, action, Date.now()));
    return undefined;
  }

  /** Writes down what a person decides of images, or takes it back. */
  async decide({ root, ...request }: DecideRequest): Promise<{ readonly changed: readonly string[] }> {
    const folder = this.#datasets.rootOf(root);
    return { changed: await this.#writing.run(folder, () => decideImages(folder, request, Date.now())) };
  }

  /**
   * Writes down that findings of the last check are no issue, or takes that back. Rejects with usage where one isn't among
   * them and was never answered, before anything is written.
   *
   * @param folder absolute, in a dataset
   * @param findings ids
   * @returns the ids of which something changed
   */
  async ignore(folder: string, findings: readonly string[], undo: boolean): Promise<readonly string[]> {
    const { root, store } = this.#datasets.get(folder);
    const paths = new Map(await readFindingPaths(store));
    // A finding that was answered is in no later check.
    for (const { action, finding, path } of await readDecisions(root)) {
      if (action === 'ignore' && finding !== undefined) paths.set(finding, path);
    }
    const named = [...new Set(findings)].map((finding) => {
      const path = paths.get(finding);
      if (path === undefined) throw unknownFinding(finding, root);
      return { finding, path };
    });
    const changed: string[] = [];
    for (const { finding, path } of named) {
      const done = await this.decide({ root, paths: [path], decision: { action: 'ignore', finding }, undo });
      if (done.changed.length > 0) changed.push(finding);
    }
    return changed;
  }

  /** What people decided of single images of a dataset. */
  list({ root }: DecisionRequests['decisions/list']['params']): Promise<StandingDecision[]> {
    return listImageDecisions(this.#datasets.rootOf(root));
  }
}
