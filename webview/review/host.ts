import { computed, effect, signal } from '@preact/signals';
import { isAnswered, type FindingAnswer } from '../../src/core/curation/answers.ts';
import type { Finding } from '../../src/core/curation/findings.ts';
import {
  reviewChanged,
  type AnswerChanges,
  type ReviewPageAction,
  type ReviewState,
  type ReviewViewRequests,
} from '../../src/protocol/reviewView.ts';
import { connectState } from '../shared/hostState.ts';

export const { host, state, synchronize } = connectState<ReviewViewRequests, ReviewState>(reviewChanged, (connected) =>
  connected.call('review/state', {}),
);

/** All findings of the check, the worst first; undefined until they are there. */
export const findings = signal<readonly Finding[] | undefined>(undefined);
/** What was decided, by the ids of findings, also what the host doesn't know of yet, and of those that are still open. */
export const given = signal<ReadonlyMap<string, FindingAnswer>>(new Map());
/** Of findings of which nothing is left to decide. */
export const answers = computed((): ReadonlyMap<string, FindingAnswer> => {
  const all = given.value;
  const open = [...all.values()].some((answer) => !isAnswered(answer));
  return open ? new Map([...all].filter(([, answer]) => isAnswered(answer))) : all;
});
/** What of them is known: of which findings, and after how many changes. */
let known = { version: -1, answers: -1 };

const wanted = computed(() => {
  const current = state.value;
  return current?.check && { version: current.check.version, answers: current.answers };
});

effect(() => {
  const next = wanted.value;
  if (next === undefined) {
    known = { version: -1, answers: -1 };
    findings.value = undefined;
    given.value = new Map();
  } else if (next.version !== known.version || next.answers !== known.answers) {
    void load(next);
  }
});

async function load({ version }: { readonly version: number }): Promise<void> {
  const isOther = version !== known.version;
  const [found, changed] = await Promise.all([
    isOther ? host.call('review/findings', { version }) : findings.value,
    host.call('review/answers', { version, since: isOther ? -1 : known.answers }),
  ]);
  // Others are wanted by now, and on their way; of two answers the later one counts.
  if (wanted.value?.version !== version || changed.version !== version || found === undefined) return;
  if (!changed.isAll && changed.answers <= known.answers) return;
  known = { version, answers: changed.answers };
  findings.value = found;
  takeAnswers(changed.changes, changed.isAll ? new Map() : given.value);
}

/** Shows answers as the host gives them. @param before those that it says nothing of */
export function takeAnswers(changes: AnswerChanges['changes'], before = given.value): void {
  const next = new Map(before);
  for (const [id, answer] of changes) {
    if (answer) next.set(id, answer);
    else next.delete(id);
  }
  given.value = next;
}

/** Shows what the host knows, where the page has shown something else. */
export async function readAnswers(): Promise<void> {
  known = { ...known, answers: -1 };
  const next = wanted.value;
  if (next) await load(next);
}

export function act(action: ReviewPageAction): void {
  void host.call('review/act', { action });
}
