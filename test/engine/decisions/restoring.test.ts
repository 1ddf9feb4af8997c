import assert from 'node:assert/strict';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { write } from '../indexing/dataset.ts';
import { datasetOf, FOLDER } from './quarantinedDataset.ts';

describe('files that are set aside', () => {
  it('that are gone from quarantine can not be brought back, which is said, until they are there again', async (context) => {
    const { root, decisions, told, read, aside } = datasetOf(context, 'a.png', 'b.png');
    await decisions.take({ root, decisions: [{ paths: ['b.png'], decision: { action: 'keep' } }] });
    await aside('a.png');
    const [there, away] = [join(root, FOLDER, 'a.png'), join(root, 'away.png')];
    renameSync(there, away);
    await assert.rejects(decisions.undo({ root }), {
      code: ErrorCode.FileNotFound,
      message: /a\.png is gone; nothing was changed. Put the file back there/,
    });
    assert.equal((await decisions.history({ root })).undo?.title, 'Set 1 image aside');
    renameSync(away, there);
    await decisions.undo({ root });
    assert.deepEqual([await told(), read('a.png')], [[], 'bytes of a.png']);
    assert.equal((await decisions.history({ root })).undo?.title, 'Keep 1 image');
  });

  it('that are gone from quarantine are given up where undo is asked for once more', async (context) => {
    const { root, decisions, told, aside } = datasetOf(context, 'a.png');
    await aside('a.png');
    rmSync(join(root, FOLDER, 'a.png'));
    await assert.rejects(decisions.undo({ root }), { code: ErrorCode.FileNotFound });
    await assert.rejects(decisions.undo({ root }), { code: ErrorCode.FileNotFound, message: /is passed over/ });
    assert.deepEqual([await decisions.history({ root }), await told()], [{}, []]);
  });

  it('that are gone from quarantine are each told before their step is given up', async (context) => {
    const { root, decisions, told, aside } = datasetOf(context, 'a.png', 'b.png');
    await aside('a.png', 'b.png');
    // What was moved last is undone first.
    const [first, second] = ['b.png', 'a.png'].map((name) => join(root, FOLDER, name)) as [string, string];
    for (const file of [first, second]) renameSync(file, `${file}.away`);
    await assert.rejects(decisions.undo({ root }), { message: /b\.png is gone; .* Put the file back there/ });
    renameSync(`${first}.away`, first);
    await assert.rejects(decisions.undo({ root }), { message: /a\.png is gone; .* Put the file back there/ });
    renameSync(`${second}.away`, second);
    await decisions.undo({ root });
    assert.deepEqual(await told(), []);
  });

  it('come back without those that are gone or whose place is taken, where that is wanted, and these are told', async (context) => {
    const { root, decisions, told, read, aside } = datasetOf(context, 'a.png', 'b.png', 'c.png');
    await aside('a.png', 'b.png', 'c.png');
    write(root, 'a.png', 'another picture');
    rmSync(join(root, FOLDER, 'b.png'));
    const back = [{ paths: ['a.png', 'b.png', 'c.png'], decision: { action: 'quarantine' }, undo: true }] as const;
    await assert.rejects(decisions.take({ root, decisions: back }), { code: ErrorCode.FileExists });
    const { changed, leftOut } = await decisions.take({ root, decisions: back, leavesOut: [] });
    assert.deepEqual([changed, leftOut?.map(({ path }) => path)], [['c.png'], ['a.png', 'b.png']]);
    assert.match(leftOut![0]!.message, /a\.png exists already/);
    assert.deepEqual([await told(), read('c.png')], [[['a.png', `${FOLDER}/a.png`]], 'bytes of c.png']);
  });
});
