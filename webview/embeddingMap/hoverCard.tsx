import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { mapColumns } from '../../src/protocol/embeddingMap.ts';
import type { MapImage } from '../../src/protocol/embeddingMap.ts';
import { captionLines } from '../shared/captionText.ts';
import { rowStyle } from './colours.ts';
import { categoryName, coloured, columnOf, images } from './data.ts';
import { host, state } from './host.ts';
import type { MapView } from './mapView.ts';
import { neighbors } from './neighbors.ts';
import { cardPictures, useOnlyPictures, usePicture } from './pictures.ts';
import { pointedSide } from './mapViews.ts';
import { lookedAt } from './selection.ts';
import { valueText } from './sentences.ts';

/** Neighbours that are shown as pictures. */
const SHOWN = 5;
/** Between the point and the card, in CSS pixels. */
const GAP = 18;
const NO_ROWS = new Uint32Array();

/** The image that is looked at: its picture, what is known of it, and whom the encoder finds most alike. */
export function HoverCard({ view }: { readonly view: MapView }): VNode | null {
  const row = lookedAt.value;
  // Of two maps on the one that the pointer is on.
  const isHere = view.side === (state.value?.maps.length === 2 ? pointedSide.value : 0);
  if (row < 0 || !isHere) return null;
  return <Card view={view} row={row} />;
}

function Card({ view, row }: { readonly view: MapView; readonly row: number }): VNode {
  const card = useRef<HTMLDivElement>(null);
  const image = useImage(row);
  const near = neighbors[view.side].value;
  const rows = near?.of === row ? [...near.rows.subarray(0, SHOWN)] : [];
  const url = usePicture(cardPictures, row);
  const key = [row, ...rows].join();
  const kept = useMemo(() => [row, ...rows], [key]);
  useOnlyPictures(cardPictures, kept);
  useLayoutEffect(() => {
    const place = () => {
      if (card.current) putBeside(card.current, view, row, near?.of === row ? near.rows : NO_ROWS);
    };
    place();
    view.onDraw = place;
    return () => {
      view.onDraw = () => undefined;
    };
  });
  const column = coloured.value;
  const info = state.value?.columns.find(({ id }) => id === column?.id);
  const label = image?.label ?? categoryName(columnOf(mapColumns.class), row);
  const isOther = column && info && column.id !== mapColumns.class && column.id !== mapColumns.split;
  // The second map is always of images.
  const isOfCaptions = view.side === 0 && state.value?.of === 'captions';
  const value = isOther ? valueText(column, info, row) : undefined;
  return (
    <div class="hover-card" ref={card} aria-hidden="true">
      <div class="hover-picture" style={{ borderColor: rowStyle(row) }}>
        {typeof url === 'string' && <img src={url} alt="" />}
        {url === null && <span class="hint">no picture</span>}
      </div>
      <p class="hover-label">
        <span class="swatch" style={{ background: rowStyle(row) }} />
        {label ?? 'no class'}
        {image?.split !== undefined && <span class="hint"> · {image.split}</span>}
      </p>
      {value !== undefined && (
        <p class="hint">
          {info!.name}: {value}
        </p>
      )}
      {captionLines(image?.captions).map((line) => (
        <p class="hover-written" key={line}>
          {line}
        </p>
      ))}
      <p class="hover-path">{image?.path ?? ' '}</p>
      {rows.length > 0 && (
        <>
          <p class="hint">{isOfCaptions ? 'Described most alike' : 'Most alike'}</p>
          <div class="hover-neighbors">
            {rows.map((other, rank) => (
              <Neighbor key={other} row={other} similarity={near!.similarities[rank]!} />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

function Neighbor({ row, similarity }: { readonly row: number; readonly similarity: number }): VNode {
  const url = usePicture(cardPictures, row);
  return (
    <span class="hover-neighbor">
      <span class="thumb" style={{ borderColor: rowStyle(row) }}>
        {typeof url === 'string' && <img src={url} alt="" />}
      </span>
      {similarity.toFixed(2)}
    </span>
  );
}

/** What the host says of an image; undefined until it has. */
export function useImage(row: number): MapImage | undefined {
  const list = images.value;
  const [image, setImage] = useState<MapImage>();
  useEffect(() => {
    let isCurrent = row >= 0;
    if (isCurrent) {
      void host.call('embeddingMap/images', { images: list, rows: [row] }).then(([found]) => {
        if (isCurrent) setImage(found);
      });
    }
    return () => {
      isCurrent = false;
    };
  }, [row, list]);
  return image?.row === row ? image : undefined;
}

/** Beside its point, on the side where it hides fewer of the neighbours, always inside, and above what is offered for a selection. */
function putBeside(card: HTMLElement, view: MapView, row: number, others: Uint32Array): void {
  const place = view.placeOf(row);
  const { width, height } = view.size;
  const isInside = place && place[0] >= 0 && place[1] >= 0 && place[0] <= width && place[1] <= height;
  card.style.visibility = isInside ? 'visible' : 'hidden';
  if (!place) return;
  const [left, top] = place;
  const gap = GAP + view.reachOf(row);
  const reach = gap + card.offsetWidth + 8;
  const toRight = [...others].filter((other) => (view.placeOf(other)?.[0] ?? left) > left).length;
  const [fitsLeft, fitsRight] = [left - reach >= 0, left + reach <= width];
  const isRight = fitsRight && (!fitsLeft || 2 * toRight <= others.length);
  const x = isRight ? left + gap : Math.max(8, left - gap - card.offsetWidth);
  const y = Math.max(8, Math.min(freeHeight(card, height) - card.offsetHeight - 8, top - card.offsetHeight / 3));
  card.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
}

/** Of a map, less what the bar with the actions for a selection covers. */
function freeHeight(card: HTMLElement, height: number): number {
  const bar = document.querySelector('.selection-bar')?.getBoundingClientRect();
  const map = card.offsetParent?.getBoundingClientRect();
  return bar && map ? Math.min(height, bar.top - map.top) : height;
}
