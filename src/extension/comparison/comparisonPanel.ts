import * as vscode from 'vscode';
import { untrustedWorkspace } from '../../core/errors.ts';
import { comparisonChanged, type ComparisonViewRequests } from '../../protocol/comparisonView.ts';
import { serveRequests } from '../../protocol/rpc.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { settingsGiven } from '../commands/given.ts';
import { commands, panels } from '../contract.ts';
import { registerCommand } from '../notifications.ts';
import { EditorPanel } from '../panels/editorPanel.ts';
import type { Services } from '../services.ts';
import { scanSettingsOf } from '../settings.ts';
import { summaryOf } from '../training/runCommands.ts';
import { ComparisonModel, type ComparisonSubject, type SavedComparison } from './comparisonModel.ts';
import { comparisonRequests, type ComparisonContext } from './comparisonRequests.ts';
import { pickEncoders } from './pickEncoders.ts';

const SAVED = 'comparison';

/** Compare Encoders: asks which, measures them on the labelled images, and shows the figures and where they disagree. */
export function comparisonPanel(services: Services): void {
  const { disposables, context: extension, datasets } = services;
  const model = disposables.add(newModel(services));
  const context: ComparisonContext = { services, model, column: () => panel.column };
  const panel: EditorPanel = disposables.add(
    new EditorPanel({
      extensionUri: extension.extensionUri,
      viewType: panels.comparison,
      title: 'Compare Encoders',
      app: 'comparison',
      changed: comparisonChanged,
      serve: (connection) => serveRequests<ComparisonViewRequests>(connection, comparisonRequests(context)),
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
  disposables.add(datasets.onDidChange(touch));
  disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(touch));
  disposables.add(
    registerCommand(commands.compareEncoders, async (argument, second) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      const root = summaryOf(argument)?.root ?? (await chooseFolder(services, argument, 'Compare Encoders'));
      if (root === undefined) return;
      const keys = ['encoders', 'neighbors', 'seed'] as const;
      const question = settingsGiven<ComparisonSubject['question']>(argument, second, keys);
      const encoders = question ? undefined : await pickEncoders(services, root, summaryOf(argument)?.encoder);
      if (!question && !encoders) return;
      panel.open();
      // Nothing ticked: the dataset's own, beside the baselines.
      await model.show({ root, question: question ?? (encoders?.length ? { encoders } : {}) });
      // A folder that wasn't indexed is now.
      void datasets.refresh();
    }),
  );
}

function newModel({ engine, datasets, context }: Services): ComparisonModel {
  const memory = context.workspaceState;
  return new ComparisonModel(
    {
      engine,
      scanSettings: scanSettingsOf,
      trusted: () => vscode.workspace.isTrusted,
      inUse: (root) => datasets.find(root)?.encoder?.id,
      save: (saved) => void memory.update(SAVED, saved),
    },
    memory.get<SavedComparison>(SAVED),
  );
}
