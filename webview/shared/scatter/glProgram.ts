/** A program with the places of its uniforms. */
export class GlProgram {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #places = new Map<string, WebGLUniformLocation | null>();

  /** Throws where the driver refuses the shaders. */
  constructor(gl: WebGL2RenderingContext, vertex: string, fragment: string) {
    this.#gl = gl;
    this.#program = gl.createProgram();
    for (const [type, source] of [
      [gl.VERTEX_SHADER, vertex],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const) {
      const shader = gl.createShader(type);
      if (!shader) throw new Error('The WebGL context is lost.');
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.#program, shader);
      gl.deleteShader(shader);
    }
    gl.linkProgram(this.#program);
    if (gl.getProgramParameter(this.#program, gl.LINK_STATUS) !== true) {
      throw new Error(`The graphics driver refuses a shader: ${gl.getProgramInfoLog(this.#program) ?? 'unknown'}`);
    }
  }

  /** Its numbers from now on are these: a float, or vectors by their length. */
  use(uniforms: Readonly<Record<string, number | readonly number[]>>): void {
    this.#gl.useProgram(this.#program);
    for (const [name, value] of Object.entries(uniforms)) {
      const place = this.#placeOf(name);
      if (typeof value === 'number') this.#gl.uniform1f(place, value);
      else if (value.length === 2) this.#gl.uniform2fv(place, value);
      else this.#gl.uniform3fv(place, value);
    }
  }

  /** A whole number, or the unit of a texture, of the program in use. */
  whole(name: string, value: number, kind: 'unsigned' | 'texture'): void {
    if (kind === 'unsigned') this.#gl.uniform1ui(this.#placeOf(name), value);
    else this.#gl.uniform1i(this.#placeOf(name), value);
  }

  #placeOf(name: string): WebGLUniformLocation | null {
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.#gl.getUniformLocation(this.#program, name);
      this.#places.set(name, place);
    }
    return place;
  }
}
