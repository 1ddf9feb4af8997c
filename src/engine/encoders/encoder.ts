import type { EncoderCard } from '../../core/encoders/card.ts';
import type { TextSource } from './text/textSource.ts';
import type { Computing, ExecutionOptions } from './providers/chooseProvider.ts';

/** An encoder that was found and inspected, not yet loaded. */
export interface ResolvedEncoder {
  readonly card: EncoderCard;
  /** Hex SHA-256 of the card's `sha256` and of everything that shapes a vector: input, output. */
  readonly identity: string;
  /** The ONNX file, or the bytes of a built-in one. */
  readonly model: { readonly file: string } | { readonly bytes: Uint8Array };
  /** The half that takes texts, where there is one; nothing of it has been read. */
  readonly text?: TextSource | undefined;
}

export interface Embeddings {
  /** Row-major `count × card.output.dim`, L2-normalised; rows listed in `invalid` are zero. */
  readonly vectors: Float32Array;
  /** Rows whose output was not finite or had no length. */
  readonly invalid: readonly number[];
}

/** A loaded encoder. Calls are answered in order; the work happens on another thread. */
export interface Encoder {
  readonly card: EncoderCard;
  readonly identity: string;
  /** Images that `embed` takes at most; every run of the model has exactly this many (padded by us), or one. */
  readonly batchSize: number;
  /** What it runs on. */
  readonly computing: Computing;
  /**
   * @param pixels uint8, `count × height × width × channels` interleaved (RGB, or grey where the card has one channel),
   *   already at the card's input size. The buffer is transferred and unusable afterwards.
   */
  embed(pixels: Uint8Array, count: number): Promise<Embeddings>;
  /** Frees the model; pending calls are rejected with engine-stopped. */
  dispose(): Promise<void>;
}

/** What the engine needs of the machine to run encoders. */
export interface EncoderRuntimeOptions {
  /** Threads of one inference. */
  readonly threads: number;
  /** Bytes one batch may take, input and activations; the batch size follows from it. */
  readonly memoryBytes: number;
  /** What computes; absent: the CPU. */
  readonly execution?: ExecutionOptions;
}
