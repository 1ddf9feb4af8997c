import path from 'node:path';
import * as vscode from 'vscode';
import { commands, views } from '../contract.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';
import { askForEncoderFile, encoderFileItem, encoderItem } from './encoderItems.ts';
import { chooseFolder } from './folderChoice.ts';

interface EncoderItem extends vscode.QuickPickItem {
  /** Undefined for the row that asks for a file. */
  readonly encoder: string | undefined;
}

export function encoderCommands(services: Services): void {
  const { disposables, engine, jobs } = services;
  disposables.add(
    registerCommand(commands.chooseEncoder, async (argument) => {
      const folder = await chooseFolder(services, argument, 'Choose Encoder');
      if (folder === undefined) return;
      const encoder = await pickEncoder(services, folder);
      if (encoder === undefined) return;
      await engine.call('encoders/choose', { encoder, folder });
      // Without its vectors the new encoder finds nothing; what it has embedded earlier costs nothing.
      await vscode.window.withProgress({ location: { viewId: views.explorer } }, () => jobs.run(folder));
    }),
  );
}

async function pickEncoder({ engine, datasets }: Services, folder: string): Promise<string | undefined> {
  const current = datasets.find(folder)?.encoder?.id;
  const cards = await engine.call('encoders/list', { folder });
  const items: EncoderItem[] = [
    ...cards.map((card) => ({ ...encoderItem(card, card.id === current), encoder: card.id })),
    { label: '', kind: vscode.QuickPickItemKind.Separator, encoder: undefined },
    { ...encoderFileItem, encoder: undefined },
  ];
  const title = `Encoder for ${path.basename(folder)}`;
  const placeHolder = 'Images are indexed again with the encoder you choose';
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
  if (!chosen || chosen.encoder !== undefined) return chosen?.encoder;
  const file = await askForEncoderFile(folder);
  return file === undefined ? undefined : (await engine.call('encoders/add', { file, folder })).id;
}
