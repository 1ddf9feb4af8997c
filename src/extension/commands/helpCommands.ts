import * as vscode from 'vscode';
import type { DoctorRequest } from '../../protocol/engine.ts';
import { commands } from '../contract.ts';
import { registerCommand } from '../notifications.ts';
import { localFolders, type Services } from '../services.ts';
import { tensorFlowChoice, trainingEngine } from '../settings.ts';
import { doctorMarkdown } from '../text/doctorMarkdown.ts';

export function helpCommands({ disposables, engine, log, reports }: Services): void {
  disposables.add(
    registerCommand(commands.showLog, () => {
      log.show();
      return Promise.resolve();
    }),
  );
  disposables.add(
    registerCommand(commands.doctor, async () => {
      const location = vscode.ProgressLocation.Notification;
      const report = await vscode.window.withProgress({ location, title: 'Likeness looks at this machine' }, () =>
        engine.call('doctor/run', doctorRequest()),
      );
      await reports.show('Likeness Doctor', doctorMarkdown(report));
    }),
  );
}

/** What is to be looked at besides the machine: the first folder and what trainings are set to use. */
function doctorRequest(): DoctorRequest {
  const [folder] = localFolders();
  const engine = trainingEngine();
  return { ...(folder && { folder: folder.path }), ...(engine && { engine }), ...tensorFlowChoice() };
}
