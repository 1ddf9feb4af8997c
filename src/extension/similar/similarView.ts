import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import { serveRequests } from '../../protocol/rpc.ts';
import { similarChanged } from '../../protocol/similarView.ts';
import type { SimilarViewRequests } from '../../protocol/similarView.ts';
import { webviewTransport } from '../../protocol/webviewTransport.ts';
import { contextKeys, views } from '../contract.ts';
import { Disposables } from '../disposables.ts';
import type { Services } from '../services.ts';
import { similarHtml } from './similarHtml.ts';
import { similarRequests } from './similarRequests.ts';

/** The webview view: its page, and the connection over which it asks for what it shows. */
export function similarView(services: Services): void {
  const { disposables, jobs, similar, context, similarVisibility } = services;
  const resolveWebviewView = (view: vscode.WebviewView): void => {
    const { webview } = view;
    const assets = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [assets] };
    const resources = new Disposables();
    const { reader, writer } = webviewTransport({
      send: (message) => webview.postMessage(message),
      listen: (receive) => webview.onDidReceiveMessage(receive),
    });
    const connection = resources.add(createMessageConnection(reader, writer));
    serveRequests<SimilarViewRequests>(connection, similarRequests(services));
    connection.listen();
    resources.add(
      similar.onDidChange(() => {
        // A hidden webview would lose it, and asks when it is shown again.
        if (view.visible) void connection.sendNotification(similarChanged, { revision: similar.state.revision });
      }),
    );
    const shown = (): void => {
      similarVisibility.set(view.visible);
      if (view.visible && similar.isWaiting) void similar.search();
    };
    resources.add(view.onDidChangeVisibility(shown));
    view.onDidDispose(() => {
      similarVisibility.set(false);
      resources.dispose();
    });
    webview.html = similarHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      script: webview.asWebviewUri(vscode.Uri.joinPath(assets, 'similar.js')).toString(),
      style: webview.asWebviewUri(vscode.Uri.joinPath(assets, 'similar.css')).toString(),
    });
    shown();
  };
  disposables.add(vscode.window.registerWebviewViewProvider(views.similar, { resolveWebviewView }));
  disposables.add(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (similar.state.failure) void similar.search();
      else similar.touch();
    }),
  );
  let wasIndexing = false;
  disposables.add(
    jobs.onDidChange(() => {
      if (wasIndexing === similar.state.indexing) return;
      wasIndexing = similar.state.indexing;
      similar.touch();
    }),
  );
  let hadQuery = false;
  const updateContext = (): void => {
    const hasQuery = similar.state.query !== undefined;
    if (hasQuery === hadQuery) return;
    hadQuery = hasQuery;
    void vscode.commands.executeCommand('setContext', contextKeys.hasQuery, hasQuery);
  };
  disposables.add(similar.onDidChange(updateContext));
  updateContext();
}
