import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type * as onnxruntime from 'onnxruntime-node';
import { LikenessError, engineStopped, messageOf, unsupportedPlatform } from '../../core/errors.ts';
import { entryPoint } from '../entryPoints.ts';
import type { Embeddings } from './encoder.ts';
import {
  CLOSE,
  type EmbedJob,
  type LoadedModel,
  type ModelSource,
  type OnnxMethod,
  type OnnxRequest,
  type OnnxRequests,
  type OnnxResponse,
  type RuntimeDescription,
  type SessionOptions,
  type TensorValue,
} from './onnxMessages.ts';

export type OnnxRuntimeModule = typeof onnxruntime;

/** Loads the native library; for the worker only. Throws unsupported-platform where there is no build. */
export async function importOnnxRuntime(): Promise<OnnxRuntimeModule> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw unsupportedPlatform(`${process.platform}-${process.arch} (${messageOf(error)})`);
  }
}

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * ONNX Runtime on a thread of its own, because a run blocks the thread that it is called on. The thread starts with the
 * first call; calls are answered in order. When it ends, for whatever reason, all pending calls reject with
 * engine-stopped; the next call starts a new one, without the old sessions.
 *
 * Models that can't be loaded or run reject with ONNX Runtime's message as a plain `Error`.
 */
export class OnnxWorker {
  readonly #entry: URL;
  #worker: Worker | undefined;
  readonly #pending = new Map<number, PendingCall>();
  #nextId = 1;
  #disposed = false;

  /** @param entry the module that runs on the thread */
  constructor(entry = entryPoint('onnxWorker')) {
    this.#entry = entry;
  }

  load(model: ModelSource, options: SessionOptions): Promise<LoadedModel> {
    return this.#call('load', { model, options });
  }

  /**
   * @param feeds a value for each input that is no constant
   * @param options.fetches outputs to compute; absent: all
   * @param options.transfer buffers of the feeds that are moved to the worker, and unusable afterwards
   */
  run(
    session: number,
    feeds: Readonly<Record<string, TensorValue>>,
    options: { readonly fetches?: readonly string[]; readonly transfer?: readonly ArrayBuffer[] } = {},
  ): Promise<Record<string, TensorValue>> {
    return this.#call('run', { session, feeds, fetches: options.fetches }, options.transfer);
  }

  /**
   * As `run`, for a graph that computes its own next state: each output named in `carry` becomes the constant named there
   * and stays on the thread. The buffers of all feeds are moved to the worker and come back with the result.
   */
  step(
    session: number,
    params: Omit<OnnxRequests['step']['params'], 'session'>,
  ): Promise<OnnxRequests['step']['result']> {
    const buffers = Object.values(params.feeds).map(({ data }) => data.buffer);
    return this.#call('step', { session, ...params }, [...new Set(buffers)]);
  }

  /** Copies of constants that were set or carried. */
  constants(session: number, names: readonly string[]): Promise<Record<string, TensorValue>> {
    return this.#call('constants', { session, names });
  }

  /** Converts, runs, pools and normalises. The buffer of `job.pixels` is moved to the worker. */
  embed(session: number, job: EmbedJob): Promise<Embeddings> {
    return this.#call('embed', { session, job }, [job.pixels.buffer]);
  }

  /**
   * Keeps a tensor in the worker and feeds it to every later run of the session; `undefined` drops it.
   *
   * @param transfer as for `run`
   */
  setConstant(
    session: number,
    name: string,
    tensor: TensorValue | undefined,
    transfer?: readonly ArrayBuffer[],
  ): Promise<undefined> {
    return this.#call('setConstant', { session, name, tensor }, transfer);
  }

  /** Frees a session with its constants. */
  unload(session: number): Promise<undefined> {
    return this.#call('unload', { session });
  }

  describe(): Promise<RuntimeDescription> {
    return this.#call('describe', undefined);
  }

  /**
   * Ends the thread, once what it computes at the moment is done; pending calls reject with engine-stopped, and so do
   * later ones.
   *
   * The thread is asked to end, never terminated: a thread that is stopped within a native call takes the process along
   * (node-addon-api can't throw into a thread that is being stopped, and aborts).
   */
  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#rejectAll(engineStopped('the encoder was closed'));
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker === undefined) return;
    const ended = once(worker, 'exit');
    worker.ref();
    worker.postMessage(CLOSE);
    await ended;
  }

  #call<M extends OnnxMethod>(
    method: M,
    params: OnnxRequests[M]['params'],
    transfer: readonly ArrayBufferLike[] = [],
  ): Promise<OnnxRequests[M]['result']> {
    if (this.#disposed) return Promise.reject(engineStopped('the encoder was closed'));
    const worker = (this.#worker ??= this.#start());
    const request = { id: this.#nextId++, method, params } as OnnxRequest;
    return new Promise((resolve, reject) => {
      worker.postMessage(
        request,
        transfer.filter((buffer) => buffer instanceof ArrayBuffer),
      );
      this.#pending.set(request.id, { resolve: resolve as PendingCall['resolve'], reject });
      // The thread keeps the process alive only while somebody waits for it.
      worker.ref();
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#entry);
    let reason = 'the inference thread ended';
    worker.on('message', (response: OnnxResponse) => {
      this.#settle(worker, response);
    });
    worker.on('error', (error) => {
      reason = messageOf(error);
    });
    worker.on('exit', () => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#rejectAll(engineStopped(reason));
    });
    return worker;
  }

  #settle(worker: Worker, response: OnnxResponse): void {
    const call = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    if (this.#pending.size === 0 && !this.#disposed) worker.unref();
    if ('result' in response) call?.resolve(response.result);
    else call?.reject(toError(response.error));
  }

  #rejectAll(error: LikenessError): void {
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of calls) call.reject(error);
  }
}

function toError(error: Extract<OnnxResponse, { error: unknown }>['error']): Error {
  return 'code' in error
    ? new LikenessError(error.code, error.message, { path: error.path })
    : new Error(error.message);
}
