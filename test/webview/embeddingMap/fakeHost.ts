/** Runs in the browser instead of the extension: answers the page from data that it is given. */
import {
  embeddingMapChanged,
  type EmbeddingMapRequests,
  type EmbeddingMapState,
  type MapColumn,
} from '../../../src/protocol/embeddingMap.ts';
import type { FilterTable } from '../../../src/core/filters/filter.ts';
import { filterSubjects } from '../../../src/core/filters/filterSubjects.ts';
import { matchFilter } from '../../../src/core/filters/matchFilter.ts';
import { parseFilter } from '../../../src/core/filters/parseFilter.ts';
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
  #mask: Uint8Array = new Uint8Array();
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

  /** As the host filters, by class and path. @param isTyped as if the page had asked for it */
  filter(text: string, isTyped = true): void {
    const { filter } = this.data.state;
    const parsed = parseFilter(text);
    const found = 'fault' in parsed ? parsed : matchFilter(parsed.terms, this.#table);
    const set = filter.set + (isTyped ? 0 : 1);
    if ('fault' in found) {
      this.show({ filter: { ...filter, text, set, fault: found.fault } });
      return;
    }
    const matches = text.trim() === '' ? 0 : filter.matches + 1;
    this.#mask = found.mask;
    this.show({ filter: { ...filter, text, set, fault: undefined, matches, count: found.count, hints: found.hints } });
  }

  get #table(): FilterTable {
    const { images } = this.data;
    const lists = [...new Set(images.map(({ label }) => label ?? ''))].map((label) => [label]);
    const codes = Int32Array.from(images, ({ label = '' }) => lists.findIndex(([name]) => name === label));
    return {
      paths: images.map(({ path }) => path),
      columns: [{ id: 'class', name: 'Class', kind: 'names', lists, codes }],
    };
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
      'embeddingMap/matches': () => {
        const { images, filter } = this.data.state;
        if (filter.matches === 0) return undefined;
        return { images: images.revision, revision: filter.matches, mask: this.#mask };
      },
      'embeddingMap/subjects': () => filterSubjects(this.#table),
      'embeddingMap/change': noted('change', (change: object) => {
        const { settings } = this.data.state;
        if ('filter' in change) this.filter(change.filter as string);
        else this.show('settings' in change ? { settings: { ...settings, ...(change.settings as object) } } : change);
        return undefined;
      }),
      'embeddingMap/actOn': noted('actOn', () => undefined),
      'embeddingMap/act': noted('act', () => undefined),
    };
  }
}
