import * as vscode from 'vscode';
import { untrustedWorkspace } from '../../core/errors.ts';
import { serveRequests } from '../../protocol/rpc.ts';
import { reviewChanged, type ReviewViewRequests } from '../../protocol/reviewView.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { commands, internalCommands, panels, undeclaredCommands } from '../contract.ts';
import type { FindingRow } from '../explorer/findingRows.ts';
import { registerCommand, tellLeftOut } from '../notifications.ts';
import { EditorPanel } from '../panels/editorPanel.ts';
import type { Services } from '../services.ts';
import { localFolders } from '../services.ts';
import { problemOfLink } from './reviewLink.ts';
import { ReviewModel } from './reviewModel.ts';
import { reviewRequests, type ReviewContext } from './reviewRequests.ts';

const SAVED = 'review';

/** The Review panel: goes through the findings of a check and decides of them, one key each. */
export function reviewPanel(services: Services): void {
  const { disposables, context: extension, findings, datasets } = services;
  const model = disposables.add(newModel(services));
  const context: ReviewContext = {
    services,
    model,
    column: () => panel.column,
    addressOf: (file) => panel.addressOf(file),
  };
  const panel: EditorPanel = disposables.add(
    new EditorPanel({
      extensionUri: extension.extensionUri,
      viewType: panels.review,
      title: 'Review',
      app: 'review',
      takesFocus: true,
      changed: reviewChanged,
      serve: (connection) => serveRequests<ReviewViewRequests>(connection, reviewRequests(context)),
      pictureFolders: () => [
        ...localFolders().map(({ path }) => path),
        ...findings.roots,
        ...(model.root === undefined ? [] : [model.root]),
      ],
    }),
  );
  disposables.add(
    model.onDidChange(() => {
      panel.tell(model.state.revision);
    }),
  );
  disposables.add(
    findings.onDidChange(() => {
      model.follow();
    }),
  );
  const shown = (): void => {
    if (panel.visible) void model.refresh();
  };
  disposables.add(panel.onDidChangeVisibility(shown));
  disposables.add(
    services.opinionFiles.onDidChange((root) => {
      if (panel.visible && root === model.root) void model.readProblems();
    }),
  );
  disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(shown));
  followDecisions(services);
  disposables.add(
    services.jobs.onDidFinish(({ report }) => {
      if (report.embedded + report.removed > 0) findings.outdate(report.root);
    }),
  );

  const open = async (root: string | undefined, finding?: string): Promise<void> => {
    if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
    if (root === undefined) return;
    panel.open();
    await model.show(root, finding);
  };
  disposables.add(
    registerCommand(commands.reviewFindings, async (argument) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      await datasets.load();
      await open(await chosenRoot(services, argument, model.root));
    }),
  );
  disposables.add(
    registerCommand(internalCommands.reviewFinding, async (row) => {
      if (!isReviewRow(row)) return;
      await open(row.folder, row.finding?.id ?? row.first);
    }),
  );
  disposables.add(
    registerCommand(undeclaredCommands.reviewProblem, async (argument) => {
      const problem = problemOfLink(argument);
      const isKnown = problem !== undefined && findings.roots.includes(problem.root);
      if (isKnown) await open(problem.root, problem.finding);
    }),
  );
}

function newModel({ findings, context, engine }: Services): ReviewModel {
  const memory = context.workspaceState;
  return new ReviewModel(
    {
      findings,
      trusted: () => vscode.workspace.isTrusted,
      check: (root, onProgress, signal) => findings.check(root, { onProgress, signal }),
      save: (root) => void memory.update(SAVED, root),
      tellLeftOut,
      problemsOf: (root) => engine.call('decisions/problems', { root }),
    },
    memory.get<string>(SAVED),
  );
}

/** What somebody else writes into `decisions.jsonl`, a person or git among them, shows too. */
function followDecisions({ disposables, findings, opinionFiles }: Services): void {
  const watch = (): void => {
    opinionFiles.watch(panels.review, findings.roots);
  };
  disposables.add(findings.onDidChange(watch));
  watch();
  disposables.add(
    opinionFiles.onDidChange((root) => {
      // One that can't be read now is read when it changes again.
      findings.reread(root).catch(() => undefined);
    }),
  );
}

/** The dataset of the row or folder it was called on, else the one that is gone through, the only one, or the chosen one. */
async function chosenRoot(
  services: Services,
  argument: unknown,
  current: string | undefined,
): Promise<string | undefined> {
  const { datasets } = services;
  const known = datasets.states?.flatMap(({ summary }) => summary?.root ?? []) ?? [];
  if (argument === undefined) {
    if (current !== undefined && known.includes(current)) return current;
    if (known.length === 1) return known[0];
    if (known.length > 1) {
      const items = known.map((root) => ({ label: vscode.workspace.asRelativePath(root, true), root }));
      return (await vscode.window.showQuickPick(items, { title: 'Review Findings', placeHolder: 'Dataset' }))?.root;
    }
  }
  return chooseFolder(services, argument, 'Review Findings');
}

/** A row of the Embedding Explorer that stands for a finding, or for those of a kind. */
type ReviewRow = Partial<Pick<FindingRow, 'finding'>> & { readonly folder: string; readonly first?: string };

function isReviewRow(row: unknown): row is ReviewRow {
  return typeof row === 'object' && row !== null && 'folder' in row && typeof row.folder === 'string';
}
