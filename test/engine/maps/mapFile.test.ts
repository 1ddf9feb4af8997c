import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { noCaptions } from '../../../src/core/captions/captionErrors.ts';
import { mapDocument, writeMap } from '../../../src/engine/maps/mapFile.ts';
import { mapTrust } from '../../../src/engine/maps/mapText.ts';
import type { MapReport } from '../../../src/protocol/maps.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { job } from '../training/job.ts';

const report: MapReport = {
  root: '/data',
  encoder: { id: 'tiny', dim: 8 },
  points: ['a.png', 'b.png'],
  x: Float32Array.of(-1, 0.123456),
  y: Float32Array.of(0, 1),
  cluster: Int32Array.of(0, -1),
  labels: ['cat', undefined],
  splits: [undefined, undefined],
  clusters: [{ id: 0, name: 'cat', size: 1, representative: 'a.png' }],
  trustworthiness: 0.9,
  neighborsKept: 0.5,
  judged: { neighbors: 2, images: 2 },
  recall: 1,
  method: 'umap',
  neighbors: 2,
  minimumDistance: 0.1,
  seed: 0,
  explained: undefined,
  out: undefined,
  seconds: 1,
  keptSince: undefined,
  notices: [],
};

test('a map from approximate neighbours says so, in words and in the document', () => {
  assert.deepEqual(Object.keys(mapDocument(report)), ['points', 'clusters', 'trustworthiness']);
  assert.doesNotMatch(mapTrust(report), /made from/);
  const near = { ...report, recall: 0.9755 };
  assert.equal(mapDocument(near).recall, 0.9755);
  assert.match(mapTrust(near), / · made from 97\.\d % of the true nearest neighbours · 1 cluster$/);
  assert.deepEqual(mapDocument(report).points[1], { path: 'b.png', x: 0.1235, y: 1, cluster: null, label: null });
});

test('a page tells what was passed over of the captions that it holds, and why it holds none', async (context) => {
  const target = { file: join(temporaryFolder(context), 'map.html'), replace: true };
  const store = { readThumbnails: () => new Map<string, Uint8Array>() };
  const passedOver = noCaptions('/data');
  const known = { captions: new Map([['a.png', ['a cat']]]), notices: [passedOver] };
  for (const captions of [known, passedOver]) {
    const source = { store, captions: () => Promise.resolve(captions) };
    assert.deepEqual(await writeMap(target, report, source, job()), [passedOver]);
  }
});
