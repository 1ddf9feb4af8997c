import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StrongerEncoder } from '../../../src/protocol/engine.ts';
import { doctorMarkdown } from '../../../src/extension/text/doctorMarkdown.ts';

const machine = { threads: 3, cores: 4, memoryBytes: 16e9, freeBytes: 9e9 };
const healthy = { machine, slow: [] };
const downloads = { folder: '/caches/likeness/hub', bytes: 0, repositories: [] };

test('the report names problems, providers and versions, and nothing in it becomes markup', () => {
  const text = doctorMarkdown({
    ...healthy,
    versions: { node: 'v24.0.0' },
    measuredWith: 'One *star*',
    providers: [
      { name: 'cpu', works: true, imagesPerSecond: 123.4, agreement: 1 },
      { name: 'webgpu', works: false, imagesPerSecond: 0, agreement: 0 },
    ],
    downloads,
    problems: [{ code: 'gpu', message: 'no <b>adapter</b> | driver\nmissing' }],
  });
  assert.ok(text.includes(String.raw`Measured with One \*star\*. Agreement is the lowest cosine similarity`));
  assert.match(text, /\| cpu \| yes \| 123 images\/s \| 1\.0000 \|/);
  assert.match(text, /\| webgpu \| no \|\s+\|\s+\|/);
  assert.match(text, /\| node \| v24\.0\.0 \|/);
  assert.ok(text.includes(String.raw`- **gpu**: no \<b\>adapter\</b\> \| driver missing`));
});

test('a healthy machine is told so', () => {
  assert.match(
    doctorMarkdown({ ...healthy, versions: {}, providers: [], downloads, problems: [] }),
    /No problems found\./,
  );
});

test('the encoder in use is named, with what would know more', () => {
  const text = (stronger: StrongerEncoder) =>
    doctorMarkdown({
      ...healthy,
      encoder: { id: 'one-1', name: 'One', stronger, imagesPerSecond: 123.4 },
      versions: {},
      providers: [],
      downloads,
      problems: [],
    });
  assert.match(
    text('tuned'),
    /## Encoder\n\nImages are looked at with \*\*One\*\* \(one-1\), 123 images\/s on the CPU\. .*_Fine-tune Encoder_ teaches it/,
  );
  assert.match(text('default'), /on the CPU\. The default has learnt more/);
  assert.match(
    text('larger'),
    /on the CPU\. It is the default\. A larger one knows more.*_Fine-tune Encoder_ teaches it/,
  );
  assert.match(text('compared'), /It knows classes\. A larger one knows more.*_Compare Encoders_/);
});

test('it is said where downloads are kept, and what they take', () => {
  const text = (bytes: number, repositories: readonly string[]) =>
    doctorMarkdown({
      ...healthy,
      versions: {},
      providers: [],
      downloads: { ...downloads, bytes, repositories },
      problems: [],
    });
  assert.match(text(0, []), /## Downloaded encoders\n\nNone yet\. They would be kept in \/caches\/likeness\/hub,/);
  assert.match(
    text(88.5e6, ['a/b', 'c/d']),
    /88\.5 MB of a\/b, c\/d are kept in \/caches\/likeness\/hub, for all folders\./,
  );
});

test('what there is to compute with, and what is slow with what to do', () => {
  const report = { versions: {}, providers: [], downloads, problems: [] };
  const text = doctorMarkdown({ ...report, machine, slow: [{ code: 'few-threads', message: 'Raise *this*.' }] });
  assert.match(
    text,
    /## Machine\n\nEncoders run on 3 threads; there are 4 cores, and 9 GB of 16 GB of memory are free\./,
  );
  assert.ok(
    text.includes(String.raw`## What is slow, and what to do

- Raise \*this\*.`),
  );
  assert.ok(!doctorMarkdown({ ...report, ...healthy }).includes('What is slow'));
});
