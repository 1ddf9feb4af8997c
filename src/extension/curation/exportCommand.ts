import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { untrustedWorkspace, virtualWorkspace } from '../../core/errors.ts';
import { formatQuantity } from '../../core/progressText.ts';
import { exportFormats, type ExportFormat, type ExportReport, type ExportRequest } from '../../protocol/exports.ts';
import { askInSteps } from '../commands/askInTurn.ts';
import { settingsGiven } from '../commands/given.ts';
import { withProgress } from '../commands/progress.ts';
import { commands } from '../contract.ts';
import { registerCommand, showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import { askFor, stepItem } from '../training/trainingQuestions.ts';
import { chooseSubject, type CurationSubject } from './curationSubject.ts';
import { linkChoices, offeredFormats, suggestedTarget, vectorChoices } from './exportChoices.ts';

type Wanted = Omit<ExportRequest, 'folder' | 'images'>;

/** What else can be written of the images that are to be exported, besides the engine's formats. */
export interface OwnFormat {
  readonly title: string;
  readonly detail: string;
  readonly files: { readonly name: string; readonly extension: string };
  readonly text: () => string;
}

/** @param paths relative to the root */
export function listOfPaths(paths: readonly string[]): OwnFormat {
  return {
    title: 'List of paths',
    detail: 'One path a line, relative to the dataset',
    files: { name: 'One path a line', extension: 'txt' },
    text: () => `${paths.join('\n')}\n`,
  };
}

/**
 * Export: asks for a format and a place, and writes what is known of a dataset, a folder of it or a selection. A key binding or
 * task can give settings; then nothing is asked.
 */
export function exportCommand(services: Services): void {
  services.disposables.add(
    registerCommand(commands.exportImages, async (clicked, marked) => {
      if (!vscode.workspace.isTrusted) throw untrustedWorkspace();
      const subject = await chooseSubject(services, { clicked, marked }, 'Export');
      if (subject === undefined) return;
      const given = settingsGiven<Wanted>(clicked, marked, ['format', 'out']);
      if (given) await write(services, subject, given);
      else await exportSubject(services, subject, []);
    }),
  );
}

interface Answers {
  /** One of the engine's formats, or the place of one's own in the list. */
  readonly format: ExportFormat | number;
  readonly vectors: boolean;
  readonly link: boolean;
}

/** Asks how and where to, and exports. @param own formats that are offered too, first */
export async function exportSubject(
  services: Services,
  subject: CurationSubject,
  own: readonly OwnFormat[],
): Promise<void> {
  const { root, images } = subject;
  const answers = await ask(subject, own);
  if (answers === undefined) return;
  const { format } = answers;
  if (typeof format === 'number') {
    await writeOwn(root, own[format]!);
    return;
  }
  const offered = offeredFormats[format];
  const target = await askForTarget(suggestedTarget(root, offered, images !== undefined), offered.files);
  if (target === undefined) return;
  const { option } = offered;
  await write(services, subject, {
    format,
    out: target.fsPath,
    // The dialog has asked whether a file that is there is to be replaced; of others nobody has.
    replace: offered.files !== undefined && (await exists(target.fsPath)),
    ...(option === 'vectors' && answers.vectors && { vectors: true }),
    ...(option === 'links' && answers.link && { link: true }),
  });
}

async function ask({ name }: CurationSubject, own: readonly OwnFormat[]): Promise<Answers | undefined> {
  const formats = [
    ...own.map(({ title, detail }, place) => ({ title, detail, icon: 'list-flat', value: place })),
    ...exportFormats.map((format) => offeredFormats[format]),
  ];
  const optionOf = ({ format }: Answers) => (typeof format === 'number' ? undefined : offeredFormats[format].option);
  const placeholder = 'What as; excluded images are left out, and what was decided is in it';
  const answers = await askInSteps<Answers>(`Export ${name}`, { format: 'csv', vectors: false, link: false }, [
    {
      ask: (place, state) =>
        askFor('format', { ...place, placeholder }, state, formats.map(stepItem<ExportFormat | number>)),
    },
    {
      applies: (state) => optionOf(state) === 'vectors',
      ask: (place, state) =>
        askFor('vectors', { ...place, placeholder: 'The embedding of each image' }, state, vectorChoices.map(stepItem)),
    },
    {
      applies: (state) => optionOf(state) === 'links',
      ask: (place, state) =>
        askFor('link', { ...place, placeholder: 'The images of the new folder' }, state, linkChoices.map(stepItem)),
    },
  ]);
  return typeof answers === 'object' ? answers : undefined;
}

/** @param files undefined: a new folder, for which VS Code has no dialog of its own; one to save takes its name */
async function askForTarget(
  suggested: string,
  files: { readonly name: string; readonly extension: string } | undefined,
): Promise<vscode.Uri | undefined> {
  const target = await vscode.window.showSaveDialog({
    title: files ? 'Export to' : 'Export to a New Folder, Outside of the Dataset',
    saveLabel: 'Export',
    defaultUri: vscode.Uri.file(suggested),
    ...(files && { filters: { [files.name]: [files.extension] } }),
  });
  if (target && target.scheme !== 'file') throw virtualWorkspace(target.path);
  return target;
}

async function write({ engine }: Services, { folder, images }: CurationSubject, wanted: Wanted): Promise<void> {
  const request = { folder, ...(images && { images }), ...wanted };
  const report = await withProgress('Exporting…', (options) => engine.call('exchange/export', request, options));
  // The message stays until it is answered, and the command must not wait for that.
  tellExported(report).catch(showFailure);
}

async function tellExported({ out, format, images, notices }: ExportReport): Promise<void> {
  const told = [`${formatQuantity(images, 'image')} exported to ${path.basename(out)}.`];
  const message = [...told, ...notices.map((notice) => notice.message)].join(' ');
  const isText = format === 'csv' || format === 'jsonl' || format === 'coco';
  const isFolder = offeredFormats[format].files === undefined;
  await offerToLook(vscode.Uri.file(out), message, { isText, isFolder });
}

async function offerToLook(
  target: vscode.Uri,
  message: string,
  { isText, isFolder }: { readonly isText: boolean; readonly isFolder: boolean },
): Promise<void> {
  const [open, reveal, openFolder] = ['Open', 'Reveal', 'Open in New Window'];
  const canReveal = vscode.workspace.getWorkspaceFolder(target) !== undefined || isOnThisDesktop();
  const actions = [...(isText ? [open] : []), ...(canReveal ? [reveal] : []), ...(isFolder ? [openFolder] : [])];
  const chosen = await vscode.window.showInformationMessage(message, ...actions);
  if (chosen === open) await vscode.commands.executeCommand('vscode.open', target);
  if (chosen === openFolder) await vscode.commands.executeCommand('vscode.openFolder', target, true);
  if (chosen !== reveal) return;
  const isShown = vscode.workspace.getWorkspaceFolder(target) !== undefined;
  await vscode.commands.executeCommand(isShown ? 'revealInExplorer' : 'revealFileInOS', target);
}

/** Elsewhere the system's file manager can't show what lies on the machine of the images. */
function isOnThisDesktop(): boolean {
  return vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
}

async function writeOwn(root: string, { files, text }: OwnFormat): Promise<void> {
  const suggested = path.join(path.dirname(root), `${path.basename(root)}-selection.${files.extension}`);
  const target = await askForTarget(suggested, files);
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text()));
  const message = `Written to ${path.basename(target.fsPath)}.`;
  offerToLook(target, message, { isText: true, isFolder: false }).catch(showFailure);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** What is selected in a panel, as a subject. */
export function selectionSubject(root: string, paths: readonly string[]): CurationSubject {
  return { root, folder: root, images: paths, name: formatQuantity(paths.length, 'image') };
}
