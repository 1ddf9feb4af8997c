import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FollowedImage, imageOfTab } from '../../../src/extension/similar/activeImage.ts';

const uri = (file: string, scheme = 'file') => ({ scheme, path: file, fsPath: file });

test('the image of a tab is that of a picture preview or of a text editor', () => {
  assert.equal(imageOfTab({ uri: uri('/a/b c.JPG'), viewType: 'imagePreview.previewEditor' }), '/a/b c.JPG');
  assert.equal(imageOfTab({ uri: uri('/a/logo.svg') }), '/a/logo.svg');
});

test('other files, other file systems, diffs and tabs without a resource show no image', () => {
  const inputs = [
    { uri: uri('/a/readme.md') },
    { uri: uri('/a.png/readme') },
    { uri: uri('/a.png', 'git') },
    { original: uri('/a.png'), modified: uri('/b.png') },
    { viewType: 'webview' },
    { uri: '/a.png' },
    undefined,
  ];
  assert.deepEqual(
    inputs.map(imageOfTab),
    inputs.map(() => undefined),
  );
});

test('each newly active image is followed once', () => {
  const followed = new FollowedImage();
  assert.deepEqual(
    ['a', 'a', undefined, 'a', 'b', 'a'].map((file) => followed.next(file)),
    ['a', undefined, undefined, undefined, 'b', 'a'],
  );
});

test('what the view opened itself is not followed until another image was active', () => {
  const followed = new FollowedImage();
  followed.next('query');
  followed.opening(['result']);
  assert.equal(followed.next('result'), undefined);
  assert.equal(followed.next('result'), undefined);
  assert.equal(followed.next('other'), 'other');
  assert.equal(followed.next('result'), 'result');
});

test('the query is followed again after one of its results was opened and left', () => {
  const followed = new FollowedImage();
  followed.next('query');
  followed.opening(['result']);
  followed.next('result');
  assert.equal(followed.next('query'), 'query');
});

test('a person who asks for an image keeps it although another one is active', () => {
  const followed = new FollowedImage();
  followed.skip('active');
  assert.equal(followed.next('active'), undefined);
  assert.equal(followed.next('other'), 'other');
});

test('switching following on follows what is active now', () => {
  const followed = new FollowedImage();
  followed.opening(['result']);
  followed.next('result');
  followed.reset();
  assert.equal(followed.next('result'), 'result');
});
