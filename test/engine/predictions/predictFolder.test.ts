import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode, isCancellation, LikenessError } from '../../../src/core/errors.ts';
import type { Progress } from '../../../src/core/progress.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { writeTrainedOn } from '../../../src/engine/training/trainedOn.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { expectedConfidence, writeColour, writeColourClassifier, type Colour } from './colourClassifier.ts';

function start(context: TestContext) {
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  const abort = new AbortController();
  const reports: Progress[] = [];
  const report = (progress: Progress) => {
    reports.push(progress);
  };
  return { engine, abort, reports, job: { signal: abort.signal, report } };
}

const failure = (code: ErrorCode, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LikenessError, String(error));
  assert.deepEqual([error.code, pattern.test(error.message)], [code, true], error.message);
  return true;
};

const red: Colour = [200, 40, 30];
const green: Colour = [50, 180, 60];
const blue: Colour = [30, 60, 250];

describe('predicting the images of a folder', () => {
  it('names the class of every image, with the probability that the model gives, and writes nothing', async (context) => {
    const root = temporaryFolder(context);
    const encoder = writeColourClassifier(temporaryFolder(context));
    // More than a batch, so that the last one isn't full.
    const colours = Array.from({ length: 70 }, (_, i): Colour => [(i * 37) % 256, (i * 101) % 256, (i * 67) % 256]);
    for (const [i, colour] of colours.entries()) await writeColour(root, `${i % 2 ? '' : 'deep/er/'}${i}.png`, colour);
    write(root, 'broken.png', 'not a picture');
    write(root, 'deep/cut.png', readFileSync(join(root, '1.png')).subarray(0, 60));
    write(root, 'notes.txt', 'nothing');
    const { engine, job, reports } = start(context);
    const report = await engine.predict({ folder: root, encoder }, job);
    assert.equal(report.images, 70);
    assert.deepEqual(
      report.predictions.map(({ path }) => path),
      colours.map((_, i) => `${i % 2 ? '' : 'deep/er/'}${i}.png`).sort(),
    );
    for (const { path, label, confidence } of report.predictions) {
      const colour = colours[Number(/(\d+)\.png/.exec(path)![1])]!;
      assert.equal(label, ['red', 'green', 'blue'][colour.indexOf(Math.max(...colour))], path);
      assert.ok(Math.abs(confidence - expectedConfidence(colour)) < 1e-4, path);
    }
    assert.deepEqual(
      report.failed.map(({ path, code }) => [path, code]),
      [
        ['broken.png', ErrorCode.UnsupportedFormat],
        ['deep/cut.png', ErrorCode.TruncatedImage],
      ],
    );
    // The folder "er" is taken for a label, and is no class.
    assert.deepEqual([report.labelled, report.figures, report.splits, report.mistakes], [0, null, [], []]);
    assert.deepEqual(report.unknownClasses, [{ name: 'er', count: 35 }]);
    assert.deepEqual(
      report.notices.map(({ code }) => code),
      [ErrorCode.UnreadableFile, ErrorCode.ClassesUnknown],
    );
    assert.match(report.notices[0]!.message, /^2 of 72 files can't be read and have no prediction/);
    assert.ok(!existsSync(join(root, '.likeness')));
    const last = reports.findLast(({ phase }) => phase === 'Predicting')!;
    assert.deepEqual([last.done, last.total, last.secondsLeft], [72, 72, 0]);

    const below = await engine.predict({ folder: join(root, 'deep'), encoder }, job);
    assert.equal(below.root, join(root, 'deep'), 'outside of a dataset the folder is the root');
    const one = await engine.predict({ folder: join(root, '7.png'), encoder }, job);
    assert.deepEqual(
      one.predictions,
      report.predictions.filter(({ path }) => path === '7.png'),
    );
  });

  it('gives the same by logits, one image at a time, and with batches of a fixed size', async (context) => {
    const root = temporaryFolder(context);
    for (let i = 0; i < 7; i++) await writeColour(root, `${i}.png`, [i * 30, 100, 200 - i * 20]);
    const { engine, job } = start(context);
    const predict = async (options: Parameters<typeof writeColourClassifier>[1]) =>
      (await engine.predict({ folder: root, encoder: writeColourClassifier(temporaryFolder(context), options) }, job))
        .predictions;
    const expected = await predict({});
    assert.equal(new Set(expected.map(({ label }) => label)).size, 2);
    assert.deepEqual(await predict({ outputs: ['logits'] }), expected);
    assert.deepEqual(await predict({ batch: 1 }), expected);
    assert.deepEqual(await predict({ batch: 4, outputs: ['logits', 'probabilities'] }), expected);
  });

  it('measures on the test split, and says what the figures are of', async (context) => {
    const root = temporaryFolder(context);
    const encoder = writeColourClassifier(temporaryFolder(context));
    const { engine, job } = start(context);
    const put = (path: string, colour: Colour, i: number) =>
      writeColour(root, path, [colour[0] + i, colour[1], colour[2]]);
    // Test: 3 red, one of which looks green; 2 green; 1 blue. Train: 2 red. One of a class that is none.
    for (const i of [0, 1]) await put(`test/red/${i}.png`, red, i);
    await put('test/red/odd.png', green, 9);
    for (const i of [2, 3]) await put(`test/green/${i}.png`, green, i);
    await put('test/blue/4.png', blue, 4);
    for (const i of [5, 6]) await put(`train/red/${i}.png`, red, i);
    await put('train/blue/very-red.png', [255, 0, 0], 0);
    await put('test/yellow/7.png', [250, 200, 0], 0);
    const report = await engine.predict({ folder: root, encoder }, job);
    const { figures, splits, mistakes, unknownClasses, notices } = report;
    assert.ok(figures !== null);
    assert.deepEqual([figures.of, figures.images, figures.correct, figures.seen], ['test', 6, 5, null]);
    assert.ok(Math.abs(figures.macroAccuracy - (2 / 3 + 1 + 1) / 3) < 1e-12);
    assert.deepEqual(figures.confusion, [
      [2, 1, 0],
      [0, 2, 0],
      [0, 0, 1],
    ]);
    assert.deepEqual(figures.classes[0], {
      label: 'red',
      support: 3,
      predicted: 2,
      precision: 1,
      recall: 2 / 3,
      f1: 4 / 5,
    });
    assert.deepEqual(figures.confused, [{ label: 'red', predicted: 'green', count: 1 }]);
    assert.deepEqual(
      splits.map(({ split, images, correct }) => [split, images, correct]),
      [
        ['train', 3, 2],
        ['test', 6, 5],
      ],
    );
    assert.deepEqual(
      mistakes.map(({ path, label, predicted, split }) => [path, label, predicted, split]),
      [
        ['train/blue/very-red.png', 'blue', 'red', 'train'],
        ['test/red/odd.png', 'red', 'green', 'test'],
      ],
    );
    assert.ok(Math.abs(mistakes[0]!.confidence - expectedConfidence([255, 0, 0])) < 1e-5);
    assert.deepEqual([report.labelled, unknownClasses], [9, [{ name: 'yellow', count: 1 }]]);
    assert.match(
      notices[0]!.message,
      /^"yellow" is no class that the encoder .* the 1 image of it counts in no figure/,
    );

    // Images that it was trained on, known by their bytes, show nothing, wherever they lie.
    const seen = ['test/red/0.png', 'test/blue/4.png', 'train/red/5.png'];
    const hash = (path: string) =>
      createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex');
    await writeTrainedOn(
      dirname(encoder),
      seen.map((path) => ({ path: 'moved.png', content: hash(path) })),
    );
    const again = await engine.predict({ folder: root, encoder }, job);
    assert.deepEqual([again.figures!.of, again.figures!.images, again.figures!.seen], ['test', 4, 0]);
    assert.deepEqual(
      again.splits.map(({ split, seen: count }) => [split, count]),
      [
        ['train', 1],
        ['test', 2],
      ],
    );
    assert.deepEqual(again.predictions, report.predictions);
    const train = await engine.predict({ folder: join(root, 'train/red'), encoder }, job);
    assert.deepEqual([train.figures, train.unknownClasses], [null, []], 'a folder of its own has no labels');

    writeFileSync(join(dirname(encoder), 'trained-on.json'), '{');
    const broken = await engine.predict({ folder: root, encoder }, job);
    assert.deepEqual([broken.figures!.seen, broken.notices[0]!.code], [null, ErrorCode.InvalidCard]);
  });

  it('below a dataset takes its labels and splits, and says where there is nothing unseen', async (context) => {
    const root = temporaryFolder(context);
    const folder = join(root, '.likeness/encoders/colours');
    const encoder = writeColourClassifier(folder);
    await writeColour(root, 'train/red/0.png', red);
    await writeColour(root, 'valid/green/1.png', green);
    write(
      root,
      '.likeness/decisions.jsonl',
      '{"path":"train/red/0.png","content":"","action":"relabel","value":"green"}\n',
    );
    const { engine, job } = start(context);
    const train = await engine.predict({ folder: join(root, 'train'), encoder: 'colours' }, job);
    assert.deepEqual([train.root, train.folder], [root, 'train']);
    assert.deepEqual(
      train.mistakes.map(({ path, label }) => [path, label]),
      [['train/red/0.png', 'green']],
    );
    assert.match(
      train.notices[0]!.message,
      /no test split, and some of these images may be what the encoder was trained/,
    );
    const all = await engine.predict({ folder: root, encoder: 'colours' }, job);
    assert.equal(all.figures!.of, 'validation');
    assert.match(all.notices[0]!.message, /figures are of the validation split/);
    const content = createHash('sha256')
      .update(readFileSync(join(root, 'train/red/0.png')))
      .digest('hex');
    await writeTrainedOn(folder, [{ path: 'train/red/0.png', content }]);
    const seen = await engine.predict({ folder: join(root, 'train'), encoder }, job);
    assert.deepEqual([seen.figures!.images, seen.figures!.seen], [1, 1]);
    assert.match(seen.notices[0]!.message, /was trained on all of these labelled images/);
  });

  it('takes the dataset’s own encoder where none is named, and writes what is sure enough to a file', async (context) => {
    const root = temporaryFolder(context);
    for (const [name, colour] of Object.entries({ red, blue, 'a "q", b': [90, 100, 90] as Colour })) {
      await writeColour(root, `${name}.png`, colour);
    }
    const { engine, job } = start(context);
    await assert.rejects(
      engine.predict({ folder: root }, job),
      failure(ErrorCode.EncoderWithoutClasses, /no encoder that knows classes; fine-tune one first/),
    );
    const file = writeColourClassifier(join(temporaryFolder(context), 'own'));
    const { id } = await engine.addEncoder(file, root);
    await engine.chooseEncoder(id, root);
    const out = join(temporaryFolder(context), 'out.csv');
    const report = await engine.predict({ folder: root, minConfidence: 0.5, out: { file: out, replace: false } }, job);
    assert.deepEqual([report.encoder.id, report.images, report.predictions.length], [id, 3, 2]);
    const [first, second] = report.predictions;
    assert.equal(
      readFileSync(out, 'utf8'),
      `path,label,confidence\nblue.png,blue,${first!.confidence}\nred.png,red,${second!.confidence}\n`,
    );
    const again = { folder: root, out: { file: out, replace: false } };
    await assert.rejects(engine.predict(again, job), failure(ErrorCode.FileExists, /out\.csv/));
    await engine.predict({ ...again, out: { file: out, replace: true } }, job);
    assert.match(readFileSync(out, 'utf8'), /^"a ""q"", b\.png",green,0\.\d+$/m);
    rmSync(join(root, '.likeness/encoders', id), { recursive: true });
    await assert.rejects(engine.predict({ folder: root }, job), failure(ErrorCode.EncoderWithoutClasses, /fine-tune/));
    await assert.rejects(
      engine.predict({ folder: root, encoder: id }, job),
      failure(ErrorCode.EncoderNotFound, /no encoder "/),
    );
  });

  it('refuses with a sentence what it can’t do', async (context) => {
    const root = temporaryFolder(context);
    await writeColour(root, 'red/0.png', red);
    mkdirSync(join(root, 'empty'));
    const { engine, job } = start(context);
    const predict = (options: Parameters<typeof writeColourClassifier>[1]) =>
      engine.predict({ folder: root, encoder: writeColourClassifier(temporaryFolder(context), options) }, job);
    const encoder = writeColourClassifier(temporaryFolder(context));
    await assert.rejects(
      engine.predict({ folder: root, encoder: 'handcrafted' }, job),
      failure(ErrorCode.EncoderWithoutClasses, /handcrafted knows no classes; fine-tune another first/),
    );
    await assert.rejects(
      predict({ classes: [] }),
      failure(
        ErrorCode.EncoderWithoutClasses,
        /colours-\w+ knows no classes.*train finetune FOLDER --from colours-\w+/,
      ),
    );
    await assert.rejects(
      predict({ classes: ['red', 'green'] }),
      failure(ErrorCode.InvalidCard, /names 2 classes.*"probabilities" gives 3 numbers for each image/),
    );
    await assert.rejects(predict({ outputs: [] }), failure(ErrorCode.EncoderWithoutClasses, /no float32 output/));
    await assert.rejects(
      engine.predict({ folder: join(root, 'empty'), encoder }, job),
      failure(ErrorCode.TooFewImages, /empty holds no images to predict/),
    );
    await assert.rejects(
      engine.predict({ folder: join(root, 'nowhere'), encoder }, job),
      failure(ErrorCode.FolderNotFound, /nowhere/),
    );
    for (const minConfidence of [-0.1, 1.1, Number.NaN]) {
      await assert.rejects(engine.predict({ folder: root, encoder, minConfidence }, job), { code: ErrorCode.Usage });
    }
    const labels = { source: 'csv', file: 'labels.csv' };
    write(root, '.likeness/config.json', JSON.stringify({ labels }));
    write(root, 'labels.csv', 'path,label\nred/0.png,red\n');
    await assert.rejects(
      engine.predict({ folder: root, encoder, out: { file: join(root, 'labels.csv'), replace: true } }, job),
      failure(ErrorCode.FileExists, /holds what people decided/),
    );
    assert.equal((await engine.predict({ folder: root, encoder }, job)).labelled, 1, 'labels of a table count');
    write(root, 'labels.csv', 'path,colour\n');
    const { notices, images } = await engine.predict({ folder: root, encoder }, job);
    assert.deepEqual([images, notices[0]!.code], [1, ErrorCode.InvalidLabels]);
  });

  it('stops when it is told to', async (context) => {
    const root = temporaryFolder(context);
    const encoder = writeColourClassifier(temporaryFolder(context));
    for (let i = 0; i < 100; i++) await writeColour(root, `${i}.png`, [i, 2 * i, 200]);
    const { engine, abort } = start(context);
    const out = join(temporaryFolder(context), 'out.csv');
    const report = ({ phase }: Progress) => {
      if (phase === 'Predicting') abort.abort();
    };
    const stopped = engine.predict(
      { folder: root, encoder, out: { file: out, replace: false } },
      { signal: abort.signal, report },
    );
    await assert.rejects(stopped, isCancellation);
    assert.deepEqual(readdirSync(dirname(out)), []);
  });
});
