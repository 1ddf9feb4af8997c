import * as vscode from 'vscode';
import { serveRequests } from '../../protocol/rpc.ts';
import { similarChanged } from '../../protocol/similarView.ts';
import type { SimilarViewRequests } from '../../protocol/similarView.ts';
import { contextKeys, views } from '../contract.ts';
import { Disposables } from '../disposables.ts';
import { showApp } from '../panels/webviewApp.ts';
import type { Services } from '../services.ts';
import { similarRequests } from './similarRequests.ts';

/** The webview view: its page, and the connection over which it asks for what it shows. */
export function similarView(services: Services): void {
  const { disposables, jobs, similar, context, similarVisibility } = services;
  const resolveWebviewView = (view: vscode.WebviewView): void => {
    const resources = new Disposables();
    const connection = resources.add(
      showApp(view.webview, {
        extensionUri: context.extensionUri,
        app: 'similar',
        title: 'Similar',
        serve: (served) => serveRequests<SimilarViewRequests>(served, similarRequests(services)),
      }),
    );
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
    const hasQuery = (similar.state.query ?? similar.state.text) !== undefined;
    if (hasQuery === hadQuery) return;
    hadQuery = hasQuery;
    void vscode.commands.executeCommand('setContext', contextKeys.hasQuery, hasQuery);
  };
  disposables.add(similar.onDidChange(updateContext));
  updateContext();
}
