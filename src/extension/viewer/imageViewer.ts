import path from 'node:path';
import * as vscode from 'vscode';
import { usage, virtualWorkspace } from '../../core/errors.ts';
import { serveRequests } from '../../protocol/rpc.ts';
import { viewerChanged, type ViewerViewRequests } from '../../protocol/viewerView.ts';
import { commands, customEditors } from '../contract.ts';
import { Disposables } from '../disposables.ts';
import { isInside } from '../files/rootPaths.ts';
import { registerCommand } from '../notifications.ts';
import { showApp } from '../panels/webviewApp.ts';
import type { Services } from '../services.ts';
import { readSetting, scanSettingsOf } from '../settings.ts';
import { activeImage } from '../similar/followActiveEditor.ts';
import { openInViewer } from './openInViewer.ts';
import { ViewerModel } from './viewerModel.ts';
import { viewerRequests } from './viewerRequests.ts';

/** The image viewer: an editor of pictures that changes nothing, and is opened by choice. */
export function imageViewer(services: Services): void {
  const { disposables, findings, jobs, opinionFiles } = services;
  const models = new Set<ViewerModel>();
  const watchOpinions = (): void => {
    const roots = new Set([...models].flatMap(({ root }) => root ?? []));
    opinionFiles.watch(customEditors.imageViewer, [...roots].sort());
  };
  const resolveCustomEditor = ({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void => {
    if (uri.scheme !== 'file') throw virtualWorkspace(uri.path);
    const model = newModel(services, uri.fsPath);
    models.add(model);
    const resources = showModel(services, model, panel);
    resources.add(model.onDidChange(watchOpinions));
    panel.onDidDispose(() => {
      models.delete(model);
      resources.dispose();
      watchOpinions();
    });
    void model.refresh();
  };
  disposables.add(
    vscode.window.registerCustomEditorProvider(
      customEditors.imageViewer,
      {
        openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
        resolveCustomEditor,
      } satisfies vscode.CustomReadonlyEditorProvider,
      { supportsMultipleEditorsPerDocument: true },
    ),
  );
  disposables.add(registerCommand(commands.openImageViewer, (argument) => openInViewer(fileFor(argument))));

  const each = (change: (model: ViewerModel) => unknown): void => {
    for (const model of models) change(model);
  };
  const reread = (): void => {
    each((model) => model.imagesChanged({ picture: true }));
  };
  const readFindings = (): void => {
    each((model) => model.readFindings());
  };
  disposables.add(
    jobs.onDidFinish(({ report }) => {
      each((model) => isInside(report.root, model.file) && model.imagesChanged());
    }),
  );
  let running = '';
  disposables.add(
    jobs.onDidChange(() => {
      const now = jobs.running.map(({ folder }) => folder).join('\n');
      if (now === running) return;
      running = now;
      each((model) => {
        model.touch();
      });
    }),
  );
  disposables.add(findings.onDidChange(readFindings));
  disposables.add(
    opinionFiles.onDidChange((root) => {
      each((model) => model.root === root && model.refresh());
    }),
  );
  disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(reread));
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('likeness.similar.count')) each((model) => model.refresh());
    }),
  );
}

function newModel({ engine, findings, jobs }: Services, file: string): ViewerModel {
  return new ViewerModel(file, {
    engine,
    scanSettings: scanSettingsOf,
    count: () => readSetting('likeness.similar.count'),
    trusted: () => vscode.workspace.isTrusted,
    indexing: (image) => jobs.running.some(({ folder }) => isInside(folder, image)),
    findingsOf: async (root) => {
      await findings.restore(root);
      return findings.reportOf(root)?.findings;
    },
  });
}

/** Shows a model in its editor as long as that is open. */
function showModel(services: Services, model: ViewerModel, panel: vscode.WebviewPanel): Disposables {
  const resources = new Disposables();
  const connection = resources.add(
    showApp(panel.webview, {
      extensionUri: services.context.extensionUri,
      app: 'viewer',
      title: path.basename(model.file),
      serve: (served) => serveRequests<ViewerViewRequests>(served, viewerRequests(services, model)),
    }),
  );
  resources.add(model);
  resources.add(
    model.onDidChange(() => {
      // A hidden page would lose it, and asks when it is shown again.
      if (panel.visible) void connection.sendNotification(viewerChanged, { revision: model.state.revision });
    }),
  );
  const { dir, base, name } = path.parse(model.file);
  const watcher = resources.add(
    vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(dir), literalPattern(base))),
  );
  const changed = (): void => {
    void model.imagesChanged({ picture: true });
  };
  resources.add(watcher.onDidChange(changed));
  resources.add(watcher.onDidCreate(changed));
  // A caption beside the picture is written while one looks at it.
  const text = new vscode.RelativePattern(vscode.Uri.file(dir), `${literalPattern(name)}.txt`);
  const captions = resources.add(vscode.workspace.createFileSystemWatcher(text));
  const rewritten = (): void => {
    void model.refresh();
  };
  resources.add(captions.onDidChange(rewritten));
  resources.add(captions.onDidCreate(rewritten));
  resources.add(captions.onDidDelete(rewritten));
  return resources;
}

/** A file's name as a glob pattern that matches no other name. */
function literalPattern(name: string): string {
  return name.replaceAll(/[*?{}[\]]/g, '[$&]');
}

/** The file that a command was called on, else the image in the active tab. */
function fileFor(argument: unknown): string {
  if (argument instanceof vscode.Uri) {
    if (argument.scheme !== 'file') throw virtualWorkspace(argument.path);
    return argument.fsPath;
  }
  const file = activeImage();
  if (file === undefined) throw usage('Open an image first, or choose one in the Explorer.');
  return file;
}
