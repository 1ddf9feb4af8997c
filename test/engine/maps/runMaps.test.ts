import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import type { RunSummary } from '../../../src/protocol/training.ts';
import { writeStripes } from '../training/colourDataset.ts';
import { job } from '../training/job.ts';

const SMALL = { network: 'resnet10-light', size: 32, batchImages: 8, epochs: 1, seed: 3, threads: 1 } as const;

let home: string;
let root: string;
let engine: Engine;
let run: RunSummary;

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'likeness-run-maps-'));
  root = realpathSync(home);
  await writeStripes(root, 8);
  await writeStripes(root, 2, 'test');
  engine = new Engine({ ...engineOptions(), threads: 1, cacheFolder: join(home, '.cache') });
  await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
  ({ run } = await engine.train('pretrain', { folder: root, settings: SMALL }, job()));
});

after(async () => {
  await engine.dispose();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

describe('the map before and after a run', () => {
  it('shows the same images by the untrained network and by the encoder, one upon the other', async () => {
    const maps = await engine.runMaps({ folder: root, run: run.id }, job());
    const { before: old, after: grown, classes, classOf, of, judged } = maps;
    assert.deepEqual([old.x.length, grown.y.length, classOf.length, of], [30, 30, 30, 30]);
    assert.deepEqual([classes, judged], [['middle', 'narrow', 'wide'], 'test']);
    assert.ok([old.x, old.y, grown.x, grown.y].every((values) => values.every(Number.isFinite)));
    assert.match(old.encoder.id, /^untrained-resnet10-light-32px-seed3$/);
    assert.equal(grown.encoder.id, run.encoder);
    for (const { knn } of [old, grown]) assert.ok(knn! >= 0 && knn! <= 1);
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(mean(old.x) - mean(grown.x)) < 1e-3 && Math.abs(mean(old.y) - mean(grown.y)) < 1e-3);
    assert.equal((await engine.summary({ path: root }))?.encoder?.id, 'pixels');
    const again = await engine.runMaps({ folder: root, run: run.id }, job());
    assert.deepEqual([again.before.x, again.after.knn], [old.x, grown.knn]);
  });

  it('of a fine-tuning begins with the encoder that it started from', async () => {
    const { run: tuned } = await engine.train('finetune', { folder: root, settings: { epochs: 1, threads: 1 } }, job());
    const maps = await engine.runMaps({ folder: root, run: tuned.id }, job());
    assert.deepEqual([maps.before.encoder.id, maps.after.encoder.id], [run.encoder, tuned.encoder]);
  });

  it('needs a run with an encoder, and can be stopped', async () => {
    const stopping = job(({ phase }) => {
      if (phase === 'Training') stopping.abort();
    });
    const cancelled = { code: ErrorCode.Cancelled };
    await assert.rejects(engine.train('pretrain', { folder: root, settings: SMALL }, stopping), cancelled);
    const unfinished = (await engine.listRuns({ folder: root })).find(({ state }) => state === 'stopped')!;
    const usage = { code: ErrorCode.Usage, message: /has made no encoder yet/ };
    await assert.rejects(engine.runMaps({ folder: root, run: unfinished.id }, job()), usage);
    const mapping = job(() => {
      mapping.abort();
    });
    await assert.rejects(engine.runMaps({ folder: root, run: run.id }, mapping), cancelled);
  });
});
