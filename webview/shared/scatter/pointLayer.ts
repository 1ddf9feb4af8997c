import { CanvasRenderer } from './canvasRenderer.ts';
import type { DrawingSize, PlaneView, PointLook, PointRenderer, PointScene, RendererKind } from './pointRenderer.ts';
import { WebglRenderer } from './webglRenderer.ts';

/** Milliseconds after which a context that was lost is given up. */
const PATIENCE_MS = 3_000;
/** Drawings that each renderer is judged by. */
const TRIALS = 3;
/** How much faster WebGL has to be where the processor does its work. */
const WORTH_IT = 0.8;
/** With fewer points either will do, and with so many of them it can be told. */
const TRIAL_FROM = 20_000;
/** Milliseconds after the first drawing, when the page has shown it. */
const TRIAL_AFTER_MS = 600;

/** Drivers that draw with the processor. */
const software = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** What was found faster on this machine without a graphics card, for all layers of the page. */
let fasterWithoutCard: RendererKind | undefined;

export interface PointLayerOptions {
  /** Called when it has to be drawn again. */
  readonly onChange: () => void;
  /** One renderer whatever the machine has, for tests and benchmarks. */
  readonly only?: RendererKind;
}

/**
 * The points of a map: drawn with WebGL where a graphics card does it, else with whichever renderer is faster here. When a
 * context is lost and doesn't come back, points are drawn without it.
 */
export class PointLayer {
  readonly #options: PointLayerOptions;
  #renderer: PointRenderer;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #mayTry = false;

  /** @param host holds the canvas, as its first child */
  constructor(host: HTMLElement, options: PointLayerOptions) {
    this.#options = options;
    this.#renderer = this.#choose();
    host.prepend(this.#renderer.canvas);
  }

  get kind(): RendererKind {
    return this.#renderer.kind;
  }

  get canvas(): HTMLCanvasElement {
    return this.#renderer.canvas;
  }

  draw(scene: PointScene, view: PlaneView, look: PointLook, size: DrawingSize): void {
    if (!this.#renderer.isReady) {
      this.#waiting ??= setTimeout(() => {
        this.#waiting = undefined;
        if (!this.#renderer.isReady) this.#replace(new CanvasRenderer());
      }, PATIENCE_MS);
      return;
    }
    this.#renderer.draw(scene, view, look, size);
    if (this.#mayTry && scene.flags.length >= TRIAL_FROM) {
      this.#mayTry = false;
      this.#waiting = setTimeout(() => {
        this.#waiting = undefined;
        this.#try(scene, view, look, size);
      }, TRIAL_AFTER_MS);
    }
  }

  dispose(): void {
    clearTimeout(this.#waiting);
    this.#renderer.canvas.remove();
    this.#renderer.dispose();
  }

  #choose(): PointRenderer {
    const { only } = this.#options;
    if (only === 'canvas' || (only === undefined && fasterWithoutCard === 'canvas')) return new CanvasRenderer();
    const webgl = WebglRenderer.create(this.#options.onChange);
    if (!webgl) return new CanvasRenderer();
    if (only === 'webgl' || fasterWithoutCard === 'webgl' || !software.test(webgl.driver)) return webgl;
    webgl.dispose();
    this.#mayTry = true;
    return new CanvasRenderer();
  }

  /** Draws some of the points with both. */
  #try(whole: PointScene, view: PlaneView, look: PointLook, size: DrawingSize): void {
    const webgl = WebglRenderer.create(this.#options.onChange);
    if (!webgl) return;
    const scene = {
      positions: whole.positions.subarray(0, 2 * TRIAL_FROM),
      colours: whole.colours.subarray(0, TRIAL_FROM),
      palette: whole.palette,
      flags: whole.flags.subarray(0, TRIAL_FROM),
    };
    const context = webgl.canvas.getContext('webgl2')!;
    const pixel = new Uint8Array(4);
    const timeOf = (renderer: PointRenderer, finish: () => void) => {
      const times = Array.from({ length: TRIALS }, () => {
        const start = performance.now();
        renderer.draw(scene, view, look, size);
        finish();
        return performance.now() - start;
      });
      return Math.min(...times);
    };
    // Only what reads a pixel waits until they are drawn.
    const withWebgl = timeOf(webgl, () => {
      context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, pixel);
    });
    const withCanvas = timeOf(this.#renderer, () => undefined);
    fasterWithoutCard = withWebgl < WORTH_IT * withCanvas ? 'webgl' : 'canvas';
    if (fasterWithoutCard === 'webgl') {
      this.#replace(webgl);
      return;
    }
    webgl.dispose();
    this.#options.onChange();
  }

  #replace(renderer: PointRenderer): void {
    this.#renderer.canvas.replaceWith(renderer.canvas);
    this.#renderer.dispose();
    this.#renderer = renderer;
    this.#options.onChange();
  }
}
