import * as vscode from 'vscode';
import type { RequestHandlers } from '../../protocol/rpc.ts';
import type { ViewerAction, ViewerViewRequests } from '../../protocol/viewerView.ts';
import { commands, internalCommands } from '../contract.ts';
import { resolveInside } from '../files/rootPaths.ts';
import { showUnawaited } from '../notifications.ts';
import { readThumbnails } from '../panels/thumbnails.ts';
import { runCommand } from '../review/runCommand.ts';
import type { Services } from '../services.ts';
import { openInViewer } from './openInViewer.ts';
import type { ViewerModel } from './viewerModel.ts';

/** Answers a viewer's page. What it names is checked against the dataset's root. */
export function viewerRequests(services: Services, model: ViewerModel): RequestHandlers<ViewerViewRequests> {
  return {
    'viewer/state': () => model.state,
    'viewer/picture': ({ decode }) => model.picture(decode),
    'viewer/thumbnails': ({ paths }) =>
      model.root === undefined ? [] : readThumbnails(services.engine, model.root, paths),
    'viewer/search': ({ box }) => {
      // The page learns of the results by the state.
      void model.search(box);
      return undefined;
    },
    'viewer/open': async ({ path }) => {
      const { root } = model;
      if (root !== undefined) await openInViewer(resolveInside(root, path)).catch(showUnawaited);
      return undefined;
    },
    'viewer/review': async ({ finding }) => {
      const isShown = model.state.findings?.some(({ id }) => id === finding) === true;
      const row = { folder: model.root, first: finding };
      if (isShown) await vscode.commands.executeCommand(internalCommands.reviewFinding, row);
      return undefined;
    },
    'viewer/act': async ({ action }) => {
      await act(model, action).catch(showUnawaited);
      return undefined;
    },
  };
}

async function act(model: ViewerModel, action: ViewerAction): Promise<void> {
  switch (action) {
    case 'index': {
      const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(model.file));
      await vscode.commands.executeCommand(commands.indexFolder, folder?.uri);
      break;
    }
    case 'index-regions':
      await runCommand(commands.indexRegions, model.root);
      break;
    case 'retry':
      await model.imagesChanged({ picture: true });
      break;
    case 'trust':
      await runCommand('workbench.trust.manage');
      break;
    case 'log':
      await runCommand(commands.showLog);
      break;
    case 'pick':
      break;
  }
}
