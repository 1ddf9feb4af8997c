import path from 'node:path';
import * as vscode from 'vscode';
import type { AddedEncoder } from '../../core/encoders/card.ts';
import { views } from '../contract.ts';
import { showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';

export interface EncoderUse {
  /** Of a dataset, or one that becomes it. */
  readonly folder: string;
  /** Id of the encoder. */
  readonly encoder: string;
  /** What else is to be known of it, as a sentence. */
  readonly advice?: string | undefined;
}

/**
 * Makes an encoder a folder's own, or a sentence encoder that of its captions. Without its vectors it finds nothing, so the images are indexed, or that is offered; what
 * it has embedded earlier costs nothing.
 */
export async function useEncoder(services: Services, use: EncoderUse, then: 'index' | 'offer'): Promise<void> {
  const { folder, encoder, advice } = use;
  const { encodes } = await services.engine.call('encoders/choose', { encoder, folder });
  await services.datasets.refresh();
  if (encodes === 'texts') {
    const reads = `${path.basename(folder)} has its captions read by ${encoder} now: the Embedding Map lays them out, and checks find those that say the same.`;
    void vscode.window.showInformationMessage(reads);
    return;
  }
  // Where the index has vectors of it, what is shown is of this encoder from now on.
  if (services.similar.state.query !== undefined) void services.similar.search();
  if (then === 'index') {
    if (advice !== undefined) void vscode.window.showInformationMessage(advice);
    await index(services, folder);
    return;
  }
  const action = 'Index Now';
  const used = `${path.basename(folder)} uses the encoder ${encoder} now. Its images have to be indexed with it.`;
  const message = advice === undefined ? used : `${used} ${advice}`;
  // The message stays until it is answered, and a command must not wait for that.
  void vscode.window.showInformationMessage(message, action).then((chosen) => {
    if (chosen === action) index(services, folder).catch(showFailure);
  });
}

/** Says what keeps an encoder that was added from being asked in words; nobody must wait for an answer. */
export function tellOfTexts(problem: AddedEncoder['textProblem']): void {
  if (problem !== undefined) void vscode.window.showWarningMessage(problem.message);
}

async function index({ jobs }: Services, folder: string): Promise<void> {
  await vscode.window.withProgress({ location: { viewId: views.explorer } }, () => jobs.run(folder));
}
