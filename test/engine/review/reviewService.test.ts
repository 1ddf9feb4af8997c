import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { digestOfDecisions } from '../../../src/core/decisions/decisionDigest.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { decodeRgb, encodeImage } from '../../../src/engine/images/codec.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { discsOf } from '../images/discs.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';
import { job } from '../training/job.ts';

const [WIDTH, HEIGHT] = [240, 180];

function engineAndRoot(context: TestContext) {
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  return { engine, root: temporaryFolder(context) };
}

/** There is something to align. */
function discs(seed: number): Uint8Array {
  return discsOf(seed, WIDTH, HEIGHT);
}

function png(pixels: Uint8Array, width = WIDTH, height = HEIGHT): Promise<Uint8Array> {
  return encodeImage(pixels, width, height, { format: 'png' });
}

/** @param from the place that a pixel of the new picture is taken from */
function moved(pixels: Uint8Array, width: number, height: number, from: (x: number, y: number) => [number, number]) {
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = from(Math.floor(i / 3) % width, Math.floor(i / 3 / width));
    return pixels[(y * WIDTH + x) * 3 + (i % 3)]!;
  });
}

describe('the difference of two images', () => {
  it('is next to nothing where one is mirrored, turned, cropped or resized, and says which', async (context) => {
    const { engine, root } = engineAndRoot(context);
    const pixels = discs(3);
    write(root, 'a.png', await png(pixels));
    const mirrored = moved(pixels, WIDTH, HEIGHT, (x, y) => [WIDTH - 1 - x, y]);
    write(root, 'mirrored.png', await png(mirrored));
    const turned = moved(pixels, HEIGHT, WIDTH, (x, y) => [y, HEIGHT - 1 - x]);
    write(root, 'turned.png', await png(turned, HEIGHT, WIDTH));
    const cropped = moved(pixels, 180, 140, (x, y) => [x + 24, y + 18]);
    write(root, 'cropped.png', await png(cropped, 180, 140));
    const small = await decodeRgb(await png(pixels), { width: 120, height: 90 }, 'lanczos3', 1e9);
    write(root, 'small.png', await png(small.data, 120, 90));
    for (const [name, most] of [
      ['mirrored', 1],
      ['turned', 1],
      ['cropped', 6],
      ['resized', 3],
    ] as const) {
      const other = name === 'resized' ? 'small.png' : `${name}.png`;
      for (const paths of [['a.png', other] as const, [other, 'a.png'] as const]) {
        const report = await engine.review.difference({ root, paths }, job());
        assert.equal(report.isSame, true, name);
        assert.deepEqual(report.undone, [name]);
        assert.ok(report.mean < most, `${name}: ${report.mean}`);
      }
    }
  });

  it('is told of what was painted over, and of pictures that are not the same', async (context) => {
    const { engine, root } = engineAndRoot(context);
    const pixels = discs(5);
    write(root, 'a.png', await png(pixels));
    const painted = pixels.slice();
    for (let y = 60; y < 100; y++) painted.fill(255, (y * WIDTH + 100) * 3, (y * WIDTH + 140) * 3);
    write(root, 'painted.png', await png(painted));
    write(root, 'other.png', await png(discs(6)));
    const { picture, isSame, undone, changed } = await engine.review.difference(
      { root, paths: ['a.png', 'painted.png'] },
      job(),
    );
    assert.deepEqual([isSame, undone], [true, []]);
    assert.ok(Math.abs(changed - 1600 / (WIDTH * HEIGHT)) < 0.01, String(changed));
    const { data } = await decodeRgb(picture, { width: WIDTH, height: HEIGHT }, 'nearest', 1e9);
    const lightness = (x: number, y: number) => data[(y * WIDTH + x) * 3 + 1]!;
    assert.ok(lightness(120, 80) > lightness(20, 20) + 60);
    const strangers = await engine.review.difference({ root, paths: ['a.png', 'other.png'] }, job());
    assert.deepEqual([strangers.isSame, strangers.undone], [false, []]);
  });

  it('is refused for what is gone, is no image or lies elsewhere, and stops when nobody waits any more', async (context) => {
    const { engine, root } = engineAndRoot(context);
    write(root, 'a.png', await png(discs(1)));
    write(root, 'text.png', 'no image');
    const difference = (other: string, running = job()) =>
      engine.review.difference({ root, paths: ['a.png', other] }, running);
    await assert.rejects(difference('gone.png'), { code: ErrorCode.FileNotFound });
    await assert.rejects(difference('text.png'), { code: ErrorCode.UnsupportedFormat });
    await assert.rejects(difference('../elsewhere.png'), { code: ErrorCode.PathOutsideRoot });
    const stopped = job();
    stopped.abort();
    await assert.rejects(difference('a.png', stopped));
  });
});

