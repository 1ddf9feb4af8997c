import { signal, type Signal } from '@preact/signals';
import type { NotificationType } from 'vscode-jsonrpc';
import { RpcClient, type RequestMap } from '../../src/protocol/rpc.ts';
import { connectToHost } from './hostConnection.ts';

/** A page's connection to the host, and what the host says is shown. */
export interface HostState<Requests extends RequestMap<Requests>, State> {
  readonly host: RpcClient<Requests>;
  /** Undefined until the host has answered for the first time. */
  readonly state: Signal<State | undefined>;
  /** Asks for the state, unless a newer one has come meanwhile. */
  readonly synchronize: () => Promise<void>;
}

/**
 * Connects the page. The host owns the state: it tells that there is a new one, and the page asks for it, also when it is shown
 * again, because a hidden page misses what is sent to it.
 */
export function connectState<Requests extends RequestMap<Requests>, State extends { readonly revision: number }>(
  changed: NotificationType<{ readonly revision: number }>,
  ask: (host: RpcClient<Requests>) => Promise<State>,
): HostState<Requests, State> {
  const state = signal<State | undefined>(undefined);
  const connection = connectToHost();
  const host = new RpcClient<Requests>(connection);
  const synchronize = async (): Promise<void> => {
    const next = await ask(host);
    if (!state.value || next.revision >= state.value.revision) state.value = next;
  };
  connection.onNotification(changed, () => void synchronize());
  connection.listen();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void synchronize();
  });
  return { host, state, synchronize };
}
