import type { LikenessError } from '../../core/errors.ts';
import { asLikenessError, isCancellation } from '../../core/errors.ts';
import { mapColumns, type EmbeddingMapState, type MapImage, type MapNeighbors } from '../../protocol/embeddingMap.ts';
import { formatTextQuery, type TypedQuery } from '../../core/neighbors/textQuery.ts';
import type { Picture } from '../../protocol/panels.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import { readThumbnails } from '../panels/thumbnails.ts';
import type { ImageSelection } from '../selection/imageSelection.ts';
import { ColumnSet, similarityColumn } from './columnSet.ts';
import { ImageRows } from './imageRows.ts';
import { MapFilter } from './mapFilter.ts';

export interface ShownImagesOptions {
  readonly engine: EngineCaller;
  /** The window's selection, and what the panel is called when it changes it. */
  readonly selection: ImageSelection;
  readonly source: string;
  readonly changed: () => void;
  /** Something went wrong beside the map itself. */
  readonly failed: (error: LikenessError) => void;
}

/** The images that the points of the maps stand for: what is known of them, and which are selected. */
export class ShownImages {
  readonly rows = new ImageRows();
  readonly columns = new ColumnSet();
  readonly filter: MapFilter;
  readonly #options: ShownImagesOptions;
  readonly #columnsLatest = new Latest();
  readonly #similaritiesLatest = new Latest();
  /** Of the dataset, absolute. */
  #root: string | undefined;
  /** Of the encoder that similarities are measured with. */
  #identity: string | undefined;
  #query: { readonly path: string } | TypedQuery | undefined;

