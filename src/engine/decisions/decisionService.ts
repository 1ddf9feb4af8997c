import { dirname } from 'node:path';
import { notSetAside } from '../../core/decisions/decisionErrors.ts';
import { linesOf } from '../../core/decisions/decisionLines.ts';
import type { DecisionProblem } from '../../core/decisions/decisionProblems.ts';
import type { FileEdit } from '../../core/decisions/history.ts';
import { renewedDecisions, tidyDecisions, type TidyDecisions } from '../../core/decisions/tidyDecisions.ts';
import { LikenessError, unknownFinding, wholeNotIndexed } from '../../core/errors.ts';
import type {
  DecideRequest,
  DecisionHistory,
  DecisionRequests,
  DecisionStep,
  PairDecisionRequest,
  QuarantinedImage,
  RepeatRequest,
  StandingDecision,
  StandingPair,
  StepOutcome,
  TakenStep,
} from '../../protocol/decisions.ts';
import { readFindingPaths } from '../curation/lastFindings.ts';
import type { Datasets } from '../dataset.ts';
import { statIfPresent } from '../fileStatus.ts';
import { KeyedQueue } from '../jobs/keyedQueue.ts';
import type { LabelCache } from '../labels/labelCache.ts';
import type { PlannedFile } from '../labels/relabel/relabelPlan.ts';
import { datasetsBelow, relativeToRoot } from '../store/findRoot.ts';
import { listImageDecisions, takeDecisions } from './imageDecisions.ts';
import { decidedPath } from './decidedImages.ts';
import { readDecisions, readDecisionText } from './decisionFile.ts';
import { whileLocked } from './decisionLock.ts';
import { DecisionText } from './decisionText.ts';
import { journaledEdit } from './fileEdits.ts';
import { HistoryFile } from './historyFile.ts';
import { moveImages, type MoveImages } from './moveImages.ts';
import { decidePair, listPairDecisions } from './pairDecision.ts';
import { problemsOfDecisions } from './problemsOfDecisions.ts';
import { readQuarantine } from './quarantine.ts';
import { endPending, offeredSteps, repeatStep, takeStep, toldStep, type StepContext } from './steps.ts';

/** What is kept of a dataset's files between two decisions. */
type DatasetFiles = Pick<StepContext, 'history' | 'text'>;

/** What people decide of images. One decision of a dataset is written at a time. */
export class DecisionService {
  readonly #datasets: Datasets;
  readonly #labels: Pick<LabelCache, 'forget'> | undefined;
  readonly #writing = new KeyedQueue();
  readonly #files = new Map<string, DatasetFiles>();

  /** @param labels what is known of images, which is read again after a step: it may have written where that comes from */
  constructor(datasets: Datasets, labels?: Pick<LabelCache, 'forget'>) {
    this.#datasets = datasets;
    this.#labels = labels;
  }

