import * as vscode from 'vscode';

/** Runs a command, on a file if one is named. @param file absolute */
export async function runCommand(id: string, file?: string): Promise<void> {
  await vscode.commands.executeCommand(id, ...(file === undefined ? [] : [vscode.Uri.file(file)]));
}
