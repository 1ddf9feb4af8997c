import { effect, signal } from '@preact/signals';
import type { Point } from '../../src/core/images/boxes.ts';
import type { PanelFailure } from '../../src/protocol/panels.ts';
import type { ViewedPicture } from '../../src/protocol/viewer.ts';
import { host, state } from './host.ts';

/** A picture that can be drawn. */
export interface ShownPicture extends Omit<ViewedPicture, 'bytes'> {
  readonly bitmap: ImageBitmap;
}

/** The picture, or why there is none; undefined while it is read. */
export const picture = signal<ShownPicture | PanelFailure | undefined>(undefined);

export function isShown(value: ShownPicture | PanelFailure | undefined): value is ShownPicture {
  return value !== undefined && 'bitmap' in value;
}

let loaded = -1;

effect(() => {
  const current = state.value;
  if (current === undefined || !current.trusted || current.picture === loaded) return;
  loaded = current.picture;
  void load(current.picture);
});

async function load(version: number): Promise<void> {
  const found = (await decoded(false)) ?? (await decoded(true)) ?? undecodable;
  if (version !== loaded) {
    if (isShown(found)) found.bitmap.close();
    return;
  }
  if (isShown(picture.peek())) (picture.peek() as ShownPicture).bitmap.close();
  picture.value = found;
}

const undecodable: PanelFailure = {
  code: 'corrupt-image',
  message: 'This picture can’t be shown here; it may be damaged.',
  remedy: 'none',
};

/** @returns undefined where the page can't decode what it got, or as another picture than the index has */
async function decoded(decode: boolean): Promise<ShownPicture | PanelFailure | undefined> {
  const answer = await host.call('viewer/picture', { decode });
  if (!('bytes' in answer)) return answer;
  const { bytes, ...facts } = answer;
  try {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: facts.type }));
    const isAsIndexed = facts.reduced || (bitmap.width === facts.width && bitmap.height === facts.height);
    if (isAsIndexed) return { ...facts, bitmap };
    bitmap.close();
  } catch {
    // The host has a decoder of its own.
  }
  return undefined;
}

let probe: CanvasRenderingContext2D | null | undefined;

/** Red, green, blue and alpha of a pixel; undefined where the picture is shown by a smaller copy. */
export function pixelValues({ bitmap, reduced }: ShownPicture, { x, y }: Point): readonly number[] | undefined {
  if (reduced) return undefined;
  probe ??= Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', {
    willReadFrequently: true,
  });
  if (!probe) return undefined;
  probe.clearRect(0, 0, 1, 1);
  probe.drawImage(bitmap, x, y, 1, 1, 0, 0, 1, 1);
  return [...probe.getImageData(0, 0, 1, 1).data];
}
