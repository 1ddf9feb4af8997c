/**
 * Bounds the memory of pictures that are decoded at the same time: each takes as many units as it has pixels, and waits
 * until they are free. A picture above the whole budget is let in alone.
 */
export class PixelBudget {
  readonly #capacity: number;
  #used = 0;
  readonly #waiting: { readonly amount: number; readonly admit: () => void }[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Resolves, in the order of the calls, with the function that gives the pixels back. */
  async take(pixels: number): Promise<() => void> {
    const amount = Math.min(pixels, this.#capacity);
    if (this.#waiting.length > 0 || this.#used + amount > this.#capacity) {
      await new Promise<void>((admit) => this.#waiting.push({ amount, admit }));
    } else {
      this.#used += amount;
    }
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#used -= amount;
      this.#admitNext();
    };
  }

  #admitNext(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#used + next.amount > this.#capacity) return;
      this.#waiting.shift();
      // Reserved here rather than by the woken call, so that nobody slips in between.
      this.#used += next.amount;
      next.admit();
    }
  }
}
