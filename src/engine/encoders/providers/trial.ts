import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { EncoderCard } from '../../../core/encoders/card.ts';
import type { ExecutionProvider, NoRun, ProviderRun } from '../../../core/encoders/executionProviders.ts';
import { messageOf } from '../../../core/errors.ts';
import { entryPoint } from '../../entryPoints.ts';
import type { ModelSource } from '../onnxMessages.ts';

export interface TrialRequest {
  readonly provider: ExecutionProvider;
  readonly model: ModelSource;
  readonly card: Pick<EncoderCard, 'input' | 'output' | 'batchIndependent'>;
  readonly threads: number;
}

/** What the process answers before it ends. */
export type TrialAnswer = ProviderRun;

/** Drivers compile a model when they see it first, which takes large ones tens of seconds. */
const PATIENCE_MS = 60_000;
/** How terminals and the system end a process that has done nothing wrong; Windows by STATUS_CONTROL_C_EXIT. */
const ENDED_BY_OTHERS: ReadonlySet<unknown> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 0xc000013a]);

export interface TrialOptions {
  /** Milliseconds that an answer is waited for. */
  readonly patience?: number;
  /** The module that the process runs. */
  readonly entry?: URL;
  readonly environment?: NodeJS.ProcessEnv;
  /** Ends the process, whose answer nobody wants any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs an encoder on a provider in a process of its own, which is all that a driver can take down with it. Never rejects:
 * what went wrong is the answer's reason.
 */
export function tryProvider(
  request: TrialRequest,
  { entry = entryPoint('providerTrial'), ...options }: TrialOptions = {},
): Promise<ProviderRun> {
  return askProcess<TrialAnswer>(entry, request, options);
}

/** What a process answers that gets one message; where it doesn't, why, as the rest of a sentence. Never rejects. */
export async function askProcess<Answer extends object>(
  entry: URL,
  request: object,
  { patience = PATIENCE_MS, environment = process.env, signal }: Omit<TrialOptions, 'entry'> = {},
): Promise<Answer | NoRun> {
  const stopped = { reason: 'was not tried to the end' };
  const isUnwanted = () => signal?.aborted === true;
  if (isUnwanted()) return stopped;
  let child: ChildProcess | undefined;
  const stop = () => child?.kill('SIGKILL');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    child = fork(entry, [], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: environment,
      serialization: 'advanced',
      timeout: patience,
      killSignal: 'SIGKILL',
    });
    let answer: Answer | undefined;
    child.on('message', (message) => {
      answer = message as Answer;
    });
    // It may have ended before it is asked; `close` then tells.
    child.send(request, () => undefined);
    const [code, ended] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (answer !== undefined) return answer;
    if (isUnwanted()) return stopped;
    if (child.killed) return { reason: `did not answer within ${Math.round(patience / 1000)} s` };
    return {
      reason: `took its process down (${ended ?? `exit code ${String(code)}`})`,
      ...(ENDED_BY_OTHERS.has(ended ?? code) && { isPassing: true }),
    };
  } catch (error) {
    // Where no process can be started, that is thrown, or comes as `error` in place of `close`.
    stop();
    return { reason: `could not be tried: ${messageOf(error)}`, isPassing: true };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
