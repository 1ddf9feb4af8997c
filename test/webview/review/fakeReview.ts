/** Runs in the browser before the page's own script: a host with a check of as many findings as are wanted. */
import { goneBy, isOver, type FindingAnswer } from '../../../src/core/curation/answers.ts';
import { severityOf, type Finding, type FindingKind } from '../../../src/core/curation/findings.ts';
import { decisionsFor, firstFocus, imagesToGo } from '../../../src/core/curation/reviewSteps.ts';
import { serveRequests } from '../../../src/protocol/rpc.ts';
import {
  reviewChanged,
  type AnswerChanges,
  type ReviewDecision,
  type ReviewState,
  type ReviewViewRequests,
} from '../../../src/protocol/reviewView.ts';
import { bitmap, connectToPage } from '../shared/fakeVsCode.ts';

const kinds: readonly FindingKind[] = ['leak', 'exact-duplicate', 'near-duplicate', 'label-issue', 'outlier', 'blurry'];
const classes = ['boot', 'hat', 'shirt', 'sock'];

/** What the page asked for, by method, for tests to look at. */
const calls: { readonly method: string; readonly params: unknown }[] = [];

function findingOf(i: number): Finding {
  const kind = kinds[i % kinds.length]!;
  const label = classes[Math.floor(i / kinds.length) % classes.length]!;
  const path = `train/${label}/${i}.jpg`;
  const count = kind === 'leak' || kind === 'near-duplicate' ? 1 : kind === 'exact-duplicate' ? 2 : 0;
  const related = Array.from({ length: count }, (_, n) => ({
    path: `test/${label}/${i}-${n + 1}.jpg`,
    similarity: 0.97,
  }));
  return {
    ...{ id: `f${i}`, kind, severity: severityOf(kind), path, score: (i % 100) / 100, related },
    message: `Finding ${i} of ${label}: something is to be decided about it, and this sentence says what.`,
    ...(kind === 'label-issue' && { suggested: 'hat' }),
    ...(related.length > 0 && { best: { path, reason: 'is the largest' } }),
  };
}

function hashOf(path: string): number {
  return new TextEncoder().encode(path).reduce((sum, byte) => (sum * 31 + byte) % 16_777_216, 7);
}

interface Step {
  readonly title: string;
  readonly before: ReadonlyMap<string, FindingAnswer>;
  readonly after: ReadonlyMap<string, FindingAnswer>;
}

class FakeReview {
  kept: unknown;
  state: ReviewState;
  readonly findings: readonly Finding[];
  answers: ReadonlyMap<string, FindingAnswer> = new Map();
  /** Refuses what is decided next. */
  refuses = false;
  /** Findings of which nothing can be decided. */
  readonly missing = new Set<string>();
  /** Addresses of pictures that stand in for the files. */
  pictures: readonly string[] = [];
  /** Answers only after so long, in milliseconds. */
  delay = 0;
  /** How long after a change the page learns of it, in milliseconds. */
  stateDelay = 0;
  readonly #done: Step[] = [];
  readonly #undone: Step[] = [];
  readonly #connection;

  constructor(count: number, kept: unknown) {
    this.kept = kept;
    this.findings = Array.from({ length: count }, (_, i) => findingOf(i)).sort(
      (a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind),
    );
    this.state = {
      ...{ revision: 1, trusted: true, name: 'clothing', reading: false, answers: 0, decisions: 0 },
      ...{
        checking: undefined,
        failure: undefined,
        undo: undefined,
        redo: undefined,
        asked: undefined,
        problems: undefined,
      },
      check: {
        ...{ version: 1, checkedAt: new Date().setHours(-12, 0, 0, 0), outdated: false, images: 2000, findings: count },
        reopened: false,
        thresholds: { blurry: 0.29 },
      },
    };
    this.#connection = connectToPage(this);
    serveRequests<ReviewViewRequests>(this.#connection, this.#handlers());
    this.#connection.listen();
  }

  /** Shows another state, as the host would when something has happened. */
  show(change: Partial<ReviewState>): void {
    this.state = { ...this.state, ...change, revision: this.state.revision + 1 };
    void this.#connection.sendNotification(reviewChanged, { revision: this.state.revision });
  }

  #decide({ ids, action, focused, label, isAsSuggested }: ReviewDecision): AnswerChanges['changes'] | undefined {
    if (this.refuses) return undefined;
    const after = new Map(this.answers);
    for (const id of ids) {
      const finding = this.findings.find((other) => other.id === id)!;
      if (this.missing.has(id)) continue;
      const named = label ?? (isAsSuggested === true ? finding.suggested : 'sock');
      const known = after.get(id);
      const out = goneBy(known);
      const isEach = ids.length > 1 && action === 'exclude';
      const images = isEach ? imagesToGo(finding, out) : [focused ?? firstFocus(finding, out)];
      const made = images.flatMap((image) => decisionsFor(action, finding, image, named, out).slice(-1));
      const [told] = made;
      // What was taken out stays out, whatever else is said of it.
      if (!told || (known?.action === 'exclude' && !known.gone)) continue;
      const gone = [...new Set([...(known?.gone ?? []), ...made.flatMap(({ paths }) => paths)])];
      const isPart = told.action === 'exclude' && !isOver(finding, new Set(gone));
      const paths = told.action === 'exclude' ? gone : told.paths;
      after.set(id, { ...told, paths, ...(isPart && { gone }) });
    }
    this.#done.push({ title: `${action} ${ids.length}`, before: this.answers, after });
    this.#undone.length = 0;
    this.#turnTo(after);
    return ids.map((id) => [id, after.get(id) ?? null] as const);
  }

