import { engineStopped, messageOf, unsupportedPlatform } from '../../core/errors.ts';
import type { LikenessError } from '../../core/errors.ts';
import { PROTOCOL_VERSION } from '../../protocol/engine.ts';
import type { EngineMethod, EngineRequests } from '../../protocol/engine.ts';
import type { CallOptions } from '../../protocol/rpc.ts';
import { engineEnvironment, isSupported } from './engineEnvironment.ts';
import type { Machine } from './engineEnvironment.ts';
import { RestartBudget } from './restartBudget.ts';
import { RpcProcess } from './rpcProcess.ts';
import type { ProcessLog } from './rpcProcess.ts';

const IDLE_MS = 5 * 60_000;
const RESTARTS = 3;
const RESTART_WINDOW_MS = 5 * 60_000;

export interface EngineClientOptions {
  /** The engine's entry file, absolute. */
  readonly script: string;
  readonly machine: Machine;
  readonly log: ProcessLog;
  readonly idleMs?: number;
  /** What encoders are to run on, asked for when the process starts. */
  readonly provider?: () => string;
  /** Threads that encoders are to run on; undefined leaves that to the machine. */
  readonly threads?: () => number | undefined;
}

/** What the rest of the extension needs of the engine. */
export interface EngineCaller {
  call<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]['params'],
    options?: CallOptions,
  ): Promise<EngineRequests[M]['result']>;
}

type EngineProcess = RpcProcess<EngineRequests>;

/**
 * The window's engine process: started by the first call, stopped when idle, started again by the next call. When it
 * dies, every pending call fails with engine-stopped; after too many crashes it isn't started for a while.
 */
export class EngineClient implements EngineCaller {
  readonly #options: EngineClientOptions;
  readonly #budget = new RestartBudget(RESTARTS, RESTART_WINDOW_MS, () => performance.now());
  #engine: EngineProcess | undefined;
  #ready: Promise<EngineProcess> | undefined;
  #pending = 0;
  #idleTimer: NodeJS.Timeout | undefined;
  #disposed = false;
  /** Whether its settings have changed since it was started. */
  #outdated = false;

  constructor(options: EngineClientOptions) {
    this.#options = options;
  }

  /** The running process; undefined when there is none. */
  get pid(): number | undefined {
    return this.#engine?.pid;
  }

  async call<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]['params'],
    options?: CallOptions,
  ): Promise<EngineRequests[M]['result']> {
    clearTimeout(this.#idleTimer);
    this.#pending++;
    try {
      this.#ready ??= this.#start();
      const { rpc } = await this.#ready;
      return await rpc.call(method, params, options);
    } finally {
      this.#pending--;
      if (this.#pending === 0) this.#stopWhenIdle(this.#outdated ? 0 : undefined);
    }
  }

  /** Lets the process finish what it does; the next call after that starts one with the settings of then. */
  renew(): void {
    if (this.#engine === undefined) return;
    this.#outdated = true;
    if (this.#pending > 0) return;
    clearTimeout(this.#idleTimer);
    this.#stopWhenIdle(0);
  }

  /** Ends the process; pending and later calls fail. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#idleTimer);
    await this.#stop('the window closes');
  }

  #stopWhenIdle(milliseconds = this.#options.idleMs ?? IDLE_MS): void {
    if (this.#disposed) return;
    this.#idleTimer = setTimeout(() => void this.#stop('idle'), milliseconds);
    this.#idleTimer.unref();
  }

  async #start(): Promise<EngineProcess> {
    try {
      return await this.#launch();
    } catch (error) {
      this.#ready = undefined;
      throw error;
    }
  }

  async #launch(): Promise<EngineProcess> {
    const { machine, log, script, provider, threads } = this.#options;
    if (this.#disposed) throw engineStopped('the window closes');
    if (!isSupported(machine)) throw unsupportedPlatform(`${machine.platform}-${machine.arch}`);
    if (this.#budget.isSpent()) {
      throw engineStopped(`it ended by itself ${RESTARTS + 1} times within five minutes, its log tells more`);
    }
    const engine: EngineProcess = new RpcProcess({
      name: 'Engine',
      script,
      environment: engineEnvironment(process.env, machine, {
        ...(provider && { provider: provider() }),
        threads: threads?.(),
      }),
      log,
      stopped: engineStopped,
      onExit: (reason) => {
        this.#ended(engine, reason);
      },
    });
    this.#engine = engine;
    this.#outdated = false;
    try {
      await engine.handshake(PROTOCOL_VERSION, (rpc) => rpc.call('engine/handshake', { protocol: PROTOCOL_VERSION }));
      return engine;
    } catch (error) {
      if (this.#engine === engine) await this.#stop(messageOf(error));
      throw error;
    }
  }

  #ended(engine: EngineProcess, reason: LikenessError): void {
    // Where somebody asked it to stop it has been let go of.
    if (this.#engine !== engine) return;
    this.#options.log('error', reason.message);
    this.#budget.recordCrash();
    this.#engine = undefined;
    this.#ready = undefined;
  }

  async #stop(why: string): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    this.#ready = undefined;
    await engine?.stop(why);
  }
}
