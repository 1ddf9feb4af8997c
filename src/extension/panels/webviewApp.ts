import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { webviewTransport } from '../../protocol/webviewTransport.ts';
import { webviewHtml } from './webviewHtml.ts';

export interface WebviewApp {
  readonly extensionUri: vscode.Uri;
  /** The folder below `webview` that holds the app. */
  readonly app: string;
  readonly title: string;
  /** Sets the handlers of the page's requests. */
  readonly serve: (connection: MessageConnection) => void;
  /** Folders whose pictures the page shows as they are; absolute. */
  readonly pictureFolders?: readonly string[];
}

/** Shows one of our apps in a webview, a view's or a panel's. The connection is the caller's to dispose. */
export function showApp(
  webview: vscode.Webview,
  { extensionUri, app, title, serve, pictureFolders = [] }: WebviewApp,
): MessageConnection {
  const assets = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  webview.options = {
    enableScripts: true,
    localResourceRoots: [assets, ...pictureFolders.map((folder) => vscode.Uri.file(folder))],
  };
  const { reader, writer } = webviewTransport({
    send: (message) => webview.postMessage(message),
    listen: (receive) => webview.onDidReceiveMessage(receive),
  });
  const connection = createMessageConnection(reader, writer);
  serve(connection);
  connection.listen();
  webview.html = webviewHtml({
    title,
    cspSource: webview.cspSource,
    showsFiles: pictureFolders.length > 0,
    nonce: randomBytes(16).toString('base64url'),
    script: webview.asWebviewUri(vscode.Uri.joinPath(assets, `${app}.js`)).toString(),
    style: webview.asWebviewUri(vscode.Uri.joinPath(assets, `${app}.css`)).toString(),
  });
  return connection;
}
