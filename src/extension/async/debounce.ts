/** Runs `work` once, `delayMs` after the last trigger. */
export class Debounced {
  readonly #delayMs: number;
  readonly #work: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(delayMs: number, work: () => void) {
    this.#delayMs = delayMs;
    this.#work = work;
  }

  trigger(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#work, this.#delayMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
