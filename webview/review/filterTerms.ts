/** The filter of the list in the language of all filters: words are looked for here, what has a field is asked of the host. */
import { computed, signal } from '@preact/signals';
import type { Finding } from '../../src/core/curation/findings.ts';
import type { FilterTerm } from '../../src/core/filters/filter.ts';
import { formatFilter } from '../../src/core/filters/formatFilter.ts';
import { parseFilter } from '../../src/core/filters/parseFilter.ts';
import { escaped } from '../../src/core/filters/patterns.ts';
import { host, state } from './host.ts';
import { letThroughOf } from './letThrough.ts';

/** What is typed. */
export const filterText = signal('');

const parsed = computed(() => parseFilter(filterText.value));
const terms = computed((): readonly FilterTerm[] => ('fault' in parsed.value ? [] : parsed.value.terms));
const fielded = computed(() => formatFilter(terms.value.filter(({ field }) => field !== undefined)));

/** Of the terms with a field. */
const found = letThroughOf(
  {
    filter: fielded,
    version: computed(() => state.value?.check?.version),
    decisions: computed(() => state.value?.decisions ?? 0),
  },
  (filter) => host.call('review/filter', { filter }),
);

/** Why what is typed can't be understood, in a sentence. */
export const filterFault = computed((): string | undefined => {
  if ('fault' in parsed.value) return parsed.value.fault.message;
  return fielded.value !== '' && typeof found.value === 'string' ? found.value : undefined;
});

const none: ReadonlySet<string> = new Set();

/**
 * Ids of the findings that terms with a field let through; undefined where there are none. Where nobody knows, it is none: what is
 * decided of all that is listed would be decided of all that there is.
 */
const letThrough = computed((): ReadonlySet<string> | undefined => {
  if (filterFault.value !== undefined) return none;
  if (fielded.value === '') return undefined;
  return typeof found.value === 'object' ? found.value : none;
});

/** Why nothing is listed, in a sentence. */
export const nothingListed = computed((): string => {
  if (filterFault.value !== undefined) return "Nothing is listed, since the filter can't be followed.";
  return fielded.value !== '' && found.value === undefined ? 'Filtering…' : 'No finding fits the filter.';
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
