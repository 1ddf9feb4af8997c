import type { RgbImage } from '../images/pixels.ts';
import type { RandomStream } from '../random.ts';
import { encodeSrgb, type Colour } from './colour.ts';
import { boxBlurred } from './filters.ts';
import { grow, type Shape } from './shapes.ts';

/** Where the camera looks from. Two shots of one scene differ only in this and in the grain. */
export interface Camera {
  /** In scene units; what is far away moves less. */
  readonly panX: number;
  readonly panY: number;
  readonly zoom: number;
  /** Radians. */
  readonly tilt: number;
}

/** A coordinate system inside the current one. */
export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly scale?: number;
  /** Radians, clockwise. */
  readonly angle?: number;
  /** Stretch along the local axes before rotation; negative mirrors. */
  readonly stretchX?: number;
  readonly stretchY?: number;
  readonly opacity?: number;
}

/** Red, green, blue (linear) and opacity, written by a paint. */
export type Ink = [red: number, green: number, blue: number, alpha: number];

/** Sets the colour at a local point whose signed distance to the shape's edge is known, and may lower the opacity. */
export type Paint = (ink: Ink, x: number, y: number, distance: number) => void;

interface Frame {
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly x: number;
  readonly y: number;
  readonly opacity: number;
}

/** A paint of one colour. */
export function flat(colour: Colour, alpha = 1): Paint {
  return (ink) => {
    setInk(ink, colour, alpha);
  };
}

/** Sets an ink's colour and multiplies its opacity. */
export function setInk(ink: Ink, colour: Colour, alpha = 1): void {
  ink[0] = colour[0];
  ink[1] = colour[1];
  ink[2] = colour[2];
  ink[3] *= alpha;
}

/**
 * A canvas in linear light that fills shapes back to front, with antialiased edges. The scene's y runs from −1 at the
 * top to 1 at the bottom, x from −aspect to aspect, both as seen by a camera that doesn't pan, zoom or tilt.
 */
export class Painter {
  readonly width: number;
  readonly height: number;
  /** Half the picture's width in scene units. */
  readonly aspect: number;
  readonly #camera: Camera;
  readonly #linear: Float32Array;
  readonly #ink: Ink = [0, 0, 0, 1];
  #frame: Frame;

  constructor(width: number, height: number, camera: Camera) {
    this.width = width;
    this.height = height;
    this.aspect = width / height;
    this.#camera = camera;
    this.#linear = new Float32Array(width * height * 3);
    this.#frame = this.#cameraFrame(1);
  }

  /** What is drawn inside `draw` lies `depth` of the way to infinity: 0 moves fully with the camera, 1 not at all. */
  distant(depth: number, draw: () => void): void {
    this.#within(this.#cameraFrame(1 - depth), draw);
  }

