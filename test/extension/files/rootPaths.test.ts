import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import { isInside, resolveInside } from '../../../src/extension/files/rootPaths.ts';

const root = path.resolve('/data/set');

test('a root holds itself and what lies below, whatever the names', () => {
  const inside = ['.', 'a.png', '..a/b.png', 'a/..hidden', 'with space/#1%.png'];
  assert.deepEqual(
    inside.map((file) => isInside(root, path.resolve(root, file))),
    inside.map(() => true),
  );
  const outside = ['..', '../set2/a.png', '../../etc/passwd'];
  assert.deepEqual(
    outside.map((file) => isInside(root, path.resolve(root, file))),
    outside.map(() => false),
  );
});

test('a path from a webview that leads out of the root is refused', () => {
  assert.equal(resolveInside(root, 'train/a b.png'), path.join(root, 'train', 'a b.png'));
  for (const hostile of [
    '../secret.png',
    'a/../../secret.png',
    path.resolve('/etc/passwd'),
    path.join(root, 'a.png'),
  ]) {
    assert.throws(
      () => resolveInside(root, hostile),
      (error) => error instanceof LikenessError && error.code === ErrorCode.PathOutsideRoot,
      hostile,
    );
  }
});
