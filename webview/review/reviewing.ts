import { computed, effect, signal } from '@preact/signals';
import {
  goneBy,
  imagesOf,
  isOver,
  isSameAnswer,
  takesOut,
  type FindingAnswer,
} from '../../src/core/curation/answers.ts';
import type { Finding } from '../../src/core/curation/findings.ts';
import { kindTexts } from '../../src/core/curation/kindTexts.ts';
import {
  bestOf,
  decisionsFor,
  firstFocus,
  imagesToGo,
  isOffered,
  suggestedAction,
  type ReviewAction,
} from '../../src/core/curation/reviewSteps.ts';
import { formatQuantity } from '../../src/core/progressText.ts';
import type { ReviewDecision } from '../../src/protocol/reviewView.ts';
import { vscodeApi } from '../shared/vscodeApi.ts';
import { answers, findings, given, host, readAnswers, state, synchronize, takeAnswers } from './host.ts';
import { filter, listed, noFilter, places, type ListFilter } from './list.ts';
import { answerText, meansNothing, noClassSuggested, nothingSuggested } from './sentences.ts';

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
/** Why a key did nothing, or what else is to be said of the last one; '' for nothing. */
export const told = signal('');

/** Images of a finding that are out already. */
export function goneOf({ id }: Finding): readonly string[] {
  return goneBy(given.value.get(id));
}

/** The finding that is looked at: the chosen one or, where it isn't listed, the first that is to be decided. */
export const current = computed((): Finding | undefined => {
  const place = chosen.value === undefined ? undefined : places.value.get(chosen.value);
  return listed.value[place ?? -1] ?? listed.value.find(({ id }) => !answers.value.has(id)) ?? listed.value[0];
});

export const focused = computed(() => {
  const finding = current.value;
  if (!finding) return undefined;
  const path = focusedPath.value;
  return path !== undefined && imagesOf(finding).includes(path) ? path : firstFocus(finding, goneOf(finding));
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
  told.value = '';
}

/** Adds a finding to the selection, or takes it out: then one that is left is looked at, as it is what is decided of. */
export function toggle(id: string): void {
  const next = new Set(selected.value.size > 0 ? selected.value : current.value ? [current.value.id] : []);
  const isOut = next.delete(id);
  if (!isOut) next.add(id);
  selected.value = next.size > 1 ? next : new Set();
  chosen.value = isOut ? (nearest(next, id) ?? id) : id;
  anchor = chosen.value;
  told.value = '';
}

/** The finding of several that is listed the closest to another one. */
function nearest(ids: ReadonlySet<string>, to: string): string | undefined {
  const place = (id: string): number => places.value.get(id) ?? Infinity;
  const distance = (id: string): number => Math.abs(place(id) - place(to));
  return [...ids].sort((a, b) => distance(a) - distance(b))[0];
}

/** Selects all from where the selection began. */
export function extend(id: string): void {
  anchor ??= current.value?.id;
  const [from, to] = [places.value.get(anchor ?? id) ?? 0, places.value.get(id) ?? 0];
  const range = listed.value.slice(Math.min(from, to), Math.max(from, to) + 1);
  chosen.value = id;
  told.value = '';
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
  const several = selected.value.size > 1 ? listed.value.filter(({ id }) => selected.value.has(id)) : [];
  if (several.length > 1) return several;
  return finding ? [finding] : [];
});

/** Findings for which an action means something: of several those alone are decided. */
export function meantBy(action: ReviewAction): readonly Finding[] {
  if (subjects.value.length > 1 && singleActions.has(action)) return [];
  return subjects.value.filter((finding) => isOffered(action, finding));
}

/** What is decided of one finding at a time: it is about which of its images is looked at, or about a pair. */
const singleActions: ReadonlySet<ReviewAction> = new Set<ReviewAction>(['keepOne', 'same', 'different']);

/** What Enter does: what all findings that are decided about suggest. */
export const suggested = computed(() => {
  const [action, ...others] = new Set(subjects.value.map((finding) => suggestedAction(finding, goneOf(finding))));
  return others.length === 0 ? action : undefined;
});

/** Findings that name the class that their image looks like. */
export function suggestingClass(): readonly Finding[] {
  return meantBy('relabel').filter((finding) => finding.suggested !== undefined);
}

/** Does what is suggested. @returns whether anything is */
export function decideAsSuggested(): boolean {
  if (suggested.value === 'relabel') relabelAsSuggested();
  else if (suggested.value === 'keepBest') decide('keepBest');
  else told.value = nothingSuggested(subjects.value.length);
  return subjects.value.length > 0;
}

/** Gives each image the class that it looks like. */
export function relabelAsSuggested(): void {
  const meant = suggestingClass();
  const [first, ...others] = meant;
  if (first === undefined) told.value = noClassSuggested(subjects.value.length);
  else if (others.length === 0 && subjects.value.length === 1) decide('relabel', { label: first.suggested! });
  else decideOf(meant, 'relabel', { isAsSuggested: true });
}

/** The class of `relabel`, or that each finding names its own; the host asks where nothing is said. */
export type GivenClass = Pick<ReviewDecision, 'label' | 'isAsSuggested'>;

/** Decides: shows it at once, and then the next finding that is to be decided; tells why where it means nothing. */
export function decide(action: ReviewAction, named: GivenClass = {}): void {
  const meant = meantBy(action);
  if (meant.length > 0) decideOf(meant, action, named);
  else if (subjects.value.length > 0) told.value = meansNothing(action, subjects.value);
}

