import * as vscode from 'vscode';
import { ErrorCode, untrustedWorkspace, virtualWorkspace } from '../../core/errors.ts';
import { embeddingMapChanged, mapColumns, type EmbeddingMapRequests } from '../../protocol/embeddingMap.ts';
import { mapLayouts } from '../../protocol/maps.ts';
import { serveRequests } from '../../protocol/rpc.ts';
import { Debounced } from '../async/debounce.ts';
import { WhenVisible } from '../async/whenVisible.ts';
import { commands, internalCommands, panels } from '../contract.ts';
import { isInside, resolveInside } from '../files/rootPaths.ts';
import { registerCommand } from '../notifications.ts';
import { EditorPanel } from '../panels/editorPanel.ts';
import type { Services } from '../services.ts';
import { readSetting } from '../settings.ts';
import { activeImage } from '../similar/followActiveEditor.ts';
import { EmbeddingMapModel } from './embeddingMapModel.ts';
import { embeddingMapRequests } from './embeddingMapRequests.ts';
import { folderForMap } from './mapQuestions.ts';
import type { SavedMap } from './savedMap.ts';
import { offeredActions, type MapContext } from './selectionActions.ts';

const SAVED = 'embeddingMap';
/** Positions that move are drawn so often: fluent enough to follow, and rare enough to cost nothing. */
const POLL_MS = 200;
/** Controls that are moved ask for a new map at this pace: it takes a while, and throws the last one away. */
const SETTLE_MS = 500;

/** The Embedding Map: all images of a dataset as points, by how alike its encoder finds them. */
export function embeddingMapPanel(services: Services): EmbeddingMapModel {
  const { disposables, context: extension, selection } = services;
  const model = disposables.add(newModel(services));
  const context: MapContext = { services, model, column: () => panel.column };
  const panel: EditorPanel = disposables.add(
    new EditorPanel({
      extensionUri: extension.extensionUri,
      viewType: panels.embeddingMap,
      title: 'Embedding Map',
      app: 'embeddingMap',
      changed: embeddingMapChanged,
      serve: (connection) => serveRequests<EmbeddingMapRequests>(connection, embeddingMapRequests(context)),
    }),
  );
  disposables.add(
    model.onDidChange(() => {
      panel.tell(model.state.revision);
    }),
  );
  disposables.add(
    selection.onDidChange(() => {
      model.touch();
    }),
  );
  followDecisions(services, model, panel);
  keepCurrent(services, model, panel);
  followTextSearches(services, model, panel);

  const open = async (folder: string | undefined, image?: string, filter?: string): Promise<void> => {
    if (folder === undefined) return;
    panel.open();
    await model.show(folder, image, filter);
  };
  const assertTrusted = (): void => {
    if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
  };
  const showImage = async (file: string): Promise<void> => {
    await open(await folderOf(services, model, file), file);
  };
  disposables.add(
    registerCommand(commands.openEmbeddingMap, async (argument) => {
      assertTrusted();
      await open(await folderForMap(services, argument), undefined, filterOf(argument));
    }),
  );
  disposables.add(
    registerCommand(commands.showInMap, async (argument) => {
      assertTrusted();
      if (argument instanceof vscode.Uri && argument.scheme !== 'file') throw virtualWorkspace(argument.path);
      const file = argument instanceof vscode.Uri ? argument.fsPath : activeImage();
      if (file !== undefined) await showImage(file);
    }),
  );
  disposables.add(
    registerCommand(internalCommands.showResultInMap, async (result) => {
      const named = typeof result === 'object' && result !== null && 'path' in result ? result.path : undefined;
      const root = services.similar.state.results?.root;
      if (typeof named === 'string' && root !== undefined) await showImage(resolveInside(root, named));
    }),
  );
  return model;
}

function newModel(services: Services): EmbeddingMapModel {
  const { engine, jobs, selection, context } = services;
  const memory = context.workspaceState;
  return new EmbeddingMapModel(
    {
      engine,
      trusted: () => vscode.workspace.isTrusted,
      indexing: (folder) => jobs.running.some((job) => isInside(job.folder, folder) || isInside(folder, job.folder)),
      layout: () => mapLayouts.find((layout) => layout === readSetting('likeness.map.layout')) ?? 'likeness',
      ...{ selection, source: panels.embeddingMap, actions: offeredActions },
      save: (saved) => void memory.update(SAVED, saved),
      ...{ pollMs: POLL_MS, settleMs: SETTLE_MS },
    },
    memory.get<SavedMap>(SAVED),
  );
}

