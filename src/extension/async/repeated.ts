/** Runs `work` again and again, `intervalMs` after it has settled, as long as it is switched on. */
export class Repeated {
  readonly #intervalMs: number;
  readonly #work: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #on = false;
  #working = false;

  /** @param work mustn't reject */
  constructor(intervalMs: number, work: () => Promise<void>) {
    this.#intervalMs = intervalMs;
    this.#work = work;
  }

  /** Switched on it works at once. */
  set(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    clearTimeout(this.#timer);
    if (on && !this.#working) void this.#run();
  }

  dispose(): void {
    this.set(false);
  }

  async #run(): Promise<void> {
    this.#working = true;
    await this.#work();
    this.#working = false;
    if (!this.#on) return;
    this.#timer = setTimeout(() => void this.#run(), this.#intervalMs);
  }
}
