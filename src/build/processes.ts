import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import path from 'node:path';
import { LikenessError } from '../core/errors.ts';
import { SetupError } from './nodeRelease.mjs';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** `inherit` shows the output, `capture` returns it. */
  readonly output?: 'inherit' | 'capture';
  readonly timeoutMs?: number;
}

export interface RunResult {
  /** 128 + the signal's number where a signal ended it, as in a shell. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; rejects only where it can't be started. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const stdio: StdioOptions = options.output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'];
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio,
    timeout: options.timeoutMs,
    // Only a shell starts the batch files that Windows has for `code` and `npm`.
    shell: process.platform === 'win32' && /\.(cmd|bat)$/i.test(command),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({
        code: code ?? 128 + (signal === null ? 0 : osConstants.signals[signal]),
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    });
  });
}

/** The absolute path of an executable on the PATH, by any of several names. */
export function findOnPath(...names: string[]): string | undefined {
  const suffixes = process.platform === 'win32' ? ['.cmd', '.exe', '.bat'] : [''];
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    for (const folder of folders) {
      for (const suffix of suffixes) {
        const candidate = path.join(folder, name + suffix);
        if (isExecutable(candidate)) return candidate;
      }
    }
  }
  return undefined;
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Ends a process that was started `detached`, with everything it started: politely, then by force. Resolves when the
 * process is gone; calling it again is harmless.
 */
export async function stopProcessGroup(child: ChildProcess, graceMs = 4000): Promise<void> {
  if (child.pid === undefined) return;
  const ended =
    child.exitCode !== null || child.signalCode !== null
      ? Promise.resolve()
      : new Promise<void>((resolve) =>
          child.once('exit', () => {
            resolve();
          }),
        );
  signalGroup(child.pid, 'SIGTERM');
  const force = setTimeout(signalGroup, graceMs, child.pid, 'SIGKILL');
  await ended;
  clearTimeout(force);
  // Members that ignored the first signal would outlive their leader.
  signalGroup(child.pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // Nobody of that group is left.
  }
}

/** Runs a command's main function, which returns the exit code; a failure is told and gives 1. */
export function runMain(main: () => Promise<number | undefined>): void {
  main().then(
    (code) => {
      process.exitCode = code ?? 0;
    },
    (error: unknown) => {
      process.stderr.write(`${describe(error)}\n`);
      process.exitCode = 1;
    },
  );
}

/** One sentence for failures that were foreseen, the stack of all others. */
export function describe(error: unknown): string {
  if (error instanceof SetupError || error instanceof LikenessError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
