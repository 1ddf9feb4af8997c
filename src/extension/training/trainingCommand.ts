import * as vscode from 'vscode';
import { untrustedWorkspace } from '../../core/errors.ts';
import type { RunKind, RunSummary, SettingsOf, TrainRequest } from '../../protocol/training.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { settingsGiven } from '../commands/given.ts';
import { registerCommand, showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import { scanSettingsOf, tensorFlowChoice, trainingEngine, trainingProvider, trainingThreads } from '../settings.ts';
import { isTraining, summaryOf } from './runCommands.ts';
import { selectedOf, subjectName } from './selectedSubject.ts';
import { showStarted } from './trainingOutcome.ts';

/** What a training is about. */
export interface TrainingSubject {
  readonly folder: string;
  /** The past run that the command was called on. */
  readonly run: RunSummary | undefined;
  /** Images to train on alone, relative to the dataset's root; undefined: all of them. */
  readonly images: readonly string[] | undefined;
  /** What is trained on, for people. */
  readonly name: string;
}

/** A command that asks how to train, and then trains. */
export interface TrainingCommand<Kind extends RunKind> {
  readonly command: string;
  /** What the command is called. */
  readonly title: string;
  /** Of the settings that can be given with the command; see `settingsGiven`. */
  readonly keys: readonly (keyof SettingsOf[Kind] & string)[];
  /**
   * Settles what is to be trained; undefined when cancelled.
   *
   * @param given settings that came with the command: nothing is asked then
   * @returns what trains, until the run is over
   */
  readonly decide: (
    subject: TrainingSubject,
    given: SettingsOf[Kind] | undefined,
  ) => Promise<(() => Promise<unknown>) | undefined>;
}

export function registerTrainingCommand<Kind extends RunKind>(
  services: Services,
  { command, title, keys, decide }: TrainingCommand<Kind>,
): void {
  services.disposables.add(
    registerCommand(command, async (argument, second) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      if (isTraining(services)) return;
      const run = summaryOf(argument);
      const selected = selectedOf(argument);
      const images = selected?.paths;
      const folder = run?.root ?? selected?.root ?? (await chooseFolder(services, argument, title));
      if (folder === undefined) return;
      if (images) await services.datasets.load();
      const name = subjectName(folder, images, services.datasets.find(folder)?.images);
      const train = await decide(
        { folder, run, images, name },
        settingsGiven<SettingsOf[Kind]>(argument, second, keys),
      );
      if (!train) return;
      train().catch(showFailure);
      await showStarted();
    }),
  );
}

/** A request with what people have set for all trainings. */
export function trainRequest<Kind extends RunKind>(
  { folder, images }: { readonly folder: string; readonly images?: readonly string[] | undefined },
  settings: SettingsOf[Kind],
): TrainRequest<Kind> {
  const threads = trainingThreads();
  const engine = trainingEngine();
  const provider = trainingProvider();
  return {
    folder,
    settings: {
      ...(threads !== undefined && { threads }),
      ...(engine !== undefined && { engine }),
      ...(provider !== undefined && { provider }),
      ...settings,
    },
    scan: scanSettingsOf(folder),
    ...(images && { images }),
    ...tensorFlowChoice(),
  };
}
