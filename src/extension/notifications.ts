import * as vscode from 'vscode';
import { asLikenessError, isCancellation } from '../core/errors.ts';
import type { LeftOut } from '../protocol/decisions.ts';
import { commands } from './contract.ts';
import { leftOutText } from './findings/leftOutText.ts';

/** Shows a failure with a way to look closer. Being asked to stop is none. */
export async function showFailure(error: unknown): Promise<void> {
  if (isCancellation(error)) return;
  const { message } = asLikenessError(error);
  const action = vscode.workspace.isTrusted
    ? { title: 'Show Log', command: commands.showLog }
    : { title: 'Manage Trust', command: 'workbench.trust.manage' };
  const chosen = await vscode.window.showErrorMessage(message, action);
  if (chosen) await vscode.commands.executeCommand(chosen.command);
}

/** Shows a failure to somebody who mustn't wait until the message is answered, such as a page. */
export function showUnawaited(error: unknown): void {
  void showFailure(error);
}

/** Says of which images nothing was done, and why of the first; nothing where there are none. */
export function tellLeftOut(leftOut: readonly LeftOut[]): void {
  const text = leftOutText(leftOut);
  if (text !== undefined) void vscode.window.showWarningMessage(text);
}

/** Says what was done, with a way back where there is one; nobody must wait for an answer. */
export function tellUndoable(message: string, takeBack: (() => Promise<unknown>) | undefined): void {
  const tell = async (): Promise<void> => {
    const undo = 'Undo';
    const ways = takeBack === undefined ? [] : [undo];
    if ((await vscode.window.showInformationMessage(message, ...ways)) === undo) await takeBack?.();
  };
  tell().catch(showFailure);
}

/** Registers a command whose failures are shown rather than thrown at VS Code. */
export function registerCommand(id: string, run: (...args: readonly unknown[]) => Promise<unknown>): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: readonly unknown[]) => {
    try {
      await run(...args);
    } catch (error) {
      // The message stays until it is answered, and the command must not wait for that.
      void showFailure(error);
    }
  });
}
