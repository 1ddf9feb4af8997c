import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import {
  formatHubReference,
  hubSource,
  isSafePath,
  parseHubReference,
  typedHubReference,
} from '../../../src/core/hub/hubReference.ts';

test('a reference names a repository, and what of it', () => {
  assert.deepEqual(parseHubReference('hf:Xenova/dinov2-small'), {
    repository: 'Xenova/dinov2-small',
    revision: 'main',
    file: undefined,
  });
  assert.deepEqual(parseHubReference('hf:a/b.c_d-e@refs/pr/1#onnx/model_fp16.onnx'), {
    repository: 'a/b.c_d-e',
    revision: 'refs/pr/1',
    file: 'onnx/model_fp16.onnx',
  });
  for (const text of ['hf:a/b', 'hf:a/b@v1', 'hf:a/b#x/y.onnx', 'hf:a/b@v1#y.onnx']) {
    assert.equal(formatHubReference(parseHubReference(text)), text);
  }
});

test('what would lead elsewhere is refused', () => {
  const texts = ['hf:', 'hf:a', 'hf:a/b/c', 'hf:../b', 'hf:a/..', 'hf:a/b@', 'hf:a/b#', 'hf:a/b@../c', 'hf:a/b@c d'];
  texts.push('hf:a/b#../c.onnx', 'hf:a/b#/c.onnx', 'hf:a/b#c\\d.onnx', 'hf:a b/c', 'hf:a/b@x//y', 'a/b', 'hf:.a/b');
  for (const text of texts) assert.throws(() => parseHubReference(text), { code: ErrorCode.Usage }, text);
});

test('paths stay inside their folder on every platform', () => {
  const good = ['a', 'onnx/model.onnx', 'a.b/c_d-e', '.gitattributes', 'ö/ü.onnx'];
  const bad = ['', '/a', 'a/', 'a//b', '..', 'a/../b', './a', 'C:/a', 'a\\b', 'a\nb', 'a\u0000', 'a:stream', 'a?'];
  assert.deepEqual([good.every(isSafePath), bad.filter(isSafePath)], [true, []]);
});

test('what a person types or copies from the address bar names a repository', () => {
  const read = (text: string) => {
    const reference = typedHubReference(text);
    return reference && formatHubReference(reference);
  };
  const page = 'https://huggingface.co/Xenova/dinov2-small';
  for (const text of ['Xenova/dinov2-small', ' hf:Xenova/dinov2-small ', page, `${page}/`, `${page}?library=x#usage`]) {
    assert.equal(read(text), 'hf:Xenova/dinov2-small', text);
  }
  assert.equal(read('a/b@v1#onnx/model.onnx'), 'hf:a/b@v1#onnx/model.onnx');
  assert.equal(read(`${page}/tree/main/onnx`), 'hf:Xenova/dinov2-small');
  assert.equal(read(`${page}/tree/refs%2Fpr%2F3`), 'hf:Xenova/dinov2-small@refs/pr/3');
  assert.equal(
    read(`${page}/blob/main/onnx/model_fp16.onnx?download=true`),
    'hf:Xenova/dinov2-small#onnx/model_fp16.onnx',
  );
  assert.equal(read('https://hf.co/a/b/resolve/v1/model.onnx'), 'hf:a/b@v1#model.onnx');
  for (const text of [
    '',
    'dinov2',
    'a/b/c',
    'https://github.com/a/b',
    'https://huggingface.co/models',
    'a/b@',
    '../b',
  ]) {
    assert.equal(read(text), undefined, text);
  }
});

test('a card’s source is a reference where it comes from the hub, and never a failure', () => {
  assert.deepEqual(hubSource('hf:a/b@v1#m.onnx'), { repository: 'a/b', revision: 'v1', file: 'm.onnx' });
  for (const source of ['', 'built-in', '/models/a.onnx', 'a/b', 'hf:', 'hf:../x']) {
    assert.equal(hubSource(source), undefined, source);
  }
});
