import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './nodeRelease.mjs';
import { stopProcessGroup } from './processes.ts';
import type { CodeServer } from './vscode.ts';

export interface CodeServerOptions {
  /** Settings, state and logs of this VS Code. */
  readonly userDataFolder: string;
  readonly extensionsFolder: string;
  /** A free one where absent. */
  readonly port?: number | undefined;
  /** Every folder is trusted and nobody is asked. */
  readonly trustEverything: boolean;
  /** Extensions and suites can be loaded from the address, which only tests want. */
  readonly testDriver: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

export interface RunningCodeServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Resolves when the server ends, whoever ended it. */
  readonly ended: Promise<void>;
  /** Ends the server, its extension hosts and all they started. */
  readonly stop: () => Promise<void>;
}

/** A gallery that doesn't exist: nothing is looked up, offered or updated. */
const noGallery = JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '' });

/** Starts a browser VS Code on the loopback interface and waits until it answers. */
export async function startCodeServer(server: CodeServer, options: CodeServerOptions): Promise<RunningCodeServer> {
  const port = options.port ?? (await freePort());
  const origin = `http://127.0.0.1:${port}`;
  await mkdir(options.extensionsFolder, { recursive: true });
  await mkdir(options.userDataFolder, { recursive: true });
  const logFile = path.join(options.userDataFolder, 'server.log');
  const log = createWriteStream(logFile);
  const child = spawn(server.node, [server.entry, ...commonArguments(server, options), ...flags(options, port)], {
    // A group of its own, so that nothing it started outlives it.
    detached: true,
    env: environment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  const ended = once(child, 'exit').then(() => undefined);
  // If we end without having stopped it, at least tell it.
  const onExit = () => void stopProcessGroup(child);
  process.once('exit', onExit);
  const stop = async () => {
    process.off('exit', onExit);
    await stopProcessGroup(child);
  };

  const deadline = Date.now() + 60_000;
  while (!(await answers(origin))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      await stop();
      const words = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-5).join('\n');
      throw new SetupError(`The browser VS Code did not start; its log ${logFile} ends with:\n${words}`);
    }
    await sleep(150);
  }
  return { port, origin, ended, stop };
}

/** What `--install-extension` and the server itself both need. */
export function commonArguments(
  server: CodeServer,
  { userDataFolder, extensionsFolder }: Pick<CodeServerOptions, 'userDataFolder' | 'extensionsFolder'>,
): string[] {
  return ['--config', server.config, '--user-data-dir', userDataFolder, '--extensions-dir', extensionsFolder];
}

function flags({ trustEverything, testDriver }: CodeServerOptions, port: number): string[] {
  return [
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override', '--disable-proxy'],
    ...['--ignore-last-opened', '--app-name', 'Likeness'],
    ...(trustEverything ? ['--disable-workspace-trust'] : []),
    ...(testDriver ? ['--reconnection-grace-time', '10', '--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
}

/** Without the variables of a VS Code that we may be running in, which would confuse another one. */
function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|PORT$|PASSWORD$)/.test(name),
  );
  return { ...Object.fromEntries(inherited), EXTENSIONS_GALLERY: noGallery, ...extra };
}

async function answers(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

/** The given port of the loopback interface if it is free, else any free one. */
export async function freePort(preferred = 0): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(preferred, '127.0.0.1');
    await once(probe, 'listening');
  } catch (error) {
    if (preferred === 0) throw error;
    return freePort();
  }
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('A TCP server has no port.');
  return address.port;
}