  /** @param filter that was there before a reload */
  constructor(options: ShownImagesOptions, filter: string) {
    this.#options = options;
    const { engine, changed } = options;
    this.filter = new MapFilter({ engine, rows: this.rows, root: () => this.#root, changed }, filter);
  }

  get root(): string | undefined {
    return this.#root;
  }

  get query(): EmbeddingMapState['query'] {
    if (this.#query === undefined) return undefined;
    if ('texts' in this.#query) return { text: formatTextQuery(this.#query) };
    const { path } = this.#query;
    const row = this.rows.rowOf(path);
    return row < 0 ? undefined : { row, path };
  }

  /** Says which dataset the images are of and which encoder looks at them. */
  identify(root: string, identity: string): void {
    this.#root = root;
    this.#identity = identity;
  }

  /** Rows stand for other images from now on. @returns as `ImageRows.replace` */
  replace(paths: readonly string[]): Int32Array | undefined {
    const before = this.rows.replace(paths);
    if (before !== undefined) this.columns.clear();
    return before;
  }

  /** No images, of no dataset. */
  clear(): void {
    this.#columnsLatest.abort();
    this.#similaritiesLatest.abort();
    this.replace([]);
    this.columns.clear();
    this.filter.clear();
    this.#root = this.#identity = this.#query = undefined;
  }

  /** Paths of rows of the list that the page knows; none where that list is gone. */
  pathsOf(images: number, rows: Iterable<number>): string[] {
    return images === this.rows.revision ? this.rows.pathsOf(rows) : [];
  }

  select(images: number, rows: Uint32Array): void {
    if (images !== this.rows.revision || this.#root === undefined) return;
    this.#options.selection.set({ root: this.#root, paths: this.rows.pathsOf(rows) }, this.#options.source);
  }

  /** Rows of the window's selection, and how many of its images aren't here. */
  get selected(): { readonly rows: Uint32Array; readonly elsewhere: number } {
    const { current } = this.#options.selection;
    if (current === undefined) return { rows: new Uint32Array(0), elsewhere: 0 };
    const rows = current.root === this.#root ? this.rows.rowsOf(current.paths) : new Uint32Array(0);
    return { rows, elsewhere: current.paths.length - rows.length };
  }

  async describe(images: number, rows: readonly number[]): Promise<MapImage[]> {
    const [paths, root] = [this.pathsOf(images, rows), this.#root];
    if (root === undefined || paths.length === 0) return [];
    // An image is told of without its captions where they can't be had.
    const captions = await this.#options.engine.call('captions/of', { root, paths }).catch(() => []);
    if (images !== this.rows.revision) return [];
    return paths.map((path, i) => {
      const row = this.rows.rowOf(path);
      const say = (id: string) => this.columns.nameOf(id, row);
      return {
        ...{ row, path, label: say(mapColumns.class), split: say(mapColumns.split) },
        ...(captions[i]?.length ? { captions: captions[i] } : {}),
      };
    });
  }

  async pictures(images: number, rows: readonly number[]): Promise<readonly Picture[]> {
    const paths = this.pathsOf(images, rows);
    return this.#root === undefined ? [] : readThumbnails(this.#options.engine, this.#root, paths);
  }

  /** @param folder whose images are looked at @param identity of the encoder */
  async neighbors(
    { images, row, count }: { readonly images: number; readonly row: number; readonly count: number },
    folder: string,
    identity: string,
  ): Promise<MapNeighbors | undefined> {
    const [path] = this.pathsOf(images, [row]);
    if (path === undefined || this.#root === undefined) return undefined;
    const request = { root: this.#root, folder, identity, path, count };
    const { paths, similarities } = await this.#options.engine.call('maps/neighbors', request);
    if (images !== this.rows.revision) return undefined;
    const near = paths
      .map((other, rank) => ({ row: this.rows.rowOf(other), similarity: similarities[rank]! }))
      .filter((other) => other.row >= 0);
    return {
      rows: Uint32Array.from(near, (other) => other.row),
      similarities: Float32Array.from(near, ({ similarity }) => similarity),
    };
  }

  /** Measures how alike all images are to one of them; undefined takes that away. */
  async ask(images: number, row: number | undefined): Promise<void> {
    const [path] = row === undefined ? [] : this.pathsOf(images, [row]);
    if (row !== undefined && path === undefined) return;
    this.#query = path === undefined ? undefined : { path };
    if (path === undefined) {
      this.#similaritiesLatest.abort();
      this.columns.remove(mapColumns.similarity);
    }
    this.#options.changed();
    await this.readSimilarities();
  }

  /** Measures how well all images fit texts. */
  async askText(query: TypedQuery): Promise<void> {
    this.#query = query;
    this.#options.changed();
    await this.readSimilarities();
  }

  /** Reads again what is known of the images and which of them match, as after a decision. */
  async readColumns(): Promise<void> {
    const { paths, revision } = this.rows;
    const root = this.#root;
    if (root === undefined || paths.length === 0) return;
    const [columns] = await Promise.all([
      this.#newest(this.#columnsLatest, (signal) =>
        this.#options.engine.call('maps/columns', { root, paths }, { signal }),
      ),
      this.filter.refresh(),
    ]);
    if (columns === undefined || revision !== this.rows.revision) return;
    this.columns.putAll(columns);
    this.#options.changed();
  }

  /** Measures similarities to the query again, where there is one. */
  async readSimilarities(): Promise<void> {
    const [root, identity, to] = [this.#root, this.#identity, this.#query];
    if (root === undefined || identity === undefined || to === undefined) return;
    const { paths, revision } = this.rows;
    if ('path' in to && this.rows.rowOf(to.path) < 0) {
      // It is gone, and so is what was asked about it.
      this.#query = undefined;
      return;
    }
    const values = await this.#newest(this.#similaritiesLatest, (signal) =>
      this.#options.engine.call('maps/similarities', { root, identity, to, paths }, { signal }),
    );
    if (values === undefined || revision !== this.rows.revision) return;
    this.columns.put(similarityColumn(values));
    this.#options.changed();
  }

  /** Positions in the order of the rows; NaN for rows that aren't among the paths. */
  onRows(positions: Float32Array, paths: readonly string[]): Float32Array {
    if (this.rows.isSame(paths)) return positions;
    const placed = new Float32Array(2 * this.rows.paths.length).fill(Number.NaN);
    paths.forEach((path, i) => {
      const row = this.rows.rowOf(path);
      if (row >= 0) placed.set(positions.subarray(2 * i, 2 * i + 2), 2 * row);
    });
    return placed;
  }

  dispose(): void {
    this.filter.dispose();
    this.#columnsLatest.abort();
    this.#similaritiesLatest.abort();
  }

  /** Undefined for what was overtaken, and for what failed, which is told. */
  async #newest<T>(latest: Latest, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    try {
      return await latest.run(work);
    } catch (error) {
      if (!isCancellation(error)) this.#options.failed(asLikenessError(error));
      return undefined;
    }
  }
}
