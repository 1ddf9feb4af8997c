import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { concernsImages, withoutNested } from '../../../src/extension/datasets/changeBatch.ts';
import type { FileChange } from '../../../src/extension/datasets/changeBatch.ts';

const root = path.resolve('/data');
const concerns = (file: string, change: FileChange): boolean => concernsImages(root, path.join(root, file), change);

test('images count whatever happens to them', () => {
  for (const change of ['created', 'changed', 'deleted'] as const) assert.ok(concerns('cat/a b.JPEG', change), change);
});

test('what may be a folder counts when it comes or goes', () => {
  for (const name of ['cats', 'v1.0', 'set.2024']) {
    assert.ok(concerns(name, 'created') && concerns(name, 'deleted'), name);
    assert.ok(!concerns(name, 'changed'), name);
  }
});

test('other files and everything hidden are left alone', () => {
  const files = [
    'notes.txt',
    'train.py',
    '.likeness/index.sqlite',
    '.likeness/a.png',
    '.git/index.lock',
    'a/.cache/b.png',
  ];
  assert.deepEqual(
    files.filter((file) => concerns(file, 'deleted')),
    [],
  );
});

test('what lies below another path of the batch adds nothing', () => {
  const paths = ['a', 'a/b.png', 'ab/c.png', 'a', 'd/e.png'].map((file) => file.replaceAll('/', path.sep));
  assert.deepEqual(
    withoutNested(paths),
    ['a', 'ab/c.png', 'd/e.png'].map((file) => file.replaceAll('/', path.sep)),
  );
});
