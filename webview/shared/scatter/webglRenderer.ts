import type { Rgb } from '../../../src/core/drawing/categoryColours.ts';
import { GlDensity } from './glDensity.ts';
import { GlProgram } from './glProgram.ts';
import {
  FADED,
  fitCanvas,
  HIDDEN,
  passesOf,
  presentFlags,
  type DrawingSize,
  type PlaneView,
  type PointLook,
  type PointRenderer,
  type PointScene,
} from './pointRenderer.ts';
import { countFragment, countVertex, dotFragment, dotVertex } from './shaders.ts';

/** What lives in the graphics card, and goes when its context is lost. */
interface Resources {
  readonly dots: GlProgram;
  readonly counts: GlProgram | undefined;
  readonly density: GlDensity | undefined;
  readonly points: WebGLVertexArrayObject;
  readonly buffers: readonly [positions: WebGLBuffer, colours: WebGLBuffer, flags: WebGLBuffer];
  readonly palette: WebGLTexture;
}

/** Draws points with WebGL 2. What was lost with its context is made again from the columns of the next scene. */
export class WebglRenderer implements PointRenderer {
  readonly kind = 'webgl';
  readonly canvas: HTMLCanvasElement;
  readonly #gl: WebGL2RenderingContext;
  readonly #onRestored: () => void;
  readonly #listeners = new AbortController();
  #resources: Resources | undefined;
  /** What the buffers hold. */
  #sent: Partial<PointScene> = {};
  #present = 0;

  private constructor(gl: WebGL2RenderingContext, canvas: HTMLCanvasElement, onRestored: () => void) {
    this.canvas = canvas;
    this.#gl = gl;
    this.#onRestored = onRestored;
    this.#resources = makeResources(gl);
    const { signal } = this.#listeners;
    canvas.addEventListener('webglcontextlost', this.#lose, { signal });
    canvas.addEventListener('webglcontextrestored', this.#restore, { signal });
  }

  /** Undefined where there is no WebGL 2, or one that can't do this. @param onRestored is called when it can draw again */
  static create(onRestored: () => void): WebglRenderer | undefined {
    const canvas = document.createElement('canvas');
    try {
      const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false, stencil: false });
      return gl ? new WebglRenderer(gl, canvas, onRestored) : undefined;
    } catch {
      return undefined;
    }
  }

  get isReady(): boolean {
    return this.#resources !== undefined;
  }

  /** What draws, by the driver's own name. */
  get driver(): string {
    const extension = this.#gl.getExtension('WEBGL_debug_renderer_info');
    const name: unknown = this.#gl.getParameter(extension?.UNMASKED_RENDERER_WEBGL ?? this.#gl.RENDERER);
    return String(name);
  }

  draw(scene: PointScene, view: PlaneView, look: PointLook, size: DrawingSize): void {
    const resources = this.#resources;
    if (!resources) return;
    const gl = this.#gl;
    fitCanvas(this.canvas, size);
    this.#send(scene, resources);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.disable(gl.DITHER);
    const [red, green, blue] = unit(look.ground);
    gl.clearColor(red, green, blue, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.bindVertexArray(resources.points);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, resources.palette);
    const place = [view.scale, view.offsetX, view.offsetY];
    const count = scene.flags.length;
    const { counts, density } = resources;
    if (look.density && counts && density) {
      density.draw(size, look.density, (cells) => {
        counts.use({ view: place, size: cells });
        counts.whole('palette', 0, 'texture');
        counts.whole('unwanted', HIDDEN | FADED, 'unsigned');
        gl.drawArrays(gl.POINTS, 0, count);
      });
    }
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    for (const { flags, radius, strength, rim, rimColour } of passesOf(look, this.#present)) {
      resources.dots.use({
        view: place,
        // What the pixels stand for: half a pixel more or less than the place has.
        size: [this.canvas.width / size.ratio, this.canvas.height / size.ratio],
        ratio: size.ratio,
        radius,
        rim,
        strength,
        rimColour: unit(rimColour),
      });
      resources.dots.whole('palette', 0, 'texture');
      resources.dots.whole('wanted', flags, 'unsigned');
      gl.drawArrays(gl.POINTS, 0, count);
    }
  }

  dispose(): void {
    this.#listeners.abort();
    this.#resources = undefined;
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  readonly #lose = (event: Event): void => {
    // Otherwise it would never come back.
    event.preventDefault();
    this.#resources = undefined;
    this.#sent = {};
  };

  readonly #restore = (): void => {
    this.#resources = makeResources(this.#gl);
    this.#onRestored();
  };

  #send(scene: PointScene, { buffers, palette }: Resources): void {
    const gl = this.#gl;
    const columns = [scene.positions, scene.colours, scene.flags];
    const sent = [this.#sent.positions, this.#sent.colours, this.#sent.flags];
    columns.forEach((column, i) => {
      const before = sent[i];
      if (column === before) return;
      gl.bindBuffer(gl.ARRAY_BUFFER, buffers[i]!);
      if (column.length === before?.length) gl.bufferSubData(gl.ARRAY_BUFFER, 0, column);
      else gl.bufferData(gl.ARRAY_BUFFER, column, gl.DYNAMIC_DRAW);
    });
    if (scene.flags !== this.#sent.flags) this.#present = presentFlags(scene.flags);
    if (scene.palette !== this.#sent.palette) {
      gl.bindTexture(gl.TEXTURE_2D, palette);
      gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
      const entries = scene.palette.length / 3;
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB8, entries, 1, 0, gl.RGB, gl.UNSIGNED_BYTE, scene.palette);
    }
    this.#sent = scene;
  }
}

function makeResources(gl: WebGL2RenderingContext): Resources {
  const points = gl.createVertexArray();
  const buffers = [gl.createBuffer(), gl.createBuffer(), gl.createBuffer()] as const;
  gl.bindVertexArray(points);
  buffers.forEach((buffer, place) => {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(place);
    if (place === 0) gl.vertexAttribPointer(place, 2, gl.FLOAT, false, 0, 0);
    else gl.vertexAttribIPointer(place, 1, place === 1 ? gl.UNSIGNED_SHORT : gl.UNSIGNED_BYTE, 0, 0);
  });
  const palette = gl.createTexture();
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, palette);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  const canShade = GlDensity.isPossible(gl);
  return {
    dots: new GlProgram(gl, dotVertex, dotFragment),
    counts: canShade ? new GlProgram(gl, countVertex, countFragment) : undefined,
    density: canShade ? new GlDensity(gl) : undefined,
    points,
    buffers,
    palette,
  };
}

function unit([red, green, blue]: Rgb): readonly [number, number, number] {
  return [red / 255, green / 255, blue / 255];
}
