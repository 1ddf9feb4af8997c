/** Runs in the browser: how long points take to be drawn, moved and zoomed. */
import { boundsOf, PointGrid } from '../../../../src/core/neighbors/pointGrid.ts';
import { RandomStream } from '../../../../src/core/random.ts';
import { crowding } from '../../../../webview/shared/scatter/crowding.ts';
import { categoryEntries, categoryPalette } from '../../../../webview/shared/scatter/palettes.ts';
import { PointLayer } from '../../../../webview/shared/scatter/pointLayer.ts';
import { dotLook } from '../../../../webview/shared/scatter/pointLook.ts';
import type { PointLook, PointScene, RendererKind } from '../../../../webview/shared/scatter/pointRenderer.ts';
import { ViewTransform } from '../../../../webview/shared/scatter/viewTransform.ts';

const FRAMES = 60;
const CLASSES = 30;

export interface ScatterFigures {
  readonly kind: RendererKind;
  /** Milliseconds from the arrays to the first picture on the screen: index, shading, renderer and drawing. */
  readonly first: number;
  /** Milliseconds from frame to frame. */
  readonly pan: readonly number[];
  readonly zoom: readonly number[];
  readonly shaded: readonly number[];
  /** Milliseconds that finding the point under the pointer takes. */
  readonly pick: number;
  /** Bytes. */
  readonly heap: number;
}

/** Crowds of several sizes, as maps have them. */
function crowds(count: number): Float32Array {
  const random = new RandomStream(1);
  const middles = Array.from({ length: CLASSES }, () => [
    random.normal(),
    random.normal(),
    0.05 + 0.15 * random.uniform(),
  ]);
  const positions = new Float32Array(2 * count);
  for (let row = 0; row < count; row++) {
    const [x, y, spread] = middles[row % CLASSES]!;
    positions[2 * row] = x! + spread! * random.normal();
    positions[2 * row + 1] = y! + spread! * random.normal();
  }
  return positions;
}

const nextFrame = () => new Promise<number>(requestAnimationFrame);

/** @param only one renderer, or whichever the panel would take */
async function measure(count: number, only: RendererKind | undefined): Promise<ScatterFigures> {
  const positions = crowds(count);
  const codes = Int32Array.from({ length: count }, (_, row) => row % CLASSES);
  const size = { width: innerWidth, height: innerHeight, ratio: devicePixelRatio };
  await nextFrame();
  const start = performance.now();
  const scene: PointScene = {
    positions,
    colours: categoryEntries(codes, CLASSES),
    palette: categoryPalette(CLASSES),
    flags: new Uint8Array(count),
  };
  const grid = new PointGrid(positions);
  const bounds = boundsOf(positions);
  const crowd = crowding(positions);
  const layer = new PointLayer(document.body, { onChange: () => undefined, ...(only && { only }) });
  let view = ViewTransform.fitting(bounds, size);
  const draw = (shaded: boolean) => {
    const dots = dotLook(count, view.magnification(bounds, size), size);
    const look: PointLook = {
      ...dots,
      strength: shaded ? 0 : dots.strength,
      faint: 0.1,
      ground: [30, 30, 30],
      ink: [255, 255, 255],
      density: shaded ? { reference: (0.5 * crowd) / view.scale ** 2 } : undefined,
    };
    layer.draw(scene, view, look, size);
  };
  draw(false);
  // What is drawn in one frame can be seen by the next but one.
  await nextFrame();
  await nextFrame();
  const first = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 300));

  const frames = async (step: (frame: number) => void, shaded = false): Promise<number[]> => {
    const times: number[] = [];
    let before = await nextFrame();
    for (let frame = 0; frame < FRAMES; frame++) {
      step(frame);
      draw(shaded);
      const now = await nextFrame();
      times.push(now - before);
      before = now;
    }
    return times;
  };
  const panning = (frame: number) => {
    view = view.pan(frame % 30 < 15 ? 7 : -7, frame % 20 < 10 ? 5 : -5);
  };
  const pan = await frames(panning);
  const zoom = await frames((frame) => {
    view = view.zoom(frame < FRAMES / 2 ? 1.06 : 1 / 1.06, 0.4 * size.width, 0.6 * size.height, bounds, size);
  });
  const shaded = await frames(panning, true);
  const begin = performance.now();
  for (let i = 0; i < 1_000; i++) {
    grid.nearestTo(view.x((i * 37) % size.width), view.y((i * 91) % size.height), 12 / view.scale);
  }
  const pick = (performance.now() - begin) / 1_000;
  const { kind } = layer;
  const heap = (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;
  layer.dispose();
  return { kind, first, pan, zoom, shaded, pick, heap };
}

(globalThis as unknown as { measure: typeof measure }).measure = measure;
