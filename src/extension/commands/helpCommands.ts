import * as vscode from 'vscode';
import type { DoctorReport, DoctorRequest } from '../../protocol/engine.ts';
import { commands } from '../contract.ts';
import { registerCommand } from '../notifications.ts';
import { localFolders, type Services } from '../services.ts';
import { tensorFlowChoice, trainingEngine } from '../settings.ts';
import { doctorMarkdown } from '../text/doctorMarkdown.ts';

const DOCTOR_SCHEME = 'likeness-doctor';
const doctorUri = vscode.Uri.from({ scheme: DOCTOR_SCHEME, path: '/Likeness Doctor.md' });

export function helpCommands({ disposables, engine, log }: Services): void {
  const rendered = disposables.add(new vscode.EventEmitter<vscode.Uri>());
  let report: DoctorReport | undefined;
  disposables.add(
    vscode.workspace.registerTextDocumentContentProvider(DOCTOR_SCHEME, {
      onDidChange: rendered.event,
      provideTextDocumentContent: () => (report ? doctorMarkdown(report) : 'Run *Likeness: Doctor* again.'),
    }),
  );
  disposables.add(
    registerCommand(commands.showLog, () => {
      log.show();
      return Promise.resolve();
    }),
  );
  disposables.add(
    registerCommand(commands.doctor, async () => {
      const location = vscode.ProgressLocation.Notification;
      report = await vscode.window.withProgress({ location, title: 'Likeness looks at this machine' }, () =>
        engine.call('doctor/run', doctorRequest()),
      );
      rendered.fire(doctorUri);
      await vscode.commands.executeCommand('markdown.showPreview', doctorUri);
    }),
  );
}

/** What is to be looked at besides the machine: the first folder and what trainings are set to use. */
function doctorRequest(): DoctorRequest {
  const [folder] = localFolders();
  const engine = trainingEngine();
  return { ...(folder && { folder: folder.path }), ...(engine && { engine }), ...tensorFlowChoice() };
}
