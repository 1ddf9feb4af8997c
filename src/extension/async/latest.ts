/** Runs one piece of work at a time: a newer one aborts the older, whose outcome nobody sees any more. */
export class Latest {
  #current: AbortController | undefined;

  /** @returns undefined, whatever `work` does, once a newer call has taken its place. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    this.abort();
    const abort = new AbortController();
    this.#current = abort;
    try {
      const result = await work(abort.signal);
      return abort.signal.aborted ? undefined : result;
    } catch (error) {
      if (abort.signal.aborted) return undefined;
      throw error;
    } finally {
      if (this.#current === abort) this.#current = undefined;
    }
  }

  abort(): void {
    this.#current?.abort();
    this.#current = undefined;
  }
}
