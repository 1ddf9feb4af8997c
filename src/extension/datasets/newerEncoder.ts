import * as vscode from 'vscode';
import { views } from '../contract.ts';
import { showFailure } from '../notifications.ts';
import type { Services } from '../services.ts';
import type { DatasetState } from './datasets.ts';
import { NewerEncoderOffers, offerText } from './newerEncoderOffers.ts';

const ANSWERED = 'likeness.newerEncoder.answered';

/** Offers to index again where a dataset has the vectors of what was the default once, until a person has answered. */
export function newerEncoder(services: Services): void {
  const { context, datasets, disposables } = services;
  const memory = context.workspaceState;
  const offers = new NewerEncoderOffers({
    answered: () => memory.get<readonly string[]>(ANSWERED, []),
    remember: (keys) => void memory.update(ANSWERED, keys),
  });
  const offer = async (state: DatasetState): Promise<void> => {
    const [again, keep] = ['Index Again', 'Keep'];
    const chosen = await vscode.window.showInformationMessage(offerText(state), again, keep);
    if (chosen === undefined) return;
    offers.answer(state);
    if (chosen === again) await indexAgain(services, state);
  };
  disposables.add(
    datasets.onDidChange(() => {
      // The message stays until it is answered, and nobody must wait for that.
      for (const state of offers.due(datasets.states ?? [])) offer(state).catch(showFailure);
    }),
  );
}

async function indexAgain({ jobs }: Services, { folder, summary }: DatasetState): Promise<void> {
  const encoder = summary?.newerEncoder?.id;
  if (encoder === undefined) return;
  await vscode.window.withProgress({ location: { viewId: views.explorer } }, () => jobs.run(folder, { encoder }));
}
