/** Runs beside each other: what they have set otherwise, and who is best at what. */

/** Name and value, as a person reads them. */
export type SettingEntry = readonly [name: string, value: string];

/** Names of settings that not all runs have, or not with the same value; in the order in which they first come. */
export function differingSettings(runs: readonly (readonly SettingEntry[])[]): string[] {
  const names = new Set(runs.flatMap((entries) => entries.map(([name]) => name)));
  const valueOf = (entries: readonly SettingEntry[], name: string) => entries.find(([own]) => own === name)?.[1];
  return [...names].filter((name) => new Set(runs.map((entries) => valueOf(entries, name))).size > 1);
}

/** A metric as a column of a table. */
export interface ComparedMetric {
  readonly key: string;
  readonly title: string;
  /** Shown in per cent. */
  readonly isShare: boolean;
  /** Absent where more is neither better nor worse by itself: runs with other batches have other losses. */
  readonly better?: 'high' | 'low';
  /** What the same figure was before the training, where that is recorded. */
  readonly baseline?: string;
}

export const comparedMetrics: readonly ComparedMetric[] = [
  { key: 'testMacro', title: 'Test accuracy', isShare: true, better: 'high', baseline: 'teacherTestMacro' },
  { key: 'bestValidationMacro', title: 'Validation accuracy', isShare: true, better: 'high' },
  { key: 'testKnnMacro', title: 'Test kNN', isShare: true, better: 'high', baseline: 'testKnnMacroUntrained' },
  { key: 'knnMacro', title: 'kNN', isShare: true, better: 'high', baseline: 'knnMacroUntrained' },
  { key: 'agreement', title: 'As the teacher', isShare: true, better: 'high' },
  { key: 'contrastiveAccuracy', title: 'Contrastive accuracy', isShare: true },
  { key: 'relativeLoss', title: 'Loss / guessing', isShare: true },
  { key: 'effectiveRank', title: 'Effective rank', isShare: false },
  { key: 'reconstructionError', title: 'Squared error', isShare: false, better: 'low' },
];

/** Indices of those that are best; none where fewer than two have a value or all have the same. */
export function bestOf(values: readonly (number | undefined)[], better: 'high' | 'low'): number[] {
  const known = values.filter((value) => value !== undefined);
  const best = better === 'high' ? Math.max(...known) : Math.min(...known);
  if (known.length < 2 || known.every((value) => value === best)) return [];
  return values.flatMap((value, index) => (value === best ? [index] : []));
}

/** Sorts by a column; what has no value comes last whichever way it goes. Equal ones keep their order. */
export function sortedBy<T>(
  rows: readonly T[],
  valueOf: (row: T) => number | string | undefined,
  direction: 'ascending' | 'descending',
): T[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return rows.toSorted((a, b) => {
    const [first, second] = [valueOf(a), valueOf(b)];
    if (first === undefined || second === undefined) return Number(first === undefined) - Number(second === undefined);
    if (typeof first === 'number' && typeof second === 'number') return sign * (first - second);
    return sign * String(first).localeCompare(String(second), 'en', { numeric: true });
  });
}
