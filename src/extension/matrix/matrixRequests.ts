import * as vscode from 'vscode';
import type { MatrixAction, MatrixViewRequests } from '../../protocol/matrixView.ts';
import type { RequestHandlers } from '../../protocol/rpc.ts';
import { commands, panels } from '../contract.ts';
import { resolveInside } from '../files/rootPaths.ts';
import { showUnawaited } from '../notifications.ts';
import { placesBeside } from '../panels/columnsBeside.ts';
import { readThumbnails } from '../panels/thumbnails.ts';
import type { Services } from '../services.ts';
import { openImages } from '../similar/openImage.ts';
import type { MatrixModel } from './matrixModel.ts';
import { askForClasses, askForLabel } from './matrixQuestions.ts';

/** What the panel's parts share. */
export interface MatrixContext {
  readonly services: Services;
  readonly model: MatrixModel;
  /** Where the panel is. */
  readonly column: () => vscode.ViewColumn | undefined;
}

/**
 * Answers the panel's page. What it names is checked against the dataset's root. Work that takes a while is only begun here:
 * the page learns of it through its state.
 */
export function matrixRequests(context: MatrixContext): RequestHandlers<MatrixViewRequests> {
  const { services, model } = context;
  return {
    'matrix/state': () => model.state,
    'matrix/images': ({ show }) => model.imagesOf(show),
    'matrix/grid': ({ order, show, version }) =>
      version === model.state.version ? model.gridOf(order, show) : undefined,
    'matrix/thumbnails': ({ paths }) =>
      model.root === undefined ? [] : readThumbnails(services.engine, model.root, paths),
    'matrix/change': (change) => {
      void model.change(change);
      return undefined;
    },
    'matrix/select': ({ images }) => {
      model.select(images);
      return undefined;
    },
    'matrix/narrow': ({ images }) => {
      void model.narrow(images);
      return undefined;
    },
    'matrix/open': async ({ paths }) => {
      await open(context, paths).catch(showUnawaited);
      return undefined;
    },
    'matrix/decide': async ({ paths, action }) => {
      await model.decide(paths, action).catch(showUnawaited);
      return undefined;
    },
    'matrix/relabel': async ({ paths, undo }) => {
      await relabel(model, paths, undo).catch(showUnawaited);
      return undefined;
    },
    'matrix/act': async ({ action }) => {
      await act(context, action).catch(showUnawaited);
      return undefined;
    },
  };
}

async function open({ services, model, column }: MatrixContext, paths: readonly string[]): Promise<void> {
  const { root } = model;
  if (root === undefined) return;
  const files = paths.map((path) => resolveInside(root, path));
  await openImages(services.followed, files, placesBeside(column()));
}

async function relabel(model: MatrixModel, paths: readonly string[], undo: boolean): Promise<void> {
  if (undo) {
    for (const path of paths) await model.relabel(path, undefined);
    return;
  }
  const labelOf = (path: string): string | undefined => {
    const { classes } = model;
    const images = model.imagesOf('cells');
    return images && classes[images.classOf[images.paths.indexOf(path)] ?? -1];
  };
  const images = paths.map((path) => ({ path, label: labelOf(path) }));
  const chosen = await askForLabel(images, model.classes);
  if (chosen) await model.relabel(chosen.path, chosen.label);
}

async function act({ services, model }: MatrixContext, action: MatrixAction): Promise<void> {
  const { subject } = model;
  const root = model.root ?? subject?.root;
  const run = vscode.commands.executeCommand;
  switch (action) {
    case 'index':
      await run(commands.indexFolder, root === undefined ? undefined : vscode.Uri.file(root));
      break;
    case 'retry':
      await model.refresh();
      break;
    case 'trust':
      await run('workbench.trust.manage');
      break;
    case 'log':
      await run(commands.showLog);
      break;
    case 'whole':
      if (root === undefined) await run(commands.openSimilarityMatrix);
      else await model.show({ root });
      break;
    case 'selection': {
      const selection = services.selection.current;
      if (selection) await model.show(selection);
      break;
    }
    case 'classes': {
      const classes = root === undefined ? undefined : await askForClasses(services, root, subject?.filter?.classes);
      if (classes && root !== undefined) await model.show({ root, filter: { classes } });
      break;
    }
    case 'back':
      await model.back();
      break;
    case 'cancel':
      model.cancel();
      break;
    case 'encoder':
      await model.change({ encoder: undefined });
      break;
    case 'chooseEncoder':
      await run(commands.chooseEncoder, root === undefined ? undefined : vscode.Uri.file(root));
      break;
    case 'clear':
      services.selection.set(undefined, panels.similarityMatrix);
      break;
    case 'fineTune':
      await run(commands.fineTuneEncoder, chosenImages(services, model));
      break;
    case 'pretrain':
      await run(commands.pretrainEncoder, chosenImages(services, model));
      break;
    case 'map':
      await showInMap(services, model);
      break;
  }
}

/** The map shows a whole dataset, and in it what is selected; where nothing is, that becomes what is shown here. */
async function showInMap(services: Services, model: MatrixModel): Promise<void> {
  const images = chosenImages(services, model);
  if (images.root === undefined) return;
  const { root, paths } = images;
  if (model.state.subject?.isWhole === false) services.selection.set({ root, paths }, panels.similarityMatrix);
  await vscode.commands.executeCommand(commands.openEmbeddingMap, { folder: root, root, paths });
}

/** What is selected, or else all that is shown. */
function chosenImages({ selection }: Services, { root, paths }: MatrixModel) {
  const { current } = selection;
  return current !== undefined && current.root === root ? { root, paths: current.paths } : { root, paths };
}
