import { computed, effect, signal } from '@preact/signals';
import { imagesOf, type FindingAnswer } from '../../src/core/curation/answers.ts';
import type { Finding } from '../../src/core/curation/findings.ts';
import { kindTexts } from '../../src/core/curation/kindTexts.ts';
import { bestOf, decisionsFor, firstFocus, isOffered, type ReviewAction } from '../../src/core/curation/reviewSteps.ts';
import { formatQuantity } from '../../src/core/progressText.ts';
import { vscodeApi } from '../shared/vscodeApi.ts';
import { answers, findings, host, readAnswers, state, synchronize, takeAnswers } from './host.ts';
import { filter, listed, noFilter, places, type ListFilter } from './list.ts';
import { answerText } from './sentences.ts';

/** What the page keeps while it is thrown away. */
interface Kept {
  readonly finding: string | undefined;
  readonly filter: ListFilter;
  readonly isCompared: boolean;
}

const kept = vscodeApi.getState() as Partial<Kept> | undefined;
if (kept?.filter) filter.value = { ...noFilter, ...kept.filter };

/** The id of the finding that is looked at. */
const chosen = signal<string | undefined>(kept?.finding);
/** Ids of several findings that are decided together; empty while it is one. */
export const selected = signal<ReadonlySet<string>>(new Set());
/** Where a range of the selection begins. */
let anchor: string | undefined;
/** The image that is looked at, of a finding with several. */
const focusedPath = signal<string | undefined>(undefined);
/** Whether the difference of two pictures is shown. */
export const isCompared = signal(kept?.isCompared ?? false);
/** What was done last, for screen readers. */
export const announced = signal('');

/** The finding that is looked at: the chosen one or, where it isn't listed, the first that is to be decided. */
export const current = computed((): Finding | undefined => {
  const place = chosen.value === undefined ? undefined : places.value.get(chosen.value);
  return listed.value[place ?? -1] ?? listed.value.find(({ id }) => !answers.value.has(id)) ?? listed.value[0];
});

export const focused = computed(() => {
  const finding = current.value;
  if (!finding) return undefined;
  const path = focusedPath.value;
  return path !== undefined && imagesOf(finding).includes(path) ? path : firstFocus(finding);
});

effect(() => {
  vscodeApi.setState({ finding: chosen.value, filter: filter.value, isCompared: isCompared.value } satisfies Kept);
});

let asked = 0;
effect(() => {
  const next = state.value?.asked;
  if (next === undefined || next.times === asked || !findings.value?.some(({ id }) => id === next.id)) return;
  // One that was asked for before the page was thrown away is known to it by what it kept.
  const isNew = asked > 0 || kept === undefined || kept.finding !== next.id;
  asked = next.times;
  if (!isNew) return;
  if (!places.peek().has(next.id)) filter.value = noFilter;
  look(next.id);
});

/** Looks at a finding alone. */
export function look(id: string): void {
  chosen.value = id;
  focusedPath.value = undefined;
  selected.value = new Set();
  anchor = id;
}

/** Adds a finding to the selection, or takes it out. */
export function toggle(id: string): void {
  const next = new Set(selected.value.size > 0 ? selected.value : current.value ? [current.value.id] : []);
  if (!next.delete(id)) next.add(id);
  chosen.value = id;
  selected.value = next;
  anchor = id;
}

/** Selects all from where the selection began. */
export function extend(id: string): void {
  anchor ??= current.value?.id;
  const [from, to] = [places.value.get(anchor ?? id) ?? 0, places.value.get(id) ?? 0];
  const range = listed.value.slice(Math.min(from, to), Math.max(from, to) + 1);
  chosen.value = id;
  selected.value = new Set(range.map((finding) => finding.id));
}

export function selectAll(): void {
  selected.value = new Set(listed.value.map(({ id }) => id));
  announced.value = `${formatQuantity(selected.value.size, 'finding')} selected`;
}

export function clearSelection(): void {
  selected.value = new Set();
}

/** Looks at the finding before or after, or draws the selection there. */
export function move(by: number, isRange = false): void {
  const finding = current.value;
  if (!finding) return;
  const place = (places.value.get(finding.id) ?? 0) + by;
  const next = listed.value[Math.max(0, Math.min(listed.value.length - 1, place))];
  if (!next) return;
  if (isRange) extend(next.id);
  else look(next.id);
  announced.value = describe(next);
}

export function focusImage(path: string): void {
  focusedPath.value = path;
  announced.value = path;
}

