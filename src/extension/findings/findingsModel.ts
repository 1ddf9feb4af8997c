import { Emitter } from 'vscode-jsonrpc/node';
import type { Finding } from '../../core/curation/findings.ts';
import type { Decision } from '../../core/decisions/decisions.ts';
import { isSameStep } from '../../core/decisions/history.ts';
import { asLikenessError, ErrorCode } from '../../core/errors.ts';
import type { CheckReport } from '../../protocol/check.ts';
import type { DecisionHistory, DecisionStep, StepOutcome, TakenStep } from '../../protocol/decisions.ts';
import type { ScanSettings } from '../../protocol/engine.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import { CheckedDataset } from './checkedDataset.ts';
import { linesAfter, linesAfterPair } from './decidedLines.ts';

export interface FindingsSources {
  readonly engine: EngineCaller;
  readonly scanSettings: (folder: string) => ScanSettings;
  /** Makes known that a folder is a dataset, before there are findings of it. */
  readonly indexed: (root: string) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

interface Standing {
  readonly history: DecisionHistory;
  readonly lines: readonly Decision[];
}

/** Takes back what was decided last; see `exclude` and `ignore`. */
export type TakeBack = () => Promise<void>;

/**
 * What the last check of each dataset found, and what a person has decided of it: the one place through which the review, the
 * tree and the messages decide. What is decided shows at once; where it can't be written it is taken back.
 */
export class FindingsModel {
  readonly #sources: FindingsSources;
  readonly #checked = new Map<string, CheckedDataset>();
  readonly #restoring = new Map<string, Promise<void>>();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;

  constructor(sources: FindingsSources) {
    this.#sources = sources;
  }

