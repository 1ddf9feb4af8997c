import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { probeNames } from '../../../src/core/augmentation/sensitivity.ts';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { readHeader } from '../../../src/engine/images/codec.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import type { ViewsRequest } from '../../../src/protocol/augmentations.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';

const colours = { red: [190, 60, 50], green: [60, 180, 70], blue: [50, 70, 190] } as const;
const PER_CLASS = 6;
const IMAGES = 3 * PER_CLASS;

/** Undone when the suite is over. */
const later: (() => unknown)[] = [];
const context = { after: (undo: () => unknown) => void later.push(undo) };
const reports: Progress[] = [];
const job = { signal: new AbortController().signal, report: (progress: Progress) => void reports.push(progress) };
const aborted = { signal: AbortSignal.abort(), report: () => undefined };

let engine: Engine;
let root: string;
let image: string;

before(async () => {
  root = temporaryFolder(context as never);
  for (const [name, colour] of Object.entries(colours)) {
    for (let i = 0; i < PER_CLASS; i++) write(root, `${name}/${i}.png`, await shade(colour, 10 * i + colour[0]));
  }
  image = join(root, 'red/0.png');
  // The same bytes elsewhere are no other image.
  copyFileSync(image, join(root, 'red/copy.png'));
  engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context as never) });
  await engine.indexFolder({ folder: root, encoder: 'handcrafted' }, job);
});

after(async () => {
  await engine.dispose();
  for (const undo of later) undo();
});

const views = (change: Partial<ViewsRequest> = {}) =>
  engine.augmentations.views({ image, recipe: {}, viewSize: 64, count: 4, seed: 1, ...change }, job);

const failure = (code: ErrorCode, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LikenessError, String(error));
  assert.deepEqual([error.code, pattern.test(error.message)], [code, true], error.message);
  return true;
};

describe('views of an image', () => {
  it('are the original where nothing is done to it', async () => {
    const report = await views();
    assert.deepEqual([report.path, report.label, report.root], ['red/0.png', 'red', root]);
    for (const similarity of [...report.similarities, ...report.matrix]) assert.ok(Math.abs(similarity - 1) < 1e-6);
    assert.deepEqual([report.similarities.length, report.matrix.length], [4, 16]);
    assert.deepEqual(report.views[0], report.views[3]);
    const header = await readHeader(report.views[0]!.bytes);
    assert.deepEqual([header.format, header.width, header.height], ['png', 64, 64]);
  });

  it('are other ones by the seed, the same ones for the same seed, and less alike the more is done', async () => {
    const recipe = { crop: { probability: 1, area: [0.2, 0.6], aspectRatio: [0.75, 1.33] } } as const;
    const [one, again, other] = [await views({ recipe }), await views({ recipe }), await views({ recipe, seed: 2 })];
    assert.deepEqual(one, again);
    assert.notDeepEqual(one.similarities, other.similarities);
    assert.ok(one.similarities.every((similarity) => similarity < 0.9999));
    for (let i = 0; i < 4; i++) {
      assert.ok(Math.abs(one.matrix[5 * i]! - 1) < 1e-6);
      assert.equal(one.matrix[4 * i + 1], one.matrix[4 + i]);
    }
  });

  it('are measured against the nearest other images, of which a copy is none', async () => {
    const report = await views();
    assert.equal(report.nearest.length, 4);
    assert.ok(report.nearest.every(({ path, label }) => path !== 'red/copy.png' && label === 'red'));
    const similarities = report.nearest.map(({ similarity }) => similarity);
    assert.deepEqual(
      similarities,
      similarities.toSorted((a, b) => b - a),
    );
    assert.ok((report.nearest[0]!.thumbnail?.length ?? 0) > 0);
    assert.equal(report.sampled, IMAGES + 1);
    assert.ok(report.typicalNearest > 0.5 && report.typicalNearest < 1);
  });

  it('can be those of an image from elsewhere, compared with a named dataset', async () => {
    const elsewhere = temporaryFolder(context as never);
    write(elsewhere, 'guest.png', await shade(colours.green, 999));
    const guest = join(elsewhere, 'guest.png');
    const report = await views({ image: guest, folder: root });
    assert.equal(report.path, guest);
    assert.equal(report.nearest[0]!.label, 'green');
    await assert.rejects(views({ image: guest }), failure(ErrorCode.NotIndexed, /no index yet/));
  });

  it('say what is wrong where there can be none', async () => {
    write(root, 'red/gone.png', await shade(colours.red, 5000));
    await engine.indexFolder({ folder: root }, job);
    rmSync(join(root, 'red/gone.png'));
    await assert.rejects(views({ image: join(root, 'red/gone.png') }), failure(ErrorCode.FileNotFound, /gone\.png/));
    await engine.indexFolder({ folder: root }, job);
    write(root, 'notes.png', 'no picture');
    await assert.rejects(views({ image: join(root, 'notes.png') }), failure(ErrorCode.UnsupportedFormat, /notes\.png/));
    const recipe = { crop: { probability: 2, area: [0.5, 1], aspectRatio: [1, 1] } } as const;
    await assert.rejects(views({ recipe }), failure(ErrorCode.InvalidAugmentation, /"crop\.probability"/));
    await assert.rejects(views({ count: 1e9 }), failure(ErrorCode.Usage, /number of views/));
    await assert.rejects(views({ viewSize: 1e9 }), failure(ErrorCode.Usage, /size of a view/));
    const request = { image, recipe: {}, viewSize: 64, count: 4, seed: 1 };
    await assert.rejects(engine.augmentations.views(request, aborted), { code: ErrorCode.Cancelled });
  });
});