  /**
   * The root of the dataset that an image lies in. Throws not-indexed where it lies in none.
   *
   * @param around a folder that may be all of the dataset: the image's own is often a part of it, such as a class
   */
  datasetOf(path: string, around: string): string {
    if (this.#datasets.exists(path)) return this.#datasets.rootOf(path);
    // Of an image that is gone nobody knows more than where it would be.
    const own = this.#datasets.rootOf(statIfPresent(path) === undefined ? dirname(path) : path);
    if (datasetsBelow(own).length > 0) throw this.#datasets.notIndexed(own);
    const whole = this.#datasets.rootOf(around);
    const isAround = whole !== own && relativeToRoot(whole, own) !== undefined && datasetsBelow(whole).length === 0;
    throw wholeNotIndexed(path, isAround ? whole : undefined);
  }

  /** As `rootOf`. Throws not-indexed where a folder lies in no dataset but has one in it, which will be meant: nothing is decided of the folder itself. */
  meantRoot(folder: string): string {
    const root = this.#datasets.rootOf(folder);
    if (!this.#datasets.exists(root) && datasetsBelow(root).length > 0) throw this.#datasets.notIndexed(root);
    return root;
  }

  /** The root of the dataset that a path lies in, else the folder itself. */
  rootOf(path: string): string {
    return this.#datasets.rootOf(path);
  }

  /** Writes down what a person says of two images. */
  pair({ root, paths, action }: PairDecisionRequest): Promise<StepOutcome> {
    return this.#whileLocked(root, (context) => decidePair(context, paths, action));
  }

  /** Writes down what a person decides of images, or takes it back. */
  decide({ root, ...decision }: DecideRequest): Promise<StepOutcome> {
    return this.#whileLocked(root, (context) => takeDecisions(context, { decisions: [decision] }));
  }

  /** Several decisions that are one: all of them are written down or none, and one undo takes them back. */
  take({ root, ...step }: DecisionStep): Promise<StepOutcome> {
    return this.#whileLocked(root, (context) => takeDecisions(context, step));
  }

  /** Takes back the last step that stands. See `repeatStep`. */
  undo({ root, step }: RepeatRequest): Promise<StepOutcome> {
    return this.#whileLocked(root, (context) => repeatStep(context, 'undo', step));
  }

  /** Takes the last step again that was undone. */
  redo({ root, step }: RepeatRequest): Promise<StepOutcome> {
    return this.#whileLocked(root, (context) => repeatStep(context, 'redo', step));
  }

  /** What undo and redo would do. */
  async history({ root }: DecisionRequests['decisions/history']['params']): Promise<DecisionHistory> {
    return offeredSteps({ history: await this.#settled(root) });
  }

  /** All steps that are remembered, the oldest first, and how many of them stand: those after them were undone. */
  async steps(root: string): Promise<{ readonly steps: readonly TakenStep[]; readonly taken: number }> {
    const { steps, taken } = await (await this.#settled(root)).read();
    return { steps: steps.map(toldStep), taken };
  }

  /** Moves images within the dataset, as a step. See `moveImages`. */
  move(root: string, request: MoveImages): Promise<StepOutcome> {
    return this.#whileLocked(root, (context) => moveImages(context, request));
  }

  /** Writes files of the dataset, as a step: all of them or none. Rejects with the codes of `fileEdit` and `takeStep`. */
  edit(root: string, title: string, files: readonly PlannedFile[]): Promise<StepOutcome> {
    return this.#whileLocked(root, async (context) => {
      const edits: FileEdit[] = [];
      for (const file of files) edits.push(await journaledEdit(context.root, file));
      return takeStep(context, { title, change: (lines) => lines, moves: [], edits });
    });
  }

  /**
   * Brings files back that were set aside, and forgets that they were. Rejects with file-not-found where one of them wasn't, before
   * anything is moved.
   *
   * @param paths where they were, relative to the root
   */
  bringBack(root: string, paths: readonly string[]): Promise<StepOutcome> {
    return this.#whileLocked(root, async (context) => {
      await endPending(context);
      const aside = new Set((await readQuarantine(context.root)).map(({ path }) => path));
      for (const { path, action } of await readDecisions(context.root)) if (action === 'quarantine') aside.add(path);
      const missing = paths.find((path) => !aside.has(decidedPath(context.root, path)));
      if (missing !== undefined) throw notSetAside(missing);
      return takeDecisions(context, { decisions: [{ paths, decision: { action: 'quarantine' }, undo: true }] });
    });
  }

  /** What is wrong with the lines of a dataset's decisions. */
  problems({ root, text }: DecisionRequests['decisions/problems']['params']): Promise<readonly DecisionProblem[]> {
    const folder = this.#datasets.rootOf(root);
    return problemsOfDecisions(folder, this.#datasets.storeIfReadable(folder), text);
  }

  /**
   * What the decisions look like in order, without what merges have left. See `tidyDecisions`.
   *
   * @param write puts the file in order; without it nothing is written
   * @param renew says of pictures that have changed since that what was decided of them holds
   */
  async tidy(
    root: string,
    { write, renew = false }: { readonly write: boolean; readonly renew?: boolean },
  ): Promise<TidyDecisions & { readonly isTidy: boolean; readonly renewed: number }> {
    const folder = this.#datasets.rootOf(root);
    const preview = async () => {
      const text = await readDecisionText(folder);
      const { text: current, renewed } = renew ? await this.#renewed(folder, text) : { text, renewed: 0 };
      const tidy = tidyDecisions(current);
      return { ...tidy, isTidy: tidy.text === text, renewed };
    };
    if (!write) return preview();
    return this.#whileLocked(folder, (context) =>
      context.text.edit(async () => {
        await context.text.read();
        const tidy = await preview();
        if (!tidy.isTidy) await context.text.replace(linesOf(tidy.text));
        return tidy;
      }),
    );
  }

  /** Of a line about two images each is renewed in its turn. */
  async #renewed(folder: string, text: string) {
    const store = this.#datasets.storeIfReadable(folder);
    const first = renewedDecisions(text, await problemsOfDecisions(folder, store, text));
    const second = renewedDecisions(first.text, await problemsOfDecisions(folder, store, first.text));
    return { text: second.text, renewed: first.renewed };
  }