/** What a key is about: the selected findings, or the one that is looked at. */
export const subjects = computed((): readonly Finding[] => {
  const finding = current.value;
  if (selected.value.size > 1) return listed.value.filter(({ id }) => selected.value.has(id));
  return finding ? [finding] : [];
});

/** Findings for which an action means something: of several those alone are decided. */
export function meantBy(action: ReviewAction): readonly Finding[] {
  const isBulk = subjects.value.length > 1;
  if (isBulk && ['keep', 'keepOne', 'same', 'different'].includes(action)) return [];
  return subjects.value.filter((finding) => isOffered(action, finding));
}

/**
 * Decides: shows it at once, and then the next finding that is to be decided.
 *
 * @param label the class, of `relabel`; without one, the host asks for it
 */
export function decide(action: ReviewAction, label?: string): void {
  const meant = meantBy(action);
  const [first] = meant;
  if (first === undefined) return;
  const image = meant.length === 1 && first === current.value ? focused.value : undefined;
  const request = {
    ids: meant.map(({ id }) => id),
    action,
    ...(image !== undefined && { focused: image }),
    ...(label !== undefined && { label }),
  };
  // What is asked for first isn't decided yet.
  const isCertain = action !== 'relabel' || label !== undefined;
  if (isCertain) show(meant, action, image, label);
  const asked = host.call('review/decide', request);
  void (isCertain ? inTurn(asked) : asked).then((given) => {
    if (given) takeAnswers(given.filter(([id, answer]) => answer?.action !== answers.value.get(id)?.action));
    else if (isCertain) void readAnswers();
    if (given && !isCertain) goOn();
  });
}

/**
 * Takes the last step back, or does it again. Steps are shown before the host has taken them: one that is under way is waited
 * for, so that a key is about what is seen.
 */
export async function repeat(direction: 'undo' | 'redo'): Promise<void> {
  const isAwaited = steps.count > 0;
  await steps.last;
  const title = state.value?.[direction];
  if (title === undefined && !isAwaited) return;
  const done = direction === 'undo' ? 'Undone' : 'Done again';
  announced.value = title === undefined ? done : `${done}: ${title}`;
  await inTurn(host.call('review/repeat', { direction }));
}

/** Steps that the host has been asked for and of which the page doesn't know yet what they left to undo. */
const steps = { count: 0, last: Promise.resolve() };

function inTurn<Result>(step: Promise<Result>): Promise<Result> {
  steps.count++;
  // The host's answer may be here before its word that there is something to undo, and a key pressed between them counts.
  steps.last = Promise.allSettled([steps.last, step.then(synchronize)]).then(() => {
    steps.count--;
  });
  return step;
}

function show(meant: readonly Finding[], action: ReviewAction, image: string | undefined, label?: string): void {
  // Until now it may have been looked at only for being the first that is to be decided.
  chosen.value = current.value?.id;
  const next = new Map(answers.value);
  for (const finding of meant) {
    const answer = foreseen(finding, action, image, label);
    if (answer) next.set(finding.id, answer);
  }
  answers.value = next;
  const [first] = meant;
  announced.value = `${answerText(next.get(first!.id))}: ${meant.length > 1 ? formatQuantity(meant.length, 'finding') : first!.path}. `;
  goOn();
}

/** The answer that the host will give. */
function foreseen(
  finding: Finding,
  action: ReviewAction,
  image: string | undefined,
  label: string | undefined,
): FindingAnswer | undefined {
  const decisions = decisionsFor(action, finding, image ?? firstFocus(finding), label ?? finding.suggested);
  // Where some images are kept, it's the others that are told.
  const told = decisions.at(-1);
  return told && { action: told.action, paths: told.paths, ...(told.value !== undefined && { value: told.value }) };
}

/** To the next that is to be decided, or the one before where there is none after. */
function goOn(): void {
  const known = answers.value;
  const place = current.value === undefined ? -1 : (places.value.get(current.value.id) ?? -1);
  const isOpen = ({ id }: Finding): boolean => !known.has(id);
  const next = listed.value.slice(place + 1).find(isOpen) ?? listed.value.slice(0, Math.max(0, place)).findLast(isOpen);
  selected.value = new Set();
  if (next === undefined) return;
  look(next.id);
  announced.value += describe(next);
}

function describe(finding: Finding): string {
  const { kind, path } = finding;
  const name = path === '' ? finding.message : path;
  const best = imagesOf(finding).length > 1 ? `, best copy ${bestOf(finding)}` : '';
  const answer = answers.value.get(finding.id);
  return `${kindTexts[kind].name}, ${name}${best}${answer ? `, ${answerText(answer)}` : ''}`;
}
