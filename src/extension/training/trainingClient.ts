import { ErrorCode, asLikenessError, cancelled, trainingStopped, unsupportedPlatform } from '../../core/errors.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import { TRAINING_PROTOCOL_VERSION } from '../../protocol/training.ts';
import type { TrainingMethod, TrainingRequests } from '../../protocol/training.ts';
import { engineEnvironment, isSupported } from '../engine/engineEnvironment.ts';
import type { Machine } from '../engine/engineEnvironment.ts';
import { RpcProcess } from '../engine/rpcProcess.ts';
import type { ProcessLog } from '../engine/rpcProcess.ts';

/** A run that is asked to stop first ends its step and writes a checkpoint. */
const RUN_GRACE_MS = 8_000;
/** A plan has nothing to keep. */
const PLAN_GRACE_MS = 2_000;
/** VS Code gives a window that closes five seconds. */
const CLOSING_GRACE_MS = 3_000;

export interface TrainingClientOptions {
  /** The training process's entry file, absolute. */
  readonly script: string;
  readonly machine: Machine;
  readonly log: ProcessLog;
  /** How long a process may take to answer once it was asked to stop. */
  readonly graceMs?: number;
}

/** What the rest of the extension needs of the training processes. */
export interface TrainingCaller {
  call<M extends TrainingMethod>(
    method: M,
    params: TrainingRequests[M]['params'],
    options?: CallOptions,
  ): Promise<TrainingRequests[M]['result']>;
}

interface Call {
  readonly child: RpcProcess<TrainingRequests>;
  /** Asks the process to stop, and kills it when it doesn't within that time. */
  readonly cancel: (graceMs: number) => void;
  /** Settles when the process is gone. */
  readonly done: Promise<unknown>;
}

/**
 * Starts a process for each call and ends it with the answer, so that a run can be killed without taking anything else
 * along. A process that was asked to stop and doesn't is killed; the run's checkpoints survive that.
 */
export class TrainingClient implements TrainingCaller {
  readonly #options: TrainingClientOptions;
  readonly #calls = new Set<Call>();
  #disposed = false;

  constructor(options: TrainingClientOptions) {
    this.#options = options;
  }

  /** The processes that run. */
  get pids(): readonly number[] {
    return [...this.#calls].flatMap(({ child }) => child.pid ?? []);
  }

  async call<M extends TrainingMethod>(
    method: M,
    params: TrainingRequests[M]['params'],
    options: CallOptions = {},
  ): Promise<TrainingRequests[M]['result']> {
    const { machine, graceMs = method === 'training/plan' ? PLAN_GRACE_MS : RUN_GRACE_MS } = this.#options;
    if (this.#disposed) throw trainingStopped('the window closes');
    if (!isSupported(machine)) throw unsupportedPlatform(`${machine.platform}-${machine.arch}`);
    if (options.signal?.aborted) throw cancelled();
    const child = this.#fork();
    const abort = new AbortController();
    let kill: NodeJS.Timeout | undefined;
    const cancel = (milliseconds: number): void => {
      abort.abort();
      clearTimeout(kill);
      kill = setTimeout(() => {
        child.kill();
      }, milliseconds);
    };
    const onAbort = (): void => {
      cancel(graceMs);
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const answer = this.#ask(child, method, params, { ...options, signal: abort.signal });
    const done = answer
      .catch(() => undefined)
      .then(() => child.stop('it has nothing left to do'))
      .finally(() => {
        clearTimeout(kill);
        options.signal?.removeEventListener('abort', onAbort);
        this.#calls.delete(call);
      });
    const call: Call = { child, cancel, done };
    this.#calls.add(call);
    await done;
    return answer;
  }

  /** Ends all processes; what they were asked for fails as cancelled, later calls as stopped. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    const graceMs = Math.min(this.#options.graceMs ?? CLOSING_GRACE_MS, CLOSING_GRACE_MS);
    const calls = [...this.#calls];
    for (const { cancel } of calls) cancel(graceMs);
    await Promise.all(calls.map(({ done }) => done));
  }

  async #ask<M extends TrainingMethod>(
    child: RpcProcess<TrainingRequests>,
    method: M,
    params: TrainingRequests[M]['params'],
    options: CallOptions,
  ): Promise<TrainingRequests[M]['result']> {
    try {
      await child.handshake(TRAINING_PROTOCOL_VERSION, (rpc) =>
        rpc.call('training/handshake', { protocol: TRAINING_PROTOCOL_VERSION }),
      );
      return await child.rpc.call(method, params, options);
    } catch (error) {
      // Whoever asked it to stop got what they asked for, however it ended.
      const killed = asLikenessError(error).code === ErrorCode.TrainingStopped;
      throw killed && options.signal?.aborted ? cancelled() : error;
    }
  }

  #fork(): RpcProcess<TrainingRequests> {
    const { script, machine, log } = this.#options;
    const child = new RpcProcess<TrainingRequests>({
      name: 'Training process',
      script,
      environment: engineEnvironment(process.env, machine),
      log,
      stopped: trainingStopped,
    });
    child.lowerPriority();
    return child;
  }
}
