import * as vscode from 'vscode';
import { untrustedWorkspace } from '../../core/errors.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { settingsGiven } from '../commands/given.ts';
import { withProgress } from '../commands/progress.ts';
import { registerCommand, showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import { summaryOf } from '../training/runCommands.ts';

/** A command that asks what is wanted, lets the engine work on it, and shows the result for reading. */
export interface ReportCommand<Q extends object, R> {
  readonly command: string;
  /** What the command is called. */
  readonly title: string;
  /** Of what can be asked for; see `settingsGiven`. */
  readonly keys: readonly (keyof Q & string)[];
  /** What the progress says. */
  readonly working: string;
  /**
   * What the person wants; undefined when cancelled.
   *
   * @param root the dataset's folder, or the one that becomes a dataset
   * @param argument what the command was called on
   */
  readonly ask: (root: string, argument: unknown) => Promise<Q | undefined>;
  readonly run: (root: string, question: Q, options: CallOptions) => Promise<R>;
  /** What the document is called, and its Markdown. */
  readonly write: (report: R) => Promise<{ readonly name: string; readonly markdown: string }>;
  /** What is offered once the report is shown. */
  readonly then?: (root: string, question: Q, report: R) => Promise<void>;
}

export function registerReportCommand<Q extends object, R>(services: Services, report: ReportCommand<Q, R>): void {
  const { disposables, datasets, reports } = services;
  const { command, title, keys, working, ask, run, write, then } = report;
  disposables.add(
    registerCommand(command, async (argument, second) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      const root = summaryOf(argument)?.root ?? (await chooseFolder(services, argument, title));
      if (root === undefined) return;
      const question = settingsGiven<Q>(argument, second, keys) ?? (await ask(root, argument));
      if (question === undefined) return;
      const result = await withProgress(working, (options) => run(root, question, options));
      const { name, markdown } = await write(result);
      await reports.show(name, markdown);
      // A folder that wasn't indexed is now.
      void datasets.refresh();
      // An offer stays until it is answered, and the command must not wait for that.
      then?.(root, question, result).catch(showFailure);
    }),
  );
}
