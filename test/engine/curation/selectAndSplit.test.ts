import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { selectionMethods } from '../../../src/core/curation/selection/selection.ts';
import { splitNames } from '../../../src/core/curation/splitting/assignSplits.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { encodeImage } from '../../../src/engine/images/codec.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { readConfig } from '../../../src/engine/store/config.ts';
import { generateSample } from '../../../src/engine/sample/generate.ts';
import type { SplitReport } from '../../../src/protocol/selection.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';
import { job } from '../training/job.ts';

type Context = Parameters<typeof temporaryFolder>[0];

function newEngine(context: Context) {
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  return engine;
}

/** Twelve images of two classes, a copy and an edited copy of the first, and one without a class. */
async function smallDataset(context: Context) {
  const root = temporaryFolder(context);
  for (let i = 0; i < 12; i++) write(root, `${i < 8 ? 'a' : 'b'}/${i}.png`, await shade([30 + 15 * i, 90, 120], i));
  write(root, 'a/copy.png', await shade([30, 90, 120], 0));
  write(root, 'b/edited.jpg', await shade([30, 90, 120], 0, 'jpeg'));
  write(root, 'loose.png', await shade([220, 40, 60], 77));
  return root;
}

describe('selecting images', () => {
  it('never chooses copies, what is excluded, or what is chosen already', async (context) => {
    const root = await smallDataset(context);
    const engine = newEngine(context);
    const request = { folder: root, encoder: 'pixels' };
    const copies = new Set(['a/0.png', 'a/copy.png', 'b/edited.jpg']);
    for (const method of selectionMethods) {
      const report = await engine.curation.select({ ...request, count: 13, method }, job());
      assert.deepEqual([report.candidates, report.copies, report.method], [13, 2, method]);
      assert.equal(new Set(report.paths).size, 13);
      assert.equal(report.paths.filter((path) => copies.has(path)).length, 1);
    }
    const fixed = ['b/edited.jpg', 'a/1.png'];
    await engine.decisions.decide({ root, paths: ['a/2.png'], decision: { action: 'exclude' } });
    const rest = await engine.curation.select({ ...request, count: 10, fixed }, job());
    assert.deepEqual([rest.candidates, rest.copies, rest.fixed], [10, 2, 2]);
    for (const path of [...copies, 'a/1.png', 'a/2.png']) assert.ok(!rest.paths.includes(path), path);
    const below = await engine.curation.select({ ...request, folder: join(root, 'b'), count: 4, fixed: ['a'] }, job());
    assert.deepEqual(below.paths.toSorted(), ['b/10.png', 'b/11.png', 'b/8.png', 'b/9.png']);
    assert.deepEqual(below.classes, [{ name: 'b', count: 4 }]);
  });

  it('balances the classes, tags and writes what it chose', async (context) => {
    const root = await smallDataset(context);
    const engine = newEngine(context);
    const file = join(temporaryFolder(context), 'chosen.txt');
    const out = { file, replace: false };
    const request = { folder: root, encoder: 'pixels', count: 6, balanced: true, tag: 'first', out };
    const { paths, classes } = await engine.curation.select(request, job());
    assert.deepEqual(classes, [
      { name: 'a', count: 3 },
      { name: 'b', count: 3 },
    ]);
    assert.equal(readFileSync(file, 'utf8'), paths.map((path) => `${path}\n`).join(''));
    const decided = await engine.decisions.list({ root });
    assert.deepEqual(
      decided.map(({ path }) => path),
      paths.toSorted(),
    );
    assert.deepEqual(decided[0]!.decision, { action: 'tag', value: 'first' });
    await assert.rejects(engine.curation.select(request, job()), { code: ErrorCode.FileExists });
  });

  it('tags no copies of what it chose', async (context) => {
    const root = await smallDataset(context);
    const engine = newEngine(context);
    const { paths } = await engine.curation.select({ folder: root, encoder: 'pixels', count: 13, tag: 'pick' }, job());
    const file = join(temporaryFolder(context), 'picked.csv');
    const { images } = await engine.exchange.export({ folder: root, format: 'csv', out: file, tags: ['pick'] }, job());
    assert.equal(images, paths.length);
  });

  it('chooses among named images alone, and next to those with a tag', async (context) => {
    const root = await smallDataset(context);
    const engine = newEngine(context);
    const request = { folder: root, encoder: 'pixels', count: 2 };
    await engine.decisions.decide({ root, paths: ['b/8.png'], decision: { action: 'tag', value: 'pilot' } });
    const images = ['b', 'a/1.png'];
    const report = await engine.curation.select({ ...request, count: 5, images, fixedTags: ['pilot'] }, job());
    const all = ['a/1.png', 'b/10.png', 'b/11.png', 'b/9.png', 'b/edited.jpg'];
    assert.deepEqual(report.paths.toSorted(), all);
    assert.equal(report.fixed, 1);
    assert.ok(!report.paths.includes('b/8.png'));
  });

  it('chooses what to label next among images without a label, where the labelled ones disagree', async (context) => {
    const root = temporaryFolder(context);
    const engine = newEngine(context);
    // Images without a class that look like the one class, like the other, or like something between them.
    for (let i = 0; i < 5; i++) {
      write(root, `red/${i}.png`, await shade([200, 30 + i, 30], i));
      write(root, `green/${i}.png`, await shade([30 + i, 200, 30], 10 + i));
    }
    for (let i = 0; i < 4; i++) {
      write(root, `unlabelled/red${i}.png`, await shade([200, 40 + i, 30], 20 + i));
      write(root, `unlabelled/green${i}.png`, await shade([40 + i, 200, 30], 30 + i));
      write(root, `unlabelled/between${i}.png`, await shade([150 + i, 150, 30], 40 + i));
    }
    const request = { folder: root, encoder: 'pixels', count: 1, toLabel: true };
    const { paths, labelled, candidates } = await engine.curation.select(request, job());
    assert.deepEqual([labelled, candidates], [10, 12]);
    assert.match(paths[0]!, /^unlabelled\/between/);
    await assert.rejects(engine.curation.select({ ...request, folder: join(root, 'dark') }, job()), {
      code: ErrorCode.NothingUnlabelled,
    });
    await assert.rejects(engine.curation.select({ ...request, balanced: true }, job()), {
      code: ErrorCode.NotEnoughLabels,
    });
  });

  it('says in a sentence what it cannot do, and stops when it is told to', async (context) => {
    const root = await smallDataset(context);
    const engine = newEngine(context);
    const select = (rest: object) =>
      engine.curation.select({ folder: root, encoder: 'pixels', count: 2, ...rest }, job());
    await assert.rejects(select({ count: 16 }), {
      code: ErrorCode.TooFewImages,
      message: /has 15 images .* 16 images/,
    });
    await assert.rejects(select({ count: 14 }), { code: ErrorCode.TooFewImages, message: /13 images .*2 copies/ });
    await assert.rejects(select({ fixed: ['gone.png', 'a/1.png'] }), {
      code: ErrorCode.FileNotFound,
      message: /^1 path of the list of chosen images \("gone\.png"\) names no image/,
    });
    await assert.rejects(select({ tag: ' ' }), { code: ErrorCode.Usage });
    const stopping = job();
    stopping.abort();
    await assert.rejects(engine.curation.select({ folder: root, count: 2 }, stopping), { code: ErrorCode.Cancelled });
    writeFileSync(join(root, '.likeness/config.json'), '{"labels":{"source":"none"}}');
    await assert.rejects(select({ balanced: true }), { code: ErrorCode.NotEnoughLabels });
    await assert.rejects(engine.curation.select({ folder: temporaryFolder(context), count: 1 }, job()), {
      code: ErrorCode.FolderNotFound,
    });
  });
});

