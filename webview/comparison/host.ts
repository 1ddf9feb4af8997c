import { computed, effect, signal } from '@preact/signals';
import type { DisagreedQuery } from '../../src/core/evaluation/neighborhoods.ts';
import {
  comparisonChanged,
  type ComparisonAction,
  type ComparisonChange,
  type ComparisonState,
  type ComparisonViewRequests,
} from '../../src/protocol/comparisonView.ts';
import { connectState } from '../shared/hostState.ts';

export const { host, state, synchronize } = connectState<ComparisonViewRequests, ComparisonState>(
  comparisonChanged,
  (connected) => connected.call('comparison/state', {}),
);

interface Listed {
  /** Of what they were asked for. */
  readonly key: string;
  readonly queries: readonly DisagreedQuery[];
}

const listed = signal<Listed | undefined>(undefined);

const wanted = computed(() => {
  const current = state.value;
  if (!current?.figures) return undefined;
  const { version, pair, neighbors, order } = current;
  return { key: [version, ...pair, neighbors, order].join(' '), params: { version, pair, neighbors, order } };
});

/** Queries on which the two encoders disagree, most first; those of before while they are on their way. */
export const queries = computed(() => listed.value?.queries ?? []);
export const isLoading = computed(() => wanted.value !== undefined && wanted.value.key !== listed.value?.key);

/** The position of the query that is looked at. */
export const position = signal(0);
export const query = computed(() => queries.value[position.value]);

effect(() => {
  const next = wanted.value;
  if (next === undefined) listed.value = undefined;
  else if (listed.peek()?.key !== next.key) void load(next);
});

async function load({ key, params }: NonNullable<typeof wanted.value>): Promise<void> {
  const found = await host.call('comparison/queries', params);
  // Others are wanted by now, and on their way.
  if (wanted.value?.key !== key || !found) return;
  position.value = 0;
  listed.value = { key, queries: found };
}

/** Looks at another query, counted from the one that is looked at; false where there is none. */
export function move(by: number): boolean {
  const last = queries.value.length - 1;
  const next = Math.max(0, Math.min(last, position.value + by));
  if (last < 0) return false;
  position.value = next;
  return true;
}

/** Changes what a control stands for; what it brings then comes with the state. */
export async function change(control: ComparisonChange): Promise<void> {
  await host.call('comparison/change', control);
  await synchronize();
}

export function act(action: ComparisonAction): void {
  void host.call('comparison/act', { action });
}

export function open(paths: readonly string[]): void {
  void host.call('comparison/open', { paths });
}

export function use(encoder: string): void {
  void host.call('comparison/use', { encoder });
}
