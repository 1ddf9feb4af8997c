import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { projectRoot } from '../../../../src/build/project.ts';
import { ErrorCode, LikenessError } from '../../../../src/core/errors.ts';
import { describeTensorFlow } from '../../../../src/engine/training/tensorflow/probe.ts';
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

test('the plain package is found, loaded and described where it is named', async () => {
  const { name, version, backend, backends, device, path, tf, passedOver } = await resolveTensorFlow({
    folder: join(projectRoot, 'src', 'engine'),
    module: '@tensorflow/tfjs',
  });
  assert.deepEqual(
    { name, version, backend, path },
    { name: '@tensorflow/tfjs', version: '4.22.0', backend: 'cpu', path: real },
  );
  assert.ok(backends.includes('cpu'));
  assert.deepEqual([device, passedOver], [undefined, []]);
  assert.deepEqual([...tf.tensor([1, 2]).dataSync()], [1, 2]);
});

test('the package for GPUs comes first, that for CPUs second, and plain JavaScript never by itself', async (context) => {
  const folder = temporaryFolder(context);
  install(folder, '@tensorflow/tfjs', working);
  await assert.rejects(
    resolveTensorFlow({ folder }),
    refusal(ErrorCode.TensorFlowMissing, /no TensorFlow.js for Node/),
  );
  install(folder, '@tensorflow/tfjs-node', working);
  assert.equal((await resolveTensorFlow({ folder })).name, '@tensorflow/tfjs-node');
  const path = install(folder, '@tensorflow/tfjs-node-gpu', working, '4.9.9');
  const resolved = await resolveTensorFlow({ folder, module: '' });
  assert.deepEqual([resolved.name, resolved.version, resolved.path], ['@tensorflow/tfjs-node-gpu', '4.9.9', path]);
});

test('what the native library computes on is told', async (context) => {
  const folder = temporaryFolder(context);
  const native = (gpu: boolean) => `const tf = require(${JSON.stringify(real)});
    const backend = () => Object.assign(Object.create(tf.backend()), { isUsingGpuDevice: ${gpu} });
    module.exports = { ...tf, backend };`;
  install(folder, '@tensorflow/tfjs-node-gpu', native(true));
  install(folder, '@tensorflow/tfjs-node', native(false));
  assert.equal((await resolveTensorFlow({ folder })).device, 'GPU');
  assert.equal((await resolveTensorFlow({ folder, module: '@tensorflow/tfjs-node' })).device, 'CPU');
});

test('the native library of a version that Node has outrun loads', async (context) => {
  const folder = temporaryFolder(context);
  // As it is called at the first tensor by 4.22.
  const code = `const util = require('util'); const tf = require(${JSON.stringify(real)});
    module.exports = { ...tf, tensor: (values) => tf.tensor(util.isNullOrUndefined(values) ? [] : values) };`;
  install(folder, '@tensorflow/tfjs-node', code);
  assert.equal((await resolveTensorFlow({ folder })).name, '@tensorflow/tfjs-node');
});

test('a folder above the workspace may hold it', async (context) => {
  const folder = temporaryFolder(context);
  install(folder, '@tensorflow/tfjs-node', working);
  mkdirSync(join(folder, 'images', 'cats'), { recursive: true });
  const resolved = await resolveTensorFlow({ folder: join(folder, 'images', 'cats') });
  assert.equal(resolved.name, '@tensorflow/tfjs-node');
});

test('one that does not load is passed over for the next, with its reason', async (context) => {
  const folder = temporaryFolder(context);
  const path = install(folder, '@tensorflow/tfjs-node-gpu', broken);
  install(folder, '@tensorflow/tfjs-node', working);
  const { name, passedOver } = await resolveTensorFlow({ folder });
  assert.equal(name, '@tensorflow/tfjs-node');
  assert.deepEqual(passedOver, [{ path, reason: 'libcudart.so.11.0: cannot open shared object file' }]);
});

test('one that does not load, without another, is an error that gives the reason', async (context) => {
  const folder = temporaryFolder(context);
  const path = install(folder, '@tensorflow/tfjs-node-gpu', broken);
  await assert.rejects(resolveTensorFlow({ folder }), (error) => {
    refusal(ErrorCode.TensorFlowBroken, /tfjs-node-gpu can't be loaded .*libcudart/)(error);
    assert.equal((error as LikenessError).path, path);
    return true;
  });
});

test('without any, the error says what to install', async (context) => {
  const folder = temporaryFolder(context);
  const missing = refusal(ErrorCode.TensorFlowMissing, /npm install @tensorflow\/tfjs-node-gpu/);
  await assert.rejects(resolveTensorFlow({ folder }), missing);
});

test('one that is named, by its folder or its name, is the only one tried', async (context) => {
  const folder = temporaryFolder(context);
  install(folder, '@tensorflow/tfjs-node-gpu', working);
  const elsewhere = temporaryFolder(context);
  const own = install(elsewhere, 'own-build', working);
  const named = (module: string) => resolveTensorFlow({ folder, module });
  const { name, path } = await named(own);
  assert.deepEqual([name, path], ['own-build', own]);
  const local = install(folder, 'local-build', working);
  assert.equal((await named('local-build')).path, local);
  assert.equal((await named('./node_modules/local-build')).path, local);
  await assert.rejects(named('own-build'), refusal(ErrorCode.TensorFlowMissing, /no package own-build in /));
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
    module.exports = { ...tf, tensor: () => { throw new TypeError('binding.createTensor is not a function'); } };`;
  install(folder, '@tensorflow/tfjs-node', code);
  const failure = refusal(ErrorCode.TensorFlowBroken, /binding.createTensor is not a function/);
  await assert.rejects(resolveTensorFlow({ folder }), failure);
});

describe('looked at from another process', () => {
  test('a package is described, and not loaded here', async (context) => {
    const folder = temporaryFolder(context);
    const path = install(folder, '@tensorflow/tfjs-node', `globalThis.loadedHere = true; ${working}`);
    const { name, version, backend, path: found } = await describeTensorFlow({ folder });
    assert.deepEqual([name, version, backend, found], ['@tensorflow/tfjs-node', '1.2.3', 'cpu', path]);
    assert.ok(!('loadedHere' in globalThis));
  });

  test('what is wrong keeps its code', async (context) => {
    const folder = temporaryFolder(context);
    await assert.rejects(describeTensorFlow({ folder }), refusal(ErrorCode.TensorFlowMissing, /npm install/));
    install(folder, '@tensorflow/tfjs-node', broken);
    await assert.rejects(describeTensorFlow({ folder }), refusal(ErrorCode.TensorFlowBroken, /libcudart/));
  });

  test('a library that takes its process along is told of', async (context) => {
    const folder = temporaryFolder(context);
    const module = install(folder, 'crashing', `process.kill(process.pid, 'SIGKILL');`);
    const crash = describeTensorFlow({ folder, module });
    await assert.rejects(crash, refusal(ErrorCode.TensorFlowBroken, /process that loaded it ended/));
  });
});
