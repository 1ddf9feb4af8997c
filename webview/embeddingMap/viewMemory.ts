import { untracked } from '@preact/signals';
import type { MapSide } from '../../src/protocol/embeddingMap.ts';
import { ViewTransform, type PlaneSize } from '../shared/scatter/viewTransform.ts';
import { state } from './host.ts';
import { keptView } from './ui.ts';

/** The view of the first map as it was before the page was thrown away; undefined where all of it is to be shown. */
export function rememberedView(): ((size: PlaneSize) => ViewTransform) | undefined {
  const kept = keptView.peek();
  if (kept?.map !== nameOfMap()) return undefined;
  const { x, y, scale } = kept;
  return ({ width, height }) => new ViewTransform(scale, width / 2 - scale * x, height / 2 + scale * y);
}

/** @param view undefined while all of the map is shown */
export function rememberView(view: ViewTransform | undefined, { width, height }: PlaneSize): void {
  keptView.value = view && {
    map: nameOfMap(),
    x: view.x(width / 2),
    y: view.y(height / 2),
    scale: view.scale,
  };
}

/** What the plane of a map is: of another folder, encoder or method it is another one. Read as part of whatever effect asks. */
export function planeOf(side: MapSide): string | undefined {
  const shown = state.value;
  const encoder = shown?.maps.at(side)?.encoder;
  if (shown === undefined || encoder === undefined) return undefined;
  return [shown.folder?.path, encoder.id, shown.settings.method].join(' ');
}

function nameOfMap(): string {
  return untracked(() => planeOf(0)) ?? '';
}
