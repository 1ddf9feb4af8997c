import assert from 'node:assert/strict';
import { constants, getPriority } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { TrainingClient } from '../../../src/extension/training/trainingClient.ts';
import type { TrainingClientOptions } from '../../../src/extension/training/trainingClient.ts';
import type { PretrainRequest } from '../../../src/protocol/training.ts';

const script = path.join(import.meta.dirname, 'fakeTraining.ts');
const request = (name: string): PretrainRequest => ({ folder: '/pets', settings: { name } });
const withCode = (code: ErrorCode) => (error: unknown) => error instanceof LikenessError && error.code === code;

function startClient(t: TestContext, options: Partial<TrainingClientOptions> = {}) {
  const client = new TrainingClient({
    script,
    machine: { platform: 'linux', arch: 'x64', cores: 8 },
    log: () => undefined,
    ...options,
  });
  t.after(() => client.dispose());
  return client;
}

/** A run that has begun, and the way to stop it. */
async function begin(client: TrainingClient, name: string, method: 'training/pretrain' | 'training/plan') {
  const abort = new AbortController();
  let onProgress: (progress: Progress) => void = () => undefined;
  const begun = new Promise((resolve) => {
    onProgress = resolve;
  });
  const answer = client.call(method, request(name), { signal: abort.signal, onProgress });
  answer.catch(() => undefined);
  await begun;
  return { abort, answer };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('each call has a process of its own, which is gone with the answer', async (t) => {
  const client = startClient(t);
  const plans = await Promise.all(['a', 'b'].map((name) => client.call('training/plan', request(name))));
  const pids = plans.map((plan) => (plan as unknown as { readonly pid: number }).pid);
  assert.equal(new Set(pids).size, 2);
  assert.deepEqual(client.pids, []);
  assert.deepEqual(pids.filter(isAlive), []);
});

test('a process gives way to others, and is told what is to compute', async (t) => {
  const client = startClient(t);
  const plan: unknown = await client.call('training/plan', request('a'));
  const { priority, environment } = plan as { readonly priority: number; readonly environment: NodeJS.ProcessEnv };
  assert.equal(priority, Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
  assert.equal(environment['LIKENESS_THREADS'], '7');
});

test('progress arrives with its details', async (t) => {
  const client = startClient(t);
  const seen: Progress[] = [];
  await client.call('training/pretrain', request('finishes'), { onProgress: (progress) => seen.push(progress) });
  assert.deepEqual(
    seen.map(({ detail }) => detail),
    ['epoch 1 of 2'],
  );
});

test('a process that dies fails its call with the reason', async (t) => {
  const client = startClient(t);
  await assert.rejects(client.call('training/pretrain', request('die')), (error) => {
    assert.ok(error instanceof LikenessError);
    assert.equal(error.code, ErrorCode.TrainingStopped);
    assert.match(error.message, /exit code 7.*resume/);
    return true;
  });
  assert.deepEqual(client.pids, []);
});

test('a run that is stopped answers for itself, with a report or as cancelled', async (t) => {
  const client = startClient(t);
  const saving = await begin(client, 'saves', 'training/pretrain');
  saving.abort.abort();
  assert.equal(((await saving.answer) as { run: { state: string } }).run.state, 'stopped');
  const obeying = await begin(client, 'obeys', 'training/pretrain');
  obeying.abort.abort();
  await assert.rejects(obeying.answer, withCode(ErrorCode.Cancelled));
});

test('a run that does not stop is killed after its grace, which is a stop too', async (t) => {
  const client = startClient(t, { graceMs: 200 });
  const { abort, answer } = await begin(client, 'deaf', 'training/pretrain');
  const [pid] = client.pids;
  abort.abort();
  await sleep(50);
  assert.deepEqual(client.pids, [pid]);
  await assert.rejects(answer, withCode(ErrorCode.Cancelled));
  assert.ok(pid !== undefined && !isAlive(pid));
});

test('a plan has nothing to keep and gets less time than a run', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const client = startClient(t);
  const plan = await begin(client, 'deaf', 'training/plan');
  const run = await begin(client, 'deaf', 'training/pretrain');
  plan.abort.abort();
  run.abort.abort();
  t.mock.timers.tick(2_000);
  await assert.rejects(plan.answer, withCode(ErrorCode.Cancelled));
  assert.equal(client.pids.length, 1);
  t.mock.timers.tick(6_000);
  await assert.rejects(run.answer, withCode(ErrorCode.Cancelled));
});

test('what is cancelled before it begins starts nothing', async (t) => {
  const client = startClient(t);
  const answer = client.call('training/plan', request('a'), { signal: AbortSignal.abort() });
  assert.deepEqual(client.pids, []);
  await assert.rejects(answer, withCode(ErrorCode.Cancelled));
});

test('a window that closes stops its run, or kills it', async (t) => {
  const client = startClient(t, { graceMs: 100 });
  const deaf = await begin(client, 'deaf', 'training/pretrain');
  const saving = await begin(client, 'saves', 'training/pretrain');
  const pids = client.pids;
  assert.equal(pids.length, 2);
  await client.dispose();
  assert.deepEqual(pids.filter(isAlive), []);
  await assert.rejects(deaf.answer, withCode(ErrorCode.Cancelled));
  assert.equal(((await saving.answer) as { run: { state: string } }).run.state, 'stopped');
  await assert.rejects(client.call('training/plan', request('a')), withCode(ErrorCode.TrainingStopped));
});

test('a process of another version is refused', async (t) => {
  process.env['LIKENESS_FAKE_TRAINING'] = 'old';
  t.after(() => {
    delete process.env['LIKENESS_FAKE_TRAINING'];
  });
  const client = startClient(t);
  await assert.rejects(client.call('training/plan', request('a')), withCode(ErrorCode.EngineVersion));
  assert.deepEqual(client.pids, []);
});

test('a platform without ONNX Runtime is told so, and nothing is started', async (t) => {
  const client = startClient(t, { machine: { platform: 'darwin', arch: 'x64', cores: 4 } });
  await assert.rejects(client.call('training/plan', request('a')), withCode(ErrorCode.UnsupportedPlatform));
  assert.deepEqual(client.pids, []);
});
