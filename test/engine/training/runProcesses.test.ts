import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { suite, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ErrorCode } from '../../../src/core/errors.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { metricsOf, newRun } from './runFixtures.ts';

const script = fileURLToPath(new URL('runProcess.ts', import.meta.url));

interface Worker {
  readonly child: ChildProcess;
  /** What it has said, line by line. */
  readonly lines: () => readonly string[];
  readonly lineCount: (count: number) => Promise<void>;
  readonly kill: () => Promise<void>;
}

function start(context: TestContext, root: string, id: string, task: 'write' | 'fight'): Worker {
  const flags = ['--no-warnings', '--experimental-strip-types'];
  const child = spawn(process.execPath, [...flags, script, root, id, task], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const lines = () => text.split('\n').slice(0, -1);
  context.after(() => {
    child.kill('SIGKILL');
  });
  return {
    child,
    lines,
    lineCount: async (count) => {
      while (lines().length < count) await once(child.stdout, 'data', { signal: AbortSignal.timeout(20_000) });
    },
    kill: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

async function stoppedRun(root: string): Promise<string> {
  const run = await new RunStore(root).create(newRun());
  await run.update({ state: 'stopped' });
  await run.close();
  return run.id;
}

suite('processes on one run', () => {
  test('killed at any moment, the checkpoint is one of the last two, and the metrics up to it are whole', async (context) => {
    const root = temporaryFolder(context);
    const store = new RunStore(root);
    const id = await stoppedRun(root);
    for (const delay of [0, 2, 5, 9, 14, 20, 27, 35, 44, 54]) {
      const writer = start(context, root, id, 'write');
      await writer.lineCount(1);
      await sleep(delay);
      await writer.kill();
      const [summary] = await store.list();
      assert.deepEqual([summary!.state, summary!.resumable], ['stopped', true]);
      const run = await store.open(id);
      assert.deepEqual(
        readdirSync(run.folder).sort(),
        ['checkpoint.safetensors', 'metrics.jsonl', 'process.json', 'run.json'],
        'nothing is left behind',
      );
      const last = Number(writer.lines().at(-1));
      const { tensors, metadata } = (await run.loadCheckpoint())!;
      const step = Number(metadata['step']);
      assert.ok(step === last || step === last + 1, `${step} follows ${last}`);
      assert.ok(tensors.get('weights')!.data.every((value) => value === step));
      assert.ok(run.record.step <= step);
      await run.truncateMetrics(step);
      assert.deepEqual(
        metricsOf(run.folder).map((line) => line['step']),
        Array.from({ length: step }, (_, index) => index + 1),
      );
      await run.close();
    }
  });

  test('that want it at once: one gets it, the others are told; killed, it is free for exactly one again', async (context) => {
    const root = temporaryFolder(context);
    const id = await stoppedRun(root);
    let fighters = Array.from({ length: 4 }, () => start(context, root, id, 'fight'));
    await Promise.all(fighters.map(({ lineCount }) => lineCount(1)));
    for (let round = 1; fighters.length > 0; round++) {
      for (const { child } of fighters) child.stdin!.write('go\n');
      await Promise.all(fighters.map(({ lineCount }) => lineCount(round + 1)));
      const winners = fighters.filter(({ lines }) => lines().at(-1) === 'held');
      assert.equal(winners.length, 1);
      fighters = fighters.filter((fighter) => fighter !== winners[0]);
      for (const { lines } of fighters) assert.equal(lines().at(-1), ErrorCode.RunBusy);
      const [summary] = await new RunStore(root).list();
      assert.equal(summary!.resumable, false);
      await assert.rejects(new RunStore(root).delete(id, { encoder: false }), {
        code: ErrorCode.RunBusy,
        message: new RegExp(`process ${winners[0]!.child.pid}`),
      });
      await winners[0]!.kill();
    }
    assert.equal((await new RunStore(root).list())[0]!.resumable, true);
  });
});
