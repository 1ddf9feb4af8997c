import path from 'node:path';
import * as vscode from 'vscode';
import { untrustedWorkspace } from '../../core/errors.ts';
import type { StepOutcome, TakenStep } from '../../protocol/decisions.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { commands } from '../contract.ts';
import { registerCommand, showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';

type Direction = 'undo' | 'redo';

const words = {
  undo: { title: 'Undo Last Decision', none: 'no decision that could be undone', done: 'Undone', back: 'Redo' },
  redo: { title: 'Redo Decision', none: 'no undone decision to redo', done: 'Done again', back: 'Undo' },
} as const;

/** Undo Last Decision and Redo Decision: what was decided of a dataset, in whichever window or by whatever means. */
export function historyCommands(services: Services): void {
  const register = (id: string, direction: Direction): void => {
    services.disposables.add(
      registerCommand(id, async (argument) => {
        if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
        const root = await chooseFolder(services, argument, words[direction].title);
        if (root !== undefined) await repeatDecision(services, root, direction);
      }),
    );
  };
  register(commands.undoDecision, 'undo');
  register(commands.redoDecision, 'redo');
}

/**
 * Takes the last decision of a dataset back, or takes it again, and tells so with the way back.
 *
 * @param step that is meant; rejects with decision-not-offered where another one is next by now
 */
export async function repeatDecision(
  services: Services,
  root: string,
  direction: Direction,
  step?: TakenStep,
): Promise<void> {
  const outcome = await services.engine.call(`decisions/${direction}` as const, { root, ...(step && { step }) });
  void services.datasets.refresh();
  // The message stays until it is answered, and the command must not wait for that.
  tell(services, root, direction, outcome).catch(showFailure);
}

async function tell(
  services: Services,
  root: string,
  direction: Direction,
  { step, notices = [] }: StepOutcome,
): Promise<void> {
  const { none, done, back } = words[direction];
  if (step === undefined) {
    await vscode.window.showInformationMessage(`${path.basename(root)} has ${none}.`);
    return;
  }
  const message = [`${done}: “${step.title}”.`, ...notices.map((notice) => notice.message)].join(' ');
  if ((await vscode.window.showInformationMessage(message, back)) !== back) return;
  await repeatDecision(services, root, direction === 'undo' ? 'redo' : 'undo', step);
}
