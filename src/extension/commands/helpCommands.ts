import type { DoctorRequest } from '../../protocol/engine.ts';
import { commands } from '../contract.ts';
import { withProgress } from './progress.ts';
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
      const report = await withProgress('Likeness looks at this machine', (options) =>
        engine.call('doctor/run', doctorRequest(), options),
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
