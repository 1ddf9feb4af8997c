import { open } from 'node:fs/promises';
import { KeyedQueue } from '../jobs/keyedQueue.ts';

const FLUSH_MS = 1_000;

export interface AppendedFileOptions {
  /** Awaited before anything is written; rejects where it must not be. */
  readonly beforeWrite?: () => Promise<void>;
  /** What to throw for what was thrown. */
  readonly failureOf: (error: unknown) => unknown;
}

/**
 * A file that grows. What is appended reaches the disk within a second, at once with `flush`; killed, the last piece may be
 * cut off. The first failure is thrown by every later call, as what comes after half a piece would be lost with it.
 */
export class AppendedFile {
  readonly #file: string;
  readonly #options: AppendedFileOptions;
  readonly #queue = new KeyedQueue();
  #pending: Uint8Array[] = [];
  #timer: NodeJS.Timeout | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(file: string, options: AppendedFileOptions) {
    this.#file = file;
    this.#options = options;
  }

  append(piece: Uint8Array): void {
    this.#throwFailure();
    this.#pending.push(piece);
    this.#timer ??= setTimeout(() => {
      // The next call throws it.
      this.flush().catch(() => undefined);
    }, FLUSH_MS);
  }

  flush(): Promise<void> {
    return this.exclusively(() => Promise.resolve());
  }

  /** Runs `work` when everything is written, before anything else is. */
  async exclusively(work: () => Promise<void>): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#queue.run(this.#file, async () => {
      this.#throwFailure();
      const pieces = this.#pending;
      this.#pending = [];
      try {
        if (pieces.length > 0) await this.#write(Buffer.concat(pieces));
        await work();
      } catch (error) {
        this.#failure = { error: this.#options.failureOf(error) };
        this.#throwFailure();
      }
    });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#options.beforeWrite?.();
    const handle = await open(this.#file, 'a');
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error as Error;
  }
}
