import type { Embeddings, Encoder } from '../encoders/encoder.ts';

/** Batches that are with the encoder at once: one runs, one is ready when it ends. */
const BATCHES_IN_FLIGHT = 2;

/**
 * Gathers pictures of one size into full batches and hands them to the encoder while further ones are decoded. What is
 * gathered is bounded: `add` waits while the encoder is behind.
 */
export class BatchCollector<Item> {
  readonly #encoder: Encoder;
  readonly #imageBytes: number;
  readonly #deliver: (items: readonly Item[], embeddings: Embeddings) => void;
  #pixels: Uint8Array;
  #items: Item[] = [];
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** @param deliver receives each batch's items with their embeddings, in the order of the batches. */
  constructor(encoder: Encoder, deliver: (items: readonly Item[], embeddings: Embeddings) => void) {
    const { size, mean } = encoder.card.input;
    this.#encoder = encoder;
    this.#imageBytes = size[0] * size[1] * mean.length;
    this.#deliver = deliver;
    this.#pixels = this.#newBuffer();
  }

  /** Takes one picture; rejects once the encoder or the delivery has failed. */
  async add(pixels: Uint8Array, item: Item): Promise<void> {
    this.#throwIfFailed();
    this.#pixels.set(pixels, this.#items.length * this.#imageBytes);
    this.#items.push(item);
    if (this.#items.length === this.#encoder.batchSize) this.#dispatch();
    while (this.#running.size >= BATCHES_IN_FLIGHT) await Promise.race(this.#running);
    this.#throwIfFailed();
  }

  /** Embeds what is left and waits for all batches. */
  async flush(): Promise<void> {
    if (this.#items.length > 0) this.#dispatch();
    await this.settle();
    this.#throwIfFailed();
  }

  /** Waits for the batches under way; what is gathered but not yet sent is dropped. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }

  #dispatch(): void {
    const items = this.#items;
    const pixels = this.#pixels;
    this.#items = [];
    this.#pixels = this.#newBuffer();
    const run = this.#encoder
      .embed(pixels, items.length)
      .then((embeddings) => {
        this.#deliver(items, embeddings);
      })
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  #newBuffer(): Uint8Array {
    return new Uint8Array(this.#encoder.batchSize * this.#imageBytes);
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
