import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import type { RunFiles } from '../../../src/engine/training/runFiles.ts';
import { RunStore, type RunStoreOptions } from '../../../src/engine/training/runStore.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { metricsOf, newRun, tensors } from './runFixtures.ts';

async function startRun(context: TestContext, options?: RunStoreOptions): Promise<{ store: RunStore; run: RunFiles }> {
  const store = new RunStore(temporaryFolder(context), options);
  const run = await store.create(newRun());
  context.after(() => run.close().catch(() => undefined));
  return { store, run };
}

const valueOf = async (run: RunFiles) => (await run.loadCheckpoint())?.tensors.get('weights')?.data[0];

suite('the record of a run', () => {
  test('keeps every change, made one by one or at once', async (context) => {
    const { store, run } = await startRun(context);
    await Promise.all([run.update({ epoch: 1 }), run.update({ step: 10 }), run.update({ metrics: { loss: 2 } })]);
    await run.update({ epoch: 2, message: 'slow' });
    await run.close();
    const again = await store.open(run.id);
    const { epoch, step, metrics, message, stepsPerEpoch } = again.record;
    assert.deepEqual({ epoch, step, metrics, message }, { epoch: 2, step: 10, metrics: { loss: 2 }, message: 'slow' });
    assert.equal(stepsPerEpoch, 10);
    assert.deepEqual(again.record, run.record);
    await again.update({ message: undefined });
    assert.ok(!readFileSync(join(run.folder, 'run.json'), 'utf8').includes('message'));
    await again.close();
  });

  test('keeps which files the run takes, and is refused where that makes no sense', async (context) => {
    const store = new RunStore(temporaryFolder(context));
    const scan = { exclude: ['drafts/', '*.tif'], followSymlinks: true };
    const run = await store.create(newRun({ scan }));
    await run.close();
    const again = await store.open(run.id);
    assert.deepEqual(again.record.scan, scan);
    await again.close();
    const file = join(run.folder, 'run.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"*.tif"', '7'));
    await assert.rejects(store.open(run.id), {
      code: ErrorCode.InvalidRun,
      message: /"scan" is not what it should be/,
    });
  });

  test('can not be written once its folder is gone', async (context) => {
    const { run } = await startRun(context);
    rmSync(run.folder, { recursive: true });
    await assert.rejects(run.update({ step: 1 }), { code: ErrorCode.RunNotFound });
    await assert.rejects(run.saveCheckpoint(tensors(1), {}), { code: ErrorCode.RunNotFound });
    await run.close();
    assert.ok(!existsSync(run.folder));
  });
});

suite('metrics', () => {
  test('are lines of numbers, on disk within a second or so', async (context) => {
    const { run } = await startRun(context);
    run.appendMetrics(1, 0, 0.5, { loss: 4.25, knn: NaN });
    run.appendMetrics(2, 0, 1, { loss: 4 });
    const file = join(run.folder, 'metrics.jsonl');
    const deadline = Date.now() + 5000;
    while (!existsSync(file) && Date.now() < deadline) await sleep(50);
    assert.equal(
      readFileSync(file, 'utf8'),
      '{"step":1,"epoch":0,"seconds":0.5,"loss":4.25}\n{"step":2,"epoch":0,"seconds":1,"loss":4}\n',
    );
    run.appendMetrics(3, 1, 1.5, { loss: 3 });
    await run.close();
    assert.equal(metricsOf(run.folder).length, 3);
  });

  test('of later steps and a torn line are gone after going back', async (context) => {
    const { store, run } = await startRun(context);
    await run.truncateMetrics(5);
    assert.ok(!existsSync(join(run.folder, 'metrics.jsonl')));
    for (let step = 1; step <= 10; step++) run.appendMetrics(step, 0, step, { loss: step });
    await run.close();
    appendFileSync(join(run.folder, 'metrics.jsonl'), '{"step":3,"epoch":0,"sec');
    const again = await store.open(run.id);
    await again.truncateMetrics(6);
    again.appendMetrics(7, 0, 7, { loss: 70 });
    await again.close();
    assert.deepEqual(
      metricsOf(run.folder).map(({ step, loss }) => [step, loss]),
      [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
        [5, 5],
        [6, 6],
        [7, 70],
      ],
    );
  });

  const noFullDevice = !existsSync('/dev/full') && 'needs /dev/full';
  test(
    'that do not fit on the disk are told of, and the run is free for others',
    { skip: noFullDevice },
    async (context) => {
      const { store, run } = await startRun(context);
      symlinkSync('/dev/full', join(run.folder, 'metrics.jsonl'));
      run.appendMetrics(1, 0, 1, { loss: 1 });
      const full = { code: ErrorCode.DiskFull, path: join(run.folder, 'metrics.jsonl') };
      await assert.rejects(run.saveCheckpoint(tensors(1), {}), full);
      assert.throws(() => {
        run.appendMetrics(2, 0, 2, { loss: 1 });
      }, full);
      await assert.rejects(run.close(), full);
      await (await store.open(run.id)).close();
    },
  );
});

