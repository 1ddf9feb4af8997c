import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { emptyState } from './emptyStates.tsx';
import { points } from './data.ts';
import { state } from './host.ts';
import { Legend } from './legend.tsx';
import { LiveRegion } from './liveRegion.tsx';
import { MapCanvas } from './mapCanvas.tsx';
import { mapViews } from './mapViews.ts';
import { Notices } from './notices.tsx';
import { PointMenu } from './pointMenu.tsx';
import { ProgressStrip } from './progressStrip.tsx';
import { current, hovered } from './selection.ts';
import { SelectionBar } from './selectionBar.tsx';
import { Splitter } from './splitter.tsx';
import { StatusLine } from './statusLine.tsx';
import { ThumbnailGrid } from './thumbnailGrid.tsx';
import { Toolbar } from './toolbar.tsx';
import { gridShare, showsGrid } from './ui.ts';

/** Further in than this whoever is brought to the centre can be told from those around. */
const FOCUS_ZOOM_ROWS = 40;

export function App(): VNode | null {
  const shown = state.value;
  useFocus(shown?.focus);
  if (!shown) return null;
  const empty = emptyState(shown);
  if (empty) return empty;
  const { maps } = shown;
  const hasGrid = showsGrid.value && shown.images.count > 0;
  return (
    <div class="panel" aria-busy={maps.some(({ progress }) => progress !== undefined)}>
      <Toolbar shown={shown} />
      <div class="content">
        <div class="maps">
          {maps.map((map, side) => (
            <MapCanvas
              key={side}
              side={side === 0 ? 0 : 1}
              title={maps.length > 1 ? (map.encoder?.id ?? '') : undefined}
            />
          ))}
          <Legend />
          <ProgressStrip shown={shown} />
          <Notices shown={shown} />
          <SelectionBar shown={shown} />
        </div>
        {hasGrid && <Splitter />}
        {hasGrid && (
          <div class="side" style={{ flexBasis: `${100 * gridShare.value}%` }}>
            <ThumbnailGrid />
          </div>
        )}
      </div>
      <StatusLine shown={shown} />
      <LiveRegion />
      <PointMenu shown={shown} />
    </div>
  );
}

/** Brings an image to the centre when the host asks for it, once its map is there. */
function useFocus(focus: { readonly row: number; readonly revision: number } | undefined): void {
  const [first] = mapViews.value;
  const isReady = first !== undefined && points[0].value !== undefined;
  useEffect(() => {
    if (!focus || !isReady) return;
    hovered.value = -1;
    current.value = focus.row;
    for (const view of mapViews.peek()) view?.centre(focus.row, FOCUS_ZOOM_ROWS);
  }, [focus?.revision, isReady]);
}
