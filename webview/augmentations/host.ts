import type { AugmentationsState, AugmentationsViewRequests } from '../../src/protocol/augmentationsView.ts';
import { augmentationsChanged, type AugmentationChange } from '../../src/protocol/augmentationsView.ts';
import { connectState } from '../shared/hostState.ts';

export const { host, state, synchronize } = connectState<AugmentationsViewRequests, AugmentationsState>(
  augmentationsChanged,
  (connected) => connected.call('augmentations/state', {}),
);

/** Changes a control; what it stands for then comes with the state. */
export async function change(control: AugmentationChange): Promise<void> {
  await host.call('augmentations/change', control);
  await synchronize();
}
