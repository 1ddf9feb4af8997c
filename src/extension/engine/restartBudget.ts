/** Counts crashes, so that what crashes again and again isn't started for ever. */
export class RestartBudget {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #now: () => number;
  #crashes: number[] = [];

  /** @param now milliseconds of a clock that never goes back. */
  constructor(limit: number, windowMs: number, now: () => number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#now = now;
  }

  recordCrash(): void {
    this.#crashes.push(this.#now());
  }

  /** True when one more start is too many: the first start and `limit` restarts have crashed within the window. */
  isSpent(): boolean {
    const oldest = this.#now() - this.#windowMs;
    this.#crashes = this.#crashes.filter((time) => time > oldest);
    return this.#crashes.length > this.#limit;
  }
}