  #turnTo(answers: ReadonlyMap<string, FindingAnswer>): void {
    this.answers = answers;
    const [undo, redo] = [this.#done.at(-1)?.title, this.#undone.at(-1)?.title];
    this.show({ answers: this.state.answers + 1, decisions: this.state.decisions + 1, undo, redo });
  }

  #handlers() {
    const noted =
      <Params, Result>(method: string, answer: (params: Params) => Result) =>
      async (params: Params): Promise<Result> => {
        calls.push({ method, params });
        if (this.delay > 0) await new Promise((resolve) => setTimeout(resolve, this.delay));
        return answer(params);
      };
    const picture = (path: string) => {
      const hash = hashOf(path);
      return { path, ...bitmap(hash & 255, (hash >> 8) & 255, (hash >> 16) & 255) };
    };
    return {
      'review/state': async () => {
        if (this.stateDelay > 0) await new Promise((resolve) => setTimeout(resolve, this.stateDelay));
        return this.state;
      },
      'review/findings': ({ version }: { version: number }) =>
        version === this.state.check?.version ? this.findings : undefined,
      'review/answers': () => ({
        ...{ version: this.state.check?.version ?? 0, answers: this.state.answers, isAll: true },
        changes: [...this.answers],
      }),
      'review/filter': noted('filter', ({ filter }: { filter: string }) => {
        const [, label] = /^class:(\w+)$/.exec(filter) ?? [];
        if (label === undefined) return `“${filter}” names nothing here.`;
        return this.findings.filter(({ path }) => path.split('/')[1] === label).map(({ id }) => id);
      }),
      'review/images': noted('images', ({ paths }: { paths: readonly string[] }) =>
        paths.map((path) => ({
          ...{ path, label: path.split('/')[1], split: path.split('/')[0] },
          file: { width: 1200, height: 800, bytes: 245_000, format: 'jpeg', quality: undefined },
          url: this.pictures[hashOf(path) % Math.max(1, this.pictures.length)],
        })),
      ),
      'review/thumbnails': ({ paths }: { paths: readonly string[] }) => paths.map(picture),
      'review/neighbors': noted('neighbors', ({ path }: { path: string }) =>
        [0.9, 0.8].map((similarity, i) => ({ path: `${path}.${i}.jpg`, similarity, label: 'hat', split: 'train' })),
      ),
      'review/preview': ({ path }: { path: string }) => picture(path),
      'review/difference': noted('difference', () => ({
        ...{
          picture: bitmap(40, 10, 80).bytes,
          isSame: true,
          undone: ['mirrored'],
          mean: 2,
          changed: 0.031,
          range: 64,
        },
      })),
      'review/decide': noted('decide', (decision: ReviewDecision) => this.#decide(decision)),
      'review/repeat': noted('repeat', ({ direction }: { direction: 'undo' | 'redo' }) => {
        const [from, to] = direction === 'undo' ? [this.#done, this.#undone] : [this.#undone, this.#done];
        const step = from.pop();
        if (!step) return undefined;
        to.push(step);
        const [before, next] = [this.answers, direction === 'undo' ? step.before : step.after];
        this.#turnTo(next);
        return [...new Set([...before.keys(), ...next.keys()])].filter((id) => before.get(id) !== next.get(id));
      }),
      'review/tag': noted('tag', () => true),
      'review/captionNeighbors': noted('captionNeighbors', () => undefined),
      'review/editCaption': noted('editCaption', () => undefined),
      'review/open': noted('open', () => undefined),
      'review/view': noted('view', () => undefined),
      'review/similar': noted('similar', () => undefined),
      'review/act': noted('act', () => undefined),
    };
  }
}

export interface Fake {
  readonly host: FakeReview;
  readonly calls: typeof calls;
}

function start(count: number, kept?: unknown): void {
  Object.assign(globalThis, { fake: { host: new FakeReview(count, kept), calls } });
}

/**
 * Presses a key and waits until the finding that comes next is painted, with its pictures: the time that took in milliseconds.
 *
 * @param key as `KeyboardEvent.key` has it
 */
async function timed(key: string): Promise<number> {
  const title = (): string => document.querySelector('.finding .sentence')?.textContent ?? '';
  const before = title();
  const begun = performance.now();
  window.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }));
  for (;;) {
    await new Promise(requestAnimationFrame);
    const pictures = [
      ...document.querySelectorAll<HTMLImageElement>('.figures figure:not(.difference) .shown-picture'),
    ];
    const isThere = ({ children }: HTMLElement): boolean =>
      [...children].some((child) => child instanceof HTMLImageElement && child.complete && child.naturalWidth > 0);
    if (title() !== before && pictures.every(isThere)) break;
    if (performance.now() - begun > 5000) throw new Error(`Nothing came of ${key} after "${before}"`);
  }
  await painted();
  return performance.now() - begun;
}

/** Until what is in the document in this frame is painted, which is before the next message is handled. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** Times of frames that show nothing new, in milliseconds. */
async function frames(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const begun = performance.now();
    await new Promise(requestAnimationFrame);
    await painted();
    times.push(performance.now() - begun);
  }
  return times;
}

Object.assign(globalThis, { start, timed, frames });
