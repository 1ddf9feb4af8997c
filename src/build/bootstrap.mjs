/**
 * `node src/build/bootstrap.mjs COMMAND [ARGUMENTS]` runs src/build/COMMAND.ts: finds or fetches a Node that runs
 * TypeScript, installs the dependencies where they are missing or outdated, and gets out of the way.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fetchNode, runNpm, runsTypeScript, SetupError } from './nodeRelease.mjs';

const projectRoot = path.resolve(import.meta.dirname, '../..');

/** @param {string} line */
const say = (line) => process.stderr.write(`${line}\n`);

try {
  run(process.argv[2], process.argv.slice(3));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

/**
 * @param {string | undefined} command
 * @param {readonly string[]} args
 */
function run(command, args) {
  const script = path.join(projectRoot, 'src/build', `${command}.ts`);
  if (command === undefined || !/^[\w-]+$/.test(command) || !existsSync(script)) {
    throw new SetupError(`There is no command "${command ?? ''}"; package.json lists them under "scripts".`);
  }
  const node = runsTypeScript(process.versions.node)
    ? process.execPath
    : fetchNode(path.join(projectRoot, '.tools'), say);
  const env = environmentFor(node);
  installDependencies(env);

  // Before 24 Node warns about type stripping and SQLite each time it starts, which only worries people.
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', script, ...args], { stdio: 'inherit', env });
  /** @type {NodeJS.Signals[]} */
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of forwarded) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(`${node} can't be started (${error.message}).`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}

/**
 * The environment in which `node` and what it starts find that same Node first.
 * @param {string} node
 * @returns {NodeJS.ProcessEnv}
 */
function environmentFor(node) {
  // Windows calls the variable Path; a second one in another case would be ignored.
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...process.env, [name]: `${path.dirname(node)}${path.delimiter}${process.env[name] ?? ''}` };
}

/** @param {NodeJS.ProcessEnv} env */
function installDependencies(env) {
  const modules = path.join(projectRoot, 'node_modules');
  const lockFile = path.join(projectRoot, 'package-lock.json');
  const stamp = path.join(modules, '.likeness-installed');
  const lockHash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash) return;

  // npm writes this file last, so an installation made by hand counts when it is younger than the lock file.
  const npmRecord = path.join(modules, '.package-lock.json');
  if (existsSync(stamp) || !existsSync(npmRecord) || statSync(npmRecord).mtimeMs < statSync(lockFile).mtimeMs) {
    say('Installing dependencies with npm ci (about 300 MB, a minute or so)…');
    const start = Date.now();
    runNpm('install the dependencies', ['ci', '--ignore-scripts'], { cwd: projectRoot, env });
    say(`Installed the dependencies in ${Math.round((Date.now() - start) / 1000)} s.`);
  }
  writeFileSync(stamp, lockHash);
}
