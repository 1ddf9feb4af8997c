import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readImageMarks } from '../../../src/engine/maps/imageMarks.ts';

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
  const { tags, excluded } = readImageMarks(text);
  assert.deepEqual(
    [...tags].map(([path, own]) => [path, [...own].sort()]),
    [['a', ['dark', 'odd']]],
  );
  assert.deepEqual([...excluded], ['c']);
});
