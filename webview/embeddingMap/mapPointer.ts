import type { PlaneBounds } from '../../src/core/neighbors/pointGrid.ts';
import { rowsInBox, rowsInPolygon } from '../shared/scatter/shapes.ts';
import { filteredOut, isOpen } from './filter.ts';
import { actOn } from './host.ts';
import type { MapView } from './mapView.ts';
import { pointedSide } from './mapViews.ts';
import { combine, current, hovered, select, selection, toggle, type SelectionMode } from './selection.ts';
import { mode, type DragMode } from './ui.ts';

/** Pixels that a pointer may move while it clicks, and between two corners of a lasso. */
const STILL = 4;
const CORNER = 3;

interface Place {
  readonly left: number;
  readonly top: number;
}

/** The pointer on a map: drags move it or select, clicks make an image the current one. */
export class MapPointer {
  readonly #view: MapView;
  readonly #element: HTMLElement;
  /** Fingers, or the mouse with its button down. */
  readonly #pointers = new Map<number, Place>();
  #start: Place = { left: 0, top: 0 };
  #moved = 0;
  #drag: DragMode = 'pan';
  #corners: number[] = [];

  constructor(view: MapView, element: HTMLElement, signal: AbortSignal) {
    this.#view = view;
    this.#element = element;
    element.addEventListener('pointerdown', this.#down, { signal });
    element.addEventListener('pointermove', this.#move, { signal });
    element.addEventListener('pointerup', this.#up, { signal });
    element.addEventListener('pointercancel', this.#cancel, { signal });
    element.addEventListener('pointerleave', this.#leave, { signal });
    element.addEventListener('dblclick', this.#open, { signal });
    element.addEventListener('wheel', this.#wheel, { signal, passive: false });
  }

  readonly #down = (event: PointerEvent): void => {
    if (event.button === 2) return;
    this.#element.setPointerCapture(event.pointerId);
    const place = this.#placeOf(event);
    this.#pointers.set(event.pointerId, place);
    if (this.#pointers.size > 1) {
      this.#drop();
      this.#drag = 'pan';
      return;
    }
    this.#start = place;
    this.#moved = 0;
    // Whatever the mode, the middle button moves the map, and Shift on a map that is moved draws a box.
    const chosen = mode.peek();
    this.#drag = event.button === 1 ? 'pan' : chosen === 'pan' && event.shiftKey ? 'box' : chosen;
    this.#corners = [this.#view.view.x(place.left), this.#view.view.y(place.top)];
  };

  readonly #move = (event: PointerEvent): void => {
    const place = this.#placeOf(event);
    const before = this.#pointers.get(event.pointerId);
    if (!before) {
      // A map that moves under a pointer at rest sends moves too, and must not take the place of what keys have reached.
      if (event.movementX !== 0 || event.movementY !== 0) this.#hover(place);
      return;
    }
    this.#pointers.set(event.pointerId, place);
    const [right, down] = [place.left - before.left, place.top - before.top];
    this.#moved += Math.hypot(right, down);
    if (this.#moved <= STILL) return;
    hovered.value = -1;
    const [other] = [...this.#pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    if (other) {
      const apart = (at: Place) => Math.hypot(at.left - other.left, at.top - other.top);
      this.#view.zoom(apart(place) / Math.max(1, apart(before)), other.left, other.top);
    } else if (this.#drag === 'pan') {
      this.#element.dataset['dragging'] = 'true';
      this.#view.pan(right, down);
    } else {
      this.#draw(place);
    }
  };

  readonly #up = (event: PointerEvent): void => {
    if (!this.#pointers.delete(event.pointerId)) return;
    delete this.#element.dataset['dragging'];
    if (this.#pointers.size > 0) return;
    if (this.#moved <= STILL) this.#click(event);
    else if (this.#drag !== 'pan') this.#finish(event);
    this.#drop();
  };

  readonly #cancel = (event: PointerEvent): void => {
    this.#pointers.delete(event.pointerId);
    delete this.#element.dataset['dragging'];
    this.#drop();
  };

  readonly #leave = (): void => {
    hovered.value = -1;
  };

  readonly #open = (event: MouseEvent): void => {
    const { left, top } = this.#placeOf(event);
    const row = this.#view.rowAt(left, top);
    if (row >= 0) actOn('open', row);
  };

  readonly #wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { left, top } = this.#placeOf(event);
    // Two fingers on a touchpad come as small turns of the wheel with Ctrl.
    const pace = event.ctrlKey ? 0.01 : event.deltaMode === 0 ? 0.0018 : 0.06;
    this.#view.zoom(Math.exp(-event.deltaY * pace), left, top);
  };

  #placeOf({ clientX, clientY }: MouseEvent): Place {
    const box = this.#element.getBoundingClientRect();
    return { left: clientX - box.left, top: clientY - box.top };
  }

  #hover({ left, top }: Place): void {
    pointedSide.value = this.#view.side;
    const row = this.#view.rowAt(left, top);
    hovered.value = row;
    this.#element.dataset['onPoint'] = String(row >= 0);
  }

  #click(event: PointerEvent): void {
    const { left, top } = this.#placeOf(event);
    const row = this.#view.rowAt(left, top);
    if (row < 0) {
      // Beside all points, as one lets go of what is selected elsewhere.
      if (mode.peek() !== 'pan') void select(new Uint32Array());
      current.value = -1;
      return;
    }
    current.value = row;
    if (event.ctrlKey || event.metaKey || event.shiftKey) toggle(row);
  }

  #draw({ left, top }: Place): void {
    const { view } = this.#view;
    const [x, y] = [view.x(left), view.y(top)];
    if (this.#drag === 'box') {
      this.#view.box = this.#boxTo(x, y);
    } else {
      const [beforeX, beforeY] = [this.#corners.at(-2)!, this.#corners.at(-1)!];
      if (Math.hypot(x - beforeX, y - beforeY) * view.scale >= CORNER) this.#corners.push(x, y);
      this.#view.lasso = Float64Array.from(this.#corners);
    }
    this.#view.redraw();
  }

  #boxTo(x: number, y: number): PlaneBounds {
    const { view } = this.#view;
    const [fromX, fromY] = [view.x(this.#start.left), view.y(this.#start.top)];
    return {
      left: Math.min(fromX, x),
      right: Math.max(fromX, x),
      bottom: Math.min(fromY, y),
      top: Math.max(fromY, y),
    };
  }

  /** Selects what was drawn around: with Ctrl or Shift besides what is selected, with Alt instead of it. */
  #finish({ ctrlKey, metaKey, shiftKey, altKey }: PointerEvent): void {
    const { grid, positions, box, lasso, side } = this.#view;
    const accepts = (row: number) => isOpen(side, row) && filteredOut.peek()[row] !== 1;
    const rows = box
      ? rowsInBox(grid, box, accepts)
      : lasso
        ? rowsInPolygon(grid, positions, lasso, accepts)
        : new Uint32Array();
    const adds = ctrlKey || metaKey || (shiftKey && mode.peek() !== 'pan');
    const how: SelectionMode = altKey ? 'remove' : adds ? 'add' : 'replace';
    if (rows.length > 0 || how === 'replace' || selection.peek().length > 0) void select(combine(rows, how));
  }

  #drop(): void {
    this.#view.box = undefined;
    this.#view.lasso = undefined;
    this.#corners = [];
    this.#view.redraw();
  }
}
