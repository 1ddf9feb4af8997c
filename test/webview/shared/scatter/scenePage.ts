/** Runs in the browser: draws scenes with both renderers, and tells what came of it. */
import { CanvasRenderer } from '../../../../webview/shared/scatter/canvasRenderer.ts';
import { categoryPalette } from '../../../../webview/shared/scatter/palettes.ts';
import { PointLayer } from '../../../../webview/shared/scatter/pointLayer.ts';
import { FADED, HIDDEN, SELECTED } from '../../../../webview/shared/scatter/pointRenderer.ts';
import type {
  DrawingSize,
  PointLook,
  PointRenderer,
  PointScene,
  RendererKind,
} from '../../../../webview/shared/scatter/pointRenderer.ts';
import { WebglRenderer } from '../../../../webview/shared/scatter/webglRenderer.ts';

const view = { scale: 10, offsetX: 100.3, offsetY: 75.6 };
const ground = [20, 22, 28] as const;
const usual: PointLook = {
  radius: 3,
  strength: 0.9,
  faint: 0.15,
  rim: 0,
  ground,
  ink: [255, 255, 255],
  density: undefined,
};

/** A spiral of points, of which some are hidden, faded or selected. */
function spiral(count: number): PointScene {
  const positions = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const reach = 7 * Math.sqrt(i / count);
    positions.set([reach * Math.cos(2.4 * i), reach * Math.sin(2.4 * i)], 2 * i);
  }
  const flags = Uint8Array.from({ length: count }, (_, i) =>
    i % 7 === 1 ? HIDDEN : i % 7 === 2 ? FADED : i % 7 === 3 ? SELECTED : 0,
  );
  return {
    positions,
    colours: Uint16Array.from({ length: count }, (_, i) => i % 5),
    palette: categoryPalette(4),
    flags,
  };
}

function make(kind: RendererKind): PointRenderer {
  const renderer = kind === 'canvas' ? new CanvasRenderer() : WebglRenderer.create(() => undefined);
  if (!renderer) throw new Error('There is no WebGL 2.');
  return renderer;
}

function pixelsOf(canvas: HTMLCanvasElement): Uint8ClampedArray {
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext('2d')!;
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, copy.width, copy.height).data;
}

export interface Difference {
  readonly pixels: number;
  /** Share of pixels that one can see to differ, and the mean difference of a channel. */
  readonly differing: number;
  readonly mean: number;
  /** Share of pixels that aren't the ground, in either. */
  readonly drawn: readonly [number, number];
}

function differenceOf(a: Uint8ClampedArray, b: Uint8ClampedArray): Difference {
  const pixels = a.length / 4;
  let [sum, differing, drawnA, drawnB] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i += 4) {
    let [most, ofA, ofB] = [0, 0, 0];
    for (let channel = 0; channel < 3; channel++) {
      const [inA, inB] = [a[i + channel]!, b[i + channel]!];
      const apart = Math.abs(inA - inB);
      sum += apart;
      most = Math.max(most, apart);
      ofA = Math.max(ofA, Math.abs(inA - ground[channel]!));
      ofB = Math.max(ofB, Math.abs(inB - ground[channel]!));
    }
    if (most > 48) differing++;
    if (ofA > 12) drawnA++;
    if (ofB > 12) drawnB++;
  }
  return {
    pixels,
    differing: differing / pixels,
    mean: sum / (3 * pixels),
    drawn: [drawnA / pixels, drawnB / pixels],
  };
}

