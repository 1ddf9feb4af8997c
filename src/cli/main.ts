#!/usr/bin/env node
import nodeModule from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ownCacheFolder } from '../engine/userCacheFolder.ts';

// libuv reads this once, when its first task starts, so it has to stand before anything that reads a file.
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, availableParallelism()));

keepWhatIsCompiled();
const { runCli } = await import('./cli.ts');
process.exitCode = await runCli(process.argv.slice(2));

/**
 * A command starts in two thirds of the time where the last one has kept what it compiled. That is code which is run unseen, so
 * it is kept where only the user writes.
 */
function keepWhatIsCompiled(): void {
  // Versions of Node that are too old for the index don't have it; why they are, is said later.
  const enable = nodeModule.enableCompileCache as typeof nodeModule.enableCompileCache | undefined;
  try {
    enable?.(join(ownCacheFolder(), 'compiled'));
  } catch {
    // Without a home commands are only slower.
  }
}
