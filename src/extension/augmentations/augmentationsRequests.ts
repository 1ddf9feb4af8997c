import path from 'node:path';
import * as vscode from 'vscode';
import type { AugmentationsViewRequests, PanelAction } from '../../protocol/augmentationsView.ts';
import type { RequestHandlers } from '../../protocol/rpc.ts';
import { commands } from '../contract.ts';
import { resolveInside } from '../files/rootPaths.ts';
import { showUnawaited } from '../notifications.ts';
import { placesBeside } from '../panels/columnsBeside.ts';
import type { Services } from '../services.ts';
import type { FollowedImage } from '../similar/activeImage.ts';
import { openImages } from '../similar/openImage.ts';
import type { AugmentationsModel } from './augmentationsModel.ts';
import { pretrainWith } from './pretrainWith.ts';

/** What the panel's parts share. */
export interface AugmentationsContext {
  readonly services: Services;
  readonly model: AugmentationsModel;
  /** Which images are opened by the panel itself, and don't become its own. */
  readonly followed: FollowedImage;
  /** Where the panel is. */
  readonly column: () => vscode.ViewColumn | undefined;
}

/**
 * Answers the panel's page. What it names is checked against the dataset's root. Work that takes a while is only begun here:
 * the page learns of it through its state.
 *
 * @param pickImage asks for an image
 */
export function augmentationsRequests(
  context: AugmentationsContext,
  pickImage: () => Promise<string | undefined>,
): RequestHandlers<AugmentationsViewRequests> {
  const { model, followed, column } = context;
  return {
    'augmentations/state': () => model.state,
    'augmentations/viewPictures': () => model.viewPictures,
    'augmentations/batchPictures': () => model.batchPictures,
    'augmentations/change': (change) => {
      model.change(change);
      return undefined;
    },
    'augmentations/measure': ({ name }) => {
      void model.measure(name);
      return undefined;
    },
    'augmentations/cancel': ({ name }) => {
      model.cancel(name);
      return undefined;
    },
    'augmentations/decide': async ({ paths, action }) => {
      await model.decide(paths, action).catch(showUnawaited);
      return undefined;
    },
    'augmentations/open': async ({ paths }) => {
      const { root } = model;
      // An image from elsewhere goes by its whole path, and is the only one that does.
      const fileOf = (named: string): string =>
        named === model.state.views?.path && path.isAbsolute(named) ? named : resolveInside(root ?? '', named);
      const files = root === undefined ? [] : paths.map(fileOf);
      await openImages(followed, files, placesBeside(column())).catch(showUnawaited);
      return undefined;
    },
    'augmentations/act': async ({ action }) => {
      await act(context, pickImage, action).catch(showUnawaited);
      return undefined;
    },
  };
}

async function act(
  { services, model }: AugmentationsContext,
  pickImage: () => Promise<string | undefined>,
  action: PanelAction,
): Promise<void> {
  switch (action) {
    case 'index': {
      const { image } = model.state;
      const folder = image && vscode.workspace.getWorkspaceFolder(vscode.Uri.file(image.file));
      await vscode.commands.executeCommand(commands.indexFolder, folder?.uri);
      break;
    }
    case 'retry':
      await model.refresh();
      break;
    case 'trust':
      await vscode.commands.executeCommand('workbench.trust.manage');
      break;
    case 'pick': {
      const file = await pickImage();
      if (file !== undefined) await model.show(file);
      break;
    }
    case 'log':
      await vscode.commands.executeCommand(commands.showLog);
      break;
    case 'redraw':
      await model.redraw();
      break;
    case 'pretrain':
      await pretrainWith(services, model);
      break;
    case 'save': {
      const root = await model.saveAsOwn();
      if (root !== undefined) void tellSaved(root);
      break;
    }
  }
}

/** The message stays until it is answered, and nobody must wait for that. */
async function tellSaved(root: string): Promise<void> {
  const show = 'Open config.json';
  const message = `Saved as the augmentation of ${path.basename(root)}; pretraining takes it where the augmentation is set to the dataset's own.`;
  if ((await vscode.window.showInformationMessage(message, show)) !== show) return;
  const file = vscode.Uri.file(path.join(root, '.likeness', 'config.json'));
  await vscode.commands.executeCommand('vscode.open', file);
}
