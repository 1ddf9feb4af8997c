import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import { EngineClient } from '../../../src/extension/engine/engineClient.ts';
import type { EngineClientOptions } from '../../../src/extension/engine/engineClient.ts';

const script = path.join(import.meta.dirname, 'fakeEngine.ts');

function startClient(t: TestContext, options: Partial<EngineClientOptions> = {}, mode = '') {
  process.env['LIKENESS_FAKE_ENGINE'] = mode;
  const log: string[] = [];
  const machine = { platform: 'linux', arch: 'x64', cores: 8 } as const;
  const client = new EngineClient({ script, machine, log: (_, text) => log.push(text), ...options });
  t.after(() => client.dispose());
  return { client, log };
}

const withCode = (code: ErrorCode) => (error: unknown) => error instanceof LikenessError && error.code === code;

/** Waits for what another process is about to do. */
async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 500 && !condition(); attempt++) await sleep(10);
  assert.ok(condition());
}

test('the engine starts with the first call, and its words reach the log', async (t) => {
  const { client, log } = startClient(t);
  assert.equal(client.pid, undefined);
  await Promise.all([client.call('doctor/run', {}), client.call('doctor/run', {})]);
  assert.ok(client.pid);
  await until(() => log.includes('words on stderr') && log.includes('words by notification'));
  assert.equal(log.filter((line) => line.includes('is ready')).length, 1);
});

test('it has its own environment and none of our flags, and typed arrays cross as they are', async (t) => {
  process.env['NODE_OPTIONS'] = '--no-warnings';
  t.after(() => {
    delete process.env['NODE_OPTIONS'];
  });
  const { client } = startClient(t);
  const answer: unknown = await client.call('doctor/run', {});
  const { environment, execArgv, bytes } = answer as {
    environment: NodeJS.ProcessEnv;
    execArgv: string[];
    bytes: unknown;
  };
  assert.deepEqual(bytes, new Uint8Array([1, 2, 3]));
  assert.deepEqual(execArgv, []);
  assert.equal(environment['UV_THREADPOOL_SIZE'], '8');
  assert.equal(environment['LIKENESS_THREADS'], '7');
  assert.equal(environment['MALLOC_ARENA_MAX'], '16');
  assert.equal(environment['NODE_OPTIONS'], undefined);
});

test('it computes on as many threads as are set, from its next start on', async (t) => {
  const { client } = startClient(t, { threads: () => 3, provider: () => 'cpu' });
  const { environment } = (await client.call('doctor/run', {})) as unknown as { environment: NodeJS.ProcessEnv };
  assert.deepEqual([environment['LIKENESS_THREADS'], environment['LIKENESS_PROVIDER']], ['3', 'cpu']);
});

test('when it is killed every pending call fails, and the next call starts another', async (t) => {
  const { client } = startClient(t);
  await client.call('doctor/run', {});
  const first = client.pid!;
  const pending = [1, 2, 3].map(() =>
    assert.rejects(client.call('index/summary', { path: '/' }), (error) => {
      assert.ok(error instanceof LikenessError);
      assert.equal(error.code, ErrorCode.EngineStopped);
      assert.match(error.message, /SIGKILL/);
      return true;
    }),
  );
  process.kill(first, 'SIGKILL');
  await Promise.all(pending);
  await client.call('doctor/run', {});
  assert.notEqual(client.pid, first);
});

test('an engine that always crashes is started four times, then no more', async (t) => {
  const { client } = startClient(t, {}, 'crash');
  for (let attempt = 0; attempt < 4; attempt++) {
    await assert.rejects(client.call('doctor/run', {}), /exit code 7/);
  }
  await assert.rejects(client.call('doctor/run', {}), /ended by itself 4 times/);
});

test('an idle engine is stopped, which is no crash, and starts again when it is needed', async (t) => {
  const { client, log } = startClient(t, { idleMs: 20 });
  for (let round = 0; round < 6; round++) {
    await client.call('doctor/run', {});
    await until(() => client.pid === undefined);
  }
  assert.equal(log.filter((line) => line.includes('is stopped: idle')).length, 6);
});

test('an engine whose settings changed is replaced when it has nothing to do', async (t) => {
  let provider = 'cpu';
  const { client } = startClient(t, { provider: () => provider });
  const providerOf = async () => {
    const answer: unknown = await client.call('doctor/run', {});
    return (answer as { environment: NodeJS.ProcessEnv }).environment['LIKENESS_PROVIDER'];
  };
  client.renew();
  assert.equal(client.pid, undefined, 'nothing is started for it');
  assert.equal(await providerOf(), 'cpu');
  const first = client.pid;
  provider = 'webgpu';
  client.renew();
  await until(() => client.pid === undefined);
  assert.equal(await providerOf(), 'webgpu');
  assert.notEqual(client.pid, first);
  // While it works it is left alone.
  const pending = assert.rejects(client.call('index/summary', { path: '/' }), withCode(ErrorCode.EngineStopped));
  const second = client.pid;
  client.renew();
  assert.equal(await providerOf(), 'webgpu');
  assert.equal(client.pid, second);
  await client.dispose();
  await pending;
});

test('an engine is not idle while a call is pending', async (t) => {
  const { client } = startClient(t, { idleMs: 20 });
  const pending = assert.rejects(client.call('index/summary', { path: '/' }), withCode(ErrorCode.EngineStopped));
  await client.call('doctor/run', {});
  await sleep(100);
  assert.ok(client.pid);
  await client.dispose();
  await pending;
});

test('an engine of another version is refused and ended', async (t) => {
  const { client } = startClient(t, {}, 'old');
  await assert.rejects(client.call('doctor/run', {}), withCode(ErrorCode.EngineVersion));
  assert.equal(client.pid, undefined);
});

test('after disposal the process is gone and nothing starts another', async (t) => {
  const { client } = startClient(t);
  await client.call('doctor/run', {});
  const pid = client.pid!;
  await client.dispose();
  assert.throws(() => process.kill(pid, 0), /ESRCH/);
  await assert.rejects(client.call('doctor/run', {}), withCode(ErrorCode.EngineStopped));
});

test('a platform without ONNX Runtime is told so, and nothing is started', async (t) => {
  const { client } = startClient(t, { machine: { platform: 'darwin', arch: 'x64', cores: 4 } });
  await assert.rejects(client.call('doctor/run', {}), withCode(ErrorCode.UnsupportedPlatform));
  assert.equal(client.pid, undefined);
});
