import * as vscode from 'vscode';
import { untrustedWorkspace, virtualWorkspace } from '../../core/errors.ts';
import { imageExtensions } from '../../core/images/fileKinds.ts';
import { augmentationsChanged, type AugmentationsViewRequests } from '../../protocol/augmentationsView.ts';
import { serveRequests } from '../../protocol/rpc.ts';
import { Debounced } from '../async/debounce.ts';
import { commands, internalCommands, panels } from '../contract.ts';
import { isInside, resolveInside } from '../files/rootPaths.ts';
import { registerCommand } from '../notifications.ts';
import { EditorPanel } from '../panels/editorPanel.ts';
import type { Services } from '../services.ts';
import { scanSettingsOf } from '../settings.ts';
import { FollowedImage } from '../similar/activeImage.ts';
import { activeImage } from '../similar/followActiveEditor.ts';
import { AugmentationsModel, type SavedAugmentations } from './augmentationsModel.ts';
import { augmentationsRequests, type AugmentationsContext } from './augmentationsRequests.ts';

const SAVED = 'augmentations';
/** Controls that are moved ask for views at this pace, tabs that are walked through for images. */
const SETTLE_MS = 120;

/** The Augmentation Pairs panel: an image's views, and what the dataset's encoder makes of them. */
export function augmentationsPanel(services: Services): void {
  const { disposables, context: extension, jobs } = services;
  const model = disposables.add(newModel(services));
  const followed = new FollowedImage();
  const context: AugmentationsContext = { services, model, followed, column: () => panel.column };
  const panel: EditorPanel = disposables.add(
    new EditorPanel({
      extensionUri: extension.extensionUri,
      viewType: panels.augmentations,
      title: 'Augmentation Pairs',
      app: 'augmentations',
      changed: augmentationsChanged,
      serve: (connection) =>
        serveRequests<AugmentationsViewRequests>(connection, augmentationsRequests(context, pickImage)),
    }),
  );
  disposables.add(
    model.onDidChange(() => {
      panel.tell(model.state.revision);
    }),
  );
  // The images that it is compared with have changed while nobody looked.
  let outdated = false;
  const shown = (): void => {
    if (!panel.visible || !(model.isWaiting || outdated)) return;
    outdated = false;
    void model.refresh();
  };
  disposables.add(panel.onDidChangeVisibility(shown));
  followTabs(context, panel);
  disposables.add(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (panel.visible) void model.refresh();
    }),
  );
  let wasIndexing = false;
  disposables.add(
    jobs.onDidChange(() => {
      const { indexing } = model.state;
      if (wasIndexing === indexing) return;
      wasIndexing = indexing;
      outdated = !indexing;
      model.touch();
      shown();
    }),
  );

  const open = async (file: string | undefined): Promise<void> => {
    if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
    const active = activeImage();
    panel.open();
    context.followed.skip(active);
    const chosen = file ?? active;
    if (chosen !== undefined) await model.show(chosen);
    else if (model.isWaiting) await model.refresh();
  };
  const openResult = async (result: unknown): Promise<void> => {
    const named = typeof result === 'object' && result !== null && 'path' in result ? result.path : undefined;
    const root = services.similar.state.results?.root;
    if (typeof named === 'string' && root !== undefined) await open(resolveInside(root, named));
  };
  disposables.add(registerCommand(commands.openAugmentationPairs, (argument) => open(fileOf(argument))));
  disposables.add(registerCommand(internalCommands.openResultAugmentations, openResult));
}

function newModel({ engine, jobs, datasets, context }: Services): AugmentationsModel {
  const memory = context.workspaceState;
  return new AugmentationsModel(
    {
      engine,
      scanSettings: scanSettingsOf,
      trusted: () => vscode.workspace.isTrusted,
      indexing: (file) => jobs.running.some(({ folder }) => isInside(folder, file)),
      datasetFor: async (file) => {
        if (vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) !== undefined) return undefined;
        const states = await datasets.load();
        if (datasets.find(file)) return undefined;
        const roots = states.flatMap(({ summary }) => (summary ? [summary.root] : []));
        // With several datasets nobody knows which is meant; an image of one of them says so itself.
        return roots.length === 1 ? roots[0] : undefined;
      },
      save: (saved) => void memory.update(SAVED, saved),
      settleMs: SETTLE_MS,
    },
    memory.get<SavedAugmentations>(SAVED),
  );
}

/** Shows the image in the active tab, unless the panel is told to keep its own. */
function followTabs({ services, model, followed }: AugmentationsContext, panel: EditorPanel): void {
  const { disposables } = services;
  let last: string | undefined;
  const follow = (): void => {
    last = followed.next(activeImage()) ?? last;
    if (last === undefined || !panel.visible || !vscode.workspace.isTrusted || model.state.pinned) return;
    const file = last;
    last = undefined;
    if (file !== model.state.image?.file && isInWorkspace(file)) void model.show(file);
  };
  followed.skip(activeImage());
  const settled = disposables.add(new Debounced(SETTLE_MS, follow));
  const tabsChanged = (): void => {
    settled.trigger();
  };
  disposables.add(vscode.window.tabGroups.onDidChangeTabs(tabsChanged));
  disposables.add(vscode.window.tabGroups.onDidChangeTabGroups(tabsChanged));
  disposables.add(panel.onDidChangeVisibility(tabsChanged));
}

async function pickImage(): Promise<string | undefined> {
  const defaultUri = vscode.workspace.workspaceFolders?.[0]?.uri;
  const files = await vscode.window.showOpenDialog({
    title: 'Show augmentation pairs of',
    openLabel: 'Show Augmentation Pairs',
    filters: { Images: imageExtensions.map((extension) => extension.slice(1)) },
    ...(defaultUri && { defaultUri }),
  });
  return files?.[0]?.fsPath;
}

function fileOf(argument: unknown): string | undefined {
  if (!(argument instanceof vscode.Uri)) return undefined;
  if (argument.scheme !== 'file') throw virtualWorkspace(argument.path);
  return argument.fsPath;
}

function isInWorkspace(file: string): boolean {
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file)) !== undefined;
}
