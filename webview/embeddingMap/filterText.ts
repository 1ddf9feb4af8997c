/** The text of the filter: what is typed here goes to the host, which says what matches. */
import { effect, signal } from '@preact/signals';
import type { FilterSubject } from '../../src/core/filters/filterSubjects.ts';
import type { MapMatches } from '../../src/protocol/embeddingMap.ts';
import { change, host, state } from './host.ts';

/** Letters typed in a row are one question, and nobody sees the difference. */
const PAUSE_MS = 60;

export const filterText = signal('');
/** What the host last said of which rows match. */
export const matches = signal<MapMatches | undefined>(undefined);
/** What a filter can be about; known as soon as somebody begins to write one. */
export const subjects = signal<readonly FilterSubject[]>([]);

let timer: ReturnType<typeof setTimeout> | undefined;
let taken = 0;
let fetched = 0;

/** Filters by another text. */
export function setFilter(text: string): void {
  filterText.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => void change({ filter: text }), text.trim() === '' ? 0 : PAUSE_MS);
}

/** Asks what there is to filter by, which changes with every decision. */
export async function readSubjects(): Promise<void> {
  subjects.value = await host.call('embeddingMap/subjects', {});
}

effect(() => {
  const filter = state.value?.filter;
  if (!filter) return;
  if (filter.set !== taken) {
    taken = filter.set;
    clearTimeout(timer);
    filterText.value = filter.text;
  }
  if (filter.matches === fetched) return;
  fetched = filter.matches;
  if (fetched === 0) matches.value = undefined;
  else void fetchMatches();
});

async function fetchMatches(): Promise<void> {
  const found = await host.call('embeddingMap/matches', {});
  if (!found || found.revision >= (matches.peek()?.revision ?? 0)) matches.value = found;
}
