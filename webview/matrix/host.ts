import { computed, effect, signal } from '@preact/signals';
import type { MatrixGrid } from '../../src/protocol/matrix.ts';
import {
  matrixChanged,
  type MatrixAction,
  type MatrixChange,
  type MatrixImageNames,
  type MatrixState,
  type MatrixViewRequests,
} from '../../src/protocol/matrixView.ts';
import { connectState } from '../shared/hostState.ts';

export const { host, state, synchronize } = connectState<MatrixViewRequests, MatrixState>(matrixChanged, (connected) =>
  connected.call('matrix/state', {}),
);

/** A matrix and what its axes stand for. */
export interface ShownMatrix {
  readonly grid: MatrixGrid;
  readonly cells: number;
  readonly names: MatrixImageNames;
  /** Differs for every other matrix. */
  readonly key: string;
}

/** The matrix that the state speaks of; the one before while it is on its way. */
export const matrix = signal<ShownMatrix | undefined>(undefined);

const wanted = computed(() => {
  const current = state.value;
  if (!current?.figures) return undefined;
  const { version: of, order, show } = current;
  // While images are compared with captions there is nothing of it yet.
  if (show === 'captions' && current.captions === undefined) return undefined;
  return { version: of, order, show, key: `${of} ${order} ${show}` };
});
/** The matrix that the state speaks of is on its way. */
export const isLoading = computed(() => wanted.value !== undefined && wanted.value.key !== matrix.value?.key);

/** Of the images that are shown now: who looks at them in another order looks at them in the first one again. */
let loaded = new Map<string, ShownMatrix>();
let names: { readonly of: string; readonly names: MatrixImageNames } | undefined;
let version = -1;

effect(() => {
  const next = wanted.value;
  if (next === undefined) matrix.value = undefined;
  else if (matrix.peek()?.key !== next.key) void load(next);
});

async function load({ key, version: of, order, show }: NonNullable<typeof wanted.value>): Promise<void> {
  if (version !== of) loaded = new Map();
  version = of;
  const namesKey = `${of} ${show === 'captions'}`;
  const known = loaded.get(key);
  if (known) {
    matrix.value = known;
    return;
  }
  const [grid, found] = await Promise.all([
    host.call('matrix/grid', { order, show, version: of }),
    names?.of === namesKey ? names.names : host.call('matrix/images', { show }),
  ]);
  // Another one is wanted by now, and on its way.
  if (wanted.value?.key !== key || !grid || !found) return;
  names = { of: namesKey, names: found };
  const shown = { grid, cells: grid.starts.length - 1, names: found, key };
  loaded.set(key, shown);
  matrix.value = shown;
}

/** Changes what a control stands for; what it brings then comes with the state. */
export async function change(control: MatrixChange): Promise<void> {
  await host.call('matrix/change', control);
  await synchronize();
}

export function act(action: MatrixAction): void {
  void host.call('matrix/act', { action });
}
