import type { MapPageGrouping } from '../../src/protocol/mapPage.ts';
import { count, data } from './data.ts';

/** What a person has chosen. */
export const state = {
  /** What the images are coloured by. */
  grouping: 0,
  /** Categories that are hidden, by grouping; −1 for what belongs to none. */
  hidden: data.groupings.map(() => new Set<number>()),
  /** 1 for each image that is searched for; undefined without a search. */
  matches: undefined as Uint8Array | undefined,
  /** The image under the mouse or reached by keys; −1 for none. */
  current: -1,
};

export function groupOf(): MapPageGrouping | undefined {
  return data.groupings[state.grouping];
}

/** 1 for each image none of whose categories is hidden. */
const shown = new Uint8Array(count).fill(1);

/** After something was hidden or shown. */
export function applyHidden(): void {
  const filters = state.hidden.flatMap((set, i) => (set.size > 0 ? [{ set, of: data.groupings[i]!.of }] : []));
  for (let point = 0; point < count; point++) {
    shown[point] = filters.some(({ set, of }) => set.has(of[point]!)) ? 0 : 1;
  }
}

export function isShown(point: number): boolean {
  return shown[point] === 1;
}

export function isMatch(point: number): boolean {
  return state.matches?.[point] !== 0;
}
