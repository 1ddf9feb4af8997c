/** Runs in the browser before the page's own script: a host with generated images in four crowds. */
import type { EmbeddingMapState } from '../../../src/protocol/embeddingMap.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { bitmap } from '../shared/fakeVsCode.ts';
import { calls, FakeHost } from './fakeHost.ts';

const classes = ['boot', 'hat', 'shirt', 'sock'];

function picture(row: number): { bytes: Uint8Array; type: string } {
  return bitmap(120, (row * 91) % 256, (row * 37) % 256);
}

/** @param count of images; image i is of class i mod 4, whose crowd lies in a corner of its own */
function start(count: number, kept?: unknown): void {
  const random = new RandomStream(7);
  const corners = [-1, -1, 1, -1, -1, 1, 1, 1];
  const positions = Float32Array.from({ length: 2 * count }, (_, i) => {
    const corner = corners[2 * ((i >> 1) % 4) + (i % 2)]!;
    return 4 * corner + 0.5 * random.normal();
  });
  const images = Array.from({ length: count }, (_, row) => ({
    path: `train/${classes[row % 4]!}/${row}.jpg`,
    label: classes[row % 4]!,
    split: 'train',
  }));
  const codes = Int32Array.from(images, (_, row) => row % 4);
  const info = (id: string, name: string, kind: 'category' | 'number', unit = '') => ({
    id,
    name,
    kind,
    unit,
    revision: 1,
  });
  const map: EmbeddingMapState['maps'][number] = {
    encoder: { id: 'tiny', dim: 8 },
    points: 1,
    moving: false,
    progress: undefined,
    figures: {
      trustworthiness: 0.95,
      neighborsKept: 0.6,
      judged: { neighbors: 15, images: 100 },
      clusters: classes.map((name, id) => ({ id, name, size: count / 4, representative: '' })),
      explained: undefined,
      recall: 1,
      madeAt: 0,
      seconds: 1,
    },
    placed: 0,
    removed: 0,
    missing: 0,
    failure: undefined,
  };
  const host = new FakeHost(
    {
      state: {
        revision: 1,
        trusted: true,
        indexing: false,
        folder: { root: '/data', path: '/data', name: 'data' },
        of: 'images',
        hasCaptions: true,
        settings: { method: 'umap', neighbors: 15, minimumDistance: 0.1, seed: 0 },
        layout: 'likeness',
        images: { revision: 1, count },
        maps: [map],
        comparison: undefined,
        columns: [
          info('class', 'Class', 'category'),
          info('cluster', 'Cluster', 'category'),
          info('size', 'Size', 'number', 'KB'),
        ],
        colorBy: 'class',
        sortBy: undefined,
        selection: { revision: 0, count: 0, elsewhere: 0, own: false },
        filter: { text: '', set: 1, matches: 0, count, fault: undefined, hints: [], views: [] },
        query: undefined,
        focus: undefined,
        actions: ['open', 'similar', 'tag', 'exclude', 'export'],
        picturesRevision: 1,
        notices: [],
        failure: undefined,
      },
      images,
      positions: [positions, positions.map((value) => -value)],
      columns: [
        { id: 'class', kind: 'category', revision: 1, names: classes, codes },
        { id: 'cluster', kind: 'category', revision: 1, names: classes, codes },
        { id: 'size', kind: 'number', revision: 1, values: Float32Array.from(images, (_, row) => (row * 7) % count) },
      ],
      neighbors: (row, side, wanted) => ({
        rows: Uint32Array.from({ length: wanted }, (_, rank) => (row + 4 * (rank + 1) + side) % count),
        similarities: Float32Array.from({ length: wanted }, (_, rank) => 0.99 - 0.01 * rank),
      }),
      picture,
    },
    kept,
  );
  Object.assign(globalThis, { fake: { host, calls, map } });
}

export interface Fake {
  readonly host: FakeHost;
  readonly calls: typeof calls;
  readonly map: EmbeddingMapState['maps'][number];
}

Object.assign(globalThis, { start });
