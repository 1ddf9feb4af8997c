import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode, isCancellation, LikenessError } from '../../../src/core/errors.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { RandomStream } from '../../../src/core/random.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { encodeImage } from '../../../src/engine/images/codec.ts';
import { meta } from '../../../src/engine/indexing/meta.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { generateSample } from '../../../src/engine/sample/generate.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from './shades.ts';

function start(context: TestContext) {
  const cacheFolder = temporaryFolder(context);
  const engine = new Engine({ ...engineOptions(), cacheFolder });
  context.after(() => engine.dispose());
  const phases: string[] = [];
  const abort = new AbortController();
  const report = ({ phase }: Progress) => {
    if (phases.at(-1) !== phase) phases.push(phase);
  };
  return { engine, cacheFolder, phases, abort, job: { signal: abort.signal, report } };
}

const colours = { red: [200, 40, 40], green: [40, 180, 60], blue: [50, 60, 200] } as const;
type Colour = keyof typeof colours;
let seed = 0;

const shadeOf = (colour: Colour) => shade(colours[colour], seed++);

/** `counts` pictures of each colour in its folder, and `hidden` in `unlabelled/COLOUR-i.png`. */
async function colourDataset(context: TestContext, counts: Partial<Record<Colour, number>>, hidden = 0) {
  const root = temporaryFolder(context);
  for (const [colour, count] of Object.entries(counts) as [Colour, number][]) {
    for (let i = 0; i < count; i++) write(root, `${colour}/${i}.png`, await shadeOf(colour));
    for (let i = 0; i < hidden; i++) write(root, `unlabelled/${colour}-${i}.png`, await shadeOf(colour));
  }
  return root;
}

const failure = (code: ErrorCode, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LikenessError, String(error));
  assert.deepEqual([error.code, pattern.test(error.message)], [code, true], error.message);
  return true;
};

