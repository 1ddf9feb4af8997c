import { Emitter } from 'vscode-jsonrpc/node';
import path from 'node:path';
import { imagesOf, isSameAnswer, takenOut, type FindingAnswer } from '../../core/curation/answers.ts';
import type { Finding } from '../../core/curation/findings.ts';
import type { DecisionProblem } from '../../core/decisions/decisionProblems.ts';
import { asLikenessError, ErrorCode, isCancellation } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import type { DecisionHistory, LeftOut } from '../../protocol/decisions.ts';
import type { PanelFailure } from '../../protocol/panels.ts';
import type { AnswerChanges, ReviewDecision, ReviewState } from '../../protocol/reviewView.ts';
import type { FindingsModel } from '../findings/findingsModel.ts';
import type { CheckedDataset } from '../findings/checkedDataset.ts';
import { failureOf } from '../panels/panelFailure.ts';
import { stepOf } from './reviewStep.ts';

export interface ReviewHost {
  readonly findings: FindingsModel;
  readonly trusted: () => boolean;
  /** Looks through the dataset; what is found is among `findings` then. */
  readonly check: (root: string, onProgress: (progress: Progress) => void, signal: AbortSignal) => Promise<unknown>;
  /** What survives a reload of the window. */
  readonly save: (root: string) => void;
  /** Says of which images nothing could be decided. */
  readonly tellLeftOut: (leftOut: readonly LeftOut[]) => void;
  /** What is wrong with the lines of a dataset's decisions. */
  readonly problemsOf: (root: string) => Promise<readonly DecisionProblem[]>;
}

/** Changes of answers that are remembered: whoever has missed more asks for all of them. */
const REMEMBERED = 200;

interface Content {
  readonly reading: boolean;
  readonly checking: Progress | undefined;
  readonly failure: PanelFailure | undefined;
  readonly asked: ReviewState['asked'];
  readonly problems: ReviewState['problems'];
}

/** Lines of which nothing follows, as whoever wrote them may not know. */
const passedOver: ReadonlySet<DecisionProblem['kind']> = new Set(['conflict', 'not-a-decision']);

const starting: Progress = { phase: 'Checking', done: 0, total: undefined, rate: 0, secondsLeft: undefined };

