import path from 'node:path';
import * as vscode from 'vscode';
import { parseLines, type Decision } from '../../core/decisions/decisions.ts';

/** The decisions of any dataset: what they are written in has no language of its own everywhere. */
export const decisionsSelector: vscode.DocumentSelector = {
  scheme: 'file',
  pattern: '**/.likeness/decisions.jsonl',
};

export function isDecisions(document: vscode.TextDocument): boolean {
  return vscode.languages.match(decisionsSelector, document) > 0;
}

/** The root of the dataset that a `decisions.jsonl` is of, absolute. */
export function rootOfDecisions({ fsPath }: vscode.Uri): string {
  return path.dirname(path.dirname(fsPath));
}

/** The `decisions.jsonl` of a dataset. @param root absolute */
export function decisionsUri(root: string): vscode.Uri {
  return vscode.Uri.file(path.join(root, '.likeness', 'decisions.jsonl'));
}

export function linesOf(document: vscode.TextDocument): string[] {
  return document.getText().split(/\r?\n/);
}

/** What each line decides; undefined for those that decide nothing. Read once for each version of a document. */
export function decisionsOf(document: vscode.TextDocument): readonly (Decision | undefined)[] {
  const known = read.get(document);
  if (known?.version === document.version) return known.decisions;
  const decisions = parseLines(linesOf(document));
  read.set(document, { version: document.version, decisions });
  return decisions;
}

const read = new WeakMap<
  vscode.TextDocument,
  { readonly version: number; readonly decisions: readonly (Decision | undefined)[] }
>();
