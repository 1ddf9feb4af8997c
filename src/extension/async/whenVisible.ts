/** Work that waits until somebody can see what it is for. */
export class WhenVisible {
  readonly #isVisible: () => boolean;
  readonly #work: () => void;
  #isDue = false;

  constructor(isVisible: () => boolean, work: () => void) {
    this.#isVisible = isVisible;
    this.#work = work;
  }

  /** There is something to do, now or as soon as it is seen. */
  trigger(): void {
    this.#isDue = true;
    this.look();
  }

  /** It may be seen now. */
  look(): void {
    if (!this.#isDue || !this.#isVisible()) return;
    this.#isDue = false;
    this.#work();
  }
}
