import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { planted, plantPictures } from '../engine/regions/plantedPictures.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { documentOf, likeness } from './run.ts';

it('finds a picture by the region it was pasted into, and the region by the picture, once regions are indexed', async (context) => {
  const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
  await plantPictures(root);
  const indexed = await likeness(['index', root, '--json'], { cache });
  assert.equal(indexed.code, 0, indexed.stderr);
  const scene = join(root, 'train/b/scene.png');
  const small = join(root, 'train/a/small.png');
  const region = `${planted.x},${planted.y},${planted.width},${planted.height}`;

  const byRegion = await likeness(['similar', scene, '--region', region, '-k', '3', '--json'], { cache });
  assert.equal(byRegion.code, 0, byRegion.stderr);
  const report = documentOf('similar', byRegion);
  assert.deepEqual(Object.keys(report), ['query', 'region', 'encoder', 'approximate', 'recall', 'results']);
  assert.deepEqual([report.query, report.region, report.approximate], ['train/b/scene.png', planted, false]);
  assert.deepEqual(Object.keys(report.results[0]!), ['path', 'similarity']);
  assert.equal(report.results[0]!.path, 'train/a/small.png');

  const missing = await likeness(['similar', small, '--regions', '--json'], { cache });
  assert.equal(missing.code, 3);
  assert.equal(documentOf('failure', missing).error.code, 'regions-not-indexed');
  assert.match(missing.stderr, /likeness index --regions/);

  const withRegions = documentOf('index', await likeness(['index', root, '--regions', '--json'], { cache }));
  assert.deepEqual([withRegions.embedded, withRegions.regions?.images, withRegions.regions?.regions], [0, 8, 8 * 14]);
  const found = documentOf('similar', await likeness(['similar', small, '--regions', '--json'], { cache }));
  assert.equal(found.results[0]!.path, 'train/b/scene.png');
  assert.deepEqual(found.results[0]!.region, { x: 150, y: 0, width: 150, height: 120 });
  const told = await likeness(['similar', small, '--regions', '-k', '1'], { cache });
  assert.match(told.stdout, /^0\.\d{4} {2}train\/b\/scene\.png {2}in 150,0 150 × 120\n$/);

  for (const [wrong, code, sentence] of [
    ['400,0,20,20', 3, /lies outside of scene\.png, which is 300 × 240 pixels; name one within it\.\n$/],
    ['10,10,3,40', 3, /of 3 × 40 pixels of scene\.png is too small to be compared; take one of at least 8 × 8\.\n$/],
    ['10,10,3', 2, /takes four whole numbers of pixels, x,y,width,height, not "10,10,3"\.\n$/],
  ] as const) {
    const refused = await likeness(['similar', scene, '--region', wrong], { cache });
    assert.equal(refused.code, code, wrong);
    assert.match(refused.stderr, sentence);
  }
});
