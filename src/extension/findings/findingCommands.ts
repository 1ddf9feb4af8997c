import path from 'node:path';
import * as vscode from 'vscode';
import type { Finding } from '../../core/curation/findings.ts';
import { kindTexts } from '../../core/curation/kindTexts.ts';
import { formatQuantity } from '../../core/progressText.ts';
import { commands, internalCommands } from '../contract.ts';
import type { FindingRow } from '../explorer/findingRows.ts';
import { registerCommand, tellUndoable } from '../notifications.ts';
import type { Services } from '../services.ts';
import { mustExist, openImages } from '../similar/openImage.ts';
import { imagesOf } from '../../core/curation/answers.ts';

/** What can be done with a finding of the Embedding Explorer. */
export function findingCommands({ disposables, findings, followed }: Services): void {
  const onFinding = (id: string, run: (row: FindingRow) => Promise<unknown>): void => {
    disposables.add(
      registerCommand(id, async (row) => {
        if (isFindingRow(row)) await run(row);
        // A row that is renewed while its menu is open is nothing that VS Code knows any more.
        else void vscode.window.showInformationMessage('The findings have just been renewed. Please choose again.');
      }),
    );
  };
  onFinding(internalCommands.openFinding, async ({ folder, finding }) => {
    const files = imagesOf(finding).map((image) => path.join(folder, image));
    await openImages(followed, files);
  });
  onFinding(internalCommands.findSimilarToFinding, async ({ file }) => {
    if (file === undefined) return;
    await mustExist(file);
    await vscode.commands.executeCommand(commands.findSimilar, vscode.Uri.file(file));
  });
  onFinding(internalCommands.excludeFinding, async ({ folder, finding }) => {
    const images = await pickExcluded(finding);
    const [first, ...more] = images;
    if (first === undefined) return;
    const back = await findings.exclude(folder, images);
    const what = more.length === 0 ? `${first} is` : `${formatQuantity(images.length, 'image')} are`;
    tellUndoable(`${what} excluded from trainings, evaluations and labels.`, back);
  });
  onFinding(internalCommands.ignoreFinding, async ({ folder, finding }) => {
    const back = await findings.ignore(folder, finding);
    const about = finding.path === '' ? '' : ` of ${finding.path}`;
    tellUndoable(
      `Not an issue: ${kindTexts[finding.kind].name.toLowerCase()}${about}. Checks no longer list it.`,
      back,
    );
  });
}

/** Of several images those that are to go, which is asked: at first all but the one to look at, which of copies is the best. */
async function pickExcluded(finding: Finding): Promise<readonly string[]> {
  const images = imagesOf(finding);
  if (images.length < 2) return images;
  const items = images.map((image, position) => ({
    label: path.posix.basename(image),
    description: path.posix.dirname(image),
    picked: position > 0,
    image,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `Exclude: ${kindTexts[finding.kind].name}`,
    placeHolder: 'Choose those to leave out; the others stay',
    canPickMany: true,
    // A choice of several is work, which a look elsewhere must not lose.
    ignoreFocusOut: true,
  });
  return picked?.map(({ image }) => image) ?? [];
}

function isFindingRow(row: unknown): row is FindingRow {
  return typeof row === 'object' && row !== null && 'finding' in row && 'folder' in row;
}
