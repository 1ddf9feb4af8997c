import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../../../src/build/project.ts';
import { ErrorCode, LikenessError } from '../../../../src/core/errors.ts';
import { resolveTensorFlow } from '../../../../src/engine/training/tensorflow/resolve.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';
import { cpuTensorFlow } from './cpuTensorFlow.ts';

// Keeps it from advising another package.
cpuTensorFlow();
const require = createRequire(import.meta.url);
const real = dirname(require.resolve('@tensorflow/tfjs/package.json'));

/** Puts a package into a workspace whose code is what is given. */
function install(workspace: string, name: string, code: string, version = '1.2.3'): string {
  const folder = join(workspace, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, main: 'main.js' }));
  writeFileSync(join(folder, 'main.js'), code);
  return folder;
}

const working = `module.exports = require(${JSON.stringify(real)});`;
const broken = `throw new Error('libcudart.so.11.0: cannot open\\nshared object file');`;

const refusal = (code: ErrorCode, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LikenessError && error.code === code, String(error));
  assert.match(error.message, message);
  return true;
};

test('the plain package of a workspace is found, loaded and described', async () => {
  const { name, version, backend, path, tf, passedOver } = await resolveTensorFlow({
    folder: projectRoot,
    trusted: true,
  });
  assert.deepEqual(
    { name, version, backend, path },
    { name: '@tensorflow/tfjs', version: '4.22.0', backend: 'cpu', path: real },
  );
  assert.deepEqual(passedOver, []);
  assert.deepEqual([...tf.tensor([1, 2]).dataSync()], [1, 2]);
});

test('the package for GPUs comes first, that for CPUs second', async (context) => {
  const folder = temporaryFolder(context);
  install(folder, '@tensorflow/tfjs', working);
  install(folder, '@tensorflow/tfjs-node', working);
  assert.equal((await resolveTensorFlow({ folder, trusted: true })).name, '@tensorflow/tfjs-node');
  const path = install(folder, '@tensorflow/tfjs-node-gpu', working, '4.9.9');
  const resolved = await resolveTensorFlow({ folder, trusted: true, packageFolder: '' });
  assert.deepEqual([resolved.name, resolved.version, resolved.path], ['@tensorflow/tfjs-node-gpu', '4.9.9', path]);
});

test('a folder above the workspace may hold it', async (context) => {
  const folder = temporaryFolder(context);
  install(folder, '@tensorflow/tfjs-node', working);
  mkdirSync(join(folder, 'images', 'cats'), { recursive: true });
  const resolved = await resolveTensorFlow({ folder: join(folder, 'images', 'cats'), trusted: true });
  assert.equal(resolved.name, '@tensorflow/tfjs-node');
});

test('one that does not load is passed over for the next, with its reason', async (context) => {
  const folder = temporaryFolder(context);
  const path = install(folder, '@tensorflow/tfjs-node-gpu', broken);
  install(folder, '@tensorflow/tfjs', working);
  const { name, passedOver } = await resolveTensorFlow({ folder, trusted: true });
  assert.equal(name, '@tensorflow/tfjs');
  assert.deepEqual(passedOver, [{ path, reason: 'libcudart.so.11.0: cannot open shared object file' }]);
});

test('one that does not load, without another, is an error that gives the reason', async (context) => {
  const folder = temporaryFolder(context);
  const path = install(folder, '@tensorflow/tfjs-node-gpu', broken);
  await assert.rejects(resolveTensorFlow({ folder, trusted: true }), (error) => {
    refusal(ErrorCode.TensorFlowBroken, /tfjs-node-gpu can't be loaded .*libcudart/)(error);
    assert.equal((error as LikenessError).path, path);
    return true;
  });
});

test('without any, the error says what to install', async (context) => {
  const folder = temporaryFolder(context);
  const missing = refusal(ErrorCode.TensorFlowMissing, /npm install @tensorflow\/tfjs-node-gpu/);
  await assert.rejects(resolveTensorFlow({ folder, trusted: true }), missing);
});

test('a folder that is named is the only one tried', async (context) => {
  const folder = temporaryFolder(context);
  install(folder, '@tensorflow/tfjs', working);
  const elsewhere = temporaryFolder(context);
  const own = install(elsewhere, 'own-build', working);
  const { name, path } = await resolveTensorFlow({ folder, trusted: true, packageFolder: own });
  assert.deepEqual([name, path], ['own-build', own]);
  const named = (packageFolder: string) => resolveTensorFlow({ folder, trusted: true, packageFolder });
  await assert.rejects(
    named(join(elsewhere, 'nothing')),
    refusal(ErrorCode.TensorFlowBroken, /there is no package in this folder/),
  );
  const other = install(elsewhere, 'other', 'exports.tensor = 1;');
  await assert.rejects(named(other), refusal(ErrorCode.TensorFlowBroken, /it is another package/));
});

test('one that loads and then fails at the first tensor is not used', async (context) => {
  const folder = temporaryFolder(context);
  const code = `const tf = require(${JSON.stringify(real)});
    module.exports = { ...tf, tensor: () => { throw new TypeError('isNullOrUndefined is not a function'); } };`;
  install(folder, '@tensorflow/tfjs-node', code);
  const failure = refusal(ErrorCode.TensorFlowBroken, /isNullOrUndefined is not a function/);
  await assert.rejects(resolveTensorFlow({ folder, trusted: true }), failure);
});

test('nothing of a workspace without trust is run', async (context) => {
  const folder = temporaryFolder(context);
  const path = install(folder, '@tensorflow/tfjs', `globalThis.ranUntrusted = true; ${working}`);
  for (const request of [{ folder }, { folder, packageFolder: path }]) {
    await assert.rejects(
      resolveTensorFlow({ ...request, trusted: false }),
      refusal(ErrorCode.UntrustedWorkspace, /trust/),
    );
  }
  assert.ok(!('ranUntrusted' in globalThis));
});
