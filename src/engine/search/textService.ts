import type { TextSearchReport, TextSearchRequest } from '../../protocol/engine.ts';
import type { Dataset, Datasets } from '../dataset.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import type { TextEncoder } from '../encoders/text/textEncoder.ts';
import { TextEncoders } from '../encoders/text/textEncoders.ts';
import type { SimilarContext } from './similar.ts';
import { searchText } from './textSearch.ts';

export interface TextServiceOptions {
  readonly datasets: Datasets;
  /** What a search in a dataset needs, with the encoder that is named or the one in use. */
  readonly searchContext: (dataset: Dataset, encoder: string | undefined) => Promise<SimilarContext>;
  /** Of one inference. */
  readonly threads: number;
}

/** What is asked in words. */
export class TextService {
  readonly #options: TextServiceOptions;
  readonly #encoders: TextEncoders;

  constructor(options: TextServiceOptions) {
    this.#options = options;
    this.#encoders = new TextEncoders(options.threads);
  }

  /** The images that fit texts best. Rejects with the codes of `searchText`, and with not-indexed. */
  async search(request: TextSearchRequest): Promise<TextSearchReport> {
    const { datasets, searchContext } = this.#options;
    const dataset = datasets.get(request.folder);
    return datasets.guard(dataset, async () => {
      const context = await searchContext(dataset, request.encoder);
      return searchText(request, { ...context, loadText: async () => this.load(await context.resolve()) });
    });
  }

  /** The text half of an encoder, which stays ours. Rejects with the codes of `openText`. */
  load(resolved: ResolvedEncoder): Promise<TextEncoder> {
    return this.#encoders.get(resolved);
  }

  dispose(): Promise<void> {
    return this.#encoders.dispose();
  }
}
