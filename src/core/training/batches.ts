import { RandomStream } from '../random.ts';

/** Keeps the order of an epoch apart from what else is drawn by the same seed and epoch. */
const ORDER = 0x6f726465;

/** Full batches in an epoch; what is left over waits for the next one. */
export function stepsPerEpoch(images: number, batchImages: number): number {
  return Math.floor(images / batchImages);
}

/**
 * The pictures of each step, as a pure function of seed and step: an epoch is a random order of all pictures, cut into
 * batches.
 */
export class BatchOrder {
  readonly #images: number;
  readonly #batchImages: number;
  readonly #seed: number;
  #epoch = -1;
  #order: number[] = [];

  constructor(images: number, batchImages: number, seed: number) {
    this.#images = images;
    this.#batchImages = batchImages;
    this.#seed = seed;
  }

  get stepsPerEpoch(): number {
    return stepsPerEpoch(this.#images, this.#batchImages);
  }

  /** @param step counted from 0 */
  batch(step: number): { readonly epoch: number; readonly samples: Uint32Array } {
    const epoch = Math.floor(step / this.stepsPerEpoch);
    if (epoch !== this.#epoch) {
      const all = Array.from({ length: this.#images }, (_, i) => i);
      this.#order = new RandomStream(this.#seed, epoch, ORDER).shuffled(all);
      this.#epoch = epoch;
    }
    const start = (step - epoch * this.stepsPerEpoch) * this.#batchImages;
    return { epoch, samples: Uint32Array.from(this.#order.slice(start, start + this.#batchImages)) };
  }
}
