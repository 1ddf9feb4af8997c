import * as vscode from 'vscode';
import { untrustedWorkspace } from '../../core/errors.ts';
import { serveRequests } from '../../protocol/rpc.ts';
import { trainingPanelChanged, type TrainingViewRequests } from '../../protocol/trainingView.ts';
import { Throttled } from '../async/throttle.ts';
import { commands, internalCommands, panels } from '../contract.ts';
import { registerCommand } from '../notifications.ts';
import { EditorPanel } from '../panels/editorPanel.ts';
import type { Services } from '../services.ts';
import { scanSettingsOf } from '../settings.ts';
import { summaryOf } from '../training/runCommands.ts';
import { keyOf, TrainingPanelModel, type SavedTrainingPanel } from './trainingPanelModel.ts';
import { trainingPanelRequests } from './trainingPanelRequests.ts';

const SAVED = 'trainingPanel';
/** A training reports more often than anybody can read. */
const TELL_MS = 250;

/** The Training panel: curves of the runs, and what they have come to. */
export function trainingPanel(services: Services): void {
  const { disposables, context: extension, engine, runs, log } = services;
  const memory = extension.workspaceState;
  const model = disposables.add(
    new TrainingPanelModel(
      {
        engine,
        runs,
        trusted: () => vscode.workspace.isTrusted,
        scanSettings: scanSettingsOf,
        save: (saved) => void memory.update(SAVED, saved),
        warn: (text) => {
          log.warn(text);
        },
        now: Date.now,
      },
      memory.get<SavedTrainingPanel>(SAVED),
    ),
  );
  const panel = disposables.add(
    new EditorPanel({
      extensionUri: extension.extensionUri,
      viewType: panels.training,
      title: 'Training',
      app: 'training',
      changed: trainingPanelChanged,
      serve: (connection) => serveRequests<TrainingViewRequests>(connection, trainingPanelRequests(services, model)),
    }),
  );
  const tell = disposables.add(
    new Throttled(TELL_MS, () => {
      panel.tell(model.state.revision);
    }),
  );
  disposables.add(
    model.onDidChange(() => {
      if (panel.visible) tell.trigger();
    }),
  );
  const follow = (): void => {
    model.setVisible(panel.visible);
  };
  disposables.add(panel.onDidChangeVisibility(follow));
  disposables.add(
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      model.touch();
      follow();
    }),
  );
  disposables.add(
    registerCommand(commands.showTraining, () => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      panel.open();
      return Promise.resolve();
    }),
  );
  disposables.add(
    registerCommand(internalCommands.showRunCurves, (row) => {
      const run = summaryOf(row);
      if (run) model.show(keyOf(run));
      panel.open();
      return Promise.resolve();
    }),
  );
}
