import { computed, effect, signal } from '@preact/signals';
import { findingKinds, severities, type Finding, type FindingKind } from '../../src/core/curation/findings.ts';
import { filterText, hasFilterText, passesFilter } from './filterTerms.ts';
import { answers, findings } from './host.ts';

/** Which findings are listed; '' for all. */
export interface ListFilter {
  readonly kind: FindingKind | '';
  readonly severity: Finding['severity'] | '';
  /** Words of a path, which holds the class, or of the sentence, and terms as of all filters. */
  readonly text: string;
}

export const noFilter: ListFilter = { kind: '', severity: '', text: '' };
export const filter = signal<ListFilter>(noFilter);

effect(() => {
  filterText.value = filter.value.text;
});

/** A row of the list: a finding, or the kind of those below it. */
export type ListRow =
  { readonly finding: Finding } | { readonly kind: FindingKind; readonly findings: readonly Finding[] };

/** Findings by kind, the worst kind first, the worst of a kind first. */
const byKind = computed(() => {
  const groups = new Map<FindingKind, Finding[]>();
  for (const finding of findings.value ?? []) {
    const known = groups.get(finding.kind);
    if (known === undefined) groups.set(finding.kind, [finding]);
    else known.push(finding);
  }
  const rank = (group: readonly Finding[]): number =>
    Math.max(...group.slice(0, 1).map(({ severity }) => severities.indexOf(severity)));
  return findingKinds
    .flatMap((kind) => (groups.has(kind) ? [{ kind, findings: groups.get(kind)! }] : []))
    .sort((a, b) => rank(b.findings) - rank(a.findings));
});

/** How many there are of each kind, for the choice of one. */
export const kindCounts = computed(() => byKind.value.map(({ kind, findings: own }) => ({ kind, count: own.length })));

/** What is listed, in its order. */
export const rows = computed((): readonly ListRow[] => {
  const { kind: wanted, severity } = filter.value;
  const isListed = (finding: Finding): boolean =>
    (severity === '' || finding.severity === severity) && passesFilter(finding, textOf(finding));
  return byKind.value.flatMap(({ kind, findings: all }): ListRow[] => {
    if (wanted !== '' && wanted !== kind) return [];
    const own = severity === '' && !hasFilterText.value ? all : all.filter(isListed);
    return own.length === 0 ? [] : [{ kind, findings: own }, ...own.map((finding) => ({ finding }))];
  });
});

/** The findings that are listed, in their order. */
export const listed = computed(() => rows.value.flatMap((row) => ('finding' in row ? [row.finding] : [])));

/** The place of each in `listed`, by its id. */
export const places = computed(() => new Map(listed.value.map(({ id }, place) => [id, place])));

/** The place of each finding in `rows`, by its id. */
export const rowPlaces = computed(
  () => new Map(rows.value.flatMap((row, place) => ('finding' in row ? [[row.finding.id, place] as const] : []))),
);

/** Of all findings, whatever is listed. */
export const decided = computed(() => ({ done: answers.value.size, all: findings.value?.length ?? 0 }));

const texts = new WeakMap<Finding, string>();

/** What is looked for in a finding. */
function textOf(finding: Finding): string {
  let text = texts.get(finding);
  if (text === undefined) {
    const { path, related, message } = finding;
    text = [path, ...related.map((image) => image.path), message].join('\n').toLowerCase();
    texts.set(finding, text);
  }
  return text;
}
