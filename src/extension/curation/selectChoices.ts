import type { SelectionMethod } from '../../core/curation/selection/selection.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { DatasetSummary } from '../../protocol/engine.ts';
import type { SelectReport, SelectRequest } from '../../protocol/selection.ts';
import type { Choice } from '../training/choices.ts';

/** How images are chosen: by one of the methods, or those to label next. */
export type SelectWay = SelectionMethod | 'to-label';

/** What becomes of the images that are chosen. */
export type SelectResult = 'select' | 'tag' | 'list';

export interface SelectAnswers {
  readonly way: SelectWay;
  readonly count: number;
  readonly balanced: boolean;
  /** Images with this tag are chosen already; '': none. */
  readonly fixedTag: string;
  readonly result: SelectResult;
  /** Of the result `tag`. */
  readonly tag: string;
}

const LABEL_NEXT: Choice<SelectWay> = {
  title: 'Most informative to label next',
  icon: 'question',
  detail: 'Only images without a label; those in doubt that stand for many others',
  value: 'to-label',
};

const methods: readonly Choice<SelectWay>[] = [
  {
    title: 'Represent all images',
    icon: 'symbol-array',
    description: 'facility location · recommended',
    detail: 'Every image has a similar one among the chosen',
    value: 'facility-location',
  },
  LABEL_NEXT,
  {
    title: 'Far apart',
    icon: 'arrow-both',
    description: 'k-centre',
    detail: 'No image is far from all of the chosen; odd ones come first',
    value: 'k-centre',
  },
  {
    title: 'Typical',
    icon: 'circle-filled',
    detail: 'The most typical image of each cluster; good where very few can be labelled',
    value: 'typicality',
  },
  { title: 'At random', icon: 'sparkle', detail: 'To compare the others with', value: 'random' },
];

/** @param summary undefined where the folder isn't indexed: nobody knows yet whether all images have a label */
export function selectWays(summary: DatasetSummary | undefined): readonly Choice<SelectWay>[] {
  return unlabelledIn(summary) === 0 ? methods.filter((method) => method !== LABEL_NEXT) : methods;
}

/** Images without a label; undefined where nobody knows. */
function unlabelledIn(summary: DatasetSummary | undefined): number | undefined {
  return summary && summary.images - summary.classes.reduce((sum, { count }) => sum + count, 0);
}

/** A round number that is suggested: a tenth, but no more than 100. @param of images there are; undefined: unknown */
export function suggestedCount(of: number | undefined): number {
  return of === undefined ? 100 : Math.max(1, Math.min(100, Math.round(of / 10)));
}

export const balances: readonly Choice<boolean>[] = [
  { title: 'Whatever their class', detail: 'Frequent classes get more images', value: false },
  { title: 'Equal numbers of each class', detail: 'As far as there are so many', value: true },
];

export const results: readonly Choice<SelectResult>[] = [
  {
    title: 'Select them',
    icon: 'graph-scatter',
    detail: 'Shown in the Embedding Map, for whatever comes next; nothing is written',
    value: 'select',
  },
  {
    title: 'Tag them…',
    icon: 'tag',
    detail: 'In .likeness/decisions.jsonl, which others get with git; can be undone',
    value: 'tag',
  },
  { title: 'Write a list…', icon: 'list-unordered', detail: 'A text file with a path a line', value: 'list' },
];

/** What the engine is asked for. */
export function selectionAsked({
  way,
  count,
  balanced,
  fixedTag,
}: Pick<SelectAnswers, 'way' | 'count' | 'balanced' | 'fixedTag'>): Omit<SelectRequest, 'folder' | 'scan'> {
  return {
    count,
    ...(way === 'to-label' ? { toLabel: true } : { method: way }),
    ...(balanced && way !== 'to-label' && { balanced: true }),
    ...(fixedTag !== '' && { fixedTags: [fixedTag] }),
  };
}

/** "40 of 1,616 images chosen, 12 copies left out, to go with 40 tagged “pilot”." */
export function selectedSentence(
  { paths, candidates, copies, fixed, labelled, notices }: SelectReport,
  done: string,
): string {
  const parts = [
    `${formatCount(paths.length)} of ${formatQuantity(candidates, 'image')} ${done}`,
    ...(copies > 0 ? [`${formatCount(copies)} ${copies === 1 ? 'copy' : 'copies'} left out`] : []),
    ...(fixed > 0 ? [`to go with ${formatCount(fixed)} chosen before`] : []),
    ...(labelled > 0 ? [`to go with ${formatCount(labelled)} labelled`] : []),
  ];
  return [`${parts.join(', ')}.`, ...notices.map(({ message }) => message)].join(' ');
}
