import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { extensionOf, fileKindOf } from '../../../src/core/images/fileKinds.ts';

suite('kinds of file by name', () => {
  test('images are known by their extension, in any case', () => {
    for (const name of ['a.jpg', 'A.JPEG', 'x.y.Png', ' .webp.TIF', 'a.svg', 'a.dib']) {
      assert.equal(fileKindOf(name).kind, 'image', name);
    }
  });

  test('pictures that are not read are named by their format', () => {
    assert.deepEqual(fileKindOf('photo.HEIC'), { kind: 'unsupported', format: 'HEIF' });
    assert.deepEqual(fileKindOf('a.jp2'), { kind: 'unsupported', format: 'JPEG 2000' });
  });

  test('other files are not pictures', () => {
    for (const name of ['LICENSE', 'a.txt', '.gitignore', '.png', 'jpg', 'a.jpg.part']) {
      assert.equal(fileKindOf(name).kind, 'other', name);
    }
  });

  test('a leading dot does not start an extension', () => {
    assert.equal(extensionOf('.gitignore'), '');
    assert.equal(extensionOf('.a.TXT'), '.txt');
  });
});
