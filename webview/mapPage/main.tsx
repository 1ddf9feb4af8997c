/** The page that `likeness map --out FILE.html` writes: a map that opens from disk, without a network. */
import { directions } from '../shared/scatter/directions.ts';
import { nearestTo, nextTowards, openPicture, reach, select } from './current.ts';
import { data, element, make } from './data.ts';
import { redraw, shownDots } from './drawing.ts';
import { fillLegend, find, findNext, showAll, tellCount } from './legend.ts';
import { state } from './state.ts';
import { canvas, fit, pan, zoom } from './view.ts';
import './page.css';

/** Pixels around a dot in which it is meant, and that a finger may move while it taps. */
const REACH = 8;
const STILL = 4;
const PAN_STEP = 60;
const ZOOM_STEP = 1.3;

const chooser = element('colour') as HTMLSelectElement;
const search = element('search') as HTMLInputElement;
const dialog = element('picture') as HTMLDialogElement;

/** Fingers, or the mouse with its button down, and how far the first has moved. */
const pointers = new Map<number, { left: number; top: number }>();
let moved = 0;

const placeOf = ({ clientX, clientY }: MouseEvent) => {
  const box = canvas.getBoundingClientRect();
  return { left: clientX - box.left, top: clientY - box.top };
};

canvas.addEventListener('pointerdown', (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, placeOf(event));
  if (pointers.size === 1) moved = 0;
});

canvas.addEventListener('pointermove', (event) => {
  const place = placeOf(event);
  const before = pointers.get(event.pointerId);
  if (before === undefined) {
    const point = nearestTo(place.left, place.top, REACH + shownDots().radius);
    canvas.style.cursor = point < 0 ? 'grab' : 'pointer';
    select(point);
    return;
  }
  const [right, down] = [place.left - before.left, place.top - before.top];
  pointers.set(event.pointerId, place);
  moved += Math.hypot(right, down);
  if (moved > STILL) select(-1);
  const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
  if (other === undefined) {
    pan(right, down);
  } else {
    const apart = (at: { left: number; top: number }) => Math.hypot(at.left - other.left, at.top - other.top);
    zoom(apart(place) / Math.max(1, apart(before)), other.left, other.top);
  }
  redraw();
});

canvas.addEventListener('pointerup', (event) => {
  pointers.delete(event.pointerId);
  if (moved > STILL) return;
  const { left, top } = placeOf(event);
  const point = nearestTo(left, top, REACH + shownDots().radius);
  if (point < 0) return;
  select(point);
  openPicture(point);
});
canvas.addEventListener('pointercancel', (event) => pointers.delete(event.pointerId));
canvas.addEventListener('pointerleave', () => {
  select(-1);
});

canvas.addEventListener(
  'wheel',
  (event) => {
    event.preventDefault();
    const { left, top } = placeOf(event);
    zoom(Math.exp(-event.deltaY * (event.deltaMode === 0 ? 0.0015 : 0.05)), left, top);
    select(-1);
    redraw();
  },
  { passive: false },
);

canvas.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const direction = directions[event.key];
  if (direction) {
    const [right, down] = direction;
    if (event.shiftKey) {
      pan(-right * PAN_STEP, -down * PAN_STEP);
      select(-1);
      redraw();
    } else {
      const point = nextTowards(direction);
      if (point >= 0) reach(point);
    }
  } else if ((event.key === 'Enter' || event.key === ' ') && state.current >= 0) {
    openPicture(state.current);
  } else if (event.key === 'Escape') {
    select(-1);
  } else {
    return;
  }
  event.preventDefault();
});

/** Anywhere on the page, but where one types. */
document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement && event.target.type === 'search';
  if (isTyping || dialog.open || event.ctrlKey || event.altKey || event.metaKey) return;
  const actions: Readonly<Record<string, () => void>> = {
    '+': zoomIn,
    '=': zoomIn,
    '-': zoomOut,
    '0': fitAll,
    '/': () => {
      search.focus();
    },
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

const zoomBy = (factor: number) => () => {
  zoom(factor);
  select(-1);
  redraw();
};
const zoomIn = zoomBy(ZOOM_STEP);
const zoomOut = zoomBy(1 / ZOOM_STEP);
const fitAll = () => {
  fit();
  select(-1);
  redraw();
};
element('zoom-in').onclick = zoomIn;
element('zoom-out').onclick = zoomOut;
element('fit').onclick = fitAll;
element('show-all').onclick = showAll;
element('close').onclick = () => {
  dialog.close();
};
dialog.onclick = (event) => {
  if (event.target === dialog) dialog.close();
};

search.oninput = find;
search.onkeydown = ({ key }) => {
  if (key === 'Enter') findNext();
};
chooser.append(...data.groupings.map(({ name }, i) => new Option(name, String(i))));
chooser.onchange = () => {
  state.grouping = Number(chooser.value);
  fillLegend();
  redraw();
};
if (data.groupings.length === 0) chooser.parentElement?.replaceWith(make('p', 'Nothing to colour by.'));

new ResizeObserver(redraw).observe(canvas);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
fillLegend();
tellCount();
fit();
redraw();
