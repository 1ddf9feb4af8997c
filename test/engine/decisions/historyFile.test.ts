import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { HistoryStep } from '../../../src/core/decisions/history.ts';
import { HistoryFile } from '../../../src/engine/decisions/historyFile.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

const MEBIBYTE = 2 ** 20;

/** A step whose line takes so many MiB. */
const step = (id: string, mebibytes: number): HistoryStep => ({
  ...{ id, title: `Step ${id}`, at: '2026', removed: [], moved: [] },
  added: ['x'.repeat(mebibytes * MEBIBYTE)],
});

async function taken(context: TestContext, steps: readonly HistoryStep[]) {
  const root = temporaryFolder(context);
  const file = new HistoryFile(root);
  for (const one of steps) {
    await file.append({ take: one }, { lasts: false });
    await file.append({ done: one.id }, { lasts: false });
  }
  return { root, file, journal: join(root, '.likeness/history.jsonl') };
}

describe('the journal of decisions', () => {
  it('keeps what was done last, however long the text of it is', async (context) => {
    const small = Array.from({ length: 12 }, (_, i) => step(`s${i}`, 0));
    const { root, file } = await taken(context, [step('old', 1), step('split', 20), ...small]);
    const { steps, taken: done } = await new HistoryFile(root).read();
    assert.deepEqual([steps.length, done], [14, 14]);
    assert.equal(steps[1]!.id, 'split');
    assert.deepEqual((await file.read()).steps, steps);
  });

  it('isn’t written anew with every decision after a long one', async (context) => {
    const { file, journal } = await taken(context, [step('split', 20), step('a', 0)]);
    const { ino } = statSync(journal);
    await file.append({ take: step('b', 0) }, { lasts: false });
    await file.append({ done: 'b' }, { lasts: false });
    assert.equal(statSync(journal).ino, ino);
  });

  it('forgets the oldest of what is long, so that it stays small enough to read', async (context) => {
    const { file, journal } = await taken(
      context,
      Array.from({ length: 40 }, (_, i) => step(`s${i}`, 1)),
    );
    const { steps } = await file.read();
    assert.equal(steps.at(-1)!.id, 's39');
    assert.ok(steps.length >= 20 && steps.length < 40, String(steps.length));
    assert.ok(statSync(journal).size < 42 * MEBIBYTE);
    assert.ok(readFileSync(journal, 'utf8').endsWith('\n'));
  });
});
