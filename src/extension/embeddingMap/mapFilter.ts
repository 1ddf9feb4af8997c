import type { FilterFault } from '../../core/filters/filter.ts';
import type { FilterSubject } from '../../core/filters/filterSubjects.ts';
import { asLikenessError, isCancellation } from '../../core/errors.ts';
import type { EmbeddingMapState, MapMatches } from '../../protocol/embeddingMap.ts';
import type { SavedView } from '../../protocol/filters.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';
import type { ImageRows } from './imageRows.ts';

/** How often rows are asked for again that have changed while a filter was looked at. */
const ATTEMPTS = 3;

export interface MapFilterOptions {
  readonly engine: EngineCaller;
  readonly rows: ImageRows;
  /** Of the dataset, absolute. */
  readonly root: () => string | undefined;
  readonly changed: () => void;
}

/** The images of the engine's list, and which rows of the map they are. */
interface Placed {
  readonly root: string;
  readonly revision: number;
  readonly paths: readonly string[];
  /** Of the map, that `rowOf` is about. */
  readonly images: number;
  /** −1 for images that aren't on the map. */
  readonly rowOf: Int32Array;
}

/** Which images of the map a filter lets through. The engine knows; a fault leaves what matched before. */
export class MapFilter {
  readonly #options: MapFilterOptions;
  readonly #latest = new Latest();
  #text: string;
  /** Grows when somebody else than the page has changed the text. */
  #set = 1;
  #revision = 0;
  #matches: { readonly images: number; readonly mask: Uint8Array; readonly count: number } | undefined;
  #fault: FilterFault | undefined;
  #hints: readonly string[] = [];
  #views: readonly SavedView[] = [];
  #placed: Placed | undefined;

  constructor(options: MapFilterOptions, text: string) {
    this.#options = options;
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  get state(): EmbeddingMapState['filter'] {
    const { rows } = this.#options;
    const matches = this.#matches?.images === rows.revision ? this.#matches : undefined;
    return {
      text: this.#text,
      set: this.#set,
      matches: matches ? this.#revision : 0,
      count: matches?.count ?? rows.paths.length,
      fault: this.#fault,
      hints: this.#hints,
      views: this.#views,
    };
  }

  /** Undefined where all images are let through. */
  get matches(): MapMatches | undefined {
    const matches = this.#matches;
    return matches && { images: matches.images, revision: this.#revision, mask: matches.mask };
  }

  /** @param isTyped by the page, which knows what it says */
  async change(text: string, isTyped: boolean): Promise<void> {
    this.#text = text;
    if (!isTyped) this.#set++;
    await this.#match();
  }

  /** Asks again, since something of the images may have changed, and which views there are. */
  async refresh(): Promise<void> {
    await Promise.all([this.#match(), this.#readViews()]);
  }

  /** What images can be filtered by. */
  async subjects(): Promise<readonly FilterSubject[]> {
    const root = this.#options.root();
    return root === undefined ? [] : this.#options.engine.call('filters/subjects', { folder: root });
  }

  /** No dataset any more. */
  clear(): void {
    this.#latest.abort();
    this.#matches = this.#placed = this.#fault = undefined;
    this.#hints = [];
    this.#views = [];
  }

  dispose(): void {
    this.#latest.abort();
  }

  async #readViews(): Promise<void> {
    const root = this.#options.root();
    if (root === undefined) return;
    // A map is of use without its views.
    const found = await this.#options.engine.call('views/list', { folder: root }).catch(() => undefined);
    if (found === undefined || root !== this.#options.root()) return;
    this.#views = found.views;
    this.#options.changed();
  }

  async #match(): Promise<void> {
    const root = this.#options.root();
    const text = this.#text;
    if (text.trim() === '') {
      this.#latest.abort();
      this.#matches = this.#fault = undefined;
      this.#hints = [];
    } else if (root !== undefined && this.#options.rows.paths.length > 0) {
      try {
        const found = await this.#latest.run((signal) => this.#ask(root, text, signal));
        if (found === undefined) return;
        this.#fault = 'fault' in found ? found.fault : undefined;
        this.#hints = 'fault' in found ? [] : found.hints;
        if (!('fault' in found)) this.#matches = found;
        this.#revision++;
      } catch (error) {
        if (isCancellation(error)) return;
        this.#fault = { message: asLikenessError(error).message, from: 0, to: text.length };
      }
    }
    this.#options.changed();
  }

  async #ask(root: string, filter: string, signal: AbortSignal) {
    const { engine, rows } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const found = await engine.call('filters/mask', { root, filter }, { signal });
      if ('fault' in found) return found;
      const placed = await this.#place(root, found.revision, signal);
      if (placed.revision !== found.revision && attempt < ATTEMPTS) continue;
      const mask = new Uint8Array(rows.paths.length);
      let count = 0;
      placed.rowOf.forEach((row, i) => {
        if (row < 0 || found.mask[i] !== 1) return;
        mask[row] = 1;
        count++;
      });
      return { images: rows.revision, mask, count, hints: found.hints };
    }
  }

  async #place(root: string, revision: number, signal: AbortSignal): Promise<Placed> {
    const { engine, rows } = this.#options;
    const known = this.#placed?.root === root && this.#placed.revision === revision ? this.#placed : undefined;
    if (known?.images === rows.revision) return known;
    const list = known ?? (await engine.call('filters/rows', { root }, { signal }));
    const rowOf = Int32Array.from(list.paths, (path) => rows.rowOf(path));
    this.#placed = { root, revision: list.revision, paths: list.paths, images: rows.revision, rowOf };
    return this.#placed;
  }
}
