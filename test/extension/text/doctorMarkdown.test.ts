import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doctorMarkdown } from '../../../src/extension/text/doctorMarkdown.ts';

const downloads = { folder: '/caches/likeness/hub', bytes: 0, repositories: [] };

test('the report names problems, providers and versions, and nothing in it becomes markup', () => {
  const text = doctorMarkdown({
    versions: { node: 'v24.0.0' },
    providers: [
      { name: 'cpu', works: true, imagesPerSecond: 123.4, agreement: 1 },
      { name: 'webgpu', works: false, imagesPerSecond: 0, agreement: 0 },
    ],
    downloads,
    problems: [{ code: 'gpu', message: 'no <b>adapter</b> | driver\nmissing' }],
  });
  assert.match(text, /\| cpu \| yes \| 123 \| 1\.0000 \|/);
  assert.match(text, /\| webgpu \| no \|\s+\|\s+\|/);
  assert.match(text, /\| node \| v24\.0\.0 \|/);
  assert.ok(text.includes(String.raw`- **gpu**: no \<b\>adapter\</b\> \| driver missing`));
});

test('a healthy machine is told so', () => {
  assert.match(doctorMarkdown({ versions: {}, providers: [], downloads, problems: [] }), /No problems found\./);
});

test('the encoder in use is named, with what would know more', () => {
  const text = (stronger: 'default' | 'larger' | undefined) =>
    doctorMarkdown({
      encoder: { id: 'one-1', name: 'One', stronger },
      versions: {},
      providers: [],
      downloads,
      problems: [],
    });
  assert.match(text(undefined), /## Encoder\n\nImages are looked at with \*\*One\*\* \(one-1\)\.\n/);
  assert.match(text('default'), /\(one-1\)\. The default has learnt more/);
  assert.match(text('larger'), /\(one-1\)\. It is the default\. A larger one knows more/);
});

test('it is said where downloads are kept, and what they take', () => {
  const text = (bytes: number, repositories: readonly string[]) =>
    doctorMarkdown({ versions: {}, providers: [], downloads: { ...downloads, bytes, repositories }, problems: [] });
  assert.match(text(0, []), /## Downloaded encoders\n\nNone yet\. They would be kept in \/caches\/likeness\/hub,/);
  assert.match(
    text(88.5e6, ['a/b', 'c/d']),
    /88\.5 MB of a\/b, c\/d are kept in \/caches\/likeness\/hub, for all folders\./,
  );
});
