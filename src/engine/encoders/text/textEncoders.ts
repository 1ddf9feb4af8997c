import type { ResolvedEncoder } from '../encoder.ts';
import { openText, type TextEncoder } from './textEncoder.ts';

/** Keeps the text half that was used last loaded, with the vectors of the texts it was asked for. */
export class TextEncoders {
  readonly #threads: number;
  #identity: string | undefined;
  #loaded: Promise<TextEncoder> | undefined;

  /** @param threads of one inference */
  constructor(threads: number) {
    this.#threads = threads;
  }

  /** Rejects with the codes of `openText`. The encoder stays ours: don't dispose it. */
  async get(resolved: ResolvedEncoder): Promise<TextEncoder> {
    const identity = `${resolved.identity} ${resolved.text?.file ?? ''}`;
    if (this.#loaded === undefined || this.#identity !== identity) {
      const before = this.#loaded;
      this.#identity = identity;
      this.#loaded = openText(resolved, this.#threads);
      // It may fail while the one before is put away, and nobody waits for it then.
      this.#loaded.catch(() => undefined);
      await disposed(before);
    }
    const loading = this.#loaded;
    try {
      return await loading;
    } catch (error) {
      // The files may be put right before the next try.
      if (this.#loaded === loading) this.#loaded = undefined;
      throw error;
    }
  }

  dispose(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = undefined;
    return disposed(loaded);
  }
}

async function disposed(loading: Promise<TextEncoder> | undefined): Promise<void> {
  const encoder = await loading?.catch(() => undefined);
  await encoder?.dispose();
}
