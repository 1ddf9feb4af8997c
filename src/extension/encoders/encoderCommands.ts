import path from 'node:path';
import * as vscode from 'vscode';
import { encoderAdvice } from '../../core/encoders/encoderAdvice.ts';
import { formatHubReference, typedHubReference } from '../../core/hub/hubReference.ts';
import { askForEncoderFile, askForEncoderFolder } from '../commands/encoderItems.ts';
import { chooseFolder } from '../commands/folderChoice.ts';
import { commands } from '../contract.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';
import { encoderSections, type EncoderChoice } from './encoderSections.ts';
import { repositoryProblem } from './hubChoices.ts';
import { addFromHub } from './hubEncoder.ts';
import { tellOfTexts, useEncoder } from './useEncoder.ts';

export function encoderCommands(services: Services): void {
  services.disposables.add(
    registerCommand(commands.chooseEncoder, async (argument) => {
      const folder = await chooseFolder(services, argument, 'Choose Encoder');
      const choice = folder === undefined ? undefined : await pickEncoder(services, folder);
      if (folder !== undefined && choice !== undefined) await take(services, folder, choice);
    }),
  );
}

async function pickEncoder({ engine, datasets }: Services, folder: string): Promise<EncoderChoice | undefined> {
  const current = datasets.find(folder)?.encoder?.id;
  const [cards, offers] = await Promise.all([
    engine.call('encoders/list', { folder, ofTexts: true }),
    engine.call('hub/offers', {}),
  ]);
  const items = encoderSections({ cards, current, ...offers }).flatMap(({ title, rows }) => [
    { label: title, kind: vscode.QuickPickItemKind.Separator, choice: undefined },
    ...rows,
  ]);
  const chosen = await vscode.window.showQuickPick<
    vscode.QuickPickItem & { readonly choice: EncoderChoice | undefined }
  >(items, {
    title: `Encoder for ${path.basename(folder)}`,
    placeHolder: 'Images are indexed again with the encoder you choose',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.choice;
}

async function take(services: Services, folder: string, choice: EncoderChoice): Promise<void> {
  switch (choice.kind) {
    case 'encoder':
      return useEncoder(services, { folder, encoder: choice.id }, 'index');
    case 'hub':
      return addFromHub(services, folder, choice.reference);
    case 'repository': {
      const reference = await askForRepository();
      return reference === undefined ? undefined : addFromHub(services, folder, reference);
    }
    case 'file':
      return addFile(services, folder, await askForEncoderFile(folder));
    case 'folder':
      return addFile(services, folder, await askForEncoderFolder(folder));
  }
}

async function addFile(services: Services, folder: string, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const card = await services.engine.call('encoders/add', { file, folder });
  tellOfTexts(card.textProblem);
  await useEncoder(services, { folder, encoder: card.id, advice: encoderAdvice(card) }, 'index');
}

/** Undefined when cancelled. */
async function askForRepository(): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'Hugging Face repository',
    prompt: 'OWNER/NAME of a repository with an ONNX file, or the address of its page.',
    placeHolder: 'Xenova/dinov2-small',
    // The name is on a page of the browser.
    ignoreFocusOut: true,
    validateInput: repositoryProblem,
  });
  const reference = typedHubReference(text ?? '');
  return reference && formatHubReference(reference);
}
