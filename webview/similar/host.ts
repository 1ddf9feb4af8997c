import { similarChanged } from '../../src/protocol/similarView.ts';
import type { SimilarState, SimilarViewRequests } from '../../src/protocol/similarView.ts';
import { connectState } from '../shared/hostState.ts';

export const { host, state, synchronize } = connectState<SimilarViewRequests, SimilarState>(
  similarChanged,
  (connected) => connected.call('similar/state', {}),
);
