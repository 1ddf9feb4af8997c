import {
  CancellationTokenSource,
  ConnectionError,
  ErrorCodes,
  NotificationType,
  ParameterStructures,
  RequestType,
  ResponseError,
} from 'vscode-jsonrpc';
import type { Disposable, MessageConnection } from 'vscode-jsonrpc';
import { ErrorCode, LikenessError, asLikenessError, cancelled, engineStopped } from '../core/errors.ts';
import type { JobContext, Progress } from '../core/progress.ts';
import type { LogNotification, ProgressNotification } from './engine.ts';

/**
 * What both ends of a boundary share: a map from method name to parameters and result, served on one side with
 * `serveRequests`, called on the other with `RpcClient`. Results that are `undefined` arrive as `undefined`.
 */
export type RequestMap<R> = { readonly [M in keyof R]: { readonly params: unknown; readonly result: unknown } };

export type RequestHandlers<R extends RequestMap<R>> = {
  readonly [M in keyof R]: (params: R[M]['params'], job: JobContext) => R[M]['result'] | Promise<R[M]['result']>;
};

/** What is sent for a request. `token` names the progress notifications that the caller wants for it. */
export interface RequestEnvelope {
  readonly params: unknown;
  readonly token: number | undefined;
}

/** The `data` of a failed response: a `LikenessError` without its stack. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path: string | undefined;
}

export const progressNotification = new NotificationType<ProgressNotification>('progress');
export const logNotification = new NotificationType<LogNotification>('log');

const requestType = (method: PropertyKey) =>
  new RequestType<RequestEnvelope, unknown, ErrorData>(String(method), ParameterStructures.byName);

/** JSON-RPC wants a number; ours is a word, and travels in `data`. */
const APPLICATION_ERROR = 1;
const knownCodes: ReadonlySet<unknown> = new Set(Object.values(ErrorCode));

export function toResponseError(error: unknown): ResponseError<ErrorData> {
  const { code, message, path } = asLikenessError(error);
  return new ResponseError(APPLICATION_ERROR, message, { code, message, path });
}

/** The other side's `LikenessError`; a lost connection becomes engine-stopped, all else internal. */
export function fromResponseError(error: unknown): LikenessError {
  if (error instanceof ResponseError && isErrorData(error.data)) {
    return new LikenessError(error.data.code, error.data.message, { path: error.data.path });
  }
  return isConnectionLoss(error) ? engineStopped('the connection was lost') : asLikenessError(error);
}

function isErrorData(data: unknown): data is ErrorData {
  return typeof data === 'object' && data !== null && 'code' in data && knownCodes.has(data.code) && 'message' in data;
}

function isConnectionLoss(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  const lost: readonly number[] = [
    ErrorCodes.PendingResponseRejected,
    ErrorCodes.MessageWriteError,
    ErrorCodes.ConnectionInactive,
  ];
  return error instanceof ResponseError && lost.includes(error.code);
}

/** Answers requests. Whatever a handler throws reaches the caller with its code; cancellation aborts `job.signal`. */
export function serveRequests<R extends RequestMap<R>>(
  connection: MessageConnection,
  handlers: RequestHandlers<R>,
): Disposable {
  const methods = Object.keys(handlers) as (keyof R)[];
  const registrations = methods.map((method) =>
    connection.onRequest(requestType(method), async ({ params, token }, cancellation) => {
      const abort = new AbortController();
      const subscription = cancellation.onCancellationRequested(() => {
        abort.abort(cancelled());
      });
      if (cancellation.isCancellationRequested) abort.abort(cancelled());
      const report = (progress: Progress): void => {
        if (token !== undefined) void connection.sendNotification(progressNotification, { token, progress });
      };
      try {
        return await handlers[method](params, { signal: abort.signal, report });
      } catch (error) {
        const stopped = abort.signal.aborted && !(error instanceof LikenessError);
        return toResponseError(stopped ? cancelled() : error);
      } finally {
        subscription.dispose();
      }
    }),
  );
  return {
    dispose: () => {
      for (const registration of registrations) registration.dispose();
    },
  };
}

export interface CallOptions {
  /** Aborting asks the other side to stop; the call then ends when it has, usually with the code `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Makes requests over a connection that the caller has created and listens on. Failures are `LikenessError`s. */
export class RpcClient<R extends RequestMap<R>> {
  readonly #connection: MessageConnection;
  readonly #listeners = new Map<number, (progress: Progress) => void>();
  #nextToken = 1;
  #closedBy: LikenessError | undefined;

  constructor(connection: MessageConnection) {
    this.#connection = connection;
    connection.onNotification(progressNotification, ({ token, progress }) => {
      this.#listeners.get(token)?.(progress);
    });
  }

  async call<M extends keyof R>(
    method: M,
    params: R[M]['params'],
    { signal, onProgress }: CallOptions = {},
  ): Promise<R[M]['result']> {
    if (this.#closedBy) throw this.#closedBy;
    if (signal?.aborted) throw cancelled();
    const token = onProgress && this.#nextToken++;
    if (token !== undefined && onProgress) this.#listeners.set(token, onProgress);
    const cancellation = new CancellationTokenSource();
    const cancel = (): void => {
      cancellation.cancel();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const envelope: RequestEnvelope = { params, token };
      const result: unknown = await this.#connection.sendRequest(requestType(method), envelope, cancellation.token);
      // JSON-RPC has no `undefined` and sends null for it.
      return result ?? undefined;
    } catch (error) {
      throw isConnectionLoss(error) ? this.#reasonOf(error) : fromResponseError(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      if (token !== undefined) this.#listeners.delete(token);
      cancellation.dispose();
    }
  }

  #reasonOf(loss: unknown): LikenessError {
    return this.#closedBy ?? fromResponseError(loss);
  }

  /** Closes the connection; every pending and every later call fails with `reason`. */
  close(reason: LikenessError): void {
    if (this.#closedBy) return;
    this.#closedBy = reason;
    this.#connection.dispose();
  }
}
