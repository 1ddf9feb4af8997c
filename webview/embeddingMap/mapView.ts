import { effect, type ReadonlySignal } from '@preact/signals';
import { boundsOf, PointGrid, type PlaneBounds } from '../../src/core/neighbors/pointGrid.ts';
import { mapColumns, type MapSide } from '../../src/protocol/embeddingMap.ts';
import { crowding } from '../shared/scatter/crowding.ts';
import { wayIntoView } from '../shared/scatter/directions.ts';
import { PointLayer } from '../shared/scatter/pointLayer.ts';
import { dotLook } from '../shared/scatter/pointLook.ts';
import { fitCanvas, type DrawingSize, type PointScene } from '../shared/scatter/pointRenderer.ts';
import type { Polygon } from '../shared/scatter/shapes.ts';
import { FLIGHT_MS, ViewMotion } from '../shared/scatter/viewMotion.ts';
import { ViewTransform } from '../shared/scatter/viewTransform.ts';
import { ClusterShapes } from './clusterShapes.ts';
import { colours, palette } from './colours.ts';
import { columnOf, points } from './data.ts';
import { legendCorner, mapWidth, ROOM_FOR_LEGEND } from './mapViews.ts';
import { filteredOut, flags, isOpen } from './filter.ts';
import { state } from './host.ts';
import { neighbors } from './neighbors.ts';
import { drawOverlay } from './overlay.ts';
import { picturesVersion, mapPictures } from './pictures.ts';
import { PointMotion } from './pointMotion.ts';
import { PointPictures } from './pointPictures.ts';
import { current, lookedAt } from './selection.ts';
import { theme } from './theme.ts';
import { shaded, showsClusters } from './ui.ts';
import { planeOf, rememberedView, rememberView } from './viewMemory.ts';

const ZOOM_STEP = 1.4;
/** Pixels around a dot in which it is meant. */
const REACH = 9;
const NO_ROWS = new Uint32Array();

/** Has an effect run again when one of these changes. */
const watch = (...signals: readonly ReadonlySignal<unknown>[]): void => {
  signals.forEach((one) => one.value);
};

/** One map: points, what is drawn above them, and the part of the plane that is shown. */
export class MapView {
  readonly side: MapSide;
  /** What is being selected, while a pointer draws it. */
  lasso: Polygon | undefined;
  box: PlaneBounds | undefined;
  /** Called when the view has come to rest: with rows that can be seen. */
  onRest: (rows: Uint32Array) => void = () => undefined;
  /** Called after each drawing, for what is placed above the canvas. */
  onDraw: () => void = () => undefined;

  readonly #overlay: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #layer: PointLayer;
  readonly #motion = new ViewMotion(new ViewTransform(1, 0, 0));
  readonly #points = new PointMotion();
  readonly #clusters = new ClusterShapes();
  readonly #pictures: PointPictures;
  readonly #stops: (() => void)[] = [];
  #grid = new PointGrid(new Float32Array());
  #bounds: PlaneBounds = this.#grid.bounds;
  #crowd = 1;
  #size: DrawingSize = { width: 0, height: 0, ratio: 1 };
  /** Nobody has moved the view since it showed all. */
  #isFitted = true;
  #isRestored = false;
  /** Which map it is that is shown. */
  #plane: string | undefined;
  /** What waits until the map has a size. */
  #onSize: (() => void) | undefined;
  #isDue = false;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #radius = 3;

