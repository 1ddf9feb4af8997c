import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { messageOf, tensorFlowBroken, tensorFlowMissing, tensorFlowNotFound } from '../../../core/errors.ts';
import type { TensorFlow } from './tensors.ts';

export interface TensorFlowRequest {
  /** Absolute path of the folder in whose `node_modules`, and those of the folders above it, packages are looked for. */
  readonly folder: string;
  /**
   * The only package tried: its name, or the path of its folder, absolute or with a dot in front and then relative to
   * `folder`. Absent or empty: those that compute with TensorFlow's native library are looked for.
   */
  readonly module?: string;
  /** Of the native library on the CPU, which reads their number once in a process; absent: all cores. */
  readonly threads?: number;
}

/** A package that works here, in words that can be sent to another process. */
export interface TensorFlowDescription {
  readonly name: string;
  readonly version: string;
  /** Absolute path of the package's folder. */
  readonly path: string;
  /** What computes: `tensorflow` for the native library on CPU or GPU, `cpu` for plain JavaScript, … */
  readonly backend: string;
  /** All that it could compute with, `backend` among them. */
  readonly backends: readonly string[];
  /** What the native library computes on; undefined for other backends. */
  readonly device: 'GPU' | 'CPU' | undefined;
  /** Packages that come first and can't be used. */
  readonly passedOver: readonly { readonly path: string; readonly reason: string }[];
}

export interface ResolvedTensorFlow extends TensorFlowDescription {
  readonly tf: TensorFlow;
}

/** In order of preference: NVIDIA GPU, CPU. Plain JavaScript takes hundreds of times as long, and has to be named. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/**
 * Finds the TensorFlow.js of a workspace and loads it, which runs code that lies there: for workspaces that people trust.
 * Rejects with tensorflow-missing where there is none, and tensorflow-broken where the one that was named, or the first of
 * those that were found, can't be used and no other can.
 */
export async function resolveTensorFlow(request: TensorFlowRequest): Promise<ResolvedTensorFlow> {
  const { folder, module = '', threads } = request;
  if (threads !== undefined) process.env['TF_NUM_INTRAOP_THREADS'] = String(threads);
  const candidates = module === '' ? PACKAGES.flatMap((name) => findPackage(name, folder)) : [named(module, folder)];
  const failures: { path: string; error: unknown }[] = [];
  for (const path of candidates) {
    try {
      const loaded = await load(path);
      const passedOver = failures.map(({ path: failed, error }) => ({ path: failed, reason: messageOf(error) }));
      return { ...loaded, passedOver };
    } catch (error) {
      failures.push({ path, error });
    }
  }
  const [first] = failures;
  throw first === undefined ? tensorFlowMissing(folder) : tensorFlowBroken(first.path, first.error);
}

function named(module: string, folder: string): string {
  if (isAbsolute(module) || module.startsWith('.')) return resolve(folder, module);
  const [found] = findPackage(module, folder);
  if (found === undefined) throw tensorFlowNotFound(module, folder);
  return found;
}

/** Looked for by hand, because Node remembers what it didn't find, and people install what they are told is missing. */
function findPackage(name: string, folder: string): string[] {
  const found = foldersAbove(folder).find((above) => existsSync(join(above, 'node_modules', name, 'package.json')));
  return found === undefined ? [] : [join(found, 'node_modules', name)];
}

/** A folder and all those above it. */
function foldersAbove(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)];
}

async function load(path: string): Promise<Omit<ResolvedTensorFlow, 'passedOver'>> {
  const manifest = await readManifest(path);
  const require = createRequire(join(path, 'package.json'));
  restoreUtilities(require('node:util') as Record<string, unknown>);
  const loaded: unknown = require(path);
  if (!isTensorFlow(loaded)) throw new Error('it is another package');
  await loaded.ready();
  checkGradient(loaded);
  const { isUsingGpuDevice: gpu } = loaded.backend() as { readonly isUsingGpuDevice?: unknown };
  const device = typeof gpu === 'boolean' ? (gpu ? 'GPU' : 'CPU') : undefined;
  return {
    ...manifest,
    path,
    tf: loaded,
    backend: loaded.getBackend(),
    backends: loaded.engine().backendNames(),
    device,
  };
}

/** Node 23 dropped what the newest tfjs-node, 4.22, still calls: https://github.com/tensorflow/tfjs/issues/8609. */
function restoreUtilities(utilities: Record<string, unknown>): void {
  utilities['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
}

async function readManifest(path: string): Promise<{ name: string; version: string }> {
  let text: string;
  try {
    text = await readFile(join(path, 'package.json'), 'utf8');
  } catch (error) {
    throw new Error('there is no package in this folder', { cause: error });
  }
  const { name, version } = JSON.parse(text) as { readonly name?: unknown; readonly version?: unknown };
  return {
    name: typeof name === 'string' ? name : 'unknown',
    version: typeof version === 'string' ? version : 'unknown',
  };
}

function isTensorFlow(module: unknown): module is TensorFlow {
  if (typeof module !== 'object' || module === null) return false;
  const members = module as Readonly<Record<string, unknown>>;
  return ['tensor', 'tidy', 'engine', 'ready', 'backend', 'getBackend'].every(
    (name) => typeof members[name] === 'function',
  );
}

/** Some combinations of versions load and then fail at the first tensor; the core package alone knows no gradients. */
function checkGradient(tf: TensorFlow): void {
  const slope = tf.tidy(
    () =>
      tf
        .grad((x) => tf.sum(tf.mul(x, x)))(tf.tensor([2]))
        .dataSync()[0],
  );
  if (slope !== 4) throw new Error(`it computes ${String(slope)} where it should be 4`);
}