  /** The files that are set aside. */
  async quarantined({
    root,
  }: DecisionRequests['decisions/quarantined']['params']): Promise<readonly QuarantinedImage[]> {
    await this.#settled(root);
    return readQuarantine(this.#datasets.rootOf(root));
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
    const answered = new Set<string>();
    // A finding that was answered is in no later check.
    for (const { action, finding, path } of await readDecisions(root)) {
      if (action !== 'ignore' || finding === undefined) continue;
      paths.set(finding, path);
      answered.add(finding);
    }
    const named = [...new Set(findings)];
    const decisions = named.map((finding) => {
      const path = paths.get(finding);
      if (path === undefined) throw unknownFinding(finding, root);
      return { paths: [path], decision: { action: 'ignore', finding }, undo } as const;
    });
    await this.#whileLocked(root, (context) => takeDecisions(context, { decisions }));
    return named.filter((finding) => answered.has(finding) === undo);
  }

  /** What people decided of single images of a dataset. */
  list({ root }: DecisionRequests['decisions/list']['params']): Promise<StandingDecision[]> {
    return listImageDecisions(this.#datasets.rootOf(root));
  }

  /** What people decided of two images of a dataset. */
  pairs({ root }: { readonly root: string }): Promise<StandingPair[]> {
    return listPairDecisions(this.#datasets.rootOf(root));
  }

  /** The history, once what a killed process left half done is ended; where nothing can be written it stays as it is. */
  async #settled(root: string): Promise<HistoryFile> {
    const { history } = this.#filesOf(this.#datasets.rootOf(root));
    if ((await history.read()).pending !== undefined) {
      await this.#whileLocked(root, endPending).catch((error: unknown) => {
        if (!(error instanceof LikenessError)) throw error;
      });
    }
    return history;
  }

  #whileLocked<T>(path: string, work: (context: StepContext) => Promise<T>): Promise<T> {
    const root = this.#datasets.rootOf(path);
    const files = this.#filesOf(root);
    return this.#writing.run(root, async () => {
      try {
        return await whileLocked(root, () =>
          work({ root, ...files, store: this.#datasets.storeIfReadable(root), now: Date.now() }),
        );
      } finally {
        this.#labels?.forget(root);
      }
    });
  }

  #filesOf(root: string): DatasetFiles {
    let files = this.#files.get(root);
    if (files === undefined) {
      files = { history: new HistoryFile(root), text: new DecisionText(root) };
      this.#files.set(root, files);
    }
    return files;
  }
}
