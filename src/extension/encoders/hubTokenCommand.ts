import * as vscode from 'vscode';
import { hostOf } from '../../core/hub/hubEndpoint.ts';
import { commands } from '../contract.ts';
import { registerCommand } from '../notifications.ts';
import type { Services } from '../services.ts';
import { readSetting } from '../settings.ts';
import { hubEndpoint, tokenProblem } from './hubConnection.ts';

export function hubTokenCommand(services: Services): void {
  services.disposables.add(registerCommand(commands.setHubToken, () => askForHubToken(services)));
}

/** Asks for a token and keeps it. True where there is one now. */
export async function askForHubToken({ hubTokens }: Services): Promise<boolean> {
  const endpoint = hubEndpoint(readSetting('likeness.hub.endpoint'), process.env);
  const host = hostOf(endpoint);
  const known = (await hubTokens.of(endpoint)) !== undefined;
  const token = await vscode.window.showInputBox({
    title: `Token for ${host}`,
    prompt: `Kept in VS Code's secret storage and sent to ${host} only.${known ? ' Leave it empty to forget the one that is kept.' : ''}`,
    placeHolder: 'hf_…',
    password: true,
    ignoreFocusOut: true,
    validateInput: tokenProblem,
  });
  if (token === undefined) return false;
  await hubTokens.set(endpoint, token.trim());
  const done = token.trim() === '' ? 'forgotten' : 'kept';
  vscode.window.setStatusBarMessage(`Likeness: the token for ${host} is ${done}`, 5_000);
  return token.trim() !== '';
}
