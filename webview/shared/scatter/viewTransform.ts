import type { PlaneBounds } from '../../../src/core/neighbors/pointGrid.ts';
import type { PlaneView } from './pointRenderer.ts';

/** Room around what is fitted, in CSS pixels: on both sides together. */
const ROOM = 72;
/** Against the view that shows all. */
const LEAST_MAGNIFICATION = 0.5;
const MOST_MAGNIFICATION = 2_000;

export interface PlaneSize {
  readonly width: number;
  readonly height: number;
}

/** The part of a plane that is shown. Views are values: whoever moves one gets another. */
export class ViewTransform implements PlaneView {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;

  constructor(scale: number, offsetX: number, offsetY: number) {
    this.scale = scale;
    this.offsetX = offsetX;
    this.offsetY = offsetY;
  }

  /**
   * The view that shows all of a rectangle.
   *
   * @param inset pixels at the left that something else covers
   * @param most limits the scale, for few or close points
   */
  static fitting(bounds: PlaneBounds, size: PlaneSize, inset = 0, most = Infinity): ViewTransform {
    const { left, bottom, right, top } = bounds;
    const scale = Math.min(fitScale(bounds, { width: size.width - inset, height: size.height }), most);
    return new ViewTransform(
      scale,
      (size.width + inset) / 2 - (scale * (left + right)) / 2,
      size.height / 2 + (scale * (top + bottom)) / 2,
    );
  }

  /** CSS pixels from the left. */
  left(x: number): number {
    return this.offsetX + this.scale * x;
  }

  top(y: number): number {
    return this.offsetY - this.scale * y;
  }

  x(left: number): number {
    return (left - this.offsetX) / this.scale;
  }

  y(top: number): number {
    return (this.offsetY - top) / this.scale;
  }

  pan(right: number, down: number): ViewTransform {
    return new ViewTransform(this.scale, this.offsetX + right, this.offsetY + down);
  }

  /** Around a place in CSS pixels, which keeps what it shows. @param bounds of all points, which limit how far it goes */
  zoom(factor: number, left: number, top: number, bounds: PlaneBounds, size: PlaneSize): ViewTransform {
    const whole = fitScale(bounds, size);
    const scale = Math.min(MOST_MAGNIFICATION * whole, Math.max(LEAST_MAGNIFICATION * whole, this.scale * factor));
    const ratio = scale / this.scale;
    return new ViewTransform(scale, left - (left - this.offsetX) * ratio, top - (top - this.offsetY) * ratio);
  }

  /** How much larger everything is than when all of it fits. */
  magnification(bounds: PlaneBounds, size: PlaneSize): number {
    return this.scale / fitScale(bounds, size);
  }

  /** What can be seen, and so many pixels around it. */
  visible({ width, height }: PlaneSize, room = 0): PlaneBounds {
    return {
      left: this.x(-room),
      right: this.x(width + room),
      bottom: this.y(height + room),
      top: this.y(-room),
    };
  }

  /** The view after the place has changed its size: the middle stays. */
  resized(from: PlaneSize, to: PlaneSize): ViewTransform {
    return this.pan((to.width - from.width) / 2, (to.height - from.height) / 2);
  }

  /** A part of the way to another view, from 0 to 1: zooms evenly, around the place that both show. */
  towards(other: ViewTransform, part: number): ViewTransform {
    if (part >= 1) return other;
    const scale = this.scale * (other.scale / this.scale) ** part;
    const isZoom = Math.abs(other.scale / this.scale - 1) > 1e-6;
    const moved = isZoom ? (scale - this.scale) / (other.scale - this.scale) : part;
    return new ViewTransform(
      scale,
      this.offsetX + moved * (other.offsetX - this.offsetX),
      this.offsetY + moved * (other.offsetY - this.offsetY),
    );
  }
}

function fitScale({ left, bottom, right, top }: PlaneBounds, { width, height }: PlaneSize): number {
  return Math.min(
    Math.max(40, width - ROOM) / Math.max(right - left, 1e-6),
    Math.max(40, height - ROOM) / Math.max(top - bottom, 1e-6),
  );
}
