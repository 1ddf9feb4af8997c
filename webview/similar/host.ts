import { signal } from '@preact/signals';
import { RpcClient } from '../../src/protocol/rpc.ts';
import { similarChanged } from '../../src/protocol/similarView.ts';
import type { SimilarState, SimilarViewRequests } from '../../src/protocol/similarView.ts';
import { connectToHost } from '../shared/hostConnection.ts';

/** What the host says is shown; undefined until it has answered for the first time. */
export const state = signal<SimilarState | undefined>(undefined);

const connection = connectToHost();
export const host = new RpcClient<SimilarViewRequests>(connection);
connection.onNotification(similarChanged, () => void synchronize());
connection.listen();

/** Asks for the state, unless a newer one has come meanwhile. */
export async function synchronize(): Promise<void> {
  const next = await host.call('similar/state', {});
  if (!state.value || next.revision >= state.value.revision) state.value = next;
}
