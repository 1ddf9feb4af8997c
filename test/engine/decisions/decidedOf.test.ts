import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDecisions } from '../../../src/core/decisions/decisions.ts';
import { decisionsByPath, isExcluded, tagsOf } from '../../../src/engine/decisions/decidedOf.ts';

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
