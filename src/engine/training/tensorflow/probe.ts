import { fork } from 'node:child_process';
import { once } from 'node:events';
import { LikenessError, tensorFlowBroken } from '../../../core/errors.ts';
import type { ErrorData } from '../../../protocol/rpc.ts';
import { entryPoint } from '../../entryPoints.ts';
import type { TensorFlowDescription, TensorFlowRequest } from './resolve.ts';

/** What the process answers. */
export type ProbeAnswer = { readonly description: TensorFlowDescription } | { readonly error: ErrorData };

/** Loading the library for a GPU takes several seconds, from a slow disk more. */
const PATIENCE_MS = 60_000;

/**
 * As `resolveTensorFlow`, in a process of its own: once loaded, the native library keeps its memory, on a GPU nearly all of
 * it, and one that doesn't fit the machine takes its process along.
 */
export async function describeTensorFlow(request: TensorFlowRequest): Promise<TensorFlowDescription> {
  const child = fork(entryPoint('tensorFlowProbe'), [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const kill = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  let answer: ProbeAnswer | undefined;
  child.on('message', (message) => {
    answer = message as ProbeAnswer;
  });
  child.send(request);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(kill);
  if (answer === undefined) {
    const reason = new Error(`the process that loaded it ended with ${signal ?? `exit code ${String(code)}`}`);
    throw tensorFlowBroken(request.module ?? request.folder, reason);
  }
  if ('description' in answer) return answer.description;
  const { code: kind, message, path } = answer.error;
  throw new LikenessError(kind, message, { path });
}
