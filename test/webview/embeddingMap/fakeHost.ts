/** Runs in the browser instead of the extension: answers the page from data that it is given. */
import {
  embeddingMapChanged,
  type EmbeddingMapRequests,
  type EmbeddingMapState,
  type MapColumn,
} from '../../../src/protocol/embeddingMap.ts';
import { serveRequests } from '../../../src/protocol/rpc.ts';
import { connectToPage } from '../shared/fakeVsCode.ts';

export interface FakeImage {
  readonly path: string;
  readonly label: string | undefined;
  readonly split: string | undefined;
}

export interface FakeData {
  readonly state: EmbeddingMapState;
  readonly images: readonly FakeImage[];
  /** By map. */
  readonly positions: Float32Array[];
  readonly columns: MapColumn[];
  readonly neighbors: (row: number, map: number, count: number) => { rows: Uint32Array; similarities: Float32Array };
  readonly picture: (row: number) => { bytes: Uint8Array | undefined; type: string };
}

/** What the page asked for, by method, for tests to look at. */
export const calls: { readonly method: string; readonly params: unknown }[] = [];

export class FakeHost {
  data: FakeData;
  kept: unknown;
  selected: Uint32Array = new Uint32Array();
  readonly #connection;

  /** @param kept what the page kept when it was thrown away before */
  constructor(data: FakeData, kept?: unknown) {
    this.data = data;
    this.kept = kept;
    this.#connection = connectToPage(this);
    serveRequests<EmbeddingMapRequests>(this.#connection, this.#handlers());
    this.#connection.listen();
  }

  /** Shows another state, as the host would when something has happened. */
  show(change: Partial<EmbeddingMapState>): void {
    const { state } = this.data;
    this.data = { ...this.data, state: { ...state, ...change, revision: state.revision + 1 } };
    void this.#connection.sendNotification(embeddingMapChanged, { revision: this.data.state.revision });
  }

  #handlers() {
    const noted =
      <Params, Result>(method: string, answer: (params: Params) => Result) =>
      (params: Params): Result => {
        calls.push({ method, params });
        return answer(params);
      };
    return {
      'embeddingMap/state': () => this.data.state,
      'embeddingMap/points': ({ map }: { map: number }) => {
        const positions = this.data.positions[map];
        const { images, maps } = this.data.state;
        return positions && { images: images.revision, points: maps[map]?.points ?? 0, positions };
      },
      'embeddingMap/column': noted('column', ({ id }: { id: string }) =>
        this.data.columns.find((column) => column.id === id),
      ),
      'embeddingMap/selection': () => {
        const { images, selection } = this.data.state;
        return { images: images.revision, revision: selection.revision, rows: this.selected };
      },
      'embeddingMap/select': noted('select', ({ rows }: { rows: Uint32Array }) => {
        this.selected = rows;
        const { selection } = this.data.state;
        this.show({ selection: { ...selection, revision: selection.revision + 1, count: rows.length, own: true } });
        return undefined;
      }),
      'embeddingMap/query': noted('query', () => undefined),
      'embeddingMap/neighbors': ({ row, map, count }: { row: number; map: number; count: number }) =>
        this.data.neighbors(row, map, count),
      'embeddingMap/images': ({ rows }: { rows: readonly number[] }) =>
        rows.map((row) => ({ row, ...this.data.images[row]! })),
      'embeddingMap/pictures': noted('pictures', ({ rows }: { rows: readonly number[] }) =>
        rows.map((row) => ({ path: this.data.images[row]!.path, ...this.data.picture(row) })),
      ),
      'embeddingMap/search': ({ text }: { text: string }) =>
        Uint32Array.from([...this.data.images.keys()].filter((row) => this.data.images[row]!.path.includes(text))),
      'embeddingMap/change': noted('change', (change: object) => {
        const { settings } = this.data.state;
        const next = 'settings' in change ? { settings: { ...settings, ...(change.settings as object) } } : change;
        this.show(next);
        return undefined;
      }),
      'embeddingMap/actOn': noted('actOn', () => undefined),
      'embeddingMap/act': noted('act', () => undefined),
    };
  }
}
