import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { commonArguments } from './codeServerProcess.ts';
import { SetupError } from './nodeRelease.mjs';
import { run } from './processes.ts';
import { readManifest } from './project.ts';
import type { CodeServer } from './vscode.ts';

/**
 * Makes the extension in `source` count as installed in an extensions folder that no server uses right now. A link, so
 * that a rebuild is seen by the next window.
 */
export async function linkExtension(source: string, extensionsFolder: string): Promise<void> {
  const { publisher, name, version } = readManifest();
  // VS Code remembers what it found; without this list it looks into the folder again.
  await rm(path.join(extensionsFolder, 'extensions.json'), { force: true });
  await mkdir(extensionsFolder, { recursive: true });
  const link = path.join(extensionsFolder, `${publisher}.${name}-${version}`);
  await rm(link, { force: true, recursive: true });
  await symlink(source, link, 'junction');
}

/** Installs a packaged extension as a user would. Throws a SetupError where VS Code refuses it. */
export async function installPackage(
  server: CodeServer,
  vsix: string,
  folders: { readonly userDataFolder: string; readonly extensionsFolder: string },
): Promise<void> {
  const args = [server.entry, ...commonArguments(server, folders), '--install-extension', vsix, '--force'];
  const { code, stdout, stderr } = await run(server.node, args, { timeoutMs: 120_000 });
  if (code !== 0) throw new SetupError(`VS Code refuses ${vsix}: ${(stderr + stdout).trim()}`);
}
