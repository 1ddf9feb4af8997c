import { computed, effect, signal } from '@preact/signals';
import type { Box, Point } from '../../src/core/images/boxes.ts';
import type { Size } from '../../src/core/images/geometry.ts';
import { vscodeApi } from '../shared/vscodeApi.ts';
import { host, state } from './host.ts';
import { isShown, picture } from './picture.ts';
import { fittedView, settledView, type View } from './view.ts';

/** What a drag does. */
export type Tool = 'region' | 'move';

interface Kept {
  readonly view: View | undefined;
  readonly tool: Tool;
}

const kept = keptBefore(vscodeApi.getState());

/** In CSS pixels. */
export const stageSize = signal<Size>({ width: 0, height: 0 });
/** What was chosen; undefined for all of the picture, however large the stage is. */
export const chosenView = signal<View | undefined>(kept.view);
export const tool = signal<Tool>(kept.tool);
/** The box that is being dragged, or moved by keys, and not yet searched with. */
export const draft = signal<Box | undefined>(undefined);
/** The pixel under the pointer. */
export const hovered = signal<Point | undefined>(undefined);

/** How the picture is looked at; undefined while there is none. */
export const view = computed<View | undefined>(() => {
  const shown = picture.value;
  const stage = stageSize.value;
  if (!isShown(shown) || stage.width === 0) return undefined;
  return chosenView.value ? settledView(chosenView.value, shown, stage) : fittedView(shown, stage);
});

/** The box that is shown: the one at work, else the one that was searched with. */
export const shownBox = computed<Box | undefined>(() => draft.value ?? state.value?.region?.box);

effect(() => {
  vscodeApi.setState({ view: chosenView.value, tool: tool.value } satisfies Kept);
});

export function searchBox(box: Box | undefined): void {
  draft.value = undefined;
  void host.call('viewer/search', { box });
}

/** What the page kept before it was thrown away. */
function keptBefore(value: unknown): Kept {
  const { view: before, tool: held } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  return { view: isView(before) ? before : undefined, tool: held === 'move' ? 'move' : 'region' };
}

function isView(value: unknown): value is View {
  if (typeof value !== 'object' || value === null) return false;
  const { scale, x, y } = value as Record<string, unknown>;
  return [scale, x, y].every((number) => typeof number === 'number' && Number.isFinite(number));
}
