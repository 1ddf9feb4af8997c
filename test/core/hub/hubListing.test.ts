import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextCursor, parseRevision, parseTree } from '../../../src/core/hub/hubListing.ts';

const sha1 = 'a'.repeat(40);
const sha256 = 'b'.repeat(64);

test('a listing tells size and hash of every file, of large ones as Git LFS knows them', () => {
  const files = parseTree([
    { type: 'directory', oid: sha1, size: 0, path: 'onnx' },
    { type: 'file', oid: sha1, size: 12, path: 'config.json' },
    { type: 'file', oid: sha1, size: 134, path: 'onnx/model.onnx', lfs: { oid: sha256, size: 5000, pointerSize: 134 } },
  ]);
  assert.deepEqual(files, [
    { path: 'config.json', size: 12, hash: { algorithm: 'git-blob', hex: sha1 } },
    { path: 'onnx/model.onnx', size: 5000, hash: { algorithm: 'sha256', hex: sha256 } },
  ]);
});

test('what could be written elsewhere or not be checked is left out, and what is no listing is none', () => {
  const file = { type: 'file', oid: sha1, size: 1, path: 'a' };
  const odd = [{ path: '../a' }, { path: 1 }, { size: -1 }, { size: 1.5 }, { oid: 'xyz' }, { type: 'symlink' }];
  assert.deepEqual(parseTree(odd.map((changes) => ({ ...file, ...changes }))), []);
  assert.deepEqual([parseTree({ error: 'no' }), parseTree('<html>'), parseTree(undefined)], Array(3).fill(undefined));
});

test('a revision tells its commit and the licence, by its own name where it has one', () => {
  const licenceOf = (about: object) => parseRevision({ sha: sha1, ...about })?.licence;
  assert.equal(licenceOf({ cardData: { license: 'apache-2.0' } }), 'apache-2.0');
  assert.equal(licenceOf({ cardData: { license: 'other', license_name: 'apple-ascl' } }), 'apple-ascl');
  assert.equal(licenceOf({ tags: ['onnx', 'license:mit'] }), 'mit');
  assert.equal(licenceOf({ cardData: { license: 'mit\u001b[2J\nY' } }), 'mit[2JY', 'nothing moves the cursor');
  assert.equal(licenceOf({}), undefined);
  assert.equal(parseRevision({ sha: 'main' }), undefined);
  assert.equal(parseRevision([]), undefined);
});

test('the next page is found in the header, whoever it names as its host', () => {
  const link = '<https://huggingface.co/api/models/a/b/tree/main?recursive=true&cursor=ZXlK%3D%3D>; rel="next"';
  assert.equal(nextCursor(link), 'ZXlK==');
  assert.equal(nextCursor('<https://a/?cursor=1>; rel="prev"'), undefined);
  assert.equal(nextCursor('<https://a/?cursor=1>; rel="prev", <https://a/?cursor=3>; rel="next"'), '3');
  assert.equal(nextCursor(undefined), undefined);
});