/** Every file below a folder but the derived index, with its bytes' hash. */
function filesOf(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('index.sqlite'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(files.map((file) => [file, createHash('sha256').update(readFileSync(file)).digest('hex')]));
}

const request = { encoder: 'pixels', precision: 0.8 } as const;

describe('proposing labels', () => {
  it('reaches the precision that was asked for on the hidden labels of the sample data set', async (context) => {
    const source = join(temporaryFolder(context), 'sample');
    const { planted } = await generateSample(source, { encodeImage, seed: 11, imagesPerClass: 24 });
    // What is filed under the wrong class on purpose, or shows none of them, has no label that could be the truth.
    const wrong = new Set(
      planted.filter(({ kind }) => ['label-issue', 'outlier'].includes(kind)).flatMap(({ paths }) => paths),
    );
    const root = temporaryFolder(context);
    const random = new RandomStream(2);
    const truth = new Map<string, string>();
    for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.json')) continue;
      const path = join(entry.parentPath, entry.name).slice(source.length + 1);
      const [split, label, name] = path.split(/[\\/]/);
      const isHidden = !wrong.has([split, label, name].join('/')) && random.chance(0.3);
      const target = isHidden ? `unlabelled/${split}-${name}` : `${label}/${split}-${name}`;
      if (isHidden) truth.set(target, label!);
      mkdirSync(dirname(join(root, target)), { recursive: true });
      renameSync(join(source, path), join(root, target));
    }
    const { engine, phases, job } = start(context);
    for (const method of ['linear', 'neighbors', 'propagation'] as const) {
      const report = await engine.label({ folder: root, method, precision: 0.7 }, job);
      const right = report.proposals.filter(({ path, label }) => truth.get(path) === label).length;
      const context = `${method}: ${right} of ${report.proposals.length} of ${report.unlabelled}`;
      assert.ok(report.proposals.length > 0.3 * report.unlabelled, context);
      assert.ok(right / report.proposals.length >= 0.7, context);
      assert.ok(report.proposals.every(({ path }) => path.startsWith('unlabelled/')));
      assert.ok(report.unlabelled <= truth.size, 'unreadable ones are not among them');
      assert.ok(report.heldOut.images < report.labelled, 'copies count once');
      const points = report.curve.map(({ threshold, coverage }) => [threshold, coverage]);
      assert.ok(
        points.every(
          ([threshold, coverage], i) => i === 0 || (threshold! < points[i - 1]![0]! && coverage! > points[i - 1]![1]!),
        ),
      );
    }
    assert.deepEqual(
      ['Scanning', 'Indexing', 'Comparing images', 'Learning the classes', 'Spreading labels'].filter(
        (phase) => !phases.includes(phase),
      ),
      [],
    );
  });

  it('gives each unlabelled image the label of its like, and never touches one that has a label', async (context) => {
    const root = await colourDataset(context, { red: 20, green: 20, blue: 20 }, 5);
    // A blue picture that a person calls red stays red; a table and decisions stay as they are.
    write(root, 'red/odd.png', await shadeOf('blue'));
    write(
      root,
      '.likeness/decisions.jsonl',
      '{"path":"unlabelled/red-0.png","content":"","action":"relabel","value":"green"}\n<<<<\n',
    );
    const { engine, job } = start(context);
    const first = await engine.label({ folder: root, ...request }, job);
    const before = filesOf(root);
    const report = await engine.label({ folder: root, ...request }, job);
    assert.deepEqual(filesOf(root), before, 'nothing but the index is written');
    assert.deepEqual(report.proposals, first.proposals);
    const expected = (['red', 'green', 'blue'] as const).flatMap((colour) =>
      [0, 1, 2, 3, 4].map((i) => [`unlabelled/${colour}-${i}.png`, colour]),
    );
    assert.deepEqual(
      report.proposals.map(({ path, label }) => [path, label]).sort(),
      // What a person decided in a review is a label too.
      expected.filter(([path]) => path !== 'unlabelled/red-0.png').sort(),
    );
    assert.deepEqual([report.labelled, report.unlabelled], [62, 14]);
  });

  it('learns from a table of labels, and never writes to it nor into .likeness', async (context) => {
    const root = await colourDataset(context, { red: 20, green: 20 }, 3);
    const rows = [...Array(20).keys()].flatMap((i) => [`red/${i}.png,warm`, `green/${i}.png,cold`]);
    write(root, 'labels.csv', `path,label\n${rows.join('\n')}\nred/gone.png,warm\n`);
    write(root, '.likeness/config.json', '{"labels":{"source":"csv","file":"labels.csv"}}');
    const { engine, job } = start(context);
    const before = filesOf(root);
    const outside = temporaryFolder(context);
    linkSync(join(root, 'labels.csv'), join(outside, 'hard.csv'));
    symlinkSync(join(root, 'labels.csv'), join(outside, 'soft.csv'));
    const label = (file: string, replace: boolean) =>
      engine.label({ folder: root, ...request, out: { file, replace } }, job);
    for (const file of [
      join(root, 'labels.csv'),
      join(root, '.likeness/x.csv'),
      join(outside, 'hard.csv'),
      join(outside, 'soft.csv'),
    ]) {
      for (const replace of [false, true]) {
        await assert.rejects(label(file, replace), failure(ErrorCode.FileExists, /never replaced/), file);
      }
    }
    assert.deepEqual(filesOf(root), before, 'refused before anything is done');
    await assert.rejects(label(join(root, 'red/0.png'), true), failure(ErrorCode.Usage, /\.csv/));

    const out = join(outside, 'proposals.csv');
    const report = await label(out, false);
    assert.deepEqual(
      report.notices.map(({ code }) => code),
      [ErrorCode.LabelsUnmatched],
    );
    assert.deepEqual(
      readFileSync(out, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => line.split(',').slice(0, 2).join())
        .sort(),
      [
        'path,label',
        ...[0, 1, 2].flatMap((i) => [`unlabelled/green-${i}.png,cold`, `unlabelled/red-${i}.png,warm`]),
      ].sort(),
    );
    await assert.rejects(label(out, false), failure(ErrorCode.FileExists, /proposals\.csv exists already/));
    await label(out, true);
    await assert.rejects(label(join(outside, 'no/where.csv'), false), failure(ErrorCode.FileNotFound, /where\.csv/));
    assert.equal(readFileSync(join(root, 'labels.csv'), 'utf8').split('\n').length, 43);
  });

  it('embeds with another encoder without making it the dataset’s own', async (context) => {
    const root = await colourDataset(context, { red: 20, green: 20 }, 3);
    const { engine, cacheFolder, phases, job } = start(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job);
    const report = await engine.label({ folder: root, precision: 0.7, encoder: 'handcrafted' }, job);
    assert.equal(report.encoder.id, 'handcrafted');
    assert.ok(phases.includes('Embedding with handcrafted'));
    const store = openStore(root, { cacheFolder, mode: 'read' })!;
    context.after(() => {
      store.close();
    });
    assert.equal(store.readMeta(meta.encoderReference), 'pixels');
    write(root, 'unlabelled/new.png', await shadeOf('red'));
    const again = await engine.label({ folder: root, ...request, below: join(root, 'unlabelled'), cap: 1 }, job);
    assert.equal(again.unlabelled, 7, 'what was added is indexed first');
    assert.deepEqual(
      again.classes.map(({ proposed }) => proposed),
      [1, 1],
    );
  });

  it('learns nothing from the test split, and says so', async (context) => {
    const root = await colourDataset(context, { red: 20, green: 20 }, 2);
    for (let i = 0; i < 5; i++) write(root, `test/blue/${i}.png`, await shadeOf('blue'));
    const { engine, job } = start(context);
    const report = await engine.label({ folder: root, ...request }, job);
    assert.deepEqual([report.labelled, report.classes.map(({ label }) => label)], [40, ['green', 'red']]);
    assert.match(report.notices[0]!.message, /5 labelled images of the test split/);
  });

  it('says in a sentence what is missing and what to do', async (context) => {
    const { engine, job } = start(context);
    const label = (folder: string, more: object = {}) => engine.label({ folder, ...request, ...more }, job);
    const none = await colourDataset(context, {}, 0);
    write(none, 'a.png', await shadeOf('red'));
    await assert.rejects(label(none), failure(ErrorCode.NotEnoughLabels, /No image of .* has a label; put /));
    write(none, 'test/red/a.png', await shadeOf('red'));
    await assert.rejects(label(none), failure(ErrorCode.NotEnoughLabels, /outside of the test split/));
    const one = await colourDataset(context, { red: 3 }, 1);
    await assert.rejects(
      label(one),
      failure(ErrorCode.NotEnoughLabels, /of one class \("red"\).*label images of a second/),
    );
    const all = await colourDataset(context, { red: 3, green: 3 });
    await assert.rejects(label(all), failure(ErrorCode.NothingUnlabelled, /has a label already; put those/));
    write(all, 'unlabelled/a.png', await shadeOf('red'));
    await assert.rejects(
      label(all, { below: join(all, 'red') }),
      failure(ErrorCode.NothingUnlabelled, /red has a label/),
    );
    await assert.rejects(label(all, { below: join(all, 'nowhere') }), failure(ErrorCode.FolderNotFound, /nowhere/));
    const { proposals, notices } = await label(all);
    assert.equal(proposals.length, 0);
    assert.match(notices[0]!.message, /The 6 held-out images can't show that 80 % .* label more images/);

    const single = await colourDataset(context, { red: 20, green: 20, blue: 1 }, 2);
    const report = await label(single);
    assert.match(
      report.notices.map(({ message }) => message).join(),
      /The class "blue" has a single labelled picture.*label a second/,
    );
    assert.ok(report.proposals.length > 0 && report.proposals.every(({ label }) => label !== 'blue'));
    const singles = await colourDataset(context, { red: 1, green: 1 }, 1);
    await assert.rejects(label(singles), failure(ErrorCode.NotEnoughLabels, /two different labelled pictures/));
  });

  it('says what is wrong with a table of labels', async (context) => {
    const root = await colourDataset(context, { red: 3, green: 3 }, 1);
    const { engine, job } = start(context);
    const labels = (source: string) => {
      write(root, '.likeness/config.json', JSON.stringify({ labels: { source, file: 'labels.csv' } }));
    };
    const label = () => engine.label({ folder: root, ...request }, job);
    labels('csv');
    await assert.rejects(label(), failure(ErrorCode.FileNotFound, /labels\.csv/));
    write(root, 'labels.csv', 'path,label\nelsewhere/a.png,x\nelsewhere/b.png,y\n');
    await assert.rejects(
      label(),
      failure(ErrorCode.LabelsUnmatched, /None of the 2 rows .*"elsewhere\/a\.png".*write paths/),
    );
    write(root, 'labels.csv', 'path,label\n');
    await assert.rejects(label(), failure(ErrorCode.LabelsUnmatched, /holds no labels/));
    write(root, 'labels.csv', 'path,colour\nred/0.png,x\n');
    await assert.rejects(label(), failure(ErrorCode.InvalidLabels, /no column called label/));
    write(root, 'labels.csv', 'path,label\nred/0.png,x\nred/0.png,y\n');
    await assert.rejects(
      label(),
      failure(ErrorCode.InvalidLabels, /red\/0\.png two labels, "x" in line 2 and "y" in line 3/),
    );
    labels('coco');
    await assert.rejects(label(), failure(ErrorCode.InvalidLabels, /labels\.csv .*line 1: it must hold an object/));
  });

  it('stops when it is told to, and refuses numbers that make no sense', async (context) => {
    const root = await colourDataset(context, { red: 6, green: 6 }, 2);
    const { engine, abort, job } = start(context);
    for (const wrong of [{ precision: 1 }, { precision: Number.NaN }, { neighbors: 0 }, { cap: 1.5 }]) {
      await assert.rejects(engine.label({ folder: root, ...request, ...wrong }, job), failure(ErrorCode.Usage, /./));
    }
    assert.equal(readdirSync(root).includes('.likeness'), false);
    const report = ({ phase }: Progress) => {
      if (phase === 'Comparing images') abort.abort();
    };
    const out = join(temporaryFolder(context), 'out.csv');
    const stopped = engine.label(
      { folder: root, ...request, out: { file: out, replace: false } },
      { signal: abort.signal, report },
    );
    await assert.rejects(stopped, isCancellation);
    assert.throws(() => readFileSync(out));
    rmSync(root, { recursive: true });
  });
});
