import * as vscode from 'vscode';
import { parseDecision } from '../../core/decisions/decisions.ts';
import { usage } from '../../core/errors.ts';
import { commands, undeclaredCommands } from '../contract.ts';
import { resolveInside } from '../files/rootPaths.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';
import { mustExist, openImages } from '../similar/openImage.ts';
import { isDecisions, linesOf, rootOfDecisions } from './decisionsDocument.ts';
import { editsOfFix } from './lineEdits.ts';

/** What the lenses and hovers of `decisions.jsonl` lead to. Paths in it are anybody's: none may lead out of the dataset. */
export function decisionCommands(services: Services): void {
  const { disposables, followed } = services;
  disposables.add(
    registerCommand(undeclaredCommands.openDecided, async (root, images) => {
      if (typeof root !== 'string' || !Array.isArray(images)) return;
      const files = images.filter((image) => typeof image === 'string').map((image) => resolveInside(root, image));
      await openImages(followed, files, { one: { viewColumn: vscode.ViewColumn.Beside } });
    }),
  );
  disposables.add(
    registerCommand(undeclaredCommands.findSimilarToDecided, async (root, image) => {
      if (typeof root !== 'string' || typeof image !== 'string') return;
      const file = resolveInside(root, image);
      await mustExist(file);
      await vscode.commands.executeCommand(commands.findSimilar, vscode.Uri.file(file));
    }),
  );
  disposables.add(
    registerCommand(undeclaredCommands.takeBackDecision, async (uri, line, decision) => {
      if (typeof uri !== 'string' || typeof line !== 'number') return;
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
      if (isDecisions(document)) await takeBack(services, document, line, JSON.stringify(decision));
    }),
  );
}

/** @param decided what the line said when it was offered, as JSON */
async function takeBack({ engine }: Services, document: vscode.TextDocument, line: number, decided: string) {
  const lines = linesOf(document);
  const says = (at: number): boolean => JSON.stringify(parseDecision(lines[at] ?? '')) === decided;
  const place = says(line) ? line : lines.findIndex((_, at) => says(at));
  if (place < 0) throw usage('This decision is in the file no more.');
  const { action, path } = parseDecision(lines[place]!)!;
  if (action === 'quarantine') {
    // The file has to be moved back too, which the engine does with the line.
    await document.save();
    const decision = { action: 'quarantine' } as const;
    await engine.call('decisions/decide', { root: rootOfDecisions(document.uri), paths: [path], decision, undo: true });
    return;
  }
  await applyFix(document, { removes: [place + 1], replaces: [] });
}

/** Changes a document as a person would, who can undo it. */
async function applyFix(document: vscode.TextDocument, fix: Parameters<typeof editsOfFix>[0]): Promise<void> {
  await vscode.workspace.applyEdit(editOf(document, fix));
}

export function editOf(document: vscode.TextDocument, fix: Parameters<typeof editsOfFix>[0]): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { start, end, text } of editsOfFix(fix, linesOf(document))) {
    edit.replace(document.uri, new vscode.Range(...start, ...end), text);
  }
  return edit;
}