/** What the Review panel shows of one dataset: the findings of its last check, and what was decided of them. */
export class ReviewModel {
  readonly #host: ReviewHost;
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #revision = 0;
  #root: string | undefined;
  #content: Content = {
    ...{ reading: false, checking: undefined, failure: undefined, asked: undefined, problems: undefined },
  };
  #checked: CheckedDataset | undefined;
  #version = 0;
  /** As the page knows them, if it has asked for all changes. */
  #known: ReadonlyMap<string, FindingAnswer> = new Map();
  #answers = 0;
  /** Another one after every step. */
  #history: DecisionHistory | undefined;
  #decisions = 0;
  readonly #changes: (readonly (readonly [string, FindingAnswer | null])[])[] = [];
  #byId: ReadonlyMap<string, Finding> = new Map();
  #stop: AbortController | undefined;

  /** @param root that was gone through when the window was closed */
  constructor(host: ReviewHost, root: string | undefined) {
    this.#host = host;
    this.#root = root;
  }

  get state(): ReviewState {
    const checked = this.#checked;
    return {
      ...this.#content,
      revision: this.#revision,
      trusted: this.#host.trusted(),
      name: this.#root === undefined ? undefined : path.basename(this.#root),
      check: checked && {
        version: this.#version,
        checkedAt: checked.checkedAt,
        outdated: checked.outdated,
        reopened: checked.reopened,
        images: checked.report.images,
        findings: checked.report.findings.length,
        thresholds: checked.report.thresholds,
      },
      answers: this.#answers,
      decisions: this.#decisions,
      undo: checked?.history.undo?.title,
      redo: checked?.history.redo?.title,
    };
  }

  get root(): string | undefined {
    return this.#root;
  }

  /** Undefined where there are others by now. */
  findingsOf(version: number): readonly Finding[] | undefined {
    return version === this.#version ? this.#checked?.report.findings : undefined;
  }

  finding(id: string): Finding | undefined {
    return this.#byId.get(id);
  }

  /** The findings that one of some images has a part in, by their ids. @param paths relative to the root */
  findingsWith(paths: ReadonlySet<string>): string[] {
    return [...this.#byId.values()]
      .filter((finding) => imagesOf(finding).some((image) => paths.has(image)))
      .map(({ id }) => id);
  }

  /** Answers since that number of changes. */
  answersSince(version: number, since: number): AnswerChanges {
    const missed = this.#answers - since;
    const isAll = version !== this.#version || since < 0 || missed < 0 || missed > this.#changes.length;
    const changes = isAll ? [...this.#known] : this.#changes.slice(this.#changes.length - missed).flat();
    return { version: this.#version, answers: this.#answers, isAll, changes };
  }

  /** The answers of findings, whether they have changed or not. */
  answersOf(ids: readonly string[]): AnswerChanges['changes'] {
    return ids.map((id) => [id, this.#known.get(id) ?? null] as const);
  }

  /** Shows a dataset, at a finding if one is named. Failures become part of the state. */
  async show(root: string, finding?: string): Promise<void> {
    const times = (this.#content.asked?.times ?? 0) + 1;
    if (root !== this.#root) {
      this.#root = root;
      this.#content = { ...this.#content, problems: undefined };
      this.#host.save(root);
    }
    this.#set({ asked: finding === undefined ? this.#content.asked : { id: finding, times } });
    await this.refresh();
  }

  /** Reads the last check, where it isn't known yet. */
  async refresh(): Promise<void> {
    const root = this.#root;
    this.follow();
    if (root === undefined || !this.#host.trusted()) return;
    void this.readProblems();
    if (this.#checked !== undefined) {
      await this.#host.findings.reread(root).catch(() => undefined);
      return;
    }
    this.#set({ reading: true, failure: undefined });
    try {
      await this.#host.findings.restore(root);
      this.#set({ reading: false });
    } catch (error) {
      const reason = asLikenessError(error);
      // What isn't indexed was not checked either; a check does both.
      this.#set({ reading: false, failure: reason.code === ErrorCode.NotIndexed ? undefined : failureOf(reason) });
    }
    this.follow();
  }

  /** Looks for lines of the decisions that say nothing; where they can't be read, the next change tells. */
  async readProblems(): Promise<void> {
    const root = this.#root;
    if (root === undefined) return;
    const all = await this.#host.problemsOf(root).catch(() => undefined);
    if (all === undefined || root !== this.#root) return;
    const [first, ...others] = all.filter(({ kind }) => passedOver.has(kind));
    this.#set({ problems: first && { count: 1 + others.length, line: first.line, message: first.message } });
  }

  /** The findings or their answers have changed. */
  follow(): void {
    const checked = this.#root === undefined ? undefined : this.#host.findings.checkedOf(this.#root);
    if (checked !== this.#checked) {
      this.#checked = checked;
      this.#version++;
      this.#known = checked?.answers ?? new Map();
      this.#byId = new Map(checked?.report.findings.map((finding) => [finding.id, finding]));
      this.#changes.length = 0;
      this.#answers++;
    } else if (checked && checked.answers !== this.#known) {
      this.#note(checked.answers);
    }
    if (checked?.history !== this.#history) this.#decisions++;
    this.#history = checked?.history;
    this.#set({});
  }

  /** Checks the dataset again. */
  async check(): Promise<void> {
    const root = this.#root;
    if (root === undefined || this.#content.checking) return;
    const stop = (this.#stop = new AbortController());
    this.#set({ checking: starting, failure: undefined });
    try {
      const show = (progress: Progress): void => {
        this.#set({ checking: progress });
      };
      await this.#host.check(root, show, stop.signal);
      this.#set({ checking: undefined });
    } catch (error) {
      this.#set({
        checking: undefined,
        failure: isCancellation(error) ? undefined : failureOf(asLikenessError(error)),
      });
    }
    this.follow();
  }

  /** Stops a check. */
  cancel(): void {
    this.#stop?.abort();
  }

  /** Takes a decision about findings. Rejects where it can't be written; false where it means nothing. */
  async decide(decision: ReviewDecision): Promise<boolean> {
    const root = this.#root;
    const findings = decision.ids.flatMap((id) => this.#byId.get(id) ?? []);
    const [first] = findings;
    if (root === undefined || first === undefined) return false;
    if (decision.action === 'same' || decision.action === 'different') {
      const [other] = first.related;
      if (findings.length > 1 || other === undefined || first.related.length > 1) return false;
      await this.#host.findings.decidePair(root, [first.path, other.path], decision.action);
      return true;
    }
    const step = stepOf(root, findings, decision, takenOut(this.#checked?.lines ?? []));
    if (step === undefined) return false;
    const { leftOut } = await this.#host.findings.take(step);
    if (leftOut) this.#host.tellLeftOut(leftOut);
    return true;
  }

  /** Gives images a tag. Rejects as `decide` does. */
  async tag(paths: readonly string[], value: string): Promise<void> {
    if (this.#root === undefined) return;
    const decisions = [{ paths, decision: { action: 'tag', value } as const }];
    const { leftOut } = await this.#host.findings.take({ root: this.#root, decisions, leavesOut: [] });
    if (leftOut) this.#host.tellLeftOut(leftOut);
  }

  /** Takes back the last step, or takes it again. @returns ids of the findings that have another answer now, or none any more */
  async repeat(direction: 'undo' | 'redo'): Promise<readonly string[]> {
    if (this.#root === undefined) return [];
    const before = this.#known;
    await this.#host.findings.repeat(this.#root, direction);
    this.follow();
    const ids = new Set([...before.keys(), ...this.#known.keys()]);
    return [...ids].filter((id) => !isSameAnswer(before.get(id), this.#known.get(id)));
  }

  dispose(): void {
    this.#stop?.abort();
  }

  #note(answers: ReadonlyMap<string, FindingAnswer>): void {
    const changes: (readonly [string, FindingAnswer | null])[] = [];
    for (const [id, answer] of answers) {
      if (!isSameAnswer(this.#known.get(id), answer)) changes.push([id, answer]);
    }
    for (const id of this.#known.keys()) {
      if (!answers.has(id)) changes.push([id, null]);
    }
    this.#known = answers;
    if (changes.length === 0) return;
    this.#answers++;
    this.#changes.push(changes);
    if (this.#changes.length > REMEMBERED) this.#changes.shift();
  }

  #set(change: Partial<Content>): void {
    this.#content = { ...this.#content, ...change };
    this.#revision++;
    this.#changed.fire();
  }
}
