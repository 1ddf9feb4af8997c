import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  afterRecord,
  emptyHistory,
  formatRecord,
  intentOf,
  parseHistory,
  shortHistory,
  type HistoryRecord,
  type HistoryStep,
} from '../../../src/core/decisions/history.ts';

const step = (id: string, more: Partial<HistoryStep> = {}): HistoryStep => ({
  ...{ id, title: `Step ${id}`, at: '2026', removed: [], added: [`line of ${id}`], moved: [] },
  ...more,
});
const take = (id: string): HistoryRecord[] => [{ take: step(id) }, { done: id }];
const undo = (id: string): HistoryRecord[] => [{ undo: id }, { done: id }];
const told = (records: readonly HistoryRecord[]) => {
  const { steps, taken, pending } = parseHistory(records.map(formatRecord).join(''));
  return [steps.map(({ id }) => id).join(' '), taken, pending && `${pending.direction} ${pending.step.id}`];
};

describe('the history of decisions', () => {
  it('undoes the last step, does it again, and forgets what was undone when something else is done', () => {
    assert.deepEqual(told([...take('a'), ...take('b')]), ['a b', 2, undefined]);
    assert.deepEqual(told([...take('a'), ...take('b'), ...undo('b')]), ['a b', 1, undefined]);
    const redone: HistoryRecord[] = [...take('a'), ...take('b'), ...undo('b'), { redo: 'b' }, { done: 'b' }];
    assert.deepEqual(told(redone), ['a b', 2, undefined]);
    assert.deepEqual(told([...take('a'), ...take('b'), ...undo('b'), ...take('c')]), ['a c', 2, undefined]);
  });

  it('knows what was begun, and forgets it where it failed', () => {
    assert.deepEqual(told([...take('a'), { take: step('b') }]), ['a', 1, 'take b']);
    assert.deepEqual(told([...take('a'), { take: step('b') }, { failed: 'b' }]), ['a', 1, undefined]);
    assert.deepEqual(told([...take('a'), { undo: 'a' }]), ['a', 1, 'undo a']);
    assert.deepEqual(told([...take('a'), { undo: 'a' }, { failed: 'a' }]), ['a', 1, undefined]);
  });

  it('drops a step that can not be undone, below those that were undone before', () => {
    const records: HistoryRecord[] = [...take('a'), ...take('b'), ...take('c'), ...undo('c'), { drop: 'b' }];
    assert.deepEqual(told(records), ['a c', 1, undefined]);
  });

  it('passes over lines that make no sense or do not fit', () => {
    const text = `{"take":{"id":"x"}}\nnull\n[1]\n{"done":"q"}\n{"undo":"q"}\n${take('a').map(formatRecord).join('')}{"take":{"id":"b","ti`;
    const { steps, taken, pending } = parseHistory(text);
    assert.deepEqual([steps.map(({ id }) => id), taken, pending], [['a'], 1, undefined]);
  });

  it('remembers where files went instead of where they were', () => {
    const move = { from: 'a', to: 'q/a', content: 'x' };
    const moved = [{ ...move, to: 'q/a (2)' }];
    const records: HistoryRecord[] = [
      { take: step('a', { moved: [move] }) },
      { done: 'a' },
      ...undo('a'),
      { redo: 'a', moved },
      { done: 'a' },
    ];
    assert.deepEqual(records.reduce(afterRecord, emptyHistory).steps[0]!.moved, moved);
  });

  it('remembers the edits of files that were others by then, and why a step was refused last', () => {
    const edit = (file: string, before: string) => ({ file, before, after: 'z', parts: [] });
    const records: HistoryRecord[] = [
      { take: step('a', { edited: [edit('x', '1'), edit('y', '2')] }) },
      { done: 'a' },
      { undo: 'a', edited: [edit('y', '3')] },
    ];
    const begun = parseHistory(records.map(formatRecord).join(''));
    assert.deepEqual(intentOf(begun.pending!), { undo: 'a', moved: [], edited: [edit('y', '3')] });
    const undone = afterRecord(begun, { done: 'a' });
    assert.deepEqual(undone.steps[0]!.edited, [edit('x', '1'), edit('y', '3')]);
    const refused: HistoryRecord[] = [...records, { done: 'a' }, { refused: 'a', found: '4' }];
    const why = (all: readonly HistoryRecord[]) => parseHistory(all.map(formatRecord).join('')).refused;
    assert.deepEqual(why(refused), { id: 'a', found: '4' });
    assert.equal(why([...refused, ...take('b')]), undefined);
  });

  it('is written anew with the last steps, which say the same', () => {
    const records = ['a', 'b', 'c', 'd', 'e'].flatMap(take);
    const history = parseHistory(
      [...records, ...undo('e'), ...undo('d'), { redo: 'd' } as const].map(formatRecord).join(''),
    );
    const short = parseHistory(shortHistory(history, { steps: 3, bytes: 1e6, least: 1 }));
    assert.deepEqual(
      [short.steps.map(({ id }) => id), short.taken, short.pending?.direction],
      [['c', 'd', 'e'], 1, 'redo'],
    );
    assert.equal(parseHistory(shortHistory(history, { steps: 3, bytes: 1, least: 1 })).steps.length, 1);
    assert.equal(parseHistory(shortHistory(history, { steps: 3, bytes: 1, least: 2 })).steps.length, 2);
  });
});
