import * as vscode from 'vscode';
import { contextKeys } from '../contract.ts';
import type { Services } from '../services.ts';

/** Tells menus and the palette whether images are selected. */
export function selectionContext({ selection, disposables }: Services): void {
  disposables.add(
    selection.onDidChange(() => {
      void vscode.commands.executeCommand('setContext', contextKeys.hasSelection, selection.current !== undefined);
    }),
  );
}