/** The filter that a command was given, or that the row has which it was called on. */
function filterOf(argument: unknown): string | undefined {
  const isGiven = typeof argument === 'object' && argument !== null && 'where' in argument;
  return isGiven && typeof argument.where === 'string' ? argument.where : undefined;
}

/** Words that are searched for light up the points that fit them, where the map of the same images can be seen. */
function followTextSearches({ disposables, similar }: Services, model: EmbeddingMapModel, panel: EditorPanel): void {
  let followed: string | undefined;
  disposables.add(
    similar.onDidChange(() => {
      const { text, results } = similar.state;
      if (text === undefined || results === undefined) return;
      const search = `${text.captions ? 'captions' : 'images'} ${text.name}`;
      // The results of a search are there once; a filter of theirs searches again.
      if (followed === search) return;
      followed = search;
      // On a map of images the words would be read by another encoder than that of captions.
      if (text.captions && model.state.of !== 'captions') return;
      if (!panel.visible || model.images.root !== results.root || text.texts.length === 0) return;
      model.change({ colorBy: mapColumns.similarity });
      void model.images.askText({ texts: text.texts, minus: text.minus });
    }),
  );
}

/** Opens the map again when what it is of has changed, as soon as somebody looks. */
function keepCurrent({ disposables, jobs, datasets }: Services, model: EmbeddingMapModel, panel: EditorPanel): void {
  let isOutdated = false;
  const look = (): void => {
    if (!panel.visible) return;
    if (!(model.isWaiting || isOutdated) || !vscode.workspace.isTrusted) return;
    isOutdated = false;
    void model.refresh();
  };
  disposables.add(panel.onDidChangeVisibility(look));
  disposables.add(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      isOutdated = model.folder !== undefined;
      model.touch();
      look();
    }),
  );
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('likeness.map.layout')) return;
      isOutdated = model.folder !== undefined;
      look();
    }),
  );
  // Another window, or the command line, may have made the index that was missing.
  disposables.add(
    datasets.onDidChange(() => {
      const { folder, state } = model;
      if (state.failure?.code !== ErrorCode.NotIndexed || folder === undefined || !datasets.find(folder)) return;
      isOutdated = true;
      look();
    }),
  );
  let wasIndexing = false;
  disposables.add(
    jobs.onDidChange(() => {
      const { indexing } = model.state;
      if (wasIndexing === indexing) return;
      wasIndexing = indexing;
      isOutdated ||= !indexing;
      model.touch();
      look();
    }),
  );
}

/**
 * Reads tags, classes, findings, columns and views again when somebody has changed them, here or elsewhere, as soon as somebody
 * looks.
 */
function followDecisions(services: Services, model: EmbeddingMapModel, panel: EditorPanel): void {
  const { disposables, findings, imported, opinionFiles } = services;
  const reading = new WhenVisible(
    () => panel.visible,
    () => void model.images.readColumns(),
  );
  const settled = disposables.add(
    new Debounced(SETTLE_MS, () => {
      reading.trigger();
    }),
  );
  disposables.add(
    panel.onDidChangeVisibility(() => {
      reading.look();
    }),
  );
  disposables.add(
    model.onDidChange(() => {
      const { root } = model.images;
      opinionFiles.watch(panels.embeddingMap, root === undefined ? [] : [root]);
    }),
  );
  disposables.add(
    findings.onDidChange(() => {
      settled.trigger();
    }),
  );
  const note = (root: string): void => {
    if (root === model.images.root) settled.trigger();
  };
  disposables.add(opinionFiles.onDidChange(note));
  disposables.add(imported.event(note));
}

/** Whose map an image is looked for on: the one that is shown if it may be there, else its dataset's. */
async function folderOf({ datasets }: Services, model: EmbeddingMapModel, file: string): Promise<string | undefined> {
  const { folder } = model;
  if (folder !== undefined && isInside(folder, file)) return folder;
  await datasets.load();
  return datasets.find(file)?.root ?? vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file))?.uri.fsPath;
}