function decideOf(meant: readonly Finding[], action: ReviewAction, named: GivenClass): void {
  const [first] = meant;
  const image = meant.length === 1 && first === current.value ? focused.value : undefined;
  const request = { ids: meant.map(({ id }) => id), action, ...(image !== undefined && { focused: image }), ...named };
  // What is asked for first isn't decided yet.
  const isCertain = action !== 'relabel' || named.label !== undefined || named.isAsSuggested === true;
  const before = { chosen: current.value?.id, selected: selected.value };
  told.value = '';
  if (isCertain) show(meant, action, image, named.label);
  const shownThen = chosen.value;
  const asked = host.call('review/decide', request);
  void (isCertain ? inTurn(asked) : asked).then((changes) => {
    if (changes) takeAnswers(changes.filter(([id, answer]) => !isSameAnswer(answer ?? undefined, given.value.get(id))));
    else if (isCertain) void readAnswers();
    if (changes && !isCertain) goOn();
    const undone = changes?.flatMap(([id, answer]) => (answer === null ? id : [])) ?? [...before.selected];
    const isElsewhere = chosen.value !== shownThen || selected.value.size > 0;
    if (isCertain && !isElsewhere && (changes === undefined || undone.length > 0)) comeBack(undone, before.chosen);
  });
}

/** Looks at findings again of which nothing was decided. */
function comeBack(ids: readonly string[], last: string | undefined): void {
  const [first] = ids;
  if (ids.length > 1) {
    chosen.value = ids.includes(last ?? '') ? last : first;
    selected.value = new Set(ids);
  } else if ((first ?? last) !== undefined) look(first ?? last!);
}

/** Tags the image that is looked at, or all images of several findings: the host asks for the tag. It answers nothing. */
export function tag(): void {
  const paths = subjects.value.length > 1 ? subjects.value.flatMap(imagesOf) : [focused.value ?? ''];
  const images = [...new Set(paths)].filter((path) => path !== '');
  if (images.length === 0) {
    told.value = meansNothing('tag', subjects.value);
    return;
  }
  told.value = '';
  void host.call('review/tag', { paths: images }).then((isDone) => {
    if (isDone) told.value = `${formatQuantity(images.length, 'image')} tagged.`;
  });
}

/**
 * Takes the last step back, or does it again, and looks at what that was about. Steps are shown before the host has taken them:
 * one that is under way is waited for, so that a key is about what is seen.
 */
export async function repeat(direction: 'undo' | 'redo'): Promise<void> {
  const isAwaited = steps.count > 0;
  await steps.last;
  const title = state.value?.[direction];
  if (title === undefined && !isAwaited) return;
  const done = direction === 'undo' ? 'Undone' : 'Done again';
  const text = title === undefined ? done : `${done}: ${title}`;
  announced.value = text;
  const ids = await inTurn(host.call('review/repeat', { direction }));
  if (ids === undefined) return;
  const isOf = new Set(ids);
  const first = listed.value.find(({ id }) => isOf.has(id));
  if (first) {
    look(first.id);
    announced.value = `${text}. ${describe(first)}`;
    return;
  }
  const isHidden = findings.value?.some(({ id }) => isOf.has(id)) === true;
  told.value = `${text}. ${isHidden ? 'The filter hides what that is about.' : 'It is about no finding of this list.'}`;
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
  const next = new Map(given.value);
  for (const finding of meant) {
    const answer = foreseen(finding, action, image, label);
    if (answer) next.set(finding.id, answer);
  }
  given.value = next;
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
  const before = goneOf(finding);
  const isEach = image === undefined && takesOut(action);
  const focusedImages = isEach ? imagesToGo(finding, before) : [image ?? firstFocus(finding, before)];
  const decisions = focusedImages.flatMap((path) =>
    decisionsFor(action, finding, path, label ?? finding.suggested, before),
  );
  // Where some images are kept, it's the others that are told.
  const last = decisions.at(-1);
  if (last === undefined) return undefined;
  const paths = decisions.filter((made) => made.action === last.action).flatMap((made) => made.paths);
  const value = last.value !== undefined && { value: last.value };
  // Where nothing is left to go, what went is what is told.
  if (action === 'keepBest' && last.action === 'keep' && before.length > 0) return undefined;
  if (!takesOut(last.action)) return { action: last.action, paths, ...value };
  const gone = [...new Set([...before, ...paths])];
  return { action: last.action, paths: gone, ...(!isOver(finding, new Set(gone)) && { gone }) };
}

/** To the next that is to be decided, or the one before where there is none after. */
function goOn(): void {
  const known = answers.value;
  selected.value = new Set();
  const finding = current.value;
  if (finding && !known.has(finding.id) && given.value.get(finding.id)?.gone) {
    // More of its images are to be decided.
    look(finding.id);
    announced.value += describe(finding);
    return;
  }
  const place = current.value === undefined ? -1 : (places.value.get(current.value.id) ?? -1);
  const isOpen = ({ id }: Finding): boolean => !known.has(id);
  const next = listed.value.slice(place + 1).find(isOpen) ?? listed.value.slice(0, Math.max(0, place)).findLast(isOpen);
  if (next === undefined) return;
  look(next.id);
  announced.value += describe(next);
}

function describe(finding: Finding): string {
  const { kind, path } = finding;
  const name = path === '' ? finding.message : path;
  const best = isOffered('keepBest', finding) ? `, best copy ${bestOf(finding, goneOf(finding))}` : '';
  const answer = given.value.get(finding.id);
  return `${kindTexts[kind].name}, ${name}${best}${answer ? `, ${answerText(answer)}` : ''}`;
}