describe('sensitivity', () => {
  it('is 1 with nothing done, falls with strength, and tells when neighbours are of another class', async () => {
    const report = await engine.augmentations.sensitivity({ folder: root, images: 12, viewSize: 32, seed: 0 }, job);
    assert.equal(report.images, 12);
    assert.equal(report.labelled, true);
    assert.deepEqual(
      [...report.shares].map((share) => Math.round(share * 100)),
      [0, 20, 40, 60, 80, 100],
    );
    assert.deepEqual(
      report.curves.map(({ name }) => name),
      [...probeNames],
    );
    for (const { name, similarities, flips } of report.curves) {
      assert.deepEqual([similarities[0], flips[0]], [1, 0], name);
      assert.ok(
        similarities.every((similarity) => similarity <= 1 && similarity > 0),
        name,
      );
      assert.ok(similarities.at(-1)! < 1, name);
      assert.ok(
        flips.every((rate) => rate >= 0 && rate <= 1),
        name,
      );
    }
    const last = (wanted: string) => report.curves.find(({ name }) => name === wanted)!;
    // The classes are colours: of another hue red is no longer red, mirrored it is.
    assert.ok(last('hue').flips.at(-1)! > last('horizontalFlip').flips.at(-1)!);
    assert.ok(last('hue').similarities.at(-1)! < report.nearest);
    const progress = reports.at(-1)!;
    assert.deepEqual([progress.phase, progress.done, progress.total], ['Measuring sensitivity', 12, 12]);
  });

  it('knows no flips where there is only one class, and stops when asked', async () => {
    const single = temporaryFolder(context as never);
    for (let i = 0; i < 3; i++) write(single, `red/${i}.png`, await shade(colours.red, i));
    await engine.indexFolder({ folder: single }, job);
    const request = { folder: single, images: 8, viewSize: 32, seed: 0 };
    const report = await engine.augmentations.sensitivity(request, job);
    assert.deepEqual([report.images, report.labelled], [3, false]);
    assert.ok(report.curves.every(({ flips }) => flips.every(Number.isNaN)));
    await assert.rejects(engine.augmentations.sensitivity(request, aborted), { code: ErrorCode.Cancelled });
    for (let i = 0; i < 3; i++) rmSync(join(single, `red/${i}.png`));
    await assert.rejects(
      engine.augmentations.sensitivity(request, job),
      failure(ErrorCode.TooFewImages, /read any more/),
    );
  });
});

describe('a batch', () => {
  const batch = (recipe: ViewsRequest['recipe'], images = 64) =>
    engine.augmentations.batch({ folder: root, recipe, images, viewSize: 32, seed: 0 }, job);

  it('without augmentation has positives that coincide', async () => {
    const report = await batch({});
    assert.equal(report.images, IMAGES + 1);
    assert.ok(Math.abs(report.meanPositive - 1) < 1e-6);
    assert.equal(report.positives.counts.at(-1), IMAGES + 1);
    assert.equal(
      report.negatives.counts.reduce((sum, count) => sum + count, 0),
      2 * (IMAGES + 1) * IMAGES,
    );
    assert.ok(report.separation > 0.99 && report.meanNegative < 1);
  });

  it('lists the hardest pairs once each, the hardest first, with their classes', async () => {
    const report = await batch({
      colourJitter: { probability: 1, brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.2 },
    });
    const positives = report.hardestPositives.map(({ similarity }) => similarity);
    assert.deepEqual(
      positives,
      positives.toSorted((a, b) => a - b),
    );
    const negatives = report.hardestNegatives;
    assert.deepEqual(
      negatives.map(({ similarity }) => similarity),
      negatives.map(({ similarity }) => similarity).toSorted((a, b) => b - a),
    );
    assert.equal(new Set(negatives.map(({ paths }) => [...paths].sort().join())).size, negatives.length);
    for (const { paths, labels, sameClass, views: pair } of negatives) {
      assert.equal(sameClass, labels[0] === labels[1]);
      assert.notEqual(paths[0], paths[1]);
      assert.equal(pair[0].type, 'image/png');
    }
    // 7 red ones, 6 of either other class.
    assert.ok(Math.abs(report.sameClassNegatives - (21 + 15 + 15) / 171) < 1e-9);
  });

  it('shows what people decided of a pair', async () => {
    const [first] = (await batch({})).hardestNegatives;
    assert.equal(first!.decided, undefined);
    await engine.decisions.pair({ root, paths: first!.paths, action: 'same' });
    assert.equal((await batch({})).hardestNegatives[0]!.decided, 'same');
    await engine.decisions.pair({ root, paths: first!.paths, action: undefined });
    assert.equal((await batch({})).hardestNegatives[0]!.decided, undefined);
  });

  it('keeps all decisions that are made at once', async () => {
    const paths = Object.keys(colours).flatMap((name) => [0, 1, 2].map((i) => `${name}/${i}.png`));
    const [first, ...others] = paths as [string, ...string[]];
    const decide = (action: 'same' | undefined) =>
      Promise.all(others.map((other) => engine.decisions.pair({ root, paths: [first, other], action })));
    await decide('same');
    const lines = readFileSync(join(root, '.likeness/decisions.jsonl'), 'utf8').split('\n');
    assert.equal(lines.length, others.length + 1);
    await decide(undefined);
  });

  it('needs two images', async () => {
    const lonely = temporaryFolder(context as never);
    write(lonely, 'a.png', await shade(colours.red, 1));
    await engine.indexFolder({ folder: lonely }, job);
    const request = { folder: lonely, recipe: {}, images: 8, viewSize: 32, seed: 0 };
    await assert.rejects(engine.augmentations.batch(request, job), failure(ErrorCode.TooFewImages, /only one/));
    const alone = await views({ image: join(lonely, 'a.png') });
    assert.deepEqual([alone.nearest.length, alone.typicalNearest], [0, Number.NaN]);
  });
});
