import * as vscode from 'vscode';

const SCHEME = 'likeness-report';

/** Where the report of that name is, such as "Likeness Doctor". */
export function reportUri(name: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, path: `/${name}.md` });
}

/** Results for reading: Markdown documents of this window, without a file, shown as previews. */
export class ReportDocuments implements vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: this.#changed.event,
    provideTextDocumentContent: (uri) =>
      this.#texts.get(uri.path) ?? 'This report is gone with the window that made it; run its command again.',
  });

  /** Makes a report, or changes it, without showing it. */
  write(name: string, markdown: string): void {
    const uri = reportUri(name);
    if (this.#texts.get(uri.path) === markdown) return;
    this.#texts.set(uri.path, markdown);
    this.#changed.fire(uri);
  }

  /** Shows a report, in place of an earlier one of the same name. */
  async show(name: string, markdown: string): Promise<void> {
    this.write(name, markdown);
    await vscode.commands.executeCommand('markdown.showPreview', reportUri(name));
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}
