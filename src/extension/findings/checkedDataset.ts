import { answersOf, isAnswered, isSameAnswer, type FindingAnswer } from '../../core/curation/answers.ts';
import { digestOfDecisions } from '../../core/decisions/decisionDigest.ts';
import type { Decision } from '../../core/decisions/decisions.ts';
import type { CheckReport } from '../../protocol/check.ts';
import type { DecisionHistory } from '../../protocol/decisions.ts';

/** Steps that are remembered to be shown undone before the engine has undone them. */
const REMEMBERED = 50;

/** What a check found in a dataset, and what was decided since. */
export class CheckedDataset {
  /** All that the check found. */
  readonly report: CheckReport;
  /** Milliseconds since the epoch. */
  readonly checkedAt: number;
  /** Images have changed since the check. */
  outdated: boolean;
  #lines: readonly Decision[] = [];
  #answers: ReadonlyMap<string, FindingAnswer> = new Map();
  #open: CheckReport;
  history: DecisionHistory = {};
  /** What stands in the file isn't known for sure. */
  isStale = false;
  #begun = 0;
  /** Of the decisions that the check went by. */
  #digest: string | undefined;
  #reopened = false;
  #underway = 0;
  /** What stood before the first of those under way. */
  #certain: readonly Decision[] = [];
  /** One of them could not be taken. */
  #hasFailed = false;
  readonly #before: (readonly Decision[])[] = [];
  readonly #after: (readonly Decision[])[] = [];

  /** @param decisions of those that the check went by; absent: those that are read first */
  constructor(report: CheckReport, checkedAt: number, outdated: boolean, decisions?: string) {
    this.#digest = decisions;
    this.report = report;
    this.checkedAt = checkedAt;
    this.outdated = outdated;
    this.#open = report;
  }

  /** What the check found, less what is answered. */
  get open(): CheckReport {
    return this.#open;
  }

  /** By the ids of the findings, of those too that are open as long as more of their images are left. */
  get answers(): ReadonlyMap<string, FindingAnswer> {
    return this.#answers;
  }

  /** Whether something that the check went by was taken back since: it may have hidden what would be found now. */
  get reopened(): boolean {
    return this.#reopened;
  }

  get lines(): readonly Decision[] {
    return this.#lines;
  }

  /** Shows what stands in the file. @returns whether anything else is shown now */
  read(lines: readonly Decision[]): boolean {
    const [before, wasReopened] = [this.#answers, this.#reopened];
    this.#lines = lines;
    const digest = digestOfDecisions(lines, this.checkedAt);
    this.#digest ??= digest;
    this.#reopened = digest !== this.#digest;
    this.#answers = answersOf(this.report.findings, lines, this.checkedAt);
    const isSame =
      before.size === this.#answers.size &&
      [...this.#answers].every(([id, answer]) => isSameAnswer(before.get(id), answer));
    if (isSame) return this.#reopened !== wasReopened;
    const findings = this.report.findings.filter(({ id }) => !isAnswered(this.#answers.get(id)));
    this.#open = { ...this.report, findings };
    return true;
  }

  /** Steps that the engine has not answered yet. */
  get underway(): number {
    return this.#underway;
  }

  /** Steps that were ever begun. */
  get begun(): number {
    return this.#begun;
  }

  /** A step is about to be taken; what is foreseen from now on isn't certain. */
  begin(): void {
    this.#begun++;
    if (this.#underway++ > 0) return;
    this.#certain = this.#lines;
    this.#hasFailed = false;
  }

  /** It was taken, or wasn't: once none is under way any more, nothing is shown then that was foreseen. */
  end(isTaken: boolean): void {
    this.#underway--;
    if (!isTaken) {
      this.mistrust();
      this.#hasFailed = true;
    }
    if (this.#hasFailed && this.#underway === 0) this.read(this.#certain);
  }

  /** Shows a step before it is taken. */
  foresee(lines: readonly Decision[]): void {
    this.#before.push(this.#lines);
    if (this.#before.length > REMEMBERED) this.#before.shift();
    this.#after.length = 0;
    this.read(lines);
  }

  /** Shows the last step undone, or taken again, before it is; does nothing where this window hasn't seen it. */
  foreseeRepeat(direction: 'undo' | 'redo'): void {
    const [from, to] = direction === 'undo' ? [this.#before, this.#after] : [this.#after, this.#before];
    const shown = from.pop();
    if (shown === undefined) return;
    to.push(this.#lines);
    this.read(shown);
  }

  /** What was foreseen has not come. */
  mistrust(): void {
    this.forget();
    this.isStale = true;
  }

  /** Forgets what was foreseen: somebody else has decided meanwhile, or it could not be done. */
  forget(): void {
    this.#before.length = 0;
    this.#after.length = 0;
  }
}
