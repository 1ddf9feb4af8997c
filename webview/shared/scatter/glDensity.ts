import { DENSITY_CELL } from './densityLayer.ts';
import { GlProgram } from './glProgram.ts';
import type { DensityLook, DrawingSize } from './pointRenderer.ts';
import { blurFragment, shadeFragment, wholeVertex } from './shaders.ts';

interface Target {
  readonly texture: WebGLTexture;
  readonly frame: WebGLFramebuffer;
}

/** Shades crowds as `DensityLayer` does: sums per cell in floats, smoothed, and laid over the ground. */
export class GlDensity {
  readonly #gl: WebGL2RenderingContext;
  readonly #blur: GlProgram;
  readonly #shade: GlProgram;
  #targets: readonly [Target, Target] | undefined;
  #columns = 0;
  #lines = 0;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#blur = new GlProgram(gl, wholeVertex, blurFragment);
    this.#shade = new GlProgram(gl, wholeVertex, shadeFragment);
  }

  /** Whether the driver can add up floats. */
  static isPossible(gl: WebGL2RenderingContext): boolean {
    const needed = ['EXT_color_buffer_float', 'EXT_float_blend', 'OES_texture_float_linear'];
    return needed.every((name) => Boolean(gl.getExtension(name)));
  }

  /** @param count draws the points onto the cells, with the numbers that it is given as the drawing's size */
  draw({ width, height }: DrawingSize, look: DensityLook, count: (size: readonly [number, number]) => void): void {
    const gl = this.#gl;
    const [columns, lines] = [Math.ceil(width / DENSITY_CELL), Math.ceil(height / DENSITY_CELL)];
    this.#resize(columns, lines);
    const [sums, scratch] = this.#targets!;
    gl.viewport(0, 0, columns, lines);
    gl.bindFramebuffer(gl.FRAMEBUFFER, sums.frame);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE);
    count([columns * DENSITY_CELL, lines * DENSITY_CELL]);
    gl.disable(gl.BLEND);
    this.#pass(this.#blur, sums, scratch.frame, { direction: [1 / columns, 0] });
    this.#pass(this.#blur, scratch, sums.frame, { direction: [0, 1 / lines] });
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    // The cells reach beyond the lower and the right edge; the first of them is at the top left.
    const { drawingBufferWidth, drawingBufferHeight } = gl;
    const [wide, high] = [
      Math.round((drawingBufferWidth * columns * DENSITY_CELL) / width),
      Math.round((drawingBufferHeight * lines * DENSITY_CELL) / height),
    ];
    gl.viewport(0, drawingBufferHeight - high, wide, high);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.#pass(this.#shade, sums, null, { reference: look.reference });
    gl.viewport(0, 0, drawingBufferWidth, drawingBufferHeight);
  }

  #pass(
    program: GlProgram,
    from: Target,
    to: WebGLFramebuffer | null,
    uniforms: Readonly<Record<string, number | readonly number[]>>,
  ): void {
    const gl = this.#gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, to);
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, from.texture);
    program.use(uniforms);
    program.whole('sums', 1, 'texture');
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  #resize(columns: number, lines: number): void {
    if (this.#targets && columns === this.#columns && lines === this.#lines) return;
    [this.#columns, this.#lines] = [columns, lines];
    for (const { texture, frame } of this.#targets ?? []) {
      this.#gl.deleteTexture(texture);
      this.#gl.deleteFramebuffer(frame);
    }
    this.#targets = [this.#target(columns, lines), this.#target(columns, lines)];
  }

  #target(columns: number, lines: number): Target {
    const gl = this.#gl;
    const texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, columns, lines);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.LINEAR);
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
    const frame = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    return { texture, frame };
  }
}
