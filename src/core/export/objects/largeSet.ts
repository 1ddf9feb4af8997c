/** A single set holds 2^24 entries at most. */
const MOST_OF_ONE = 1 << 23;

/** A set of more entries than one of JavaScript's takes. */
export class LargeSet<Value> {
  readonly #sets = [new Set<Value>()];
  readonly #most: number;

  /** @param most entries of each of the sets that it is made of */
  constructor(most = MOST_OF_ONE) {
    this.#most = most;
  }

  has(value: Value): boolean {
    return this.#sets.some((set) => set.has(value));
  }

  /** Whether it wasn't there before. */
  add(value: Value): boolean {
    if (this.has(value)) return false;
    let last = this.#sets.at(-1)!;
    if (last.size >= this.#most) {
      last = new Set();
      this.#sets.push(last);
    }
    last.add(value);
    return true;
  }

  clear(): void {
    this.#sets.splice(0, this.#sets.length, new Set());
  }
}
