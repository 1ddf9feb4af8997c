import { captionLines } from '../shared/captionText.ts';
import { nextTowards as nextPoint, wayIntoView } from '../shared/scatter/directions.ts';
import { categoryOf, data, element, make, sourceOf } from './data.ts';
import { redraw } from './drawing.ts';
import { isMatch, isShown, state } from './state.ts';
import { canvas, grid, leftOf, pan, positions, shownView, topOf } from './view.ts';

const tooltip = element('tooltip');
const dialog = element('picture') as HTMLDialogElement;

const isOpen = (point: number): boolean => isShown(point) && isMatch(point);

/** The image at a place of the canvas, or near it; −1 for none. */
export function nearestTo(left: number, top: number, reach: number): number {
  const view = shownView();
  return grid.nearestTo(view.x(left), view.y(top), reach / view.scale, isOpen);
}

/** The nearest image in a direction. */
export function nextTowards(direction: readonly [right: number, down: number]): number {
  if (state.current < 0) return nearestTo(canvas.clientWidth / 2, canvas.clientHeight / 2, Infinity);
  return nextPoint(positions, state.current, direction, isOpen);
}

/** Makes an image the current one, and moves the map so that it can be seen. */
export function reach(point: number): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  pan(...wayIntoView(shownView(), [positions[2 * point]!, positions[2 * point + 1]!], { width, height }));
  redraw();
  select(point);
}

/** @param point −1 for none */
export function select(point: number): void {
  if (point !== state.current) {
    state.current = point;
    redraw();
  }
  tooltip.hidden = point < 0;
  if (point < 0) return;
  tooltip.replaceChildren(...cardOf(point));
  element('status').textContent = tooltip.innerText;
  const place = (at: number, size: number, room: number) =>
    Math.max(8, at + 16 + size > room ? at - 16 - size : at + 16);
  tooltip.style.left = `${place(leftOf(point), tooltip.offsetWidth, canvas.clientWidth)}px`;
  tooltip.style.top = `${place(topOf(point), tooltip.offsetHeight, canvas.clientHeight)}px`;
}

export function openPicture(point: number): void {
  element('card').replaceChildren(...cardOf(point));
  dialog.showModal();
}

/** Picture and names of an image, by text alone: file names are never read as markup. */
function cardOf(point: number): HTMLElement[] {
  const parts: HTMLElement[] = [];
  const source = sourceOf(point);
  if (source !== undefined) {
    const image = new Image();
    image.src = source;
    image.alt = '';
    parts.push(image);
  }
  for (const [i, by] of data.groupings.entries()) {
    const { name } = categoryOf(point, by);
    parts.push(i === 0 ? make('h2', name) : make('p', `${by.name}: ${name}`, 'faint'));
  }
  for (const line of captionLines(data.captions?.[point])) parts.push(make('p', line, 'written'));
  parts.push(make('p', data.paths[point], 'path'));
  if (source === undefined) parts.push(make('p', 'Its picture was left out of this page.', 'faint'));
  return parts;
}
