import type { Rgb } from '../../../src/core/drawing/categoryColours.ts';

/** Bits of a point's flags. */
export const HIDDEN = 1;
/** Drawn faintly, below all others. */
export const FADED = 2;
/** Drawn above all others, with a rim. */
export const SELECTED = 4;

/**
 * What there is to draw. A renderer takes a column anew only when it is another array than before, so whoever changes a
 * column hands over a new one.
 */
export interface PointScene {
  /** `points × 2`, y upwards. */
  readonly positions: Float32Array;
  /** Per point, an entry of the palette. */
  readonly colours: Uint16Array;
  /** Red, green and blue of each entry, at most `PALETTE_LIMIT` of them. */
  readonly palette: Uint8Array;
  /** Per point. */
  readonly flags: Uint8Array;
}

export const PALETTE_LIMIT = 4096;

/** Plane to CSS pixels: left = offsetX + scale · x, top = offsetY − scale · y. */
export interface PlaneView {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

/** How the points look. Lengths in CSS pixels. */
export interface PointLook {
  readonly radius: number;
  /** How strongly a point covers what lies below it, from 0 to 1. */
  readonly strength: number;
  /** The same for faded points. */
  readonly faint: number;
  /** Width of a rim in the colour of the ground that sets points apart from each other. */
  readonly rim: number;
  readonly ground: Rgb;
  /** Of the rim around selected points. */
  readonly ink: Rgb;
  /** Shades crowds instead of stacking dots; `strength` is then that of the dots above the shade. */
  readonly density: DensityLook | undefined;
}

export interface DensityLook {
  /** Points per square pixel at which the shade has two thirds of its full strength. */
  readonly reference: number;
}

/** Of the drawing, in CSS pixels. */
export interface DrawingSize {
  readonly width: number;
  readonly height: number;
  /** Pixels of the screen per CSS pixel. */
  readonly ratio: number;
}

/** Draws points on a canvas of its own, which it fills. */
export interface PointRenderer {
  readonly kind: RendererKind;
  readonly canvas: HTMLCanvasElement;
  /** False while it can't draw: it then calls back once it can again. */
  readonly isReady: boolean;
  draw(scene: PointScene, view: PlaneView, look: PointLook, size: DrawingSize): void;
  dispose(): void;
}

export type RendererKind = 'webgl' | 'canvas';

/** Rims of selected points, in CSS pixels, and how much larger such a point is. */
export const SELECTED_RIM = 1.25;
export const SELECTED_GROWTH = 1;

/** A layer of points of one kind, from the bottom to the top. */
export interface PointPass {
  /** The flags, without `HIDDEN`, that its points have. */
  readonly flags: number;
  readonly radius: number;
  readonly strength: number;
  readonly rim: number;
  readonly rimColour: Rgb;
}

/** What is drawn one above the other: of kinds of point that there are. */
export function passesOf(look: PointLook, present: number): PointPass[] {
  const { radius, strength, faint, rim, ground, ink } = look;
  const plain = { flags: 0, radius, strength, rim, rimColour: ground };
  const selected = { radius: radius + SELECTED_GROWTH, strength: 1, rim: SELECTED_RIM, rimColour: ink };
  const passes: PointPass[] = [];
  if (present & FADED) passes.push({ ...plain, flags: FADED, strength: faint, rim: 0 });
  if (strength > 0) passes.push(plain);
  if (present & SELECTED) {
    passes.push(
      { ...selected, flags: SELECTED | FADED, strength: Math.max(faint, 0.5) },
      { ...selected, flags: SELECTED },
    );
  }
  return passes;
}

/** All flags that any point has. */
export function presentFlags(flags: Uint8Array): number {
  let present = 0;
  for (const flag of flags) present |= flag;
  return present;
}

/** Makes the canvas as large as its place, in pixels of the screen. */
export function fitCanvas(canvas: HTMLCanvasElement, { width, height, ratio }: DrawingSize): void {
  const [columns, lines] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== columns) canvas.width = columns;
  if (canvas.height !== lines) canvas.height = lines;
}
