import * as vscode from 'vscode';
import type { MessageConnection, NotificationType } from 'vscode-jsonrpc/node';
import { isInside } from '../files/rootPaths.ts';
import { Disposables } from '../disposables.ts';
import { Visibility } from '../similar/visibility.ts';
import { showApp } from './webviewApp.ts';

export interface EditorPanelOptions {
  readonly extensionUri: vscode.Uri;
  /** One of the contract's `panels`. */
  readonly viewType: string;
  readonly title: string;
  /** The folder below `webview` that holds the app. */
  readonly app: string;
  /** What the page is told when there is a new state to ask for. */
  readonly changed: NotificationType<{ readonly revision: number }>;
  /** Sets the handlers of the page's requests; for every page anew, as a hidden one is thrown away. */
  readonly serve: (connection: MessageConnection) => void;
  /** A person who opens the panel goes on with its keys; other panels are looked at beside what is open. */
  readonly takesFocus?: boolean;
  /** Folders that the page shows pictures of as they are, beside thumbnails; absolute. */
  readonly pictureFolders?: () => readonly string[];
}

/**
 * A panel in the editor area, of which a window has one. It comes back after a reload of the window; what it shows is the
 * host's, and a page that was hidden asks for it again.
 */
export class EditorPanel {
  readonly #options: EditorPanelOptions;
  readonly #visibility = new Visibility();
  readonly onDidChangeVisibility = this.#visibility.onDidChange;
  readonly #resources = new Disposables();
  #panel: vscode.WebviewPanel | undefined;
  #connection: MessageConnection | undefined;
  #folders: readonly string[] = [];

  constructor(options: EditorPanelOptions) {
    this.#options = options;
    this.#resources.add(
      vscode.window.registerWebviewPanelSerializer(options.viewType, {
        deserializeWebviewPanel: (panel) => {
          this.#adopt(panel);
          return Promise.resolve();
        },
      }),
    );
  }

  get visible(): boolean {
    return this.#visibility.visible;
  }

  /** Where the panel is; undefined while it can't be seen. */
  get column(): vscode.ViewColumn | undefined {
    return this.#panel?.viewColumn;
  }

  /** Where the page finds a file of its picture folders; undefined where it can't show it. @param file absolute */
  addressOf(file: string): string | undefined {
    const isShown = this.#folders.some((folder) => isInside(folder, file));
    return isShown ? this.#panel?.webview.asWebviewUri(vscode.Uri.file(file)).toString() : undefined;
  }

  /** Shows the panel where it is, or opens it beside what is open, if anything is. */
  open(): void {
    if (this.#panel) {
      this.#panel.reveal();
      return;
    }
    const { viewType, title, takesFocus = false } = this.#options;
    // Pictures that are opened while a panel follows them would cover it if its group were the active one.
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: !takesFocus };
    this.#adopt(vscode.window.createWebviewPanel(viewType, title, place));
  }

  /** Tells the page of a new state. One that is hidden would lose it, and asks when it is shown again. */
  tell(revision: number): void {
    if (this.visible) void this.#connection?.sendNotification(this.#options.changed, { revision });
  }

  dispose(): void {
    this.#panel?.dispose();
    this.#resources.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    // Restored while one is open already: a panel is a view of the window's one state.
    this.#panel?.dispose();
    const { extensionUri, title, app, serve, pictureFolders } = this.#options;
    panel.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.svg');
    this.#folders = pictureFolders?.() ?? [];
    const connection = showApp(panel.webview, { extensionUri, app, title, serve, pictureFolders: this.#folders });
    this.#panel = panel;
    this.#connection = connection;
    panel.onDidChangeViewState(() => {
      this.#visibility.set(panel.visible);
    });
    panel.onDidDispose(() => {
      connection.dispose();
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      this.#connection = undefined;
      this.#visibility.set(false);
    });
    this.#visibility.set(panel.visible);
  }
}
