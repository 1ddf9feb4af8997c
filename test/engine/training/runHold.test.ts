import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ErrorCode } from '../../../src/core/errors.ts';
import type { RunHolder } from '../../../src/engine/training/runHold.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { newRun, tensors } from './runFixtures.ts';

const SECOND = 1000;

function livingProcess(context: TestContext): ChildProcess {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  context.after(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid!;
}

/** A run, with the means to set who holds it. */
async function runHeldBy(context: TestContext) {
  const store = new RunStore(temporaryFolder(context));
  const run = await store.create(newRun());
  const file = join(run.folder, 'process.json');
  const own = JSON.parse(readFileSync(file, 'utf8')) as RunHolder;
  await run.close();
  const setHolder = (content: Partial<RunHolder> | string, ageMs: number) => {
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify({ ...own, token: 'other', ...content }));
    const time = new Date(Date.now() - ageMs);
    utimesSync(file, time, time);
  };
  return { store, run, file, own, setHolder };
}

suite('who works on a run', () => {
  test('is told by a file as long as it does', async (context) => {
    const { run, file, own } = await runHeldBy(context);
    assert.deepEqual([own.pid, own.host], [process.pid, hostname()]);
    assert.match(own.startedAt, /^\d{4}-/);
    assert.ok(!existsSync(file), 'closed');
    await run.close();
  });

  test('keeps it while alive, and has lost it when gone or not heard of for long', async (context) => {
    const { store, run, setHolder } = await runHeldBy(context);
    const alive = livingProcess(context).pid!;
    const dead = await deadPid();
    const cases: readonly [holder: Partial<RunHolder> | string, ageMs: number, held: boolean][] = [
      [{ pid: alive }, 0, true],
      [{ pid: alive }, 120 * SECOND, true],
      // Its number has gone to another process.
      [{ pid: alive }, 400 * SECOND, false],
      [{ pid: dead }, 0, false],
      [{ pid: dead, host: 'elsewhere' }, 0, true],
      [{ pid: alive, host: 'elsewhere' }, 50 * SECOND, true],
      [{ pid: alive, host: 'elsewhere' }, 70 * SECOND, false],
      // A container with the same host name, which counts processes for itself.
      [{ pid: dead, processSpace: 'linux pid:[1]' }, 0, true],
      [{ pid: dead, processSpace: 'linux pid:[1]' }, 70 * SECOND, false],
      [{ pid: dead, host: 'elsewhere' }, -3600 * SECOND, false],
      ['{"pid": 1, "ho', 0, true],
      ['{"pid": 1, "ho', 70 * SECOND, false],
      ['null', 70 * SECOND, false],
    ];
    for (const [holder, ageMs, held] of cases) {
      setHolder(holder, ageMs);
      const what = `${JSON.stringify(holder)} ${ageMs}`;
      const [summary] = await store.list();
      assert.deepEqual([summary!.state, summary!.resumable], held ? ['running', false] : ['interrupted', true], what);
      if (held) await assert.rejects(store.open(run.id), { code: ErrorCode.RunBusy }, what);
      else await (await store.open(run.id)).close();
    }
  });

  test('keeps its file fresh', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    const store = new RunStore(temporaryFolder(context));
    const run = await store.create(newRun());
    const file = join(run.folder, 'process.json');
    const content = readFileSync(file, 'utf8');
    const longAgo = new Date(Date.now() - 50 * SECOND);
    utimesSync(file, longAgo, longAgo);
    context.mock.timers.tick(5 * SECOND);
    const deadline = Date.now() + 5 * SECOND;
    while (Date.now() - statSync(file).mtimeMs > 20 * SECOND && Date.now() < deadline) await sleep(10);
    assert.ok(Date.now() - statSync(file).mtimeMs < 20 * SECOND);
    assert.equal(readFileSync(file, 'utf8'), content);
    await run.close();
  });

  test('writes nothing any more once another process has taken over', async (context) => {
    const store = new RunStore(temporaryFolder(context));
    const run = await store.create(newRun());
    await run.saveCheckpoint(tensors(1), {});
    const file = join(run.folder, 'process.json');
    const taken = readFileSync(file, 'utf8').replace(/"token": "[^"]*"/, '"token": "another"');
    writeFileSync(file, taken);
    const record = readFileSync(join(run.folder, 'run.json'), 'utf8');
    run.appendMetrics(1, 0, 1, { loss: 1 });
    await assert.rejects(run.update({ step: 5 }), { code: ErrorCode.RunBusy });
    await assert.rejects(run.saveCheckpoint(tensors(2), {}), { code: ErrorCode.RunBusy });
    await assert.rejects(run.close(), { code: ErrorCode.RunBusy });
    assert.equal(readFileSync(join(run.folder, 'run.json'), 'utf8'), record);
    assert.equal((await run.loadCheckpoint())!.tensors.get('weights')!.data[0], 1);
    assert.ok(!existsSync(join(run.folder, 'metrics.jsonl')));
    assert.equal(readFileSync(file, 'utf8'), taken);
  });
});
