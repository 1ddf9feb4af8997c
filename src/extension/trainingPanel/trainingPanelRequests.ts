import * as vscode from 'vscode';
import type { RequestHandlers } from '../../protocol/rpc.ts';
import type { RunSummary } from '../../protocol/training.ts';
import type { RunAction, TrainingPanelAction, TrainingViewRequests } from '../../protocol/trainingView.ts';
import { commands, internalCommands, views } from '../contract.ts';
import { showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import type { TrainingPanelModel } from './trainingPanelModel.ts';

/** Answers the panel's page. A run that it names is looked up among those that are listed. */
export function trainingPanelRequests(
  services: Services,
  model: TrainingPanelModel,
): RequestHandlers<TrainingViewRequests> {
  return {
    'trainingPanel/state': () => model.state,
    'trainingPanel/curves': ({ key }) => model.curves(key),
    'trainingPanel/maps': () => model.maps,
    'trainingPanel/change': (change) => {
      model.change(change);
      return undefined;
    },
    'trainingPanel/act': ({ action }) => {
      // Questions stay until they are answered, and the page must not wait for that.
      void act(services, model, action).catch(showFailure);
      return undefined;
    },
    'trainingPanel/actOn': ({ key, action }) => {
      void actOn(services, model, key, action).catch(showFailure);
      return undefined;
    },
  };
}

/** Trainings begin on the dataset of the run that is shown; where nothing is, the command asks. */
function subjectOf({ state }: TrainingPanelModel): { readonly folder: string } | undefined {
  const shown = state.runs.find((run) => run.shown) ?? state.runs[0];
  return shown && { folder: shown.run.root };
}

async function act({ runs }: Services, model: TrainingPanelModel, action: TrainingPanelAction): Promise<void> {
  const training = {
    pretrain: commands.pretrainEncoder,
    fineTune: commands.fineTuneEncoder,
    distill: commands.distillEncoder,
    autoencoder: commands.trainAutoencoder,
    captions: commands.trainWithCaptions,
  } as const;
  switch (action) {
    case 'tree':
      await vscode.commands.executeCommand(`${views.training}.focus`);
      break;
    case 'trust':
      await vscode.commands.executeCommand('workbench.trust.manage');
      break;
    case 'log':
      await vscode.commands.executeCommand(commands.showLog);
      break;
    case 'refresh':
      await runs.refresh();
      break;
    default:
      await vscode.commands.executeCommand(training[action], subjectOf(model));
  }
}

/** Commands of the Training view's rows, which take a row that stands for a run. */
const rowCommands: Readonly<Partial<Record<RunAction, string>>> = {
  resume: internalCommands.resumeRun,
  use: internalCommands.useRunEncoder,
  fineTune: commands.fineTuneEncoder,
  distill: commands.distillEncoder,
  delete: internalCommands.deleteRun,
  metrics: internalCommands.openRunMetrics,
  reconstructions: internalCommands.showReconstructions,
};

async function actOn({ runs }: Services, model: TrainingPanelModel, key: string, action: RunAction): Promise<void> {
  const run: RunSummary | undefined = model.run(key);
  if (run === undefined) return;
  const command = rowCommands[action];
  if (command !== undefined) await vscode.commands.executeCommand(command, { run });
  else if (action === 'stop') runs.stop();
  else if (action === 'maps') model.askForMaps(key);
  else model.cancelMaps();
}
