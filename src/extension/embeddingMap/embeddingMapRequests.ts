import * as vscode from 'vscode';
import type { EmbeddingMapRequests, MapPanelAction } from '../../protocol/embeddingMap.ts';
import type { RequestHandlers } from '../../protocol/rpc.ts';
import { commands } from '../contract.ts';
import { saveView } from '../filters/saveView.ts';
import { showFailure } from '../notifications.ts';
import { pickMapFolder, pickSecondEncoder } from './mapQuestions.ts';
import { actOnImages, type MapContext } from './selectionActions.ts';

/**
 * Answers the panel's page. Images are named by rows of the host's own list. Work that takes a while is only begun here: the
 * page learns of it through its state.
 */
export function embeddingMapRequests(context: MapContext): RequestHandlers<EmbeddingMapRequests> {
  const { model } = context;
  const { images } = model;
  return {
    'embeddingMap/state': () => model.state,
    'embeddingMap/points': ({ map }) => model.points(map),
    'embeddingMap/column': ({ id }) => images.columns.get(id),
    'embeddingMap/selection': () => model.selection(),
    'embeddingMap/select': ({ images: list, rows }) => {
      images.select(list, rows);
      return undefined;
    },
    'embeddingMap/query': ({ images: list, row }) => {
      void images.ask(list, row);
      return undefined;
    },
    'embeddingMap/neighbors': (request) => model.neighbors(request),
    'embeddingMap/images': ({ images: list, rows }) => images.describe(list, rows),
    'embeddingMap/pictures': ({ images: list, rows }) => images.pictures(list, rows),
    'embeddingMap/matches': () => images.filter.matches,
    'embeddingMap/subjects': () => images.filter.subjects(),
    'embeddingMap/change': (change) => {
      model.change(change);
      return undefined;
    },
    'embeddingMap/actOn': ({ images: list, action, row }) => {
      // Questions that are asked meanwhile may stay open for as long as a person likes.
      void actOnImages(context, action, row === undefined ? undefined : images.pathsOf(list, [row])).catch(showFailure);
      return undefined;
    },
    'embeddingMap/act': ({ action }) => {
      void act(context, action).catch(showFailure);
      return undefined;
    },
  };
}

async function act({ services, model }: MapContext, action: MapPanelAction): Promise<void> {
  const { folder } = model;
  switch (action) {
    case 'index':
      await vscode.commands.executeCommand(commands.indexFolder, folder && vscode.Uri.file(folder));
      break;
    case 'retry':
      await model.refresh();
      break;
    case 'trust':
      await vscode.commands.executeCommand('workbench.trust.manage');
      break;
    case 'pick': {
      const picked = await pickMapFolder(services);
      if (picked !== undefined) await model.show(picked);
      break;
    }
    case 'log':
      await vscode.commands.executeCommand(commands.showLog);
      break;
    case 'cancel':
      model.cancel();
      break;
    case 'layOutAnew':
      await model.refresh({ fresh: true });
      break;
    case 'compare': {
      const [first] = model.state.maps;
      const encoder = folder === undefined ? undefined : await pickSecondEncoder(services, folder, first?.encoder?.id);
      if (encoder !== undefined) await model.compare(encoder);
      break;
    }
    case 'stopComparing':
      model.stopComparing();
      break;
    case 'refresh':
      await model.refresh();
      break;
    case 'saveView':
      await saveView(services, model.images.root, model.images.filter.text);
      await model.images.filter.refresh();
      break;
    case 'openSettings':
      await vscode.commands.executeCommand('workbench.action.openSettings', 'likeness.map');
      break;
  }
}
