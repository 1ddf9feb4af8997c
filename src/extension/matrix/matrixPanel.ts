import * as vscode from 'vscode';
import { ErrorCode, untrustedWorkspace, virtualWorkspace } from '../../core/errors.ts';
import type { MatrixSubject } from '../../protocol/matrix.ts';
import { matrixChanged, type MatrixViewRequests } from '../../protocol/matrixView.ts';
import { serveRequests } from '../../protocol/rpc.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { commands, panels } from '../contract.ts';
import { isInside } from '../files/rootPaths.ts';
import { registerCommand } from '../notifications.ts';
import { EditorPanel } from '../panels/editorPanel.ts';
import type { Services } from '../services.ts';
import { MatrixModel, type SavedMatrix } from './matrixModel.ts';
import { matrixRequests, type MatrixContext } from './matrixRequests.ts';
import { subjectGiven, subjectOfFiles } from './matrixSubject.ts';

const SAVED = 'matrix';

/** The Similarity Matrix panel: how alike images, classes and clusters are to the dataset's encoder. */
export function matrixPanel(services: Services): void {
  const { disposables, context: extension, jobs, selection } = services;
  const model = disposables.add(newModel(services));
  const context: MatrixContext = { services, model, column: () => panel.column };
  const panel: EditorPanel = disposables.add(
    new EditorPanel({
      extensionUri: extension.extensionUri,
      viewType: panels.similarityMatrix,
      title: 'Similarity Matrix',
      app: 'matrix',
      changed: matrixChanged,
      serve: (connection) => serveRequests<MatrixViewRequests>(connection, matrixRequests(context)),
    }),
  );
  disposables.add(
    model.onDidChange(() => {
      panel.tell(model.state.revision);
    }),
  );
  const touch = (): void => {
    model.touch();
  };
  disposables.add(selection.onDidChange(touch));
  // The index has changed while nobody looked.
  let outdated = false;
  const shown = (): void => {
    if (!panel.visible || !(model.isWaiting || outdated)) return;
    outdated = false;
    void model.refresh();
  };
  disposables.add(panel.onDidChangeVisibility(shown));
  disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(shown));
  let wasIndexing = false;
  disposables.add(
    jobs.onDidChange(() => {
      const { indexing } = model.state;
      if (wasIndexing !== indexing) touch();
      wasIndexing = indexing;
    }),
  );
  disposables.add(
    jobs.onDidFinish(({ report }) => {
      const { subject, state } = model;
      const isOurs =
        subject !== undefined && (isInside(report.root, subject.root) || isInside(subject.root, report.root));
      if (!isOurs || (state.figures && report.embedded === 0 && report.removed === 0 && !state.failure)) return;
      outdated = true;
      shown();
    }),
  );
  // Another window, or the command line, may have made the index that was missing.
  disposables.add(
    services.datasets.onDidChange(() => {
      const { subject, state } = model;
      if (state.failure?.code !== ErrorCode.NotIndexed || !subject || !services.datasets.find(subject.root)) return;
      outdated = true;
      shown();
    }),
  );

  const open = async (argument: unknown, second: unknown): Promise<void> => {
    if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
    const subject = (await subjectOf(services, argument, second)) ?? services.selection.current;
    if (subject !== undefined) {
      panel.open();
      await model.show(subject);
      return;
    }
    if (model.subject === undefined) {
      const root = await chooseFolder(services, undefined, 'Open Similarity Matrix');
      if (root === undefined) return;
      panel.open();
      await model.show({ root });
      return;
    }
    panel.open();
    if (model.isWaiting) await model.refresh();
  };
  disposables.add(registerCommand(commands.openSimilarityMatrix, open));
}

function newModel(services: Services): MatrixModel {
  const { engine, jobs, selection, context } = services;
  const memory = context.workspaceState;
  return new MatrixModel(
    {
      engine,
      decide: (request) => engine.call('decisions/decide', request),
      trusted: () => vscode.workspace.isTrusted,
      indexing: (root) => jobs.running.some(({ folder }) => isInside(folder, root) || isInside(root, folder)),
      selection: () => selection.current,
      select: (images) => {
        selection.set(images, panels.similarityMatrix);
      },
      save: (saved) => void memory.update(SAVED, saved),
    },
    memory.get<SavedMatrix>(SAVED),
  );
}

/** What the command was called on; undefined where it came without anything. */
async function subjectOf(services: Services, argument: unknown, second: unknown): Promise<MatrixSubject | undefined> {
  if (!(argument instanceof vscode.Uri)) return subjectGiven(argument);
  const others: readonly unknown[] = Array.isArray(second) ? second : [];
  const uris = others.filter((uri): uri is vscode.Uri => uri instanceof vscode.Uri);
  const files = (uris.length > 0 ? uris : [argument]).map((uri) => {
    if (uri.scheme !== 'file') throw virtualWorkspace(uri.path);
    return uri.fsPath;
  });
  await services.datasets.load();
  const root =
    services.datasets.find(argument.fsPath)?.root ??
    vscode.workspace.getWorkspaceFolder(argument)?.uri.fsPath ??
    argument.fsPath;
  return subjectOfFiles(root, files);
}