  /** @param host the element that the canvases fill */
  constructor(host: HTMLElement, side: MapSide) {
    this.side = side;
    this.#pictures = new PointPictures(side);
    this.#overlay = document.createElement('canvas');
    this.#overlay.className = 'overlay';
    this.#context = this.#overlay.getContext('2d')!;
    host.prepend(this.#overlay);
    this.#layer = new PointLayer(host, { onChange: this.redraw });
    const resize = new ResizeObserver(() => {
      this.#resize(host.clientWidth, host.clientHeight);
    });
    resize.observe(host);
    this.#stops.push(
      () => {
        resize.disconnect();
      },
      effect(this.#takePoints),
      effect(this.#takePlane),
      effect(this.#takeClusters),
      effect(() => {
        watch(legendCorner);
        if (this.#isFitted && this.#size.width > 0) this.fit();
      }),
      effect(this.#follow),
    );
    mapPictures.onLoaded.add(this.redraw);
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
    mapPictures.onLoaded.delete(this.redraw);
    mapPictures.want(picturesVersion(), `${this.side}`, []);
    clearTimeout(this.#rest);
    this.#layer.dispose();
    this.#overlay.remove();
  }

  get size(): DrawingSize {
    return this.#size;
  }

  get view(): ViewTransform {
    return this.#motion.at(performance.now());
  }

  get positions(): Float32Array {
    return this.#points.target;
  }

  get grid(): PointGrid {
    return this.#grid;
  }

  /** The image at a place of the canvas, or near it; −1 for none. */
  rowAt(left: number, top: number): number {
    const { view } = this;
    const accepts = (row: number) => isOpen(this.side, row);
    const pictured = this.#pictures.at(left, top, (row) => this.placeOf(row));
    if (pictured >= 0 && accepts(pictured)) return pictured;
    return this.#grid.nearestTo(view.x(left), view.y(top), (REACH + this.#radius) / view.scale, accepts);
  }

  /** How far a row's dot or picture reaches around its place, in CSS pixels. */
  reachOf(row: number): number {
    return this.#pictures.rows.has(row) ? this.#pictures.size / 2 : this.#radius;
  }

  /** Where a row is on the canvas, in CSS pixels; undefined without a position. */
  placeOf(row: number): readonly [left: number, top: number] | undefined {
    const [x, y] = [this.positions[2 * row], this.positions[2 * row + 1]];
    if (x === undefined || y === undefined || Number.isNaN(x)) return undefined;
    const { view } = this;
    return [view.left(x), view.top(y)];
  }

  pan(right: number, down: number): void {
    this.#isFitted = false;
    this.#motion.jump(this.#motion.target.pan(right, down));
    this.redraw();
  }

  zoom(factor: number, left = this.#size.width / 2, top = this.#size.height / 2): void {
    this.#isFitted = false;
    this.#motion.go(this.#motion.target.zoom(factor, left, top, this.#bounds, this.#size), performance.now());
    this.redraw();
  }

  zoomIn(): void {
    this.zoom(ZOOM_STEP);
  }

  zoomOut(): void {
    this.zoom(1 / ZOOM_STEP);
  }

  fit(): void {
    this.#isFitted = true;
    this.#motion.go(this.#fitting(this.#bounds), performance.now(), FLIGHT_MS);
    this.redraw();
  }

  /** Shows these rows as large as they fit. */
  fitRows(rows: Iterable<number>): void {
    const own = [...rows].flatMap((row) => [this.positions[2 * row]!, this.positions[2 * row + 1]!]);
    if (own.length === 0) return;
    const most = 12 * this.#fitting(this.#bounds).scale;
    this.#isFitted = false;
    const view = this.#fitting(boundsOf(Float32Array.from(own)), most);
    this.#motion.go(view, performance.now(), FLIGHT_MS);
    this.redraw();
  }

  /** Brings a row to the centre, so far in that about so many of the points around it can be seen. */
  centre(row: number, around: number): void {
    const [x, y] = [this.positions[2 * row], this.positions[2 * row + 1]];
    if (x === undefined || y === undefined || Number.isNaN(x)) return;
    let reach = this.#grid.cell;
    let found = 0;
    const count = () => {
      found++;
    };
    while (found < Math.min(around, this.positions.length / 2 - 1)) {
      found = 0;
      reach *= 1.5;
      this.#grid.inRectangle({ left: x - reach, right: x + reach, bottom: y - reach, top: y + reach }, count);
      if (reach > this.#bounds.right - this.#bounds.left + this.#bounds.top - this.#bounds.bottom) break;
    }
    this.#isFitted = false;
    const box = { left: x - reach, right: x + reach, bottom: y - reach, top: y + reach };
    this.#whenSized(() => {
      this.#motion.go(this.#fitting(box), performance.now(), FLIGHT_MS);
      this.redraw();
    });
  }

  /** Moves so that a row can be seen. */
  reach(row: number): void {
    const { target } = this.#motion;
    const way = wayIntoView(target, [this.positions[2 * row]!, this.positions[2 * row + 1]!], this.#size);
    if (!(way[0] !== 0 || way[1] !== 0)) return;
    this.#isFitted = false;
    this.#motion.go(target.pan(...way), performance.now(), FLIGHT_MS);
    this.redraw();
  }

  /** Draws before the next frame, once for however many calls. */
  readonly redraw = (): void => {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame((now) => {
      this.#isDue = false;
      this.#draw(now);
    });
  };

  readonly #takePoints = (): void => {
    const found = points[this.side].value;
    const positions = found?.positions ?? new Float32Array();
    this.#points.go(positions, performance.now());
    this.#grid = new PointGrid(positions);
    this.#bounds = this.#grid.bounds;
    this.#crowd = crowding(positions);
    this.#pictures.clear();
    if (positions.length > 0) this.#restore();
    if (this.#isFitted) {
      const view = this.#fitting(this.#bounds);
      if (this.#points.isMoving(performance.now())) this.#motion.go(view, performance.now(), FLIGHT_MS);
      else this.#motion.jump(view);
    }
    this.redraw();
  };

  /** The part that was looked at is nowhere on another plane. */
  readonly #takePlane = (): void => {
    const plane = planeOf(this.side);
    if (plane === undefined || plane === this.#plane) return;
    const isAnother = this.#plane !== undefined;
    this.#plane = plane;
    if (isAnother && !this.#isFitted) this.fit();
  };

  readonly #takeClusters = (): void => {
    const positions = points[this.side].value?.positions;
    const isMoving = state.value?.maps[this.side]?.moving ?? false;
    const column = isMoving ? undefined : columnOf(mapColumns.cluster);
    this.#clusters.set(column, positions ?? new Float32Array(), this.side === 0, this.redraw);
    this.redraw();
  };

  /** Draws anew when anything that is drawn has changed. */
  readonly #follow = (): void => {
    watch(colours, palette, flags[this.side]!, theme, shaded, showsClusters, lookedAt, current, neighbors[this.side]);
    picturesVersion();
    this.redraw();
  };

  /** The view that shows a part of the plane: beside the legend where that would cover points, and there is room. */
  #fitting(part: PlaneBounds, most = Infinity): ViewTransform {
    const view = ViewTransform.fitting(part, this.#size, 0, most);
    const { width, height } = legendCorner.peek();
    if (this.side !== 0 || width === 0 || this.#size.width < ROOM_FOR_LEGEND) return view;
    let covered = 0;
    this.#grid.inRectangle({ left: view.x(0), right: view.x(width), bottom: view.y(height), top: view.y(0) }, () => {
      covered++;
    });
    return covered === 0 ? view : ViewTransform.fitting(part, this.#size, width, most);
  }

  #resize(width: number, height: number): void {
    const before = this.#size;
    this.#size = { width, height, ratio: devicePixelRatio };
    if (this.side === 0) mapWidth.value = width;
    const view = this.#isFitted ? this.#fitting(this.#bounds) : this.#motion.target.resized(before, this.#size);
    this.#motion.jump(view);
    this.#onSize?.();
    this.#onSize = undefined;
    // At once: a canvas that is stretched until the next frame flickers.
    this.#draw(performance.now());
  }

  #draw(now: number): void {
    // It changes with the window's zoom, and when the window moves to another screen.
    if (this.#size.ratio !== devicePixelRatio) this.#size = { ...this.#size, ratio: devicePixelRatio };
    const size = this.#size;
    if (size.width === 0 || size.height === 0) return;
    const scene = this.#scene(now);
    const view = this.#motion.at(now);
    const { ground, ink } = theme.peek();
    const magnification = view.magnification(this.#bounds, size);
    const dots = dotLook(scene.flags.length, magnification, size);
    this.#radius = dots.radius;
    const density = shaded.peek() ? { reference: (0.5 * this.#crowd) / view.scale ** 2 } : undefined;
    // Further in, dots come out of the shade.
    const strength = density ? Math.max(0, Math.min(dots.strength, (magnification - 2.5) / 3)) : dots.strength;
    const faint = theme.peek().kind.startsWith('contrast') ? 0.22 : 0.13;
    this.#layer.draw(scene, view, { ...dots, strength, faint, ground, ink, density }, size);
    const isMoving = this.#motion.isMoving(now) || this.#points.isMoving(now);
    this.#drawAbove(scene, view, magnification);
    this.onDraw();
    if (isMoving) this.redraw();
    else this.#restSoon();
  }

  #scene(now: number): PointScene {
    const positions = this.#points.at(now);
    const count = positions.length / 2;
    const own = colours.peek();
    return {
      positions,
      colours: own.length === count ? own : new Uint16Array(count),
      palette: palette.peek(),
      flags: flags[this.side]!.peek(),
    };
  }

  #drawAbove(scene: PointScene, view: ViewTransform, magnification: number): void {
    const size = this.#size;
    fitCanvas(this.#overlay, size);
    if (this.#points.isMoving(performance.now())) this.#pictures.clear();
    else this.#pictures.choose(scene, this.#grid, view, magnification, size);
    const near = neighbors[this.side].peek();
    const row = lookedAt.peek();
    drawOverlay(this.#context, {
      view,
      size,
      theme: theme.peek(),
      scene,
      radius: this.#radius,
      clusters: this.#clusters.shapes,
      showsClusters: showsClusters.peek(),
      pictured: [...this.#pictures.rows],
      pictureSize: this.#pictures.size,
      pictures: mapPictures,
      lookedAt: 2 * row < scene.positions.length ? row : -1,
      neighbors: near?.of === row ? near.rows : NO_ROWS,
      current: current.peek(),
      lasso: this.lasso,
      box: this.box,
    });
  }

  /** Shows the part that was looked at before the page was thrown away. */
  #restore(): void {
    if (this.side !== 0 || this.#isRestored) return;
    this.#isRestored = true;
    const viewFor = rememberedView();
    if (!viewFor) return;
    this.#isFitted = false;
    this.#whenSized(() => {
      this.#motion.jump(viewFor(this.#size));
    });
  }

  /** At once, or as soon as the map has a size. */
  #whenSized(act: () => void): void {
    if (this.#size.width > 0) act();
    else this.#onSize = act;
  }

  #restSoon(): void {
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      if (this.#isRestored) rememberView(this.#isFitted ? undefined : this.view, this.#size);
      const rows: number[] = [];
      const out = filteredOut.peek();
      this.#grid.inRectangle(this.view.visible(this.#size), (row) => {
        if (out[row] !== 1) rows.push(row);
      });
      this.onRest(Uint32Array.from(rows).sort());
    }, 120);
  }
}
