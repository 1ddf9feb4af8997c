import type { PairAction } from '../../../src/core/decisions/decisionLines.ts';
import { DecisionText } from '../../../src/engine/decisions/decisionText.ts';
import { HistoryFile } from '../../../src/engine/decisions/historyFile.ts';
import { takeDecisions } from '../../../src/engine/decisions/imageDecisions.ts';
import * as pairs from '../../../src/engine/decisions/pairDecision.ts';
import type { StepContext } from '../../../src/engine/decisions/steps.ts';
import type { DecideRequest } from '../../../src/protocol/decisions.ts';

/** Of a dataset that nobody else decides in. */
export function stepContext(root: string, now = Date.UTC(2026, 0, 2), more: Partial<StepContext> = {}): StepContext {
  return { root, store: undefined, history: new HistoryFile(root), text: new DecisionText(root), now, ...more };
}

export async function decideImages(root: string, decision: Omit<DecideRequest, 'root'>, now: number) {
  return (await takeDecisions(stepContext(root, now), { decisions: [decision] })).changed;
}

export async function decidePair(
  root: string,
  paths: readonly [string, string],
  action: PairAction | undefined,
  now: number,
) {
  return (await pairs.decidePair(stepContext(root, now), paths, action)).changed;
}
