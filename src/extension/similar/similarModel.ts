import path from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { DEFAULT_IMAGE_WEIGHT, describeQuery } from '../../core/neighbors/composedQuery.ts';
import { ErrorCode, asLikenessError } from '../../core/errors.ts';
import type { LikenessError } from '../../core/errors.ts';
import type { Progress } from '../../core/progress.ts';
import type { ImageFilter, ScanSettings, SimilarReport, TextSearchReport } from '../../protocol/engine.ts';
import type { ClassRelation, SimilarFailure, SimilarState, TextQuery } from '../../protocol/similarView.ts';
import { Latest } from '../async/latest.ts';
import type { EngineCaller } from '../engine/engineClient.ts';

/** What survives a reload of the window. */
export type SavedQuery = SavedImage | SavedText;

interface SavedImage {
  readonly file: string;
  /** The dataset to search, where the image doesn't lie in it. */
  readonly folder: string | undefined;
  readonly relation: ClassRelation;
}

interface SavedText {
  /** Those of before captions could be searched, or an image weighed, don't tell. */
  readonly words: Omit<WordQuery, 'captions'> & Partial<Pick<WordQuery, 'captions'>>;
}

/** What is to be searched in words; words and an image count alike where nothing else is said. */
export type WordQuery = Pick<TextQuery, 'folder' | 'texts' | 'minus' | 'image' | 'captions'> &
  Partial<Pick<TextQuery, 'imageWeight'>>;

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

type Content = Pick<
  SimilarState,
  'query' | 'text' | 'searching' | 'progress' | 'results' | 'failure' | 'relation' | 'filter'
>;

/** The query of the Similar view, an image or words, and what was found for it. A new search takes the place of a running one. */
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
    text: undefined,
    searching: false,
    progress: undefined,
    results: undefined,
    failure: undefined,
    relation: 'all',
    filter: {},
  };

  constructor(host: SimilarHost, saved: SavedQuery | undefined) {
    this.#host = host;
    if (!saved) return;
    if ('words' in saved) {
      this.#content = { ...this.#content, text: unsearchedText({ captions: false, ...saved.words }) };
      return;
    }
    this.#folder = saved.folder;
    this.#content = { ...this.#content, query: unsearched(saved.file), relation: saved.relation };
  }

  get state(): SimilarState {
    const { query, text } = this.#content;
    const place = query?.file ?? text?.folder;
    return {
      ...this.#content,
      revision: this.#revision,
      imagesRevision: this.#imagesRevision,
      count: this.#host.count(),
      following: this.#host.following(),
      trusted: this.#host.trusted(),
      indexing: place !== undefined && this.#host.indexing(place),
    };
  }

  /** True where a query has been neither answered nor refused, as after a reload. */
  get isWaiting(): boolean {
    const { query, text, searching, results, failure } = this.#content;
    return (query ?? text) !== undefined && !searching && results === undefined && failure === undefined;
  }

  /** Finds what is similar to an image, in its own dataset or in that of `folder`. */
  async show(file: string, folder?: string): Promise<void> {
    this.#folder = folder;
    const changed = this.#content.query?.file !== file;
    this.#set(changed ? { query: unsearched(file), text: undefined, filter: {} } : {});
    await this.search();
  }

  /** Finds what fits words. */
  async showText(words: WordQuery): Promise<void> {
    const moved = this.#content.text?.folder !== words.folder;
    this.#set({ query: undefined, text: unsearchedText(words), ...(moved && { filter: {} }) });
    await this.search();
  }

  /** Says what the image counts beside the words, from 0 to 1. Does nothing where there aren't both. */
  async weigh(imageWeight: number): Promise<void> {
    const { text } = this.#content;
    if (text === undefined || !isWeighed(text)) return;
    await this.showText({ ...wordsOf(text), imageWeight });
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
    const { query, text, relation } = this.#content;
    if (!query && !text) return;
    this.#set({ searching: true, progress: undefined, failure: undefined });
    this.#host.save(query ? { file: query.file, folder: this.#folder, relation } : { words: wordsOf(text!) });
    try {
      const change = await this.#latest.run(async (signal) =>
        query ? found(query.file, await this.#find(query.file, signal)) : this.#findText(wordsOf(text!), signal),
      );
      if (change) this.#set({ ...change, searching: false, progress: undefined });
    } catch (error) {
      this.#set({
        results: undefined,
        searching: false,
        progress: undefined,
        failure: failureOf(asLikenessError(error)),
      });
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

  async #findText(words: WordQuery, signal: AbortSignal): Promise<Pick<Content, 'text' | 'results'>> {
    const { image, captions, imageWeight, ...rest } = words;
    const request = {
      ...rest,
      ...(image !== undefined && { image }),
      ...(imageWeight !== undefined && isWeighed(words) && { imageWeight }),
      ...(captions && { captions }),
      count: this.#host.count(),
      filter: this.#content.filter,
      scan: this.#host.scanSettings(words.folder),
    };
    const onProgress = (progress: Progress): void => {
      // One that was overtaken may still be told of.
      if (!signal.aborted) this.#set({ progress });
    };
    const report = await this.#host.engine.call('search/text', request, { signal, onProgress });
    return { text: { ...unsearchedText(words), notices: report.notices }, results: resultsOf(report) };
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
  return { query: { file, name: path.basename(file), ...report.query }, results: resultsOf(report) };
}

function resultsOf(
  report: Omit<SimilarReport, 'query'> & Pick<TextSearchReport, 'readBy'>,
): NonNullable<Content['results']> {
  const { root, encoder, readBy, searched, approximate, recall, results } = report;
  return { root, encoder: encoder.id, readBy, searched, approximate, recall, images: results };
}

function wordsOf({ folder, texts, minus, image, imageWeight, captions }: TextQuery): WordQuery {
  return { folder, texts, minus, image, imageWeight, captions };
}

function unsearchedText(words: WordQuery): TextQuery {
  const { texts, minus, image, imageWeight = DEFAULT_IMAGE_WEIGHT } = words;
  const like = image === undefined ? undefined : path.basename(image);
  // That they count alike goes without saying.
  const told = isWeighed(words) && imageWeight !== DEFAULT_IMAGE_WEIGHT ? imageWeight : undefined;
  return {
    ...words,
    imageWeight,
    name: describeQuery({ texts, minus, image: like, imageWeight: told }),
    notices: [],
  };
}

function isWeighed({ texts, image }: WordQuery): boolean {
  return texts.length > 0 && image !== undefined;
}

function failureOf({ code, message }: LikenessError): SimilarFailure {
  return { code, message, remedy: remedies[code] ?? 'retry' };
}

const remedies: Readonly<Partial<Record<ErrorCode, SimilarFailure['remedy']>>> = {
  [ErrorCode.NotIndexed]: 'index',
  [ErrorCode.EncoderMismatch]: 'index',
  [ErrorCode.EncoderWithoutText]: 'encoder',
  [ErrorCode.UntrustedWorkspace]: 'trust',
  [ErrorCode.UnsupportedPlatform]: 'none',
};
