import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddingMapModel } from '../../../src/extension/embeddingMap/embeddingMapModel.ts';
import type { SavedMap } from '../../../src/extension/embeddingMap/savedMap.ts';
import { ImageSelection } from '../../../src/extension/selection/imageSelection.ts';
import type { ImageColumn, LiveMap, MapRequests, OpenedMap, OpenMapRequest } from '../../../src/protocol/maps.ts';
import type { CallOptions } from '../../../src/protocol/rpc.ts';
import { FakeCaller } from '../fakeCaller.ts';

/** Paths of the images of a small dataset at `/data`. */
export const names = ['cat/a.png', 'cat/b.png', 'dog/c.png', 'dog/d.png'];
export const identityOf = (encoder: string | undefined) => `identity of ${encoder ?? 'own'}`;

export const own = { id: 'own', dim: 8, identity: identityOf(undefined) };

/** What the engine answers: points on a line, in the order of the paths. */
export function opened({ encoder }: Pick<OpenMapRequest, 'encoder'>, change: Partial<OpenedMap> = {}): OpenedMap {
  const paths = change.paths ?? names;
  return {
    root: '/data',
    encoder: { id: encoder ?? 'own', dim: 8, identity: identityOf(encoder) },
    paths,
    // As it comes out of a message: amid other bytes.
    positions: new Float32Array(2 * paths.length + 6).subarray(4, 4 + 2 * paths.length).map((_, i) => i),
    cluster: Int32Array.from(paths, (_, i) => (i < 2 ? 0 : -1)),
    figures: {
      trustworthiness: 0.9,
      neighborsKept: 0.5,
      judged: { neighbors: 1, images: 4 },
      clusters: [{ id: 0, name: 'cat', size: 2, representative: 'cat/a.png' }],
      explained: undefined,
      recall: 1,
      madeAt: 5,
      seconds: 1,
    },
    placed: 0,
    removed: 0,
    missing: 0,
    hasCaptions: false,
    notices: [],
    ...change,
  };
}

function columnsOf(paths: readonly string[]): ImageColumn[] {
  const classes = ['cat', 'dog'];
  const codes = Int32Array.from(paths, (path) => classes.indexOf(path.split('/')[0]!));
  return [
    { id: 'width', name: 'Width', unit: 'px', kind: 'number', values: Float32Array.from(paths, (_, i) => i) },
    { id: 'class', name: 'Class', unit: '', kind: 'category', names: classes, codes },
  ];
}

interface Given {
  readonly open?: (request: OpenMapRequest, options: CallOptions) => OpenedMap | Promise<OpenedMap>;
  readonly live?: (request: MapRequests['maps/live']['params']) => LiveMap | undefined;
  readonly saved?: SavedMap;
}

/** A model with an engine of functions, and what became of both. */
export function fixture({ open = (request) => opened(request), live = () => undefined, saved }: Given = {}) {
  const list = { revision: 1, paths: ['dog/unembedded.png', ...names.toReversed()] };
  const engine = new FakeCaller({
    'maps/open': open,
    'maps/live': live,
    'captions/of': ({ paths }) => paths.map((path) => (path === 'dog/d.png' ? ['a dog'] : [])),
    'maps/columns': ({ paths }) => columnsOf(paths),
    'maps/neighbors': () => ({ paths: ['cat/b.png', 'elsewhere.png'], similarities: Float32Array.of(0.9, 0.8) }),
    'maps/similarities': ({ to, paths }) =>
      Float32Array.from(paths, (other) => ('path' in to ? Number(other === to.path) || 0.25 : other.length / 100)),
    'maps/compare': ({ paths }) => ({ agreement: new Float32Array(paths.length).fill(0.5), mean: 0.5, neighbors: 15 }),
    // The engine's list has images that aren't on the map, and another order.
    'filters/rows': () => ({ revision: list.revision, paths: list.paths }),
    'filters/mask': ({ filter }) =>
      filter.includes(':')
        ? { fault: { message: 'What?', from: 0, to: 1 } }
        : {
            revision: list.revision,
            mask: Uint8Array.from(list.paths, (path) => (path.includes(filter) ? 1 : 0)),
            hints: [],
          },
    'filters/subjects': () => [],
    'views/list': () => ({ root: '/data', views: [{ name: 'dogs', filter: 'dog', count: 2, fault: undefined }] }),
    'images/thumbnails': ({ paths }) => paths.map((path) => ({ path, bytes: new Uint8Array(9).subarray(3, 5) })),
  });
  const selection = new ImageSelection();
  const saves: SavedMap[] = [];
  let changes = 0;
  const model = new EmbeddingMapModel(
    {
      engine,
      trusted: () => true,
      indexing: () => false,
      layout: () => 'likeness',
      ...{ selection, source: 'map' },
      actions: ['open'],
      save: (next) => void saves.push(next),
      ...{ pollMs: 5, settleMs: 5 },
    },
    saved,
  );
  model.onDidChange(() => {
    changes++;
  });
  const asked = (method: string) => engine.asked.filter((call) => call.method === method).map(({ params }) => params);
  return { engine, list, model, selection, saves, asked, changes: () => changes };
}

/** Waits until something holds, which it has to sooner or later. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(2);
}