describe('what a review shows of images', () => {
  it('is their class, split and file, and nothing of files that are not in the index', async (context) => {
    const { engine, root } = engineAndRoot(context);
    write(root, 'train/hat/a.png', await shade([200, 40, 40], 1));
    write(root, 'test/shoe/b.png', await shade([40, 40, 200], 2));
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const paths = ['train/hat/a.png', 'test/shoe/b.png', 'gone.png'];
    const [hat, shoe, gone] = await engine.review.images({ root, paths });
    assert.deepEqual([hat?.label, hat?.split, shoe?.label, shoe?.split], ['hat', 'train', 'shoe', 'test']);
    const { width, height, format, bytes = 0 } = hat?.file ?? {};
    assert.deepEqual([width, height, format], [64, 64, 'png']);
    assert.ok(bytes > 100);
    assert.equal(gone?.file, undefined);
    await engine.decisions.decide({ root, paths: [paths[0]!], decision: { action: 'relabel', value: 'cap' } });
    assert.equal((await engine.review.images({ root, paths }))[0]?.label, 'cap');
    assert.deepEqual(
      (await engine.review.decisions({ root })).map(({ path, action, value }) => [path, action, value]),
      [[paths[0], 'relabel', 'cap']],
    );
  });

  it('is a preview of a file that was set aside, from where it lies', async (context) => {
    const { engine, root } = engineAndRoot(context);
    write(root, 'a.png', await shade([200, 40, 40], 1));
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    await engine.decisions.decide({ root, paths: ['a.png'], decision: { action: 'quarantine' } });
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const [image] = await engine.review.images({ root, paths: ['a.png'] });
    assert.equal(image?.file, undefined);
    const { bytes } = await engine.review.preview({ root, path: 'a.png' });
    assert.ok(bytes);
    await assert.rejects(engine.review.preview({ root, path: 'b.png' }), { code: ErrorCode.FileNotFound });
  });

  it('is a preview of what a page has no decoder for', async (context) => {
    const { engine, root } = engineAndRoot(context);
    write(root, 'wide.png', await png(new Uint8Array(3 * 3000 * 20).fill(120), 3000, 20));
    const { bytes, type } = await engine.review.preview({ root, path: 'wide.png' });
    assert.equal(type, 'image/webp');
    const { width } = await decodeRgb(bytes!, { width: 1280, height: 9 }, 'nearest', 1e9);
    assert.equal(width, 1280);
    await assert.rejects(engine.review.preview({ root, path: '../wide.png' }), { code: ErrorCode.PathOutsideRoot });
  });
});

describe('the last check', () => {
  it('is there after a restart with all that it found, and says when it was and what has changed since', async (context) => {
    const { engine, root } = engineAndRoot(context);
    const twin = await shade([200, 40, 40], 1);
    write(root, 'train/hat/a.png', twin);
    write(root, 'train/hat/b.png', twin);
    for (let i = 0; i < 4; i++) write(root, `train/shoe/${i}.png`, await shade([40, 40 + 30 * i, 200], 10 + i));
    await assert.rejects(engine.curation.last({ root }), { code: ErrorCode.NotIndexed });
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    assert.equal(await engine.curation.last({ root }), undefined);
    const before = Date.now();
    const report = await engine.check({ folder: root }, job());
    assert.ok(report.findings.some(({ kind }) => kind === 'exact-duplicate'));
    await engine.check({ folder: root, only: ['outlier'] }, job());
    const later = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => later.dispose());
    const last = (await later.curation.last({ root }))!;
    assert.deepEqual(last.report, report, 'a check of some kinds takes nothing away');
    assert.ok(last.checkedAt >= before && last.checkedAt <= Date.now());
    assert.equal(last.outdated, false);
    rmSync(join(root, 'train/hat/b.png'));
    await later.indexFolder({ folder: root }, job());
    assert.equal((await later.curation.last({ root }))?.outdated, true);
    for (const text of ['{"half', '{"version":0}', 'null']) {
      writeFileSync(join(root, '.likeness/findings.json'), text);
      assert.equal(await later.curation.last({ root }), undefined, text);
    }
  });

  it('went by the decisions that a review shows, without those of a picture that was edited since', async (context) => {
    const { engine, root } = engineAndRoot(context);
    for (let i = 0; i < 4; i++) write(root, `${i}.png`, await shade([40, 40 + 30 * i, 200], 10 + i));
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const decision = { action: 'exclude' } as const;
    await engine.decisions.decide({ root, paths: ['0.png', '1.png'], decision });
    write(root, '0.png', await shade([200, 40, 40], 90));
    await engine.indexFolder({ folder: root }, job());
    await engine.check({ folder: root }, job());
    const shown = await engine.review.decisions({ root });
    assert.deepEqual(
      shown.map(({ path }) => path),
      ['1.png'],
    );
    const last = (await engine.curation.last({ root }))!;
    assert.equal(last.decisions, digestOfDecisions(shown, last.checkedAt));
  });
});
