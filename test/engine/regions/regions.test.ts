import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import type { Box } from '../../../src/core/images/boxes.ts';
import { REGION_LAYOUT, REGIONS_PER_IMAGE } from '../../../src/core/images/regionGrid.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { encodeImage } from '../../../src/engine/images/codec.ts';
import { indexDataset } from '../../../src/engine/indexing/indexer.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { indexRegions } from '../../../src/engine/regions/regionIndexer.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import type { SimilarRequest } from '../../../src/protocol/engine.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { discsOf, withOrientation } from '../images/discs.ts';
import { picture, write } from '../indexing/dataset.ts';
import { fakeEncoder } from '../indexing/fakeEncoder.ts';
import { job } from '../training/job.ts';
import { planted, plantPictures } from './plantedPictures.ts';

function engineAndRoot(context: TestContext) {
  const engine = new Engine({ ...engineOptions('cpu'), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  return { engine, root: temporaryFolder(context) };
}

async function searched(engine: Engine, root: string, request: Partial<SimilarRequest> & { image: string }) {
  return engine.similar({ count: 3, ...request, image: join(root, request.image) });
}

describe('a search by a part of an image', () => {
  it('finds the picture that was pasted into another one by its region', async (context) => {
    const { engine, root } = engineAndRoot(context);
    await plantPictures(root);
    await engine.indexFolder({ folder: root }, job());
    const report = await searched(engine, root, { image: 'train/b/scene.png', region: planted });
    assert.deepEqual(report.region, planted);
    assert.equal(report.results[0]?.path, 'train/a/small.png');
    assert.ok(report.results[0].similarity > 0.99, String(report.results[0].similarity));
    assert.equal(report.results[0].region, undefined);
    assert.ok(report.results.every(({ path }) => path !== 'train/b/scene.png'));
  });

  it('finds the part of another image that it is like, and says which, where parts are indexed', async (context) => {
    const { engine, root } = engineAndRoot(context);
    await plantPictures(root);
    const { regions } = await engine.indexFolder({ folder: root, regions: true }, job());
    assert.deepEqual([regions?.images, regions?.added, regions?.regions], [8, 8, 8 * REGIONS_PER_IMAGE]);
    assert.deepEqual(regions?.failed, []);
    const report = await searched(engine, root, { image: 'train/a/small.png', regions: 'required' });
    const [first] = report.results;
    assert.equal(first?.path, 'train/b/scene.png');
    assert.deepEqual(first.region?.picture, { width: 300, height: 240 });
    // Of the boxes of the grid, the one that the pasted picture fills most.
    assert.deepEqual(first.region.box, { x: 150, y: 0, width: 150, height: 120 });
    assert.deepEqual(report.searchedRegions, { regions: 7 * REGIONS_PER_IMAGE, images: 8, of: 8 });
    const whole = await searched(engine, root, { image: 'train/a/small.png' });
    assert.equal(whole.searchedRegions, undefined);
    assert.ok(first.similarity > whole.results.find(({ path }) => path === first.path)!.similarity);
    const narrowed = await searched(engine, root, {
      image: 'train/a/small.png',
      regions: 'available',
      images: ['train/b/0.png', 'train/b/1.png'],
    });
    assert.deepEqual(narrowed.results.map(({ path }) => path).sort(), ['train/b/0.png', 'train/b/1.png']);
  });

  it('of the whole picture is a search by the image itself', async (context) => {
    const { engine, root } = engineAndRoot(context);
    await plantPictures(root);
    await engine.indexFolder({ folder: root }, job());
    const all = { x: 0, y: 0, width: 300, height: 240 };
    const [byBox, byImage] = await Promise.all([
      searched(engine, root, { image: 'train/b/scene.png', region: { ...all, width: 900 } }),
      searched(engine, root, { image: 'train/b/scene.png' }),
    ]);
    assert.deepEqual(byBox.region, all);
    assert.deepEqual(
      byBox.results.map(({ path, similarity }) => [path, similarity.toFixed(5)]),
      byImage.results.map(({ path, similarity }) => [path, similarity.toFixed(5)]),
    );
  });

  it('takes the part of the picture as it is shown, with its EXIF orientation', async (context) => {
    const { engine, root } = engineAndRoot(context);
    const [width, height] = [160, 120];
    const jpeg = await encodeImage(discsOf(5, width, height), width, height, { format: 'jpeg', quality: 100 });
    write(root, 'turned.jpg', withOrientation(jpeg, 6));
    const upright = { x: 10, y: 90, width: 60, height: 60 } as const;
    // Orientation 6 is shown turned by 90° clockwise: x and y of the stored pixels are y and (height − 1 − x) of it.
    const part = new Uint8Array(60 * 60 * 3);
    const pixels = discsOf(5, width, height);
    for (let i = 0; i < part.length; i++) {
      const pixel = Math.floor(i / 3);
      const [x, y] = [upright.x + (pixel % 60), upright.y + Math.floor(pixel / 60)];
      part[i] = pixels[((height - 1 - x) * width + y) * 3 + (i % 3)]!;
    }
    write(root, 'part.png', await encodeImage(part, 60, 60, { format: 'png' }));
    write(root, 'other.png', await picture([200, 30, 60], 3));
    await engine.indexFolder({ folder: root }, job());
    const [first] = (await searched(engine, root, { image: 'turned.jpg', region: upright })).results;
    assert.equal(first?.path, 'part.png');
    assert.ok(first.similarity > 0.99, String(first.similarity));
  });

  it('is refused in one sentence outside of the picture, too small, of no picture and without an index', async (context) => {
    const { engine, root } = engineAndRoot(context);
    await plantPictures(root, 2);
    await engine.indexFolder({ folder: root }, job());
    write(root, 'text.png', 'no image');
    const at = (image: string, region: Box) => searched(engine, root, { image, region });
    await assert.rejects(at('train/b/scene.png', { x: 300, y: 0, width: 20, height: 20 }), {
      code: ErrorCode.RegionInvalid,
      message: 'The region 300,0,20,20 lies outside of scene.png, which is 300 × 240 pixels; name one within it.',
    });
    await assert.rejects(at('train/b/scene.png', { x: 295, y: 0, width: 20, height: 20 }), {
      code: ErrorCode.RegionInvalid,
      message: 'The region of 5 × 20 pixels of scene.png is too small to be compared; take one of at least 8 × 8.',
    });
    await assert.rejects(at('text.png', planted), { code: ErrorCode.UnsupportedFormat });
    await assert.rejects(at('gone.png', planted), { code: ErrorCode.FileNotFound });
    await assert.rejects(searched(engine, root, { image: 'train/b/scene.png', regions: 'required' }), {
      code: ErrorCode.RegionsNotIndexed,
      message: /has no index of regions by .+ yet; run "Likeness: Index Regions" or "likeness index --regions"\.$/,
    });
    const available = await searched(engine, root, { image: 'train/b/scene.png', regions: 'available' });
    assert.equal(available.searchedRegions, undefined);
  });
});

describe('the index of regions', () => {
  async function indexed(context: TestContext, images = 7) {
    const root = temporaryFolder(context);
    for (let i = 0; i < images; i++) write(root, `${i}.png`, await picture([i * 30, 120, 200], i));
    const store = openStore(root, { cacheFolder: join(root, 'cache'), mode: 'write' });
    context.after(() => {
      store.close();
    });
    const { encoder, counts } = fakeEncoder();
    const common = { store, encoder, maxMegapixels: 10 };
    const scan = { encoderReference: 'fake', exclude: [], followSymlinks: false, only: undefined };
    await indexDataset({ ...common, ...scan }, job());
    counts.length = 0;
    const encoderKey = store.putEncoder(encoder.identity, encoder.card);
    return { root, store, counts, options: { ...common, encoderKey } };
  }

  it('is made once, added to for new images, and made anew for another layout', async (context) => {
    const { root, store, counts, options } = await indexed(context);
    const progress: Progress[] = [];
    const first = await indexRegions(
      options,
      job((step) => progress.push(step)),
    );
    const perImage = first.regions / 7;
    assert.ok(Number.isInteger(perImage) && perImage > 0);
    assert.deepEqual([first.images, first.added, first.bytes], [7, 7, first.regions * 4 * 4]);
    assert.deepEqual(
      [progress.at(-1)?.phase, progress.at(-1)?.done, progress.at(-1)?.total],
      ['Indexing regions', 7, 7],
    );
    counts.length = 0;
    assert.equal((await indexRegions(options, job())).added, 0);
    assert.deepEqual(counts, [], 'nothing is embedded twice');
    write(root, 'new.png', await picture([9, 9, 200], 50));
    const scan = { encoderReference: 'fake', exclude: [], followSymlinks: false, only: undefined };
    await indexDataset({ ...options, ...scan }, job());
    assert.deepEqual(
      [(await indexRegions(options, job())).added, store.regions.counts(options.encoderKey).images],
      [1, 8],
    );
    const [key] = store.regions.missing(options.encoderKey, REGION_LAYOUT + 1);
    store.regions.put(key!.contentKey, options.encoderKey, REGION_LAYOUT - 1, []);
    assert.equal((await indexRegions(options, job())).added, 1);
    assert.equal(store.regions.counts(options.encoderKey).regions, 8 * perImage);
  });

  it('goes on where it was cancelled, with whole images only', async (context) => {
    const { store, options } = await indexed(context);
    const running = job();
    let embedded = 0;
    const { encoder } = fakeEncoder({
      onEmbed: () => {
        embedded++;
        if (embedded === 5) running.abort();
      },
    });
    await assert.rejects(indexRegions({ ...options, encoder }, running), { code: ErrorCode.Cancelled });
    const { images, regions } = store.regions.counts(options.encoderKey);
    assert.ok(images > 0 && images < 7, String(images));
    const rest = await indexRegions(options, job());
    assert.equal(rest.added, 7 - images);
    assert.equal(rest.regions / 7, regions / images);
  });

  it('lists images that have changed or gone since, and leaves them to the next run', async (context) => {
    const { root, options } = await indexed(context);
    writeFileSync(join(root, '3.png'), await picture([1, 250, 1], 77));
    writeFileSync(join(root, '4.png'), 'broken');
    const report = await indexRegions(options, job());
    assert.equal(report.added, 5);
    assert.deepEqual(report.failed.map(({ path, code }) => [path, code]).sort(), [
      ['3.png', ErrorCode.ImagesChanged],
      ['4.png', ErrorCode.ImagesChanged],
    ]);
    assert.match(report.failed[0]!.message, /has changed since it was indexed; index the folder again/);
  });
});
