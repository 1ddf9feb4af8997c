/** The filter of the list in the language of all filters: words are looked for here, what has a field is asked of the host. */
import { computed, effect, signal } from '@preact/signals';
import type { Finding } from '../../src/core/curation/findings.ts';
import type { FilterTerm } from '../../src/core/filters/filter.ts';
import { formatFilter } from '../../src/core/filters/formatFilter.ts';
import { parseFilter } from '../../src/core/filters/parseFilter.ts';
import { escaped } from '../../src/core/filters/patterns.ts';
import { host, state } from './host.ts';

/** What is typed. */
export const filterText = signal('');

const parsed = computed(() => parseFilter(filterText.value));
const terms = computed((): readonly FilterTerm[] => ('fault' in parsed.value ? [] : parsed.value.terms));
const fielded = computed(() => formatFilter(terms.value.filter(({ field }) => field !== undefined)));

/** What the host has answered last, and to what. */
const answer = signal<{ readonly filter: string; readonly found: ReadonlySet<string> | string } | undefined>(undefined);

effect(() => {
  const filter = fielded.value;
  // Of another check other findings have images that it lets through.
  const version = state.value?.check?.version;
  if (filter === '' || version === undefined) return;
  void host.call('review/filter', { filter }).then((found) => {
    if (filter !== fielded.peek()) return;
    answer.value = { filter, found: typeof found === 'string' ? found : new Set(found) };
  });
});

/** Why what is typed can't be understood, in a sentence. */
export const filterFault = computed((): string | undefined => {
  if ('fault' in parsed.value) return parsed.value.fault.message;
  const { filter, found } = answer.value ?? {};
  return fielded.value !== '' && filter === fielded.value && typeof found === 'string' ? found : undefined;
});

/** Ids of the findings that terms with a field let through; undefined where there are none, or none that are understood. */
const letThrough = computed(() => {
  if (fielded.value === '') return undefined;
  const found = answer.value?.found;
  return typeof found === 'string' ? undefined : found;
});

interface WordTest {
  readonly negated: boolean;
  readonly isIn: (text: string) => boolean;
}

const words = computed((): readonly WordTest[] =>
  terms.value
    .filter(({ field }) => field === undefined)
    .map(({ negated, values }) => {
      const tests = values.map(({ text, isPattern }) => {
        const word = text.toLowerCase();
        if (!isPattern) return (whole: string) => whole.includes(word);
        const pattern = new RegExp(word.split(/\*+/).map(escaped).join('.*'), 'u');
        return (whole: string) => pattern.test(whole);
      });
      return { negated, isIn: (whole) => tests.some((test) => test(whole)) };
    }),
);

/** Whether anything is filtered by what is typed. */
export const hasFilterText = computed(() => words.value.length > 0 || letThrough.value !== undefined);

/** @param text of the finding, in lower case */
export function passesFilter({ id }: Finding, text: string): boolean {
  return letThrough.value?.has(id) !== false && words.value.every(({ negated, isIn }) => isIn(text) !== negated);
}