  /** Runs `draw` in a coordinate system of its own. */
  at(placement: Placement, draw: () => void): void {
    const { x, y, scale = 1, angle = 0, stretchX = 1, stretchY = 1, opacity = 1 } = placement;
    const outer = this.#frame;
    const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
    const [ax, ay, bx, by] = [cos * stretchX, sin * stretchX, -sin * stretchY, cos * stretchY];
    this.#within(
      {
        xx: outer.xx * ax + outer.yx * ay,
        xy: outer.xy * ax + outer.yy * ay,
        yx: outer.xx * bx + outer.yx * by,
        yy: outer.xy * bx + outer.yy * by,
        x: outer.xx * x + outer.yx * y + outer.x,
        y: outer.xy * x + outer.yy * y + outer.y,
        opacity: outer.opacity * opacity,
      },
      draw,
    );
  }

  /** Paints everything. */
  cover(paint: Paint): void {
    this.#paintPixels(0, 0, this.width, this.height, undefined, paint, 0);
  }

  /** Paints a shape. With `softness`, in local units, its edge fades over twice that width. */
  fill(shape: Shape, paint: Paint, softness = 0): void {
    const { xx, xy, yx, yy, x, y } = this.#frame;
    const { left, top, right, bottom } = grow(shape.bounds, softness);
    const xs = [left * xx + top * yx, right * xx + top * yx, left * xx + bottom * yx, right * xx + bottom * yx];
    const ys = [left * xy + top * yy, right * xy + top * yy, left * xy + bottom * yy, right * xy + bottom * yy];
    this.#paintPixels(
      Math.max(0, Math.floor(Math.min(...xs) + x) - 1),
      Math.max(0, Math.floor(Math.min(...ys) + y) - 1),
      Math.min(this.width, Math.ceil(Math.max(...xs) + x) + 1),
      Math.min(this.height, Math.ceil(Math.max(...ys) + y) + 1),
      shape,
      paint,
      softness,
    );
  }

  /**
   * Develops the picture: exposure and vignette, a film-like shoulder, sRGB, local contrast as cameras add it, grain.
   *
   * @param grain standard deviation of the noise in 8-bit steps
   */
  develop(exposure: number, vignette: number, grain: number, random: RandomStream): RgbImage {
    const { width, height } = this;
    const toned = new Float32Array(width * height * 3);
    const luma = new Float32Array(width * height);
    for (let row = 0, i = 0; row < height; row++) {
      const v = (2 * row) / height - 1;
      for (let column = 0; column < width; column++, i += 3) {
        const u = (2 * column) / width - 1;
        const gain = exposure * (1 - vignette * 0.5 * (u * u + v * v));
        toned[i] = toneCurve(this.#linear[i]! * gain);
        toned[i + 1] = toneCurve(this.#linear[i + 1]! * gain);
        toned[i + 2] = toneCurve(this.#linear[i + 2]! * gain);
        luma[i / 3] = 0.299 * toned[i]! + 0.587 * toned[i + 1]! + 0.114 * toned[i + 2]!;
      }
    }
    const surround = boxBlurred(
      boxBlurred(luma, height, width, width, 1, CLARITY_RADIUS),
      width,
      1,
      height,
      width,
      CLARITY_RADIUS,
    );
    // Clamped on the way in: rounds and limits to 0 … 255.
    const data = new Uint8ClampedArray(toned.length);
    for (let i = 0; i < data.length; i += 3) {
      // The sum of two uniform numbers is close enough to a normal one and much cheaper.
      const bits = random.uint32();
      const noise = ((bits & 0xffff) + (bits >>> 16) - 0xffff) * (GRAIN_SCALE * grain);
      const change = noise + CLARITY * (luma[i / 3]! - surround[i / 3]!);
      data[i] = toned[i]! + change;
      data[i + 1] = toned[i + 1]! + change;
      data[i + 2] = toned[i + 2]! + change;
    }
    return { width, height, data: new Uint8Array(data.buffer) };
  }

  #within(frame: Frame, draw: () => void): void {
    const outer = this.#frame;
    this.#frame = frame;
    draw();
    this.#frame = outer;
  }

  #cameraFrame(nearness: number): Frame {
    const { panX, panY, zoom, tilt } = this.#camera;
    const scale = (this.height / 2) * (1 + (zoom - 1) * nearness);
    const [cos, sin] = [Math.cos(tilt) * scale, Math.sin(tilt) * scale];
    const [offX, offY] = [-panX * nearness, -panY * nearness];
    return {
      xx: cos,
      xy: sin,
      yx: -sin,
      yy: cos,
      x: this.width / 2 + offX * cos - offY * sin,
      y: this.height / 2 + offX * sin + offY * cos,
      opacity: 1,
    };
  }

  #paintPixels(
    left: number,
    top: number,
    right: number,
    bottom: number,
    shape: Shape | undefined,
    paint: Paint,
    softness: number,
  ): void {
    const { xx, xy, yx, yy, x: originX, y: originY, opacity } = this.#frame;
    const determinant = xx * yy - xy * yx;
    const fade = Math.max(softness, 0.5 / Math.sqrt(Math.abs(determinant)));
    const [stepX, stepY] = [yy / determinant, -xy / determinant];
    const ink = this.#ink;
    const linear = this.#linear;
    for (let row = top; row < bottom; row++) {
      const px = left + 0.5 - originX;
      const py = row + 0.5 - originY;
      let x = (px * yy - py * yx) / determinant;
      let y = (py * xx - px * xy) / determinant;
      for (let i = (row * this.width + left) * 3; i < (row * this.width + right) * 3; i += 3, x += stepX, y += stepY) {
        const distance = shape === undefined ? -Infinity : shape.distance(x, y);
        if (distance >= fade) continue;
        ink[3] = opacity;
        paint(ink, x, y, distance);
        let coverage = ink[3];
        if (distance > -fade) {
          const edge = (fade - distance) / (2 * fade);
          coverage *= edge * edge * (3 - 2 * edge);
        }
        linear[i] = linear[i]! + (ink[0] - linear[i]!) * coverage;
        linear[i + 1] = linear[i + 1]! + (ink[1] - linear[i + 1]!) * coverage;
        linear[i + 2] = linear[i + 2]! + (ink[2] - linear[i + 2]!) * coverage;
      }
    }
  }
}

/** Local contrast: how much of the difference to the surroundings is added, and their radius in pixels. */
const CLARITY = 0.7;
const CLARITY_RADIUS = 5;

/** Standard deviation 1 for the sum of two uniform 16-bit numbers. */
const GRAIN_SCALE = Math.sqrt(6) / 0xffff;

const CURVE_STEPS = 4096;
const CURVE_RANGE = 4;
/** 0 … 255 by linear light from 0 to `CURVE_RANGE`, spaced by its square root, where the curve is nearly straight. */
const curve = Float32Array.from({ length: CURVE_STEPS + 1 }, (_, step) => {
  const light = CURVE_RANGE * (step / CURVE_STEPS) ** 2;
  const shoulder = light < 0.6 ? light : 1 - 0.4 * Math.exp(-(light - 0.6) / 0.4);
  return 255 * encodeSrgb(shoulder);
});

function toneCurve(light: number): number {
  return curve[Math.min(CURVE_STEPS, Math.floor(CURVE_STEPS * Math.sqrt(Math.max(0, light) / CURVE_RANGE)))]!;
}
