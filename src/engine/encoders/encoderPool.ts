import type { Progress } from '../../core/progress.ts';
import { untilAborted } from '../jobs/untilAborted.ts';
import type { Encoder, EncoderRuntimeOptions, ResolvedEncoder } from './encoder.ts';
import { openEncoder } from './openEncoder.ts';
import type { Waiting } from './providers/chooseProvider.ts';

/** Loaded encoders are kept up to this number: the one in use and the one it is compared with. */
const CAPACITY = 2;

/** See `EncoderPool.get`. */
export type LoadEncoder = (resolved: ResolvedEncoder, waiting?: Waiting) => Promise<Encoder>;

/** Keeps the encoders used last loaded, by identity. */
export class EncoderPool {
  readonly #options: EncoderRuntimeOptions;
  readonly #open: typeof openEncoder;
  /** In the order of their last use. */
  readonly #loaded = new Map<string, Promise<Encoder>>();
  readonly #closing = new AbortController();
  /** Who waits for the encoder of an identity. */
  readonly #waiting = new Map<string, Set<Waiting>>();

  /** @param open takes the place of `openEncoder` in tests */
  constructor(options: EncoderRuntimeOptions, open = openEncoder) {
    this.#options = options;
    this.#open = open;
  }

  /**
   * The loaded encoder; rejects with the codes of `openEncoder`. It stays the pool's: don't dispose it.
   *
   * @param waiting the job that it is for: where that is cancelled it waits no longer, though others may need the encoder all the same
   */
  async get(resolved: ResolvedEncoder, waiting: Waiting = {}): Promise<Encoder> {
    const loading = this.#loaded.get(resolved.identity) ?? this.#opening(resolved);
    this.#loaded.delete(resolved.identity);
    this.#loaded.set(resolved.identity, loading);
    const others = this.#waiting.get(resolved.identity);
    others?.add(waiting);
    try {
      return await (waiting.signal === undefined ? loading : untilAborted(loading, waiting.signal));
    } finally {
      others?.delete(waiting);
    }
  }

  #opening(resolved: ResolvedEncoder): Promise<Encoder> {
    const { identity } = resolved;
    const waiting = new Set<Waiting>();
    this.#waiting.set(identity, waiting);
    const report = (progress: Progress) => {
      for (const each of waiting) each.report?.(progress);
    };
    const opening = this.#open(resolved, this.#options, { signal: this.#closing.signal, report });
    opening
      .catch(() => {
        // What failed may do another time.
        if (this.#loaded.get(identity) === opening) this.#loaded.delete(identity);
      })
      .finally(() => {
        if (this.#waiting.get(identity) === waiting) this.#waiting.delete(identity);
      });
    return opening;
  }

  /** Frees what has not been used lately. Only to be called while no embedding is under way. */
  async trim(): Promise<void> {
    const excess = [...this.#loaded.keys()].slice(0, Math.max(0, this.#loaded.size - CAPACITY));
    await Promise.all(excess.map((identity) => this.#unload(identity)));
  }

  async dispose(): Promise<void> {
    // A provider may be tried for a minute, and nobody waits for that any more.
    this.#closing.abort();
    await Promise.all([...this.#loaded.keys()].map((identity) => this.#unload(identity)));
  }

  async #unload(identity: string): Promise<void> {
    const loading = this.#loaded.get(identity);
    this.#loaded.delete(identity);
    const encoder = await loading?.catch(() => undefined);
    await encoder?.dispose();
  }
}
