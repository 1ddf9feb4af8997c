import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { parseDecisions, type Decision } from '../../../src/core/decisions/decisions.ts';
import { decidedLabel, decisionsByPath, isExcluded, tagsOf } from '../../../src/engine/decisions/decidedOf.ts';

test('tags and exclusions are read from decisions; whatever else the file holds is passed over', () => {
  const lines = [
    { path: 'a', action: 'tag', value: 'odd' },
    { path: 'a', action: 'tag', value: 'dark' },
    { path: 'b', action: 'tag', value: 'odd' },
    { path: 'b', action: 'untag', value: 'odd' },
    { path: 'c', action: 'exclude' },
    { path: 'c', action: 'same', with: { path: 'd' } },
    { path: 7, action: 'exclude' },
    { path: 'e', action: 'tag', value: 3 },
    'text',
    null,
  ];
  const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n<<<<<<< HEAD\n{"path":"f","act`;
  const paths = ['a', 'b', 'c', 'e', 'f'];
  const decided = decisionsByPath(parseDecisions(text), undefined, paths);
  assert.deepEqual(
    paths.map((path) => tagsOf(decided.get(path))),
    [['dark', 'odd'], [], [], [], []],
  );
  assert.deepEqual(
    paths.filter((path) => isExcluded(decided.get(path))),
    ['c'],
  );
});

describe('decisions about copies', () => {
  /** What is decided of images, by what each holds. */
  const decided = (contents: Record<string, string>, decisions: readonly Omit<Decision, 'at'>[]) => {
    const keys = new Map([...new Set([...Object.values(contents), 'pruned'])].map((content, key) => [content, key]));
    const store = {
      findContentKey: (id: string) => keys.get(id),
      readFiles: () =>
        new Map(
          Object.entries(contents).map(([path, content]) => {
            const file = { path, size: 1, modifiedAt: 1, indexedAt: 2, problem: undefined };
            return [path, { ...file, contentKey: keys.get(content) }];
          }),
        ),
    };
    const paths = Object.keys(contents);
    const found = decisionsByPath(
      decisions.map((decision) => ({ ...decision, at: '' })),
      store,
      paths,
    );
    return { excluded: paths.filter((path) => isExcluded(found.get(path))), of: (path: string) => found.get(path) };
  };
  const line = (path: string, action: Decision['action'], content = 'x', value?: string) => ({
    ...{ path, action, content },
    ...(value !== undefined && { value }),
  });

  it('hold for each of them, except where a line names another one by its path', () => {
    const copies = { a: 'x', b: 'x', c: 'x', d: 'y' };
    assert.deepEqual(decided(copies, [line('a', 'exclude')]).excluded, ['a', 'b', 'c']);
    assert.deepEqual(decided(copies, [line('a', 'exclude'), line('b', 'keep')]).excluded, ['a', 'c']);
    assert.deepEqual(decided(copies, [line('a', 'keep'), line('b', 'exclude')]).excluded, ['b', 'c']);
    const classes = decided(copies, [line('a', 'relabel', 'x', 'cat'), line('b', 'relabel', 'x', 'dog')]);
    assert.deepEqual(
      ['a', 'b', 'd'].map((path) => decidedLabel(classes.of(path))),
      ['cat', 'dog', undefined],
    );
  });

  it('keep what the kept one was renamed to', () => {
    const decisions = [line('a', 'keep'), line('b', 'exclude')];
    assert.deepEqual(decided({ renamed: 'x', b: 'x' }, decisions).excluded, ['b']);
  });

  it('set aside that file only, also where another clone still has it', () => {
    assert.deepEqual(decided({ a: 'x', b: 'x' }, [line('a', 'quarantine')]).excluded, ['a']);
    assert.deepEqual(decided({ b: 'x' }, [line('a', 'quarantine')]).excluded, []);
  });

  it('go with a picture that was moved, and stay with the path of one that was edited', () => {
    assert.deepEqual(decided({ a: 'new', moved: 'x' }, [line('a', 'exclude')]).excluded, ['moved']);
    assert.deepEqual(decided({ a: 'edited' }, [line('a', 'exclude', 'pruned')]).excluded, ['a']);
    assert.deepEqual(decided({ a: 'x' }, [line('a', 'exclude', '')]).excluded, ['a']);
  });
});