  /** What is open of them, in the order in which the datasets were first checked. */
  get reports(): readonly CheckReport[] {
    return [...this.#checked.values()].map(({ open }) => open);
  }

  /** The datasets of which a new check may find what was decided before the last one and taken back since. */
  get reopened(): ReadonlySet<string> {
    return new Set([...this.#checked].filter(([, { reopened }]) => reopened).map(([root]) => root));
  }

  /** What is open of a dataset; undefined where it wasn't checked. */
  reportOf(root: string): CheckReport | undefined {
    return this.#checked.get(root)?.open;
  }

  /** All that was found in a dataset, and the answers; undefined where it wasn't checked. */
  checkedOf(root: string): CheckedDataset | undefined {
    return this.#checked.get(root);
  }

  get roots(): readonly string[] {
    return [...this.#checked.keys()];
  }

  /** Checks a dataset, or a folder that becomes one. Rejects as `check/run` does; the findings of before stay then. */
  async check(folder: string, options: CallOptions): Promise<CheckReport> {
    const { engine, scanSettings, indexed, now } = this.#sources;
    const report = await engine.call('check/run', { folder, scan: scanSettings(folder) }, options);
    await indexed(report.root);
    await this.#keep(new CheckedDataset(report, now(), false));
    return report;
  }

  /** Reads what the last check of a dataset found, unless that is known. Rejects as `check/last` does. */
  async restore(root: string): Promise<void> {
    if (this.#checked.has(root)) return;
    const running = this.#restoring.get(root) ?? this.#readLast(root);
    this.#restoring.set(root, running);
    try {
      await running;
    } finally {
      this.#restoring.delete(root);
    }
  }

  async #readLast(root: string): Promise<void> {
    const last = await this.#sources.engine.call('check/last', { root });
    // A check that was faster knows better.
    if (last && !this.#checked.has(root))
      await this.#keep(new CheckedDataset(last.report, last.checkedAt, last.outdated, last.decisions));
  }

  /** Reads again what stands in `decisions.jsonl`: somebody else may have changed it. */
  async reread(root: string): Promise<void> {
    const checked = this.#checked.get(root);
    if (!checked) return;
    checked.isStale = true;
    if (await this.#freshen(checked)) this.#changed.fire();
  }

  /** Takes a step; the findings that it answers are gone at once. Rejects as `decisions/take` does, and then they are back, as are those of images that were left out. */
  take(step: DecisionStep): Promise<StepOutcome> {
    const checked = this.#checked.get(step.root);
    const foresee = (): void => checked?.foresee(linesAfter(checked.lines, step, this.#nowText()));
    return this.#settle(checked, foresee, () => this.#sources.engine.call('decisions/take', step));
  }

  /** Writes down that two images are the same or different. */
  async decidePair(root: string, paths: readonly [string, string], action: 'same' | 'different'): Promise<void> {
    const checked = this.#checked.get(root);
    const foresee = (): void => checked?.foresee(linesAfterPair(checked.lines, paths, action, this.#nowText()));
    await this.#settle(checked, foresee, () => this.#sources.engine.call('decisions/pair', { root, paths, action }));
  }

  /**
   * Takes back the step that was taken last, or takes it again. Rejects as `decisions/undo` does.
   *
   * @param step that is meant, where it may be another one by now
   */
  async repeat(root: string, direction: 'undo' | 'redo', step?: TakenStep): Promise<TakenStep | undefined> {
    const checked = this.#checked.get(root);
    const isOffered = step === undefined || isSameStep(checked?.history[direction], step);
    const foresee = (): void => {
      if (isOffered) checked?.foreseeRepeat(direction);
    };
    if (checked) checked.isStale = true;
    const request = { root, ...(step && { step }) };
    const work = () => this.#sources.engine.call(`decisions/${direction}` as const, request);
    return (await this.#settle(checked, foresee, work)).step;
  }

  /** Writes down that a finding is no issue. */
  ignore(root: string, finding: Finding): Promise<TakeBack> {
    const { id, path } = finding;
    return this.#decide({
      root,
      decisions: [{ paths: [path], decision: { action: 'ignore', finding: id } }],
      finding: id,
    });
  }

  /**
   * Excludes images. Findings of which nothing is left, or one of several copies, are gone at once.
   *
   * @param paths relative to the root
   */
  exclude(root: string, paths: readonly string[]): Promise<TakeBack> {
    return this.#decide({
      root,
      decisions: [{ paths, decision: { action: 'exclude' } }],
    });
  }

  /** Images of a dataset have changed since it was checked. */
  outdate(root: string): void {
    const checked = this.#checked.get(root);
    if (!checked || checked.outdated) return;
    checked.outdated = true;
    this.#changed.fire();
  }

  /** Forgets the findings of all datasets but these. */
  retain(roots: ReadonlySet<string>): void {
    const gone = [...this.#checked.keys()].filter((root) => !roots.has(root));
    for (const root of gone) this.#checked.delete(root);
    if (gone.length > 0) this.#changed.fire();
  }

  async #decide(step: DecisionStep): Promise<TakeBack> {
    const { step: taken } = await this.take(step);
    return async () => {
      if (taken !== undefined) {
        try {
          await this.repeat(step.root, 'undo', taken);
          return;
        } catch (error) {
          if (asLikenessError(error).code !== ErrorCode.DecisionNotOffered) throw error;
        }
      }
      // Something else was decided since, which stays.
      const decisions = step.decisions.map((decision) => ({ ...decision, undo: true }));
      await this.take({ root: step.root, decisions });
    };
  }

  /** Shows a step at once, and what stands once the engine has taken the last of those that are under way. */
  async #settle(
    checked: CheckedDataset | undefined,
    foresee: () => void,
    work: () => Promise<StepOutcome>,
  ): Promise<StepOutcome> {
    if (!checked) return work();
    checked.begin();
    foresee();
    this.#changed.fire();
    let isTaken = false;
    try {
      const outcome = await work();
      const { undo, redo, leftOut } = outcome;
      checked.history = { ...(undo && { undo }), ...(redo && { redo }) };
      isTaken = true;
      // Less was done than was foreseen.
      if (leftOut) checked.mistrust();
      return outcome;
    } finally {
      checked.end(isTaken);
      // What became of the step counts; what can't be read now is read with the next change.
      await this.#freshen(checked).catch(() => undefined);
      this.#changed.fire();
    }
  }

  /** Reads what stands, unless more of it is about to change. @returns whether anything else is shown now */
  async #freshen(checked: CheckedDataset): Promise<boolean> {
    if (!checked.isStale || checked.underway > 0) return false;
    const { begun } = checked;
    const { history, lines } = await this.#readStanding(checked.report.root);
    // Whoever has begun something meanwhile reads what stands after it.
    if (checked.begun !== begun) return false;
    checked.isStale = false;
    const isOther = !isSameHistory(checked.history, history);
    if (isOther) checked.forget();
    checked.history = history;
    return checked.read(lines) || isOther;
  }

  async #readStanding(root: string): Promise<Standing> {
    const { engine } = this.#sources;
    const [{ undo, redo }, lines] = await Promise.all([
      engine.call('decisions/history', { root }),
      engine.call('review/decisions', { root }),
    ]);
    return { history: { ...(undo && { undo }), ...(redo && { redo }) }, lines };
  }

  async #keep(checked: CheckedDataset): Promise<void> {
    const { root } = checked.report;
    const { history, lines } = await this.#readStanding(root);
    checked.history = history;
    checked.read(lines);
    this.#checked.set(root, checked);
    this.#changed.fire();
  }

  #nowText(): string {
    return new Date(this.#sources.now()).toISOString();
  }
}

function isSameHistory(a: DecisionHistory, b: DecisionHistory): boolean {
  return isSameStep(a.undo, b.undo) && isSameStep(a.redo, b.redo);
}
