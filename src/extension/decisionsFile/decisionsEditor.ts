import type { Services } from '../services.ts';
import { decisionCommands } from './decisionCommands.ts';
import { decisionLenses } from './decisionLenses.ts';
import { decisionProblemsView } from './decisionProblemsView.ts';

/** What an editor offers on `decisions.jsonl`. */
export function decisionsEditor(services: Services): void {
  decisionCommands(services);
  decisionLenses(services);
  decisionProblemsView(services);
}
