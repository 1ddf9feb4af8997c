import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { selectedOf, selectionOfFiles, subjectName } from '../../../src/extension/training/selectedSubject.ts';

const root = path.resolve('/data/pets');

test('a selection is taken as it is, and all else is none', () => {
  assert.deepEqual(selectedOf({ root, paths: ['a/1.jpg'] }), { root, paths: ['a/1.jpg'] });
  for (const other of [undefined, null, 'x', { folder: root }, { root }, { paths: ['a'] }]) {
    assert.equal(selectedOf(other), undefined);
  }
});

test('a selection that makes no sense, or leads elsewhere, is refused', () => {
  const usage = { code: ErrorCode.Usage };
  assert.throws(() => selectedOf({ root: 'pets', paths: ['a'] }), usage);
  assert.throws(() => selectedOf({ root, paths: 'a' }), usage);
  assert.throws(() => selectedOf({ root, paths: ['a', 1] }), usage);
  assert.throws(() => selectedOf({ root, paths: [''] }), usage);
  assert.throws(() => selectedOf({ root, paths: [] }), { ...usage, message: /No image is selected/ });
  for (const outside of ['../x.jpg', path.resolve('/etc/x.jpg')]) {
    assert.throws(() => selectedOf({ root, paths: ['a', outside] }), { code: ErrorCode.PathOutsideRoot });
  }
});

test('files and folders become paths of the dataset, which as a whole is no selection', () => {
  const files = ['train/mug', 'train/a b.jpg'].map((name) => path.join(root, name));
  assert.deepEqual(selectionOfFiles(files, root), { root, paths: ['train/mug', 'train/a b.jpg'] });
  assert.equal(selectionOfFiles([...files, root], root), undefined);
  assert.throws(() => selectionOfFiles(['/elsewhere/1.jpg'], root), { code: ErrorCode.PathOutsideRoot });
});

test('what is trained on has a name', () => {
  assert.equal(subjectName(root, undefined, 10), 'pets');
  assert.equal(subjectName(root, ['a.jpg', 'b.JPG'], 1616), '2 selected images of 1,616 in pets');
  assert.equal(subjectName(root, ['a.jpg'], undefined), '1 selected image in pets');
  assert.equal(subjectName(root, ['train/mug'], 20), 'train/mug in pets');
  assert.equal(subjectName(root, ['train/mug', 'a.jpg'], 20), 'what is selected in pets');
});
