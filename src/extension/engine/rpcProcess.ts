import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { IPCMessageReader, IPCMessageWriter, createMessageConnection } from 'vscode-jsonrpc/node';
import { engineVersion, messageOf } from '../../core/errors.ts';
import type { LikenessError } from '../../core/errors.ts';
import type { LogNotification } from '../../protocol/engine.ts';
import { RpcClient, logNotification } from '../../protocol/rpc.ts';
import type { RequestMap } from '../../protocol/rpc.ts';

const START_MS = 30_000;
/** How long a process may take to put its things in order before it is killed. */
const GRACE_MS = 3_000;

export type ProcessLog = (level: LogNotification['level'], text: string) => void;

export interface RpcProcessOptions {
  /** For the log: "Engine". */
  readonly name: string;
  /** Entry file, absolute. */
  readonly script: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: ProcessLog;
  /** The reason for calls that the process's end leaves without an answer. */
  readonly stopped: (detail: string) => LikenessError;
  /** Told when the process is gone, before its pending calls fail. */
  readonly onExit?: (reason: LikenessError) => void;
}

/** A Node process of ours that answers requests. When it ends, every pending call fails; its words go to the log. */
export class RpcProcess<R extends RequestMap<R>> {
  readonly rpc: RpcClient<R>;
  readonly #options: RpcProcessOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(options: RpcProcessOptions) {
    this.#options = options;
    const { script, environment, log, name } = options;
    this.#child = fork(script, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: environment,
    });
    const connection = createMessageConnection(new IPCMessageReader(this.#child), new IPCMessageWriter(this.#child));
    this.rpc = new RpcClient<R>(connection);
    connection.onNotification(logNotification, ({ level, text }) => {
      log(level, text);
    });
    // Without listeners these would be thrown in the extension host; the process's exit tells the calls.
    connection.onError(([error]) => {
      log('warn', `${name}: the connection failed: ${error.message}`);
    });
    logLines(this.#child.stdout, (line) => {
      log('info', line);
    });
    logLines(this.#child.stderr, (line) => {
      log('warn', line);
    });
    this.#exited = this.#watch();
    connection.listen();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Waits until the process answers; engine-version where it speaks another version of the protocol. */
  async handshake(
    protocol: number,
    greet: (rpc: RpcClient<R>) => Promise<{ readonly protocol: number; readonly pid: number }>,
  ): Promise<void> {
    const startedAt = performance.now();
    const timeout = setTimeout(() => {
      this.kill();
    }, START_MS);
    try {
      const answer = await greet(this.rpc);
      if (answer.protocol !== protocol) throw engineVersion(String(protocol), String(answer.protocol));
      const milliseconds = Math.round(performance.now() - startedAt);
      this.#options.log('info', `${this.#options.name} ${answer.pid} is ready after ${milliseconds} ms.`);
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Leaves the machine to others that want it. Threads take over what holds when they start, so ask early. */
  lowerPriority(): void {
    if (this.pid === undefined) return;
    try {
      setPriority(this.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch (error) {
      this.#options.log('warn', `${this.#options.name} keeps its priority: ${messageOf(error)}`);
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Fails what is pending and waits until the process is gone, which it is soon: it leaves when its channel closes. */
  async stop(why: string): Promise<void> {
    this.#options.log('info', `${this.#options.name} ${this.pid ?? ''} is stopped: ${why}.`);
    this.rpc.close(this.#options.stopped(why));
    if (this.#child.connected) this.#child.disconnect();
    const kill = setTimeout(() => {
      this.kill();
    }, GRACE_MS);
    await this.#exited;
    clearTimeout(kill);
  }

  #watch(): Promise<void> {
    return new Promise((resolve) => {
      const ended = (detail: string): void => {
        const reason = this.#options.stopped(detail);
        this.#options.onExit?.(reason);
        this.rpc.close(reason);
        resolve();
      };
      this.#child.once('exit', (code, signal) => {
        ended(signal ? `killed by ${signal}` : `exit code ${code ?? 'unknown'}`);
      });
      this.#child.once('error', (error) => {
        ended(messageOf(error));
      });
    });
  }
}

function logLines(stream: Readable | null, log: (line: string) => void): void {
  if (!stream) return;
  createInterface({ input: stream }).on('line', (line) => {
    if (line.trim() !== '') log(line);
  });
}
