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
  const decided = (
    contents: Record<string, string>,
    decisions: readonly Omit<Decision, 'at'>[],
    notIndexed: readonly string[] = [],
  ) => {
    const keys = new Map([...new Set([...Object.values(contents), 'pruned'])].map((content, key) => [content, key]));
    const store = {
      root: '/nowhere',
      findContentKey: (id: string) => keys.get(id),
      readFiles: () =>
        new Map(
          Object.entries(contents).map(([path, content]) => {
            const file = { path, size: 1, modifiedAt: 1, indexedAt: 2, problem: undefined };
            return [path, { ...file, contentKey: keys.get(content) }];
          }),
        ),
    };
    const paths = [...Object.keys(contents), ...notIndexed];
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

  it('hold for the path of an image that the index does not know', () => {
    // As far as the index knows, the copy has taken its place.
    const decisions = [line('b', 'exclude', 'x'), line('c', 'relabel', 'x', 'ant')];
    const { excluded, of } = decided({ a: 'x' }, decisions, ['b', 'c']);
    assert.deepEqual([excluded, decidedLabel(of('c'))], [['a', 'b'], 'ant']);
  });

  it('exclude the one that is named, and keep the others', () => {
    const copies = { a: 'x', b: 'x', c: 'x', d: 'y' };
    assert.deepEqual(decided(copies, [line('a', 'exclude')]).excluded, ['a']);
    assert.deepEqual(decided(copies, [line('a', 'exclude'), line('b', 'keep')]).excluded, ['a']);
    assert.deepEqual(decided(copies, [line('a', 'keep'), line('b', 'exclude')]).excluded, ['b']);
  });

  it('give each of them a class, except where a line names another one by its path', () => {
    const copies = { a: 'x', b: 'x', c: 'x', d: 'y' };
    const classes = decided(copies, [line('a', 'relabel', 'x', 'cat'), line('b', 'relabel', 'x', 'dog')]);
    assert.deepEqual(
      ['a', 'b', 'd'].map((path) => decidedLabel(classes.of(path))),
      ['cat', 'dog', undefined],
    );
  });

  it('tag the one that is named, and where it is gone the others in its place', () => {
    const tagged = (contents: Record<string, string>, ...lines: readonly Omit<Decision, 'at'>[]) => {
      const { of } = decided(contents, lines);
      return Object.keys(contents).filter((path) => tagsOf(of(path)).includes('pick'));
    };
    const [tag, untag] = [line('a', 'tag', 'x', 'pick'), line('b', 'untag', 'x', 'pick')];
    assert.deepEqual(tagged({ a: 'x', b: 'x' }, tag), ['a']);
    assert.deepEqual(tagged({ a: 'x', b: 'x' }, tag, untag), ['a']);
    assert.deepEqual(tagged({ renamed: 'x' }, tag), ['renamed']);
    assert.deepEqual(tagged({ b: 'x', renamed: 'x' }, tag, untag), ['renamed']);
    // A tag takes nothing from the decision about a copy that is gone.
    assert.deepEqual(decided({ b: 'x' }, [line('a', 'exclude'), line('b', 'tag', 'x', 'pick')]).excluded, ['b']);
  });

  it('keep what the kept one was renamed to', () => {
    const decisions = [line('a', 'keep'), line('b', 'exclude')];
    assert.deepEqual(decided({ renamed: 'x', b: 'x' }, decisions).excluded, ['b']);
  });

  it('exclude those that excluded ones were renamed to, but none where nobody knows which of them it was', () => {
    const excluded = (contents: Record<string, string>, ...lines: readonly Omit<Decision, 'at'>[]) =>
      decided(contents, lines).excluded;
    assert.deepEqual(excluded({ b: 'x' }, line('a', 'exclude')), ['b']);
    assert.deepEqual(excluded({ b: 'x', c: 'x' }, line('a', 'exclude')), []);
    assert.deepEqual(excluded({ b: 'x', c: 'x' }, line('a', 'exclude'), line('c', 'keep')), ['b']);
    assert.deepEqual(excluded({ b: 'x', c: 'x' }, line('a', 'exclude'), line('d', 'exclude')), ['b', 'c']);
    assert.deepEqual(excluded({ a: 'edited', b: 'x', c: 'x' }, line('a', 'exclude')), []);
  });

  it('exclude none that may have been there beside the excluded ones, which were removed then', () => {
    const excluded = (contents: Record<string, string>, ...lines: readonly Omit<Decision, 'at'>[]) =>
      decided(contents, lines).excluded;
    const [a, b] = ['a', 'b'].map((path) => ({ ...line(path, 'exclude'), copies: 2 })) as [Decision, Decision];
    assert.deepEqual(excluded({ a: 'x', b: 'x' }, a), ['a']);
    assert.deepEqual(excluded({ b: 'x' }, a), [], 'it was kept when a was excluded');
    assert.deepEqual(excluded({ renamed: 'x', b: 'x' }, a), []);
    assert.deepEqual(excluded({ renamed: 'x', b: 'x' }, a, line('b', 'keep')), ['renamed']);
    assert.deepEqual(excluded({ renamed: 'x' }, a, line('b', 'quarantine')), ['renamed']);
    assert.deepEqual(excluded({ renamed: 'x' }, a, b), ['renamed'], 'both were excluded');
    assert.deepEqual(excluded({ renamed: 'x', b: 'x' }, a, b), ['renamed', 'b']);
    assert.deepEqual(excluded({ renamed: 'x' }, a), []);
  });

  it('about bytes that were at a path once hold no longer', () => {
    const label = (contents: Record<string, string>, ...lines: readonly Omit<Decision, 'at'>[]) =>
      decidedLabel(decided(contents, lines).of('a'));
    const [now, former] = [line('a', 'relabel', 'x', 'now'), line('a', 'relabel', 'pruned', 'former')];
    assert.equal(label({ a: 'x' }, now, former), 'now');
    assert.equal(label({ a: 'x' }, former, now), 'now');
    assert.equal(label({ a: 'x' }, former), undefined);
    assert.equal(label({ a: 'x', b: 'x' }, line('b', 'relabel', 'x', 'of its copy'), former), 'of its copy');
    // Written by hand, of whatever is there.
    assert.equal(label({ a: 'x' }, now, line('a', 'relabel', '', 'by hand')), 'by hand');
    assert.deepEqual(decided({ a: 'x' }, [line('a', 'exclude', 'pruned')]).excluded, []);
  });

  it('set aside that file only, also where another clone still has it', () => {
    assert.deepEqual(decided({ a: 'x', b: 'x' }, [line('a', 'quarantine')]).excluded, ['a']);
    assert.deepEqual(decided({ b: 'x' }, [line('a', 'quarantine')]).excluded, []);
  });

  it('go with a picture that was moved, and don’t hold for another one at its path', () => {
    assert.deepEqual(decided({ a: 'new', moved: 'x' }, [line('a', 'exclude')]).excluded, ['moved']);
    assert.deepEqual(decided({ a: 'edited' }, [line('a', 'exclude', 'pruned')]).excluded, []);
    assert.deepEqual(decided({ a: 'x' }, [line('a', 'exclude', '')]).excluded, ['a']);
  });
});