suite('a checkpoint', () => {
  test('is the newest, and the only one', async (context) => {
    const { store, run } = await startRun(context);
    assert.equal(await run.loadCheckpoint(), undefined);
    for (const value of [1, 2, 3]) await run.saveCheckpoint(tensors(value), { step: `${value}`, note: 'ü' });
    await run.close();
    const again = await store.open(run.id);
    const checkpoint = await again.loadCheckpoint();
    assert.deepEqual(checkpoint, { tensors: tensors(3), metadata: { step: '3', note: 'ü' } });
    assert.deepEqual(readdirSync(run.folder).sort(), ['checkpoint.safetensors', 'process.json', 'run.json']);
    await again.close();
  });

  test('that is damaged is told of, with the file and what to do', async (context) => {
    const { run } = await startRun(context);
    await run.saveCheckpoint(tensors(1), {});
    const file = join(run.folder, 'checkpoint.safetensors');
    const bytes = readFileSync(file);
    for (const damaged of [bytes.subarray(0, 300), Buffer.alloc(bytes.length), Buffer.alloc(0)]) {
      writeFileSync(file, damaged);
      await assert.rejects(run.loadCheckpoint(), (error) => {
        assert.ok(error instanceof LikenessError);
        assert.deepEqual([error.code, error.path], [ErrorCode.CheckpointCorrupt, file]);
        assert.match(error.message, /is damaged \(its? .*\), .*restore the file, or delete the run/);
        return true;
      });
    }
  });

  test('is not begun where the disk has no room for it, and the one before stays', async (context) => {
    let free: number | undefined = undefined;
    const { run } = await startRun(context, { freeBytes: () => Promise.resolve(free) });
    await run.saveCheckpoint(tensors(1), {});
    const before = readdirSync(run.folder).sort();
    free = 64 * 2 ** 20;
    await assert.rejects(run.saveCheckpoint(tensors(2), {}), { code: ErrorCode.DiskFull });
    assert.equal(await valueOf(run), 1);
    assert.deepEqual(readdirSync(run.folder).sort(), before);
    free += 10_000;
    await run.saveCheckpoint(tensors(3), {});
    assert.equal(await valueOf(run), 3);
  });

  test('that can not be put together leaves the one before', async (context) => {
    const { run } = await startRun(context);
    await run.saveCheckpoint(tensors(1), {});
    const wrong = new Map([['weights', { shape: [3], data: new Float32Array(2) }]]);
    await assert.rejects(run.saveCheckpoint(wrong, {}), /"weights" has 2 numbers/);
    assert.equal(await valueOf(run), 1);
  });

  test('half-written is removed when the run is opened', async (context) => {
    const { store, run } = await startRun(context);
    await run.close();
    const left = ['checkpoint.safetensors.0123456789ab.tmp', '.export-x', 'pixels.tmp'];
    for (const name of left) writeFileSync(join(run.folder, name), 'half');
    const again = await store.open(run.id);
    assert.deepEqual(readdirSync(run.folder).sort(), ['process.json', 'run.json']);
    await again.close();
  });
});
