import { viewerChanged, type ViewerState, type ViewerViewRequests } from '../../src/protocol/viewerView.ts';
import { connectState } from '../shared/hostState.ts';

export const { host, state, synchronize } = connectState<ViewerViewRequests, ViewerState>(viewerChanged, (connected) =>
  connected.call('viewer/state', {}),
);
