import { computed, effect, signal, type ReadonlySignal } from '@preact/signals';

/** Of what the host is asked, and anew whenever one of them changes. */
export interface FilterQuestion {
  /** '' where nothing is asked. */
  readonly filter: ReadonlySignal<string>;
  /** Of another check other findings have images that the filter lets through; undefined where there is none. */
  readonly version: ReadonlySignal<number | undefined>;
  /** So are there others once a tag or a class was given or taken. */
  readonly decisions: ReadonlySignal<number>;
}

/**
 * Ids of the findings that a filter lets through, or why that can't be told, in a sentence; undefined as long as nobody knows. What was
 * answered to another filter is no answer to this one; what was answered before the last decision is shown until the next answer.
 *
 * @param ask one question at a time: decisions may come faster than answers
 */
export function letThroughOf(
  { filter, version, decisions }: FilterQuestion,
  ask: (filter: string) => Promise<readonly string[] | string>,
): ReadonlySignal<ReadonlySet<string> | string | undefined> {
  const answer = signal<{ filter: string; version: number; found: ReadonlySet<string> | string } | undefined>(
    undefined,
  );
  const asked = computed(() => {
    const known = version.value;
    return filter.value === '' || known === undefined ? undefined : { filter: filter.value, version: known };
  });
  let [isAsking, isAskedAnew] = [false, false];
  const follow = async (): Promise<void> => {
    isAskedAnew = true;
    if (isAsking) return;
    isAsking = true;
    for (let next = asked.peek(); isAskedAnew && next !== undefined; next = asked.peek()) {
      isAskedAnew = false;
      const found = await ask(next.filter).catch((error: unknown) =>
        String(error instanceof Error ? error.message : error),
      );
      answer.value = { ...next, found: typeof found === 'string' ? found : new Set(found) };
    }
    isAsking = false;
  };
  effect(() => {
    const [question] = [asked.value, decisions.value];
    if (question !== undefined) void follow();
  });
  return computed(() => {
    const known = answer.value;
    const isOfThis = known?.filter === asked.value?.filter && known?.version === asked.value?.version;
    return isOfThis ? known?.found : undefined;
  });
}
