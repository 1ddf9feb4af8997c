import assert from 'node:assert/strict';
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseDecisions } from '../../../src/core/decisions/decisions.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import { DecisionText } from '../../../src/engine/decisions/decisionText.ts';
import { contentId } from '../../../src/engine/indexing/imagePipeline.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { withLockHeld } from '../../../src/engine/store/sqlite.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';
import { job } from '../training/job.ts';
import { decideImages } from './stepContext.ts';

describe('the text of decisions', () => {
  it('is read again where somebody else has written it, also between reading and replacing', async (context) => {
    const root = temporaryFolder(context);
    const file = join(root, '.likeness/decisions.jsonl');
    write(root, '.likeness/decisions.jsonl', 'one\n');
    const text = new DecisionText(root);
    let attempts = 0;
    await text.edit(async () => {
      const lines = await text.read();
      if (attempts++ === 0) writeFileSync(file, 'two\n');
      await text.replace([...lines, { text: 'three', decision: undefined }]);
    });
    assert.deepEqual([attempts, readFileSync(file, 'utf8')], [2, 'two\nthree\n']);
    assert.deepEqual(
      (await text.read()).map((line) => line.text),
      ['two', 'three'],
    );
  });

  it('written by hand without a last line break, or with those of Windows and a mark of its encoding, loses nothing', async (context) => {
    for (const [text, kept] of [
      ['{"path":"b.png","action":"keep"}', '{"path":"b.png","action":"keep"}\n'],
      ['\uFEFF{"path":"b.png","action":"keep"}\r\n', '{"path":"b.png","action":"keep"}\n'],
      ['// x\r\n{"path":"b.png","action":"keep"}\r\n', '// x\r\n{"path":"b.png","action":"keep"}\n'],
    ] as const) {
      const root = temporaryFolder(context);
      for (const path of ['a.png', 'c.png']) write(root, path, path);
      write(root, '.likeness/decisions.jsonl', text);
      const tag = { action: 'tag', value: 'x' } as const;
      await decideImages(root, { paths: ['c.png'], decision: tag }, 0);
      const read = () => readFileSync(join(root, '.likeness/decisions.jsonl'), 'utf8');
      assert.ok(read().startsWith(kept), read());
      assert.deepEqual(
        parseDecisions(read()).map(({ path }) => path),
        ['b.png', 'c.png'],
      );
      await decideImages(root, { paths: ['c.png'], decision: tag, undo: true }, 0);
      assert.equal(read(), kept);
    }
  });
});

describe('what an image holds', () => {
  it('is taken from the index where the file is as it was, and read where it is not', async (context) => {
    const root = temporaryFolder(context);
    const file = join(root, 'c/a.png');
    const [first, second] = [await shade([200, 60, 40], 1), await shade([20, 60, 40], 2)];
    for (const [path, bytes] of [
      ['c/a.png', first],
      ['c/b.png', second],
    ] as const)
      write(root, path, bytes);
    // Long enough ago that the index trusts the time.
    const old = new Date(Date.now() - 60_000);
    utimesSync(file, old, old);
    const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => engine.dispose());
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const { size } = statSync(file);
    const decide = async (value: string) => {
      await engine.decisions.decide({ root, paths: ['c/a.png'], decision: { action: 'tag', value } });
      const text = readFileSync(join(root, '.likeness/decisions.jsonl'), 'utf8');
      return parseDecisions(text).find((decision) => decision.value === value)?.content;
    };
    // Bytes that nobody could tell from the old ones without reading them.
    const hidden = Buffer.alloc(size, 1);
    writeFileSync(file, hidden);
    utimesSync(file, old, old);
    assert.equal(await decide('unread'), contentId(first));
    utimesSync(file, new Date(), new Date());
    assert.equal(await decide('read'), contentId(hidden));
  });
});

describe('a lock', () => {
  it('keeps others out while work waits, and is told when nobody lets go', async (context) => {
    const lock = join(temporaryFolder(context), 'x.lock');
    const order: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((done) => (release = done));
    const first = withLockHeld(lock, 1000, async () => {
      order.push('first in');
      await held;
      order.push('first out');
    });
    await assert.rejects(
      withLockHeld(lock, 30, () => Promise.resolve()),
      { code: ErrorCode.IndexBusy },
    );
    const second = withLockHeld(lock, 60_000, () => Promise.resolve(order.push('second in')));
    release();
    await Promise.all([first, second]);
    assert.deepEqual(order, ['first in', 'first out', 'second in']);
  });
});
