/** Milliseconds that points take to where they belong, and how many of them move smoothly at most. */
const DURATION_MS = 320;
const MOST_MOVED = 200_000;

/** Moves points from old positions to new ones, where the person hasn't asked for less motion. */
export class PointMotion {
  #from: Float32Array = new Float32Array();
  #to: Float32Array = new Float32Array();
  #start = 0;
  #duration = 0;

  /** Where they will be. */
  get target(): Float32Array {
    return this.#to;
  }

  /** @param positions of other points than before: at once */
  go(positions: Float32Array, now: number): void {
    const isReduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const isSame = positions.length === this.#to.length && positions.length <= 2 * MOST_MOVED;
    this.#from = this.at(now);
    this.#to = positions;
    this.#start = now;
    this.#duration = isSame && positions.length > 0 && !isReduced ? DURATION_MS : 0;
  }

  at(now: number): Float32Array {
    if (!this.isMoving(now)) return this.#to;
    const part = Math.max(0, (now - this.#start) / this.#duration);
    const eased = 1 - (1 - part) ** 3;
    const [from, to] = [this.#from, this.#to];
    const between = new Float32Array(to.length);
    for (let i = 0; i < to.length; i++) {
      const start = from[i]!;
      // Whoever had no position appears where it belongs.
      between[i] = Number.isNaN(start) ? to[i]! : start + eased * (to[i]! - start);
    }
    return between;
  }

  isMoving(now: number): boolean {
    return this.#duration > 0 && now - this.#start < this.#duration;
  }
}
