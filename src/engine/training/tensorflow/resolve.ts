import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { messageOf, tensorFlowBroken, tensorFlowMissing, untrustedWorkspace } from '../../../core/errors.ts';
import type { TensorFlow } from './tensors.ts';

export interface TensorFlowRequest {
  /** Absolute path of the folder in whose `node_modules`, and those of the folders above it, packages are looked for. */
  readonly folder: string;
  /** Absolute path of the folder of a package, which is then the only one tried; absent or empty: look for one. */
  readonly packageFolder?: string;
  /** Whether people trust the workspace: the packages in it are code that is run. */
  readonly trusted: boolean;
}

export interface TensorFlowPackage {
  readonly name: string;
  readonly version: string;
  /** Absolute path of the package's folder. */
  readonly path: string;
}

export interface ResolvedTensorFlow extends TensorFlowPackage {
  readonly tf: TensorFlow;
  /** What computes: `tensorflow` for the native library on CPU or GPU, `cpu` for plain JavaScript, … */
  readonly backend: string;
  /** Packages that come first and can't be used. */
  readonly passedOver: readonly { readonly path: string; readonly reason: string }[];
}

/** In order of preference: NVIDIA GPU, native CPU, plain JavaScript. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', '@tensorflow/tfjs'];

/**
 * Finds the TensorFlow.js of a workspace and loads it. Rejects with untrusted-workspace before anything is looked for,
 * tensorflow-missing where there is none, and tensorflow-broken where the one that was named, or the first of those that
 * were found, can't be used and no other can.
 */
export async function resolveTensorFlow(request: TensorFlowRequest): Promise<ResolvedTensorFlow> {
  const { folder, packageFolder = '', trusted } = request;
  if (!trusted) throw untrustedWorkspace();
  const candidates = packageFolder === '' ? findPackages(folder) : [packageFolder];
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

/** Looked for by hand, because Node remembers what it didn't find, and people install what they are told is missing. */
function findPackages(folder: string): string[] {
  return PACKAGES.flatMap((name) => {
    const found = foldersAbove(folder).find((above) => existsSync(join(above, 'node_modules', name, 'package.json')));
    return found === undefined ? [] : [join(found, 'node_modules', name)];
  });
}

/** A folder and all those above it. */
function foldersAbove(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...foldersAbove(parent)];
}

async function load(path: string): Promise<Omit<ResolvedTensorFlow, 'passedOver'>> {
  const manifest = await readManifest(path);
  const loaded: unknown = createRequire(join(path, 'package.json'))(path);
  if (!isTensorFlow(loaded)) throw new Error('it is another package');
  await loaded.ready();
  const backend = loaded.getBackend();
  checkGradient(loaded);
  return { ...manifest, path, tf: loaded, backend };
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
  return ['tensor', 'tidy', 'engine', 'ready', 'getBackend'].every((name) => typeof members[name] === 'function');
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
