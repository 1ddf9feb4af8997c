import type { JobContext } from '../../core/progress.ts';
import type { TextSearchReport, TextSearchRequest } from '../../protocol/engine.ts';
import { searchCaptions } from '../captions/nearestCaptions.ts';
import type { Dataset, Datasets } from '../dataset.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import type { TextEncoder } from '../encoders/text/textEncoder.ts';
import { TextEncoders } from '../encoders/text/textEncoders.ts';
import type { SimilarContext } from './similar.ts';
import { searchText } from './textSearch.ts';

export interface TextServiceOptions {
  readonly datasets: Datasets;
  readonly registry: EncoderRegistry;
  /** What a search in a dataset needs, with the encoder that is named or the one in use. */
  readonly searchContext: (dataset: Dataset, encoder: string | undefined) => Promise<SimilarContext>;
  /** Of one inference. */
  readonly threads: number;
}

/** What is asked in words. */
export class TextService {
  readonly #options: TextServiceOptions;
  readonly #halves: TextEncoders;
  readonly #sentences: TextEncoders;

  constructor(options: TextServiceOptions) {
    this.#options = options;
    this.#halves = new TextEncoders(options.threads);
    this.#sentences = new TextEncoders(options.threads);
  }

  /** The images that fit texts best. Rejects with the codes of `searchText`, of `searchCaptions`, and with not-indexed. */
  async search(request: TextSearchRequest, job: JobContext): Promise<TextSearchReport> {
    const { datasets, registry, searchContext } = this.#options;
    const dataset = datasets.get(request.folder);
    return datasets.guard(dataset, async () => {
      const context = { ...(await searchContext(dataset, request.encoder)), signal: job.signal };
      if (request.captions === true) {
        const loadText = (resolved: ResolvedEncoder) => this.load(resolved);
        return searchCaptions(request, context, { registry, loadText }, job);
      }
      return searchText(request, { ...context, loadText: async () => this.load(await context.resolve()) });
    });
  }

  /** The text half of an encoder, or a sentence encoder, which stays ours. Rejects with the codes of `openText`. */
  load(resolved: ResolvedEncoder): Promise<TextEncoder> {
    return (resolved.card.encodes === 'texts' ? this.#sentences : this.#halves).get(resolved);
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#halves.dispose(), this.#sentences.dispose()]);
  }
}
