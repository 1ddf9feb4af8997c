#!/usr/bin/env node
import { availableParallelism } from 'node:os';

// libuv reads this once, when its first task starts, so it has to stand before anything that reads a file.
process.env['UV_THREADPOOL_SIZE'] ??= String(Math.max(4, availableParallelism()));

const { runCli } = await import('./cli.ts');
process.exitCode = await runCli(process.argv.slice(2));
