import path from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { asLikenessError, isCancellation } from '../../core/errors.ts';
import {
  mapColumns,
  type EmbeddingMapRequests,
  type EmbeddingMapState,
  type MapChange,
  type MapComparison,
  type MapNeighbors,
  type MapPoints,
  type MapSettings,
  type MapSide as Side,
} from '../../protocol/embeddingMap.ts';
import type { LiveMap, MapChoice, MapSubject } from '../../protocol/maps.ts';
import type { PanelFailure } from '../../protocol/panels.ts';
import { Debounced } from '../async/debounce.ts';
import { isInside } from '../files/rootPaths.ts';
import { agreementColumn, clusterColumn } from './columnSet.ts';
import { folderName } from './folderName.ts';
import { rowsWithout } from './imageRows.ts';
import type { EmbeddingMapHost } from './mapHost.ts';
import { MapSide } from './mapSide.ts';
import { areUsable, restored, type SavedMap } from './savedMap.ts';
import { ShownImages } from './shownImages.ts';

/** A map to go back to when the next one is stopped. */
interface Rest {
  readonly paths: readonly string[];
  readonly positions: readonly (Float32Array | undefined)[];
  readonly of: MapSubject;
}

/**
 * What the Embedding Map shows: the images of a folder as points, on one map or on two by different encoders. The newest
 * request wins. Failures become part of the state.
 */
export class EmbeddingMapModel {
  readonly #host: EmbeddingMapHost;
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #settled: Debounced;
  readonly images: ShownImages;
  readonly #first: MapSide;
  readonly #second: MapSide;
  #revision = 0;
  #pictures = 0;
  #folder: string | undefined;
  #settings: MapSettings;
  #of: MapSubject;
  #hasCaptions = false;
  #secondEncoder: string | undefined;
  /** Of the second map while its points move. */
  #secondPaths: readonly string[] = [];
  #colorBy: string | undefined;
  #sortBy: EmbeddingMapState['sortBy'];
  #failure: PanelFailure | undefined;
  #notices: readonly string[] = [];
  #comparison: MapComparison | undefined;
  #focus: EmbeddingMapState['focus'];
  #focused = 0;
  /** An image to bring to the centre once the map is there, absolute. */
  #wanted: string | undefined;
  #rest: Rest | undefined;

  constructor(host: EmbeddingMapHost, saved: SavedMap | undefined) {
    this.#host = host;
    this.#settled = new Debounced(host.settleMs, () => void this.refresh());
    const { engine, selection, source, pollMs } = host;
    const changed = (): void => {
      this.touch();
    };
    const failed = ({ message }: { readonly message: string }): void => {
      this.#notices = [message];
      this.touch();
    };
    const { folder, settings, second, colorBy, sortBy, filter = '', of = 'images' } = restored(saved);
    this.images = new ShownImages({ engine, selection, source, changed, failed }, filter);
    const move = ({ root, encoder, paths, positions }: LiveMap): void => {
      this.images.identify(root, encoder.identity);
      if (paths) this.#setRows(paths);
      if (positions.length === 2 * this.images.rows.paths.length) this.#first.move(positions);
      this.touch();
    };
    const moveSecond = ({ paths, positions }: LiveMap): void => {
      if (paths) this.#secondPaths = paths;
      this.#second.move(this.images.onRows(positions, this.#secondPaths));
      this.touch();
    };
    this.#first = new MapSide({ engine, pollMs, changed, moved: move });
    this.#second = new MapSide({ engine, pollMs, changed, moved: moveSecond });
    this.#folder = folder;
    this.#settings = settings;
    this.#of = of;
    this.#secondEncoder = second;
    this.#colorBy = colorBy;
    this.#sortBy = sortBy;
  }

  get state(): EmbeddingMapState {
    const { trusted, indexing, layout, actions, selection, source } = this.#host;
    const { rows, columns, root, query, selected } = this.images;
    const folder = this.#folder;
    const isTwofold = this.#secondEncoder !== undefined && this.#second.isShown;
    return {
      revision: this.#revision,
      trusted: trusted(),
      indexing: folder !== undefined && indexing(folder),
      folder:
        folder === undefined
          ? undefined
          : { root: root ?? folder, path: folder, name: folderName(root ?? folder, folder) },
      of: this.#of,
      hasCaptions: this.#hasCaptions,
      settings: this.#settings,
      layout: layout(),
      images: { revision: rows.revision, count: rows.paths.length },
      maps: this.#first.isShown ? [this.#first.shown, ...(isTwofold ? [this.#second.shown] : [])] : [],
      comparison: isTwofold ? this.#comparison : undefined,
      columns: columns.infos,
      colorBy: this.#colorColumn,
      sortBy: this.#sortBy,
      selection: {
        revision: selection.revision,
        count: selected.rows.length,
        elsewhere: selected.elsewhere,
        own: selection.source === source,
      },
      filter: this.images.filter.state,
      query,
      focus: this.#focus,
      actions,
      picturesRevision: this.#pictures,
      notices: this.#notices,
      failure: this.#failure,
    };
  }

