import type { EncoderInput } from '../../core/encoders/card.ts';

/** Batches under way at once: one runs, one is ready when it ends. */
const BATCHES_IN_FLIGHT = 2;

/** What pictures are handed to: an encoder, or a classifier. */
export interface BatchTaker<Result> {
  readonly input: EncoderInput;
  /** Pictures that it takes at most. */
  readonly batchSize: number;
  /** @param pixels as `Encoder.embed` takes them; the buffer may be transferred */
  readonly run: (pixels: Uint8Array, count: number) => Promise<Result>;
}

/**
 * Gathers pictures of one size into full batches and hands them on while further ones are decoded. What is
 * gathered is bounded: `add` waits while the other side is behind.
 */
export class BatchCollector<Item, Result> {
  readonly #taker: BatchTaker<Result>;
  readonly #imageBytes: number;
  readonly #deliver: (items: readonly Item[], result: Result) => void;
  #pixels: Uint8Array;
  #items: Item[] = [];
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** @param deliver receives each batch's items with what became of them, in the order of the batches. */
  constructor(taker: BatchTaker<Result>, deliver: (items: readonly Item[], result: Result) => void) {
    const { size, mean } = taker.input;
    this.#taker = taker;
    this.#imageBytes = size[0] * size[1] * mean.length;
    this.#deliver = deliver;
    this.#pixels = this.#newBuffer();
  }

  /** Takes one picture, whose pixels are copied before this returns; rejects once a batch or its delivery has failed. */
  async add(pixels: Uint8Array, item: Item): Promise<void> {
    this.#throwIfFailed();
    this.#pixels.set(pixels, this.#items.length * this.#imageBytes);
    this.#items.push(item);
    if (this.#items.length === this.#taker.batchSize) this.#dispatch();
    while (this.#running.size >= BATCHES_IN_FLIGHT) await Promise.race(this.#running);
    this.#throwIfFailed();
  }

  /** Hands on what is left and waits for all batches. */
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
    const run = this.#taker
      .run(pixels, items.length)
      .then((result) => {
        this.#deliver(items, result);
      })
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  #newBuffer(): Uint8Array {
    return new Uint8Array(this.#taker.batchSize * this.#imageBytes);
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
