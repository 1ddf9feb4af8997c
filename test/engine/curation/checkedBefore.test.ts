import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { RandomStream } from '../../../src/core/random.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { encodeImage } from '../../../src/engine/images/codec.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import type { CheckReport } from '../../../src/protocol/check.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';

const EDGE = 40;

/** A picture of its own, or an edit of it. */
async function picture(number: number, edit: 'none' | 'brighter' | 'mirrored' | 'other-format' = 'none') {
  const random = new RandomStream(9, number);
  const waves = Array.from({ length: 6 }, () => [10 * random.uniform(), 10 * random.uniform(), 6 * random.uniform()]);
  const pixels = Uint8Array.from({ length: 3 * EDGE * EDGE }, (_, i) => {
    const column = Math.floor(i / 3) % EDGE;
    const [x, y] = [(edit === 'mirrored' ? EDGE - 1 - column : column) / EDGE, Math.floor(i / 3 / EDGE) / EDGE];
    const sum = waves.reduce((total, [u, v, phase]) => total + Math.sin(u! * x * 2 + v! * y * 2 + phase!), 0);
    return 120 + 18 * sum + (i % 3) * 12 * Math.sin(number) + (edit === 'brighter' ? 14 : 0);
  });
  return encodeImage(pixels, EDGE, EDGE, { format: edit === 'other-format' ? 'webp' : 'png' });
}

const edits = ['none', 'none', 'none', 'brighter', 'mirrored', 'other-format'] as const;

const pathOf = (place: number) => `${place % 4 === 0 ? 'test' : 'train'}/${'abc'[place % 3]!}/${place}.img.png`;

describe('a check after a change', () => {
  it('finds to the last digit what one from scratch does', async (context) => {
    const root = temporaryFolder(context);
    const random = new RandomStream(4, 1);
    const draw = (below: number) => Math.floor(random.uniform() * below);
    const draws = () => picture(draw(70), edits[draw(edits.length)]);
    for (let place = 0; place < 110; place++) write(root, pathOf(place), await draws());
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const check = async () => {
      const report = await engine.check({ folder: root, encoder: 'pixels' }, job());
      const { seconds: _, ...rest } = report;
      return rest as CheckReport;
    };
    await check();
    const kept = join(root, '.likeness/checked.bin');
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 3; i++) rmSync(join(root, pathOf(draw(110))), { force: true });
      for (let i = 0; i < 2; i++) write(root, pathOf(draw(110)), await draws());
      for (let i = 0; i < 2; i++) write(root, pathOf(110 + draw(60)), await draws());
      const after = await check();
      const bytes = readFileSync(kept);
      rmSync(kept);
      const afresh = await check();
      assert.ok(after.findings.length > 20);
      assert.deepEqual(after, afresh, `round ${round}`);
      // What the next one goes by may be of either.
      if (round % 2 === 0) writeFileSync(kept, bytes);
    }
  });

  it('takes no damaged file, and none of an index that was made anew', async (context) => {
    const root = temporaryFolder(context);
    for (let place = 0; place < 30; place++) write(root, pathOf(place), await picture(place % 25));
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    const check = async () => (await engine.check({ folder: root, encoder: 'pixels' }, job())).findings;
    const findings = await check();
    const kept = join(root, '.likeness/checked.bin');
    const bytes = readFileSync(kept);
    for (const damaged of [
      bytes.subarray(0, bytes.length - 9),
      Buffer.from('{}\n'),
      Buffer.from('x'),
      Buffer.alloc(0),
    ]) {
      writeFileSync(kept, damaged);
      assert.deepEqual(await check(), findings);
    }
    for (const end of ['', '-wal', '-shm']) rmSync(join(root, `.likeness/index.sqlite${end}`), { force: true });
    rmSync(join(root, pathOf(0)));
    const fewer = await check();
    rmSync(kept);
    assert.deepEqual(fewer, await check());
  });
});