  /** What is shown, absolute. */
  get folder(): string | undefined {
    return this.#folder;
  }

  /** True where a folder has been neither laid out nor refused, as after a reload. */
  get isWaiting(): boolean {
    return this.#folder !== undefined && !this.#first.isShown && !this.#failure;
  }

  points(side: Side): MapPoints | undefined {
    const { positions, revision } = side === 0 ? this.#first : this.#second;
    return positions && { images: this.images.rows.revision, points: revision, positions };
  }

  /** Rows of the window's selection. */
  selection(): EmbeddingMapRequests['embeddingMap/selection']['result'] {
    const { rows, selected } = this.images;
    return { images: rows.revision, revision: this.#host.selection.revision, rows: selected.rows };
  }

  async neighbors(
    request: EmbeddingMapRequests['embeddingMap/neighbors']['params'],
  ): Promise<MapNeighbors | undefined> {
    const { identity } = request.map === 0 ? this.#first : this.#second;
    if (identity === undefined || this.#folder === undefined) return undefined;
    return this.images.neighbors(request, this.#folder, identity);
  }

  /** Shows a folder of a dataset, and one of its images in the centre. Absolute. @param filter in place of the one there is */
  async show(folder: string, image?: string, filter?: string): Promise<void> {
    this.#wanted = image;
    if (filter !== undefined) void this.images.filter.change(filter, false);
    if (folder !== this.#folder) {
      const { root } = this.images;
      // Of another dataset nobody has asked for a second map, which may have to embed all of its images.
      // Nor does a filter of another dataset say anything here.
      if (root === undefined || !isInside(root, folder)) {
        this.#secondEncoder = undefined;
        this.#of = 'images';
        if (filter === undefined) void this.images.filter.change('', false);
      }
      this.#clear();
      this.#folder = folder;
    } else if (this.#first.isBusy) {
      return;
    } else if (this.#first.isShown) {
      this.#save();
      this.#center();
      this.touch();
      return;
    }
    await this.refresh();
  }

  /** Changes what a control stands for; a new map comes when it is at rest. */
  change(change: MapChange): void {
    if ('settings' in change) {
      const next = { ...this.#settings, ...change.settings };
      if (!areUsable(next)) return;
      this.#settings = next;
      this.#settled.trigger();
    } else if ('of' in change) {
      this.#of = change.of;
      void this.refresh();
    } else if ('colorBy' in change) {
      this.#colorBy = change.colorBy;
    } else if ('filter' in change) {
      void this.images.filter.change(change.filter, true);
    } else {
      this.#sortBy = change.sortBy;
    }
    this.#save();
    this.touch();
  }

  /** Puts a map by another encoder beside the first. @param encoder its id or the absolute path of an ONNX file */
  async compare(encoder: string): Promise<void> {
    this.#clearSecond();
    this.#secondEncoder = encoder;
    this.#save();
    await this.#openSecond(false);
  }

  stopComparing(): void {
    this.#secondEncoder = undefined;
    this.#second.cancel();
    this.#clearSecond();
    this.#save();
    this.touch();
  }

  /** Something that the state tells has changed. */
  touch(): void {
    this.#revision++;
    this.#changed.fire();
  }

  /** Stops what is going on; the last map stays. */
  cancel(): void {
    this.#first.cancel();
    this.#second.cancel();
  }

  /** Opens the maps again, or lays them out anew. */
  async refresh({ fresh = false }: { readonly fresh?: boolean } = {}): Promise<void> {
    const folder = this.#folder;
    this.#save();
    if (folder === undefined) return;
    this.#failure = undefined;
    const choice = this.#choice;
    const opening = await this.#first.open({ folder, choice, fresh, of: this.#of });
    if (opening.outcome === 'overtaken') return;
    if (opening.outcome !== 'opened') {
      this.#goBack(opening.failure, opening.outcome === 'failed');
      return;
    }
    const { map } = opening;
    this.#hasCaptions = map.hasCaptions;
    this.images.identify(map.root, map.encoder.identity);
    this.#setRows(map.paths);
    this.#first.take(map, choice, map.positions, map.missing);
    this.images.columns.put(clusterColumn(map.figures.clusters, map.cluster));
    this.#notices = map.notices.map(({ message }) => message);
    this.#pictures++;
    this.#remember();
    this.#center();
    this.touch();
    await Promise.all([this.images.readColumns(), this.#openSecond(fresh), this.images.readSimilarities()]);
    // Looking for neighbours takes a while for the first time, which whoever points at an image needn't wait for.
    await this.neighbors({ images: this.images.rows.revision, row: 0, map: 0, count: 1 }).catch(() => undefined);
  }

  dispose(): void {
    this.#settled.dispose();
    this.images.dispose();
    this.#first.dispose();
    this.#second.dispose();
  }

  async #openSecond(fresh: boolean): Promise<void> {
    const [folder, encoder, alignTo] = [this.#folder, this.#secondEncoder, this.#first.name];
    if (folder === undefined || encoder === undefined || alignTo === undefined) return;
    const choice = this.#choice;
    const opening = await this.#second.open({ folder, encoder, choice, fresh, alignTo });
    if (opening.outcome === 'overtaken' || this.#secondEncoder !== encoder) return;
    if (opening.outcome !== 'opened') {
      this.#second.settle(this.#rest?.positions[1]);
      if (opening.outcome === 'stopped' && !this.#second.isShown) this.stopComparing();
      else if (opening.outcome === 'failed') this.#second.failure = opening.failure;
      this.touch();
      return;
    }
    const { map } = opening;
    const positions = this.images.onRows(map.positions, map.paths);
    this.#second.take(map, choice, positions, rowsWithout(positions));
    this.#remember();
    this.touch();
    await this.#compareNeighbors(folder, encoder);
  }

  async #compareNeighbors(folder: string, encoder: string): Promise<void> {
    const [first, second] = [this.#first.name, this.#second.name];
    if (first === undefined || second === undefined) return;
    const { paths, revision } = this.images.rows;
    try {
      const found = await this.#host.engine.call('maps/compare', { folder, maps: [first, second], paths });
      if (revision !== this.images.rows.revision || encoder !== this.#secondEncoder) return;
      this.#comparison = { progress: undefined, meanAgreement: found.mean, neighbors: found.neighbors };
      this.images.columns.put(agreementColumn(found.agreement));
    } catch (error) {
      if (isCancellation(error)) return;
      this.#notices = [asLikenessError(error).message];
    }
    this.touch();
  }

  /** To the map that was shown before, or to none. */
  #goBack(failure: PanelFailure, isFailed: boolean): void {
    const rest = this.#rest;
    if (rest) {
      this.#of = rest.of;
      this.#setRows(rest.paths);
      this.#first.settle(rest.positions[0]);
      this.#second.settle(rest.positions[1]);
      this.#first.failure = isFailed ? failure : undefined;
    } else {
      this.#clear();
      this.#failure = failure;
    }
    this.touch();
  }

  #setRows(paths: readonly string[]): void {
    const before = this.images.replace(paths);
    if (before === undefined) return;
    this.#first.reorder(before);
    this.#second.reorder(before);
    this.#focus = undefined;
    void this.images.readColumns();
  }

  #remember(): void {
    const positions = [this.#first.positions, this.#second.positions];
    this.#rest = { paths: this.images.rows.paths, positions, of: this.#of };
  }

  #clear(): void {
    this.#rest = undefined;
    this.#hasCaptions = false;
    this.#first.clear();
    this.#clearSecond();
    this.images.clear();
    this.#focus = undefined;
    this.#failure = undefined;
    this.#notices = [];
  }

  #clearSecond(): void {
    this.#second.clear();
    this.#comparison = undefined;
    this.images.columns.remove(mapColumns.agreement);
  }

  /** Brings the image that was asked for to the centre, and selects it. */
  #center(): void {
    const [wanted, { root, rows }] = [this.#wanted, this.images];
    if (wanted === undefined || root === undefined) return;
    this.#wanted = undefined;
    const file = path.relative(root, wanted).split(path.sep).join('/');
    const row = rows.rowOf(file);
    if (row < 0) {
      this.#notices = [`${file} isn't on the map, as it has no embedding yet; index the folder, and it will be.`];
      return;
    }
    this.#focused++;
    this.#focus = { row, revision: this.#focused };
    this.#host.selection.set({ root, paths: [file] }, this.#host.source);
  }

  get #choice(): MapChoice {
    return { ...this.#settings, layout: this.#host.layout() };
  }

  /** The column that was chosen; before that, or where it is gone, what tells the most at once. */
  get #colorColumn(): string | undefined {
    const wanted = [this.#colorBy, mapColumns.class, mapColumns.cluster];
    return wanted.find((id) => id !== undefined && this.images.columns.has(id)) ?? this.#colorBy;
  }

  #save(): void {
    this.#host.save({
      folder: this.#folder,
      settings: this.#settings,
      second: this.#secondEncoder,
      colorBy: this.#colorBy,
      sortBy: this.#sortBy,
      of: this.#of,
      filter: this.images.filter.text,
    });
  }
}
