import {
  embeddingMapChanged,
  type EmbeddingMapRequests,
  type EmbeddingMapState,
  type MapChange,
  type MapPanelAction,
  type SelectionAction,
} from '../../src/protocol/embeddingMap.ts';
import { connectState } from '../shared/hostState.ts';

export const { host, state, synchronize } = connectState<EmbeddingMapRequests, EmbeddingMapState>(
  embeddingMapChanged,
  (connected) => connected.call('embeddingMap/state', {}),
);

/** Changes a control; what it stands for then comes with the state. */
export async function change(control: MapChange): Promise<void> {
  await host.call('embeddingMap/change', control);
  await synchronize();
}

export function act(action: MapPanelAction): void {
  void host.call('embeddingMap/act', { action });
}

/** Does something with the selection, or with one image. */
export function actOn(action: SelectionAction, row?: number): void {
  const images = state.peek()?.images.revision ?? 0;
  void host.call('embeddingMap/actOn', { images, action, ...(row !== undefined && { row }) });
}
