import { dirname } from 'node:path';
import { notIndexed } from '../../core/errors.ts';
import type { PairDecisionRequest } from '../../protocol/augmentations.ts';
import type { DecideRequest, DecisionRequests, StandingDecision } from '../../protocol/decisions.ts';
import type { Datasets } from '../dataset.ts';
import { KeyedQueue } from '../jobs/keyedQueue.ts';
import { decideImages, listImageDecisions } from './imageDecisions.ts';
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

  /** What people decided of single images of a dataset. */
  list({ root }: DecisionRequests['decisions/list']['params']): Promise<StandingDecision[]> {
    return listImageDecisions(this.#datasets.rootOf(root));
  }
}
