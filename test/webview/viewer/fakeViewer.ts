/** Runs in the browser before the page's own script: a host with one image, and others that are like it. */
import type { Box } from '../../../src/core/images/boxes.ts';
import type { SimilarImage } from '../../../src/protocol/engine.ts';
import type { PanelFailure } from '../../../src/protocol/panels.ts';
import { serveRequests } from '../../../src/protocol/rpc.ts';
import type { ViewedPicture } from '../../../src/protocol/viewer.ts';
import { viewerChanged, type ViewerState, type ViewerViewRequests } from '../../../src/protocol/viewerView.ts';
import { bitmap, connectToPage } from '../shared/fakeVsCode.ts';

/** A picture of 40 × 20 pixels: red is 6 times x, green 12 times y, blue 200. */
export const PICTURE = { width: 40, height: 20 };

async function pictureBytes(): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(PICTURE.width, PICTURE.height);
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(PICTURE.width, PICTURE.height);
  for (let i = 0; i < PICTURE.width * PICTURE.height; i++) {
    pixels.data.set([6 * (i % PICTURE.width), 12 * Math.floor(i / PICTURE.width), 200, 255], 4 * i);
  }
  context.putImageData(pixels, 0, 0);
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}

class FakeViewer {
  kept: unknown = undefined;
  state: ViewerState;
  /** What the page asked for, by method. */
  readonly calls: { readonly method: string; readonly params: unknown }[] = [];
  /** What the host says in place of a picture. */
  failure: PanelFailure | undefined;
  /** The page gets bytes that it can't decode unless it asks for a copy. */
  isForeign = false;
  readonly #connection;

  constructor() {
    const none = { searching: false, searchedRegions: undefined, failure: undefined };
    this.state = {
      ...{ revision: 1, name: 'a.png', trusted: true, picture: 0, images: 0, indexing: false, failure: undefined },
      image: {
        ...{ root: '/data', path: 'train/cat/a.png', indexed: true, label: 'cat', split: 'train', tags: ['night'] },
        ...{ encoder: { id: 'e', name: 'E' }, regions: { images: 3, of: 9 } },
      },
      findings: [{ id: 'f1', kind: 'label-issue', severity: 'warning', message: 'It looks like a dog.' }],
      similar: { ...none, results: [imageLike(1), imageLike(2)] },
      region: undefined,
    };
    this.#connection = connectToPage(this);
    serveRequests<ViewerViewRequests>(this.#connection, this.#handlers());
    this.#connection.listen();
  }

  show(change: Partial<ViewerState>): void {
    this.state = { ...this.state, ...change, revision: this.state.revision + 1 };
    void this.#connection.sendNotification(viewerChanged, { revision: this.state.revision });
  }

  #search(box: Box | undefined): void {
    const part = { box: { x: 75, y: 0, width: 150, height: 120 }, picture: { width: 300, height: 240 } };
    const found = { searching: false, searchedRegions: { regions: 42, images: 3, of: 9 }, failure: undefined };
    const results = [{ ...imageLike(3), region: part }, imageLike(4)];
    this.show({ region: box && { ...found, results, box } });
  }

  #handlers() {
    const noted =
      <Params>(method: string, run: (params: Params) => void = () => undefined) =>
      (params: Params): undefined => {
        this.calls.push({ method, params });
        run(params);
      };
    return {
      'viewer/state': () => this.state,
      'viewer/picture': async ({ decode }: { decode: boolean }): Promise<ViewedPicture | PanelFailure> => {
        this.calls.push({ method: 'picture', params: { decode } });
        if (this.failure) return this.failure;
        const bytes = this.isForeign && !decode ? Uint8Array.of(1, 2, 3) : await pictureBytes();
        return { bytes, type: 'image/png', format: 'png', fileBytes: 1234, ...PICTURE, reduced: false };
      },
      'viewer/thumbnails': ({ paths }: { paths: readonly string[] }) =>
        paths.map((path) => ({ path, ...bitmap(200, 120, 40) })),
      'viewer/search': noted('search', ({ box }: { box: Box | undefined }) => {
        this.#search(box);
      }),
      'viewer/open': noted('open'),
      'viewer/review': noted('review'),
      'viewer/act': noted('act'),
    };
  }
}

function imageLike(i: number): SimilarImage {
  return { path: `train/cat/${i}.png`, similarity: 1 - i / 10, label: 'cat', split: 'train' };
}

export type Fake = FakeViewer;

Object.assign(globalThis, {
  start: (change: Partial<FakeViewer>) => {
    Object.assign(globalThis, { fake: Object.assign(new FakeViewer(), change) });
  },
});
