import * as vscode from 'vscode';

const SCHEME = 'likeness-report';

/** Where the report of that name is, such as "Likeness Doctor". */
export function reportUri(name: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${name}.md` });
}

interface Report {
  readonly text: string;
  /** Grows with each change of the text. */
  readonly revision: number;
  /** Where it was last shown. */
  readonly shownAt: vscode.Uri | undefined;
}

/** Results for reading: Markdown documents of this window, without a file, shown as previews. */
export class ReportDocuments implements vscode.Disposable {
  readonly #reports = new Map<string, Report>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: this.#changed.event,
    provideTextDocumentContent: (uri) =>
      this.#reports.get(uri.path)?.text ?? 'This report is gone with the window that made it; run its command again.',
  });

  /** Makes a report, or changes it, without showing it. */
  write(name: string, markdown: string): void {
    const uri = reportUri(name);
    const { text, revision = 0, shownAt } = this.#reports.get(uri.path) ?? {};
    if (text === markdown) return;
    this.#reports.set(uri.path, { text: markdown, revision: revision + 1, shownAt });
    this.#changed.fire(uri);
    if (shownAt) this.#changed.fire(shownAt);
  }

  /** Shows a report, in place of an earlier one of the same name. */
  async show(name: string, markdown: string): Promise<void> {
    this.write(name, markdown);
    const uri = reportUri(name);
    const report = this.#reports.get(uri.path)!;
    // Previews remember what they made of a version of a document, and one that is opened again begins with version 1.
    const shownAt = uri.with({ query: String(report.revision) });
    this.#reports.set(uri.path, { ...report, shownAt });
    await vscode.commands.executeCommand('markdown.showPreview', shownAt);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