describe('splitting images', () => {
  it('mends the leaks of the sample, and keeps its classes in balance', async (context) => {
    const root = temporaryFolder(context);
    await generateSample(root, { encodeImage, imagesPerClass: 7, seed: 3 });
    const engine = newEngine(context);
    const leaks = async () => (await engine.check({ folder: root, only: ['leak'] }, job())).findings.length;
    const config = join(root, '.likeness/config.json');
    const shares = { train: 0.6, validation: 0.2, test: 0.2 };
    assert.ok((await leaks()) > 0);
    const asTheyAre = await engine.curation.split({ folder: root, shares }, job());
    assert.equal(asTheyAre.kept, asTheyAre.assignments.length);
    assert.ok(asTheyAre.torn > 0 && asTheyAre.notices.length === 1);

    const file = join(temporaryFolder(context), 'splits.csv');
    const dry = await engine.curation.split({ folder: root, shares, all: true, out: { file, replace: false } }, job());
    assert.deepEqual([dry.kept, dry.torn, dry.applied, existsSync(config)], [0, 0, false, false]);
    assert.ok(dry.groups > 0);
    assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, dry.assignments.length + 1);
    assert.ok(furthest(dry) < 5, `${furthest(dry)} images from the shares`);
    const applied = await engine.curation.split({ folder: root, shares, all: true, apply: true }, job());
    assert.deepEqual(applied.assignments, dry.assignments);
    assert.equal(await leaks(), 0);
    const after = await engine.curation.split({ folder: root, shares }, job());
    assert.deepEqual([after.assignments, after.kept, after.torn], [dry.assignments, dry.assignments.length, 0]);
  });

  it('keeps shots of a scene together that a check lists', async (context) => {
    const root = temporaryFolder(context);
    await generateSample(root, { encodeImage, imagesPerClass: 14, seed: 3 });
    const engine = newEngine(context);
    const { findings } = await engine.check({ folder: root, only: ['same-scene'] }, job());
    const scenes = findings.map(({ path, related }) => [path, ...related.map((image) => image.path)]);
    assert.ok(scenes.length > 2);
    const request = { folder: root, shares: { train: 0.5, validation: 0, test: 0.5 }, all: true };
    for (const seed of [0, 1, 2]) {
      const report = await engine.curation.split({ ...request, seed }, job());
      const splitOf = new Map(report.assignments.map(({ path, split }) => [path, split]));
      const torn = scenes.filter((paths) => new Set(paths.map((path) => splitOf.get(path))).size > 1);
      assert.deepEqual([report.scenes, torn], [{ together: scenes.length, apart: 0 }, []]);
    }
    assert.equal((await engine.curation.split({ ...request, all: false }, job())).scenes, undefined);
  });

  it('keeps together what a person said is the same, and a check takes it for a leak where it is not', async (context) => {
    const root = await smallDataset(context);
    const engine = newEngine(context);
    const request = { folder: root, encoder: 'pixels', shares: { train: 0.5, validation: 0, test: 0.5 }, all: true };
    const decide = (action: 'same' | 'different', ...paths: [string, string]) =>
      engine.decisions.pair({ root, paths, action });
    const before = await engine.curation.split(request, job());
    await decide('same', 'a/1.png', 'a/2.png');
    await decide('same', 'a/2.png', 'b/9.png');
    for (const seed of [0, 1, 2, 3]) {
      const report = await engine.curation.split({ ...request, seed }, job());
      assert.equal(report.groups, before.groups + 1);
      const splitOf = new Map(report.assignments.map(({ path, split }) => [path, split]));
      assert.equal(new Set(['a/1.png', 'a/2.png', 'b/9.png'].map((path) => splitOf.get(path))).size, 1);
    }
    writeFileSync(join(root, '.likeness/config.json'), '{"splits":{"test":["b/9.png","b/edited.jpg"],"train":["a/"]}}');
    const leaks = async () => {
      const { findings } = await engine.check({ folder: root, encoder: 'pixels', only: ['leak'] }, job());
      return findings.map(({ path, related, message }) => [path, related.map((image) => image.path), message]);
    };
    const told = (how: string) =>
      `${how}: what is measured on "test" is partly learnt by heart. Exclude one of the two.`;
    const edited = ['b/edited.jpg', ['a/0.png', 'a/copy.png'], told('Also in "train", edited')];
    assert.deepEqual((await leaks()).sort(), [
      ['b/9.png', ['a/2.png'], told('Decided to be the same as an image in "train"')],
      edited,
    ]);
    await decide('different', 'a/2.png', 'b/9.png');
    assert.deepEqual(await leaks(), [edited]);
  });

  it('is applied as a step, to patterns or to a table, and one undo takes it back', async (context) => {
    const root = await smallDataset(context);
    const engine = newEngine(context);
    const text = (file: string) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined);
    const shares = { train: 0.5, validation: 0, test: 0.5 };
    const request = { folder: root, encoder: 'pixels', shares, apply: true };
    const byPatterns = await engine.curation.split(request, job());
    assert.deepEqual(
      [byPatterns.table, Object.keys(readConfig(root).splits ?? {}).sort()],
      [undefined, ['test', 'train']],
    );
    assert.equal(byPatterns.step?.title, `Split ${byPatterns.assignments.length} images`);
    await engine.decisions.undo({ root, step: byPatterns.step });
    assert.equal(readConfig(root).splits, undefined);
    // As it is in a dataset that had too many images for patterns, from before git was to track the table.
    const config = '{\n  "splits": { "file": ".likeness/splits.csv" }, "own": 1\n}';
    write(root, '.likeness/config.json', config);
    const table = 'path,split\na/1.png,extra\na/set aside.png,test\n';
    write(root, '.likeness/splits.csv', table);
    write(root, '.likeness/.gitignore', '/*\n!/config.json');
    const report = await engine.curation.split(request, job());
    assert.equal(report.table, '.likeness/splits.csv');
    assert.equal(text('.likeness/.gitignore'), '/*\n!/config.json\n!/splits.csv\n');
    assert.equal(text('.likeness/config.json'), config, 'names the table already');
    const lines = text('.likeness/splits.csv')!.trimEnd().split('\n');
    assert.ok(lines.includes('a/1.png,extra'));
    assert.equal(lines.at(-1), 'a/set aside.png,test');
    assert.equal(lines.length, report.assignments.length + 2);
    const seen = new Map((await engine.summary({ path: root }))!.splits.map(({ name, count }) => [name, count]));
    const told = (name: string) => report.assignments.filter(({ split }) => split === name).length;
    assert.deepEqual([seen.get('train'), seen.get('test'), seen.get('extra')], [told('train'), told('test'), 1]);
    const again = await engine.curation.split(request, job());
    assert.deepEqual([again.kept, again.step], [report.assignments.length, undefined]);
    await engine.decisions.undo({ root, step: report.step! });
    assert.equal(text('.likeness/splits.csv'), table);
    write(root, '.likeness/splits.csv', 'path,split\n"a/1.png,extra\n');
    await assert.rejects(engine.curation.split(request, job()), { code: ErrorCode.InvalidLabels });
    assert.equal(text('.likeness/splits.csv'), 'path,split\n"a/1.png,extra\n', 'nobody knows what was in it');
  });

  it('assigns only what has no split, with its copies', async (context) => {
    const root = await smallDataset(context);
    write(root, 'test/a/copy.png', await shade([30, 90, 120], 0));
    const engine = newEngine(context);
    const shares = { train: 0.5, validation: 0, test: 0.5 };
    const { assignments, kept } = await engine.curation.split(
      { folder: root, encoder: 'pixels', shares, apply: true },
      job(),
    );
    const splitOf = new Map(assignments.map(({ path, split }) => [path, split]));
    assert.equal(kept, 1);
    for (const path of ['test/a/copy.png', 'a/0.png', 'a/copy.png', 'b/edited.jpg']) {
      assert.equal(splitOf.get(path), 'test', path);
    }
    const { splits } = (await engine.summary({ path: root }))!;
    const count = (name: string) => assignments.filter(({ split }) => split === name).length;
    assert.deepEqual(splits.map(({ name, count: images }) => [name, images]).sort(), [
      ['test', count('test')],
      ['train', count('train')],
    ]);
  });

  it('assigns only the images asked for, by shares of theirs; all others keep their split or go with their copies', async (context) => {
    const root = await smallDataset(context);
    const engine = newEngine(context);
    const shares = { train: 0.5, validation: 0, test: 0.5 };
    const ofB = Array.from({ length: 4 }, (_, i) => `b/${i + 8}.png`);
    const request = { folder: root, encoder: 'pixels', shares, apply: true };
    const some = await engine.curation.split({ ...request, images: ofB }, job());
    assert.deepEqual(
      some.assignments.map(({ path }) => path),
      ofB.toSorted(),
    );
    assert.deepEqual([some.kept, some.along], [0, 0]);
    assert.deepEqual(some.classes, [{ label: 'b', images: 4, counts: { train: 2, test: 2 } }]);

    // Of the three copies one is asked for: the others have no split, and come along.
    const half = await engine.curation.split({ ...request, images: ['b/edited.jpg', 'a/7.png'] }, job());
    const splitOf = new Map(half.assignments.map(({ path, split }) => [path, split]));
    assert.deepEqual([...splitOf.keys()], ['a/0.png', 'a/7.png', 'a/copy.png', 'b/edited.jpg']);
    assert.equal(half.along, 2);
    const split = splitOf.get('b/edited.jpg')!;
    assert.deepEqual([splitOf.get('a/0.png'), splitOf.get('a/copy.png')], [split, split]);

    // Anew, but its copies aren't: it stays with them, whatever the shares are, and they aren't told of.
    const other = split === 'train' ? { train: 0, validation: 0, test: 1 } : { train: 1, validation: 0, test: 0 };
    const anew = await engine.curation.split(
      { ...request, shares: other, all: true, images: ['b/edited.jpg', 'b/8.png'] },
      job(),
    );
    assert.deepEqual(anew.assignments, [
      { path: 'b/8.png', split: split === 'train' ? 'test' : 'train' },
      { path: 'b/edited.jpg', split },
    ]);
    assert.deepEqual([anew.torn, anew.along], [0, 0]);
    const now = await engine.curation.split({ ...request, apply: false, images: ofB }, job());
    const before = new Map(some.assignments.map((image) => [image.path, image.split]));
    for (const { path, split: kept } of now.assignments) {
      if (path !== 'b/8.png') assert.equal(kept, before.get(path), path);
    }
    assert.equal(now.kept, 4);
    await assert.rejects(engine.curation.split({ ...request, images: ['b/none.png'] }, job()), {
      code: ErrorCode.TooFewImages,
      message: /^None of the images that were asked for lies below .*; ask for others\.$/,
    });
  });
});

/** The most images that a class has too many or too few in a split. */
function furthest({ classes, shares }: SplitReport): number {
  return Math.max(
    ...classes.flatMap(({ images, counts }) =>
      splitNames.map((name) => Math.abs((counts[name] ?? 0) - shares[name] * images)),
    ),
  );
}
