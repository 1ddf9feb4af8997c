import { effect, signal } from '@preact/signals';
import type { RunMapsReport } from '../../src/protocol/training.ts';
import {
  trainingPanelChanged,
  type RunAction,
  type RunCurves,
  type TrainingPanelAction,
  type TrainingPanelState,
  type TrainingViewChoices,
  type TrainingViewRequests,
} from '../../src/protocol/trainingView.ts';
import { connectState } from '../shared/hostState.ts';

export const { host, state, synchronize } = connectState<TrainingViewRequests, TrainingPanelState>(
  trainingPanelChanged,
  (connected) => connected.call('trainingPanel/state', {}),
);

/** Of the runs that are shown, by their keys; those of before while newer ones are on their way. */
export const curves = signal<ReadonlyMap<string, RunCurves>>(new Map());
export const maps = signal<{ readonly version: number; readonly report: RunMapsReport } | undefined>(undefined);

let asking = false;

/** Fetches what the state says has changed. */
async function fetchChanged(): Promise<void> {
  if (asking) return;
  asking = true;
  try {
    for (;;) {
      const stale = state.value?.runs.find(({ key, shown, curves: version }) => {
        return shown && version > 0 && (curves.value.get(key)?.version ?? 0) !== version;
      });
      if (!stale) break;
      const found = await host.call('trainingPanel/curves', { key: stale.key });
      if (!found) break;
      const shown = new Set(state.value?.runs.filter((run) => run.shown).map(({ key }) => key));
      const kept = [...curves.value].filter(([key]) => shown.has(key) && key !== stale.key);
      curves.value = new Map([...kept, [stale.key, found]]);
      // It has grown while it was on its way; the next state will say so again.
      if (found.version !== stale.curves) break;
    }
  } finally {
    asking = false;
  }
}

async function fetchMaps(version: number): Promise<void> {
  const report = await host.call('trainingPanel/maps', {});
  maps.value = report && { version, report };
}

effect(() => {
  if (state.value) void fetchChanged();
});
effect(() => {
  const version = state.value?.maps.version ?? 0;
  if (version === 0) maps.value = undefined;
  else if (maps.peek()?.version !== version) void fetchMaps(version);
});

export async function choose(choices: TrainingViewChoices): Promise<void> {
  await host.call('trainingPanel/change', { choices });
  await synchronize();
}

export async function show(key: string, shown: boolean): Promise<void> {
  // At once: a table that is drawn meanwhile for another reason would take the tick back.
  const { value } = state;
  if (value) state.value = { ...value, runs: value.runs.map((run) => (run.key === key ? { ...run, shown } : run)) };
  await host.call('trainingPanel/change', { key, shown });
  await synchronize();
}

export const act = (action: TrainingPanelAction): void => void host.call('trainingPanel/act', { action });
export const actOn = (key: string, action: RunAction): void => void host.call('trainingPanel/actOn', { key, action });
