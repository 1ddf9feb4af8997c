import { effect } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MapSide } from '../../src/protocol/embeddingMap.ts';
import { HoverCard } from './hoverCard.tsx';
import { IconButton } from './iconButton.tsx';
import { onMapKey } from './mapKeys.ts';
import { MapPointer } from './mapPointer.ts';
import { MapView } from './mapView.ts';
import { inView, mapViews } from './mapViews.ts';
import { NO_NATIVE_MENU, openMenu } from './pointMenu.tsx';
import { current, hovered } from './selection.ts';
import { mode } from './ui.ts';

interface MapCanvasProps {
  readonly side: MapSide;
  /** The encoder's name, where there are two maps. */
  readonly title: string | undefined;
}

/** One map with what belongs to it. */
export function MapCanvas({ side, title }: MapCanvasProps): VNode {
  const stage = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<MapView>();
  useEffect(() => {
    const element = stage.current!;
    const made = new MapView(element, side);
    const abort = new AbortController();
    new MapPointer(made, element, abort.signal);
    if (side === 0) {
      made.onRest = (rows) => {
        inView.value = rows;
      };
    }
    mapViews.value = mapViews.peek().with(side, made);
    const stop = effect(() => {
      element.dataset['mode'] = mode.value;
    });
    setView(made);
    return () => {
      stop();
      abort.abort();
      mapViews.value = mapViews.peek().with(side, undefined);
      made.dispose();
    };
  }, [side]);
  return (
    <div class="map">
      <div
        class="stage"
        ref={stage}
        tabIndex={0}
        role="application"
        aria-roledescription="map of images"
        aria-label={`${title ?? 'Embedding map'}: arrow keys go from image to image, question mark lists all keys`}
        onKeyDown={(event) => {
          if (view && onMapKey(view, event)) {
            event.preventDefault();
            event.stopPropagation();
          }
        }}
        data-vscode-context={NO_NATIVE_MENU}
        onContextMenu={(event) => {
          event.preventDefault();
          // The menu's key means the current image, and has no place of its own.
          const isKey = event.button !== 2 && hovered.peek() < 0;
          const row = isKey ? current.peek() : hovered.peek();
          if (row >= 0) current.value = row;
          const box = stage.current!.getBoundingClientRect();
          const place = isKey ? view?.placeOf(row) : undefined;
          openMenu(row, place ? box.left + place[0] : event.clientX, place ? box.top + place[1] : event.clientY);
        }}
      />
      {title !== undefined && <p class="map-title">{title}</p>}
      {view && <HoverCard view={view} />}
      <div class="zoom">
        <IconButton icon="plus" name="Zoom in (+)" onClick={() => view?.zoomIn()} />
        <IconButton icon="minus" name="Zoom out (−)" onClick={() => view?.zoomOut()} />
        <IconButton icon="fit" name="Show all (0)" onClick={() => view?.fit()} />
      </div>
    </div>
  );
}
