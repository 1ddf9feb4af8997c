import * as vscode from 'vscode';
import {
  decisionProblems,
  type DecisionProblem,
  type DecisionProblemKind,
} from '../../core/decisions/decisionProblems.ts';
import { tidyDecisions } from '../../core/decisions/tidyDecisions.ts';
import { Debounced } from '../async/debounce.ts';
import type { Services } from '../services.ts';
import { editOf } from './decisionCommands.ts';
import { decisionsSelector, isDecisions, rootOfDecisions } from './decisionsDocument.ts';

const SETTLE_MS = 300;

const { Error, Warning, Information } = vscode.DiagnosticSeverity;
const severities: Readonly<Record<DecisionProblemKind, vscode.DiagnosticSeverity>> = {
  conflict: Error,
  'not-a-decision': Error,
  outside: Error,
  contradiction: Warning,
  gone: Warning,
  changed: Warning,
  duplicate: Information,
};

/** A problem as the editor shows it. */
class DecisionDiagnostic extends vscode.Diagnostic {
  readonly problem: DecisionProblem;

  constructor(range: vscode.Range, problem: DecisionProblem) {
    super(range, problem.message, severities[problem.kind]);
    this.problem = problem;
    this.source = 'Likeness';
    this.code = problem.kind;
    if (problem.kind === 'duplicate') this.tags = [vscode.DiagnosticTag.Unnecessary];
  }
}

interface ShownProblems {
  /** Of the document. */
  readonly version: number;
  readonly diagnostics: readonly DecisionDiagnostic[];
}

/** What is wrong with the lines of an open `decisions.jsonl`, with edits that put it right, and its order as its format. */
export function decisionProblemsView(services: Services): void {
  const { disposables, datasets } = services;
  const collection = disposables.add(vscode.languages.createDiagnosticCollection('likeness-decisions'));
  const shown = new Map<string, ShownProblems>();
  const waiting = new Set<vscode.TextDocument>();
  const look = async (document: vscode.TextDocument): Promise<void> => {
    const { version } = document;
    const problems = await problemsOf(services, document);
    if (document.version !== version || document.isClosed) return;
    const diagnostics = problems.map((problem) => new DecisionDiagnostic(rangeOf(document, problem), problem));
    shown.set(document.uri.toString(), { version, diagnostics });
    collection.set(document.uri, diagnostics);
  };
  const settled = disposables.add(
    new Debounced(SETTLE_MS, () => {
      for (const document of waiting) void look(document);
      waiting.clear();
    }),
  );
  const note = (document: vscode.TextDocument): void => {
    if (!isDecisions(document)) return;
    waiting.add(document);
    settled.trigger();
  };
  const noteAll = (): void => {
    vscode.workspace.textDocuments.forEach(note);
  };
  disposables.add(vscode.workspace.onDidOpenTextDocument(note));
  disposables.add(
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      note(document);
    }),
  );
  disposables.add(
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      shown.delete(uri.toString());
      collection.delete(uri);
    }),
  );
  // What is indexed tells which images are gone or have changed.
  disposables.add(datasets.onDidChange(noteAll));
  noteAll();
  disposables.add(
    vscode.languages.registerCodeActionsProvider(
      decisionsSelector,
      {
        provideCodeActions: (document, range) => {
          const { version, diagnostics = [] } = shown.get(document.uri.toString()) ?? {};
          // Of a text that has changed since, the fixes would change other lines; they are offered again in a moment.
          if (version !== document.version) return [];
          const own = diagnostics.filter((one) => one.range.intersection(range));
          return own.flatMap((diagnostic) => fixesOf(document, diagnostic));
        },
      },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
  disposables.add(
    vscode.languages.registerDocumentFormattingEditProvider(decisionsSelector, {
      provideDocumentFormattingEdits: (document) => {
        const { text } = tidyDecisions(document.getText());
        return text === document.getText() ? [] : [vscode.TextEdit.replace(wholeOf(document), text)];
      },
    }),
  );
}

async function problemsOf({ engine }: Services, document: vscode.TextDocument): Promise<readonly DecisionProblem[]> {
  const text = document.getText();
  if (!vscode.workspace.isTrusted) return decisionProblems(text);
  const root = rootOfDecisions(document.uri);
  // The lines tell most by themselves: an index that can't be read takes nothing but the files away.
  return engine.call('decisions/problems', { root, text }).catch(() => decisionProblems(text));
}

function rangeOf(document: vscode.TextDocument, { line, from, to }: DecisionProblem): vscode.Range {
  const { range } = document.lineAt(Math.min(line, document.lineCount) - 1);
  return from === undefined || to === undefined ? range : new vscode.Range(line - 1, from, line - 1, to);
}

function fixesOf(document: vscode.TextDocument, diagnostic: DecisionDiagnostic): vscode.CodeAction[] {
  const { problem } = diagnostic;
  const actions = problem.fixes.map((fix) => action(fix.title, diagnostic, editOf(document, fix)));
  if (problem.kind !== 'conflict') {
    // A line that is taken away may have been meant: nothing is preferred that loses a decision.
    if (problem.kind === 'duplicate' && actions[0]) actions[0].isPreferred = true;
    return actions;
  }
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, wholeOf(document), tidyDecisions(document.getText()).text);
  const both = action('Accept both sides of all conflicts, sorted', diagnostic, edit);
  both.isPreferred = true;
  return [both, ...actions];
}

function action(title: string, diagnostic: vscode.Diagnostic, edit: vscode.WorkspaceEdit): vscode.CodeAction {
  const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  made.diagnostics = [diagnostic];
  made.edit = edit;
  return made;
}

function wholeOf(document: vscode.TextDocument): vscode.Range {
  return new vscode.Range(document.positionAt(0), document.lineAt(document.lineCount - 1).range.end);
}
