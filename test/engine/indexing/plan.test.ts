import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { planIndexing } from '../../../src/engine/indexing/plan.ts';
import type { FileRecord } from '../../../src/engine/store/indexStore.ts';

const NOW = 1_700_000_000_000;

function known(...records: Partial<FileRecord>[]): Map<string, FileRecord> {
  const defaults = { size: 10, modifiedAt: NOW, indexedAt: NOW + 60_000, contentKey: 1, problem: undefined };
  return new Map(records.map((record) => [record.path!, { ...defaults, ...record } as FileRecord]));
}

const file = (path: string, size = 10, modifiedAt = NOW) => ({ path, size, modifiedAt });
const problem = (path: string, message = 'no permission') => ({
  path,
  problem: { code: ErrorCode.UnreadableFolder, message },
});
const paths = (files: readonly { path: string }[]) => files.map(({ path }) => path);

describe('planIndexing', () => {
  it('tells new, changed by size or time, unchanged and removed files apart', () => {
    const plan = planIndexing(
      known({ path: 'same.jpg' }, { path: 'size.jpg' }, { path: 'time.jpg' }, { path: 'gone.jpg' }),
      [file('same.jpg'), file('size.jpg', 11), file('time.jpg', 10, NOW + 0.25), file('new.jpg')],
      [],
    );
    assert.deepEqual(paths(plan.changed), ['size.jpg', 'time.jpg', 'new.jpg']);
    assert.deepEqual(paths(plan.unchanged), ['same.jpg']);
    assert.deepEqual(plan.removed, ['gone.jpg']);
  });

  it('hashes a file again that was written just before it was indexed', () => {
    const plan = planIndexing(known({ path: 'a.jpg', indexedAt: NOW + 500 }), [file('a.jpg')], []);
    assert.deepEqual(paths(plan.changed), ['a.jpg']);
  });

  it('tries a file again that could not be read', () => {
    const failed = { path: 'a.jpg', contentKey: undefined, problem: problem('a.jpg').problem };
    assert.deepEqual(paths(planIndexing(known(failed), [file('a.jpg')], []).changed), ['a.jpg']);
  });

  it('keeps what it knows below a folder that cannot be read now', () => {
    const plan = planIndexing(known({ path: 'locked/a.jpg' }, { path: 'open/b.jpg' }), [], [problem('locked')]);
    assert.deepEqual(plan.removed, ['open/b.jpg']);
    assert.deepEqual(paths(plan.problems), ['locked']);
  });

  it('reports a problem once, and forgets it when it is gone', () => {
    const before = known({ path: 'x', contentKey: undefined, problem: problem('x').problem });
    assert.deepEqual(planIndexing(before, [], [problem('x')]).problems, []);
    assert.deepEqual(planIndexing(before, [], [problem('x', 'other reason')]).problems.length, 1);
    assert.deepEqual(planIndexing(before, [], []).removed, ['x']);
  });
});