const trials = {
  /** Draws the same with both. */
  compare(look: Partial<PointLook>, count: number, ratio: number): Difference {
    const size: DrawingSize = { width: 201, height: 150, ratio };
    const pictures = (['webgl', 'canvas'] as const).map((kind) => {
      const renderer = make(kind);
      renderer.draw(spiral(count), view, { ...usual, ...look }, size);
      const pixels = pixelsOf(renderer.canvas);
      renderer.dispose();
      return pixels;
    });
    return differenceOf(pictures[0]!, pictures[1]!);
  },

  /** Colours in the middle of three points and of a hidden one. */
  middles(kind: RendererKind, ratio: number): number[][] {
    const renderer = make(kind);
    const scene: PointScene = {
      positions: Float32Array.of(0, 0, 5, 3, -5, -3, 5, -3, NaN, NaN),
      colours: Uint16Array.of(0, 1, 2, 3, 0),
      palette: categoryPalette(4),
      flags: Uint8Array.of(0, FADED, SELECTED, HIDDEN, 0),
    };
    renderer.draw(scene, view, { ...usual, strength: 1 }, { width: 200, height: 150, ratio });
    const pixels = pixelsOf(renderer.canvas);
    const middles = [0, 1, 2, 3].map((row) => {
      const column = Math.floor((view.offsetX + view.scale * scene.positions[2 * row]!) * ratio);
      const line = Math.floor((view.offsetY - view.scale * scene.positions[2 * row + 1]!) * ratio);
      return [...pixels.subarray(4 * (line * renderer.canvas.width + column)).subarray(0, 3)];
    });
    renderer.dispose();
    return middles;
  },

  /** Bytes that go to the graphics card when nothing, the flags and the positions have changed. */
  uploads(): number[] {
    const renderer = make('webgl');
    const gl = renderer.canvas.getContext('webgl2')!;
    let bytes = 0;
    for (const name of ['bufferData', 'bufferSubData'] as const) {
      const send = Reflect.get(gl, name) as (this: WebGL2RenderingContext, ...values: unknown[]) => void;
      Reflect.set(gl, name, (...values: unknown[]) => {
        bytes += (values.find((value) => ArrayBuffer.isView(value)) as Uint8Array).byteLength;
        send.apply(gl, values);
      });
    }
    const scene = spiral(1_000);
    const flagged = { ...scene, flags: scene.flags.slice() };
    const scenes = [scene, scene, flagged, { ...flagged, positions: scene.positions.slice() }];
    return scenes.map((next) => {
      bytes = 0;
      renderer.draw(next, view, usual, { width: 200, height: 150, ratio: 1 });
      return bytes;
    });
  },

  /** Loses the context while points are shown. @param restores it, or leaves it lost */
  async loseContext(restores: boolean): Promise<{ kind: RendererKind; difference: Difference }> {
    const scene = spiral(500);
    const size = { width: 200, height: 150, ratio: 1 };
    let before: Uint8ClampedArray | undefined;
    return new Promise((resolve) => {
      const layer: PointLayer = new PointLayer(document.body, {
        only: 'webgl',
        onChange: () => {
          layer.draw(scene, view, usual, size);
          const difference = differenceOf(before!, pixelsOf(layer.canvas));
          const { kind } = layer;
          layer.dispose();
          resolve({ kind, difference });
        },
      });
      layer.draw(scene, view, usual, size);
      before = pixelsOf(layer.canvas);
      const extension = (layer.canvas.getContext('webgl2') as WebGL2RenderingContext).getExtension(
        'WEBGL_lose_context',
      )!;
      layer.canvas.addEventListener('webglcontextlost', () => {
        // A frame is asked for meanwhile, as the pointer moves.
        layer.draw(scene, view, usual, size);
        if (restores)
          setTimeout(() => {
            extension.restoreContext();
          }, 0);
      });
      extension.loseContext();
    });
  },

  /** Lets a page choose without a graphics card, which it does once it has seen how long each renderer needs. */
  async choice(): Promise<{ canvases: number; difference: Difference }> {
    const scene = spiral(30_000);
    const size = { width: 800, height: 600, ratio: 1 };
    let before: Uint8ClampedArray | undefined;
    const layer = await new Promise<PointLayer>((resolve) => {
      const chosen: PointLayer = new PointLayer(document.body, {
        onChange: () => {
          resolve(chosen);
        },
      });
      chosen.draw(scene, view, usual, size);
      before = pixelsOf(chosen.canvas);
    });
    layer.draw(scene, view, usual, size);
    const difference = differenceOf(before!, pixelsOf(layer.canvas));
    const canvases = document.querySelectorAll('canvas').length;
    layer.dispose();
    return { canvases, difference };
  },
};

export type Trials = typeof trials;
(globalThis as unknown as { trials: Trials }).trials = trials;
