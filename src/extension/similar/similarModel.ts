import path from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { ErrorCode, asLikenessError } from '../../core/errors.ts';
import type { LikenessError } from '../../core/errors.ts';
import type { ImageFilter, ScanSettings, SimilarReport } from '../../protocol/engine.ts';
import type { ClassRelation, SimilarFailure, SimilarState } from '../../protocol/similarView.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';

/** What survives a reload of the window. */
export interface SavedQuery {
  readonly file: string;
  /** The dataset to search, where the image doesn't lie in it. */
  readonly folder: string | undefined;
  readonly relation: ClassRelation;
}

export interface SimilarHost {
  readonly engine: EngineCaller;
  readonly scanSettings: (file: string) => ScanSettings;
  readonly count: () => number;
  readonly following: () => boolean;
  readonly trusted: () => boolean;
  /** Whether a job is under way that reaches a file. */
  readonly indexing: (file: string) => boolean;
  /** All classes of the dataset that holds a file. */
  readonly classesOf: (root: string) => Promise<readonly string[]>;
  readonly save: (query: SavedQuery) => void;
}

type Content = Pick<SimilarState, 'query' | 'searching' | 'results' | 'failure' | 'relation' | 'filter'>;

/** The query of the Similar view and what was found for it. A new search takes the place of a running one. */
export class SimilarModel {
  readonly #host: SimilarHost;
  readonly #latest = new Latest();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #folder: string | undefined;
  #revision = 0;
  #imagesRevision = 0;
  #content: Content = {
    query: undefined,
    searching: false,
    results: undefined,
    failure: undefined,
    relation: 'all',
    filter: {},
  };

  constructor(host: SimilarHost, saved: SavedQuery | undefined) {
    this.#host = host;
    if (!saved) return;
    this.#folder = saved.folder;
    this.#content = { ...this.#content, query: unsearched(saved.file), relation: saved.relation };
  }

  get state(): SimilarState {
    return {
      ...this.#content,
      revision: this.#revision,
      imagesRevision: this.#imagesRevision,
      count: this.#host.count(),
      following: this.#host.following(),
      trusted: this.#host.trusted(),
      indexing: this.#content.query !== undefined && this.#host.indexing(this.#content.query.file),
    };
  }

  /** True where a query has been neither answered nor refused, as after a reload. */
  get isWaiting(): boolean {
    const { query, searching, results, failure } = this.#content;
    return query !== undefined && !searching && results === undefined && failure === undefined;
  }

  /** Finds what is similar to an image, in its own dataset or in that of `folder`. */
  async show(file: string, folder?: string): Promise<void> {
    this.#folder = folder;
    const changed = this.#content.query?.file !== file;
    this.#set(changed ? { query: unsearched(file), filter: {} } : {});
    await this.search();
  }

  /** Changes which results are wanted. */
  async narrow(change: Partial<Pick<Content, 'relation' | 'filter'>>): Promise<void> {
    this.#set(change);
    await this.search();
  }

  /** Settings that the state shows have changed. */
  touch(): void {
    this.#set({});
  }

  /** The dataset's images have changed: thumbnails may be old, and so may the results. */
  async imagesChanged(): Promise<void> {
    this.#imagesRevision++;
    await this.search();
  }

  /** Searches again for the query there is. Failures become part of the state. */
  async search(): Promise<void> {
    const { query } = this.#content;
    if (!query) return;
    this.#set({ searching: true, failure: undefined });
    this.#host.save({ file: query.file, folder: this.#folder, relation: this.#content.relation });
    try {
      const report = await this.#latest.run((signal) => this.#find(query.file, signal));
      if (report) this.#set({ ...found(query.file, report), searching: false });
    } catch (error) {
      this.#set({ results: undefined, searching: false, failure: failureOf(asLikenessError(error)) });
    }
  }

  async #find(image: string, signal: AbortSignal): Promise<SimilarReport> {
    const { relation, filter } = this.#content;
    const request = {
      image,
      count: this.#host.count(),
      scan: this.#host.scanSettings(image),
      ...(this.#folder !== undefined && { folder: this.#folder }),
    };
    const search = (wanted: ImageFilter): Promise<SimilarReport> =>
      this.#host.engine.call('search/similar', { ...request, filter: wanted }, { signal });
    const report = await search(filter);
    const label = report.query.label;
    if (relation === 'all' || label === undefined) return report;
    const classes = filter.classes ?? (await this.#host.classesOf(report.root));
    return search({ ...filter, classes: classes.filter((name) => (name === label) === (relation === 'same')) });
  }

  #set(change: Partial<Content>): void {
    this.#content = { ...this.#content, ...change };
    this.#revision++;
    this.#changed.fire();
  }
}

function unsearched(file: string): NonNullable<Content['query']> {
  return { file, name: path.basename(file), path: file, label: undefined, split: undefined };
}

function found(file: string, report: SimilarReport): Pick<Content, 'query' | 'results'> {
  const { root, encoder, searched, approximate, recall, results } = report;
  return {
    query: { file, name: path.basename(file), ...report.query },
    results: { root, encoder: encoder.id, searched, approximate, recall, images: results },
  };
}

function failureOf({ code, message }: LikenessError): SimilarFailure {
  return { code, message, remedy: remedies[code] ?? 'retry' };
}

const remedies: Readonly<Partial<Record<ErrorCode, SimilarFailure['remedy']>>> = {
  [ErrorCode.NotIndexed]: 'index',
  [ErrorCode.EncoderMismatch]: 'index',
  [ErrorCode.UntrustedWorkspace]: 'trust',
  [ErrorCode.UnsupportedPlatform]: 'none',
};
