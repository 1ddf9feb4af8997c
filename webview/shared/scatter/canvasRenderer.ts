import { DensityLayer } from './densityLayer.ts';
import { DotLayer } from './dotLayer.ts';
import { packedPalette } from './palettes.ts';
import {
  fitCanvas,
  passesOf,
  presentFlags,
  type DrawingSize,
  type PlaneView,
  type PointLook,
  type PointRenderer,
  type PointScene,
} from './pointRenderer.ts';

/** Draws points by writing pixels, without a graphics card. */
export class CanvasRenderer implements PointRenderer {
  readonly kind = 'canvas';
  readonly isReady = true;
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #dots: DotLayer | undefined;
  #density: DensityLayer | undefined;
  #flags: Uint8Array | undefined;
  #present = 0;
  #palette: Uint8Array | undefined;
  #words: Uint32Array = new Uint32Array();

  /** @param canvas whose 2D context nothing else has to own: what is drawn above the points afterwards may use it too */
  constructor(canvas: HTMLCanvasElement = document.createElement('canvas')) {
    this.canvas = canvas;
    this.#context = canvas.getContext('2d', { alpha: false })!;
  }

  draw(scene: PointScene, view: PlaneView, look: PointLook, size: DrawingSize): void {
    fitCanvas(this.canvas, size);
    const { width, height } = this.canvas;
    if (this.#dots?.image.width !== width || this.#dots.image.height !== height) {
      this.#dots = new DotLayer(width, height);
      this.#density = undefined;
    }
    this.#take(scene);
    this.#dots.clear(look.ground);
    const { ratio } = size;
    if (look.density) {
      this.#density ??= new DensityLayer(width, height, ratio);
      this.#density.shade(this.#dots.words, scene, this.#words, view, look.density);
    }
    for (const pass of passesOf(look, this.#present)) {
      const { flags, radius, strength, rim, rimColour } = pass;
      this.#dots.brush({ radius: radius * ratio, strength, rim: rim * ratio, rimColour });
      this.#drawPass(this.#dots, scene, view, ratio, flags);
    }
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
    this.#context.putImageData(this.#dots.image, 0, 0);
  }

  dispose(): void {
    this.#dots = undefined;
    this.#density = undefined;
  }

  #take({ flags, palette }: PointScene): void {
    if (flags !== this.#flags) {
      this.#flags = flags;
      this.#present = presentFlags(flags);
    }
    if (palette !== this.#palette) {
      this.#palette = palette;
      this.#words = packedPalette(palette);
    }
  }

  #drawPass(dots: DotLayer, scene: PointScene, view: PlaneView, ratio: number, wanted: number): void {
    const { positions, colours, flags } = scene;
    const words = this.#words;
    const [scale, offsetX, offsetY] = [view.scale * ratio, view.offsetX * ratio, view.offsetY * ratio];
    for (let row = 0; row < flags.length; row++) {
      // A hidden point has one more flag than any that is wanted.
      if (flags[row] !== wanted) continue;
      dots.dot(offsetX + scale * positions[2 * row]!, offsetY - scale * positions[2 * row + 1]!, words[colours[row]!]!);
    }
  }
}
