import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fetchNode, runNpm, SetupError } from './nodeRelease.mjs';
import { findOnPath, run } from './processes.ts';
import { inProject, readManifest } from './project.ts';

/** Holds VS Code 1.139.1; its own install script wants Node 24, so it can't be an ordinary dependency. */
const codeServerVersion = '4.139.1';
const codeServerNodeMajor = '24';

/** A browser VS Code and the Node that it runs on. */
export interface CodeServer {
  readonly node: string;
  /** The script that starts it. */
  readonly entry: string;
  /** An empty configuration file, so that the user's own code-server settings don't apply. */
  readonly config: string;
}

/** The `code` command of a desktop VS Code that can open a development window here, or the reason why there is none. */
export async function findDesktopCode(): Promise<{ command: string } | { reason: string }> {
  const command = findOnPath('code', 'code-insiders', 'codium');
  if (command === undefined) return { reason: 'There is no desktop VS Code on the PATH' };
  // In the terminal of a remote window `code` talks to the window's server, which opens no development windows.
  if (process.env['VSCODE_IPC_HOOK_CLI'] !== undefined) return { reason: 'This is the terminal of a remote window' };
  if (process.env['WSL_DISTRO_NAME'] !== undefined) return { reason: "WSL's code command opens windows on Windows" };
  if (process.platform === 'linux') {
    if (process.env['DISPLAY'] === undefined && process.env['WAYLAND_DISPLAY'] === undefined) {
      return { reason: 'There is no display for the desktop VS Code' };
    }
    if (process.getuid?.() === 0) return { reason: 'Desktop VS Code refuses to run as root' };
  }
  const { code, stdout } = await run(command, ['--version'], { timeoutMs: 30_000 });
  const version = stdout.split('\n')[0]?.trim() ?? '';
  const needed = readManifest().engines.vscode.replace('^', '');
  if (code !== 0) return { reason: `${command} --version fails` };
  if (isOlder(version, needed)) return { reason: `Desktop VS Code is ${version}, and Likeness needs ${needed}` };
  return { command };
}

function isOlder(version: string, needed: string): boolean {
  return version.localeCompare(needed, 'en', { numeric: true }) < 0;
}

/** The browser VS Code, installed below `.vscode-test/` the first time. Throws a SetupError where that fails. */
export async function provideCodeServer(say: (line: string) => void): Promise<CodeServer> {
  if (process.platform === 'win32') {
    throw new SetupError(
      'The browser VS Code does not run on Windows; install VS Code and put its code command on the PATH.',
    );
  }
  const home = inProject('.vscode-test/code-server');
  const stamp = path.join(home, 'installed');
  const server: CodeServer = {
    node: process.versions.node.startsWith(`${codeServerNodeMajor}.`)
      ? process.execPath
      : fetchNode(inProject('.tools'), say),
    entry: path.join(home, 'node_modules/code-server/out/node/entry.js'),
    config: path.join(home, 'config.yaml'),
  };
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === codeServerVersion) return server;

  say(`Installing the browser VS Code (code-server ${codeServerVersion}, about 500 MB, half a minute or so)…`);
  const start = Date.now();
  // Elsewhere first and renamed at the end: after an interruption there is never half of it.
  const partial = `${home}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await writeFile(path.join(partial, 'package.json'), '{"private":true}');
  await writeFile(path.join(partial, 'config.yaml'), '');
  const quiet = ['--ignore-scripts'];
  runNpm('install the browser VS Code', ['install', '--no-save', ...quiet, `code-server@${codeServerVersion}`], {
    cwd: partial,
  });
  runNpm("install the browser VS Code's own dependencies", ['install', '--omit=dev', ...quiet], {
    cwd: path.join(partial, 'node_modules/code-server/lib/vscode'),
  });
  await writeFile(path.join(partial, 'installed'), codeServerVersion);
  await rm(home, { recursive: true, force: true });
  await rename(partial, home);
  say(`Installed the browser VS Code in ${Math.round((Date.now() - start) / 1000)} s.`);
  return server;
}
