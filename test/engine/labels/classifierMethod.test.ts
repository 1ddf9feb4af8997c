import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode, LikenessError } from '../../../src/core/errors.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { TRAINED_ON_FILE, writeTrainedOn } from '../../../src/engine/training/trainedOn.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { writeColourClassifier } from '../predictions/colourClassifier.ts';
import { job } from '../training/job.ts';
import { shade } from './shades.ts';

const colours = { red: [200, 40, 40], green: [40, 180, 60], blue: [50, 60, 200] } as const;
type Colour = keyof typeof colours;
const names = ['red', 'green', 'blue'] as const;
/** Pictures of each class that the classifier was trained on: the first ones. */
const SEEN = 8;

/** Every picture has a seed of its own, so that none is a copy of another. */
const seedOf = (colour: Colour, i: number) => 1000 * names.indexOf(colour) + i;
const draw = (colour: Colour, i: number, format?: 'jpeg') => shade(colours[colour], seedOf(colour, i), format);

/** `COLOUR/0.png` to `COLOUR/(labelled − 1).png`, and five of each in `unlabelled`. */
async function colourDataset(context: TestContext, labelled = 20): Promise<string> {
  const root = temporaryFolder(context);
  for (const colour of names) {
    for (let i = 0; i < labelled; i++) write(root, `${colour}/${i}.png`, await draw(colour, i));
    for (let i = 0; i < 5; i++) write(root, `unlabelled/${colour}-${i}.png`, await draw(colour, 500 + i));
  }
  return root;
}

const trainingPaths = names.flatMap((colour) => [...Array(SEEN).keys()].map((i) => `${colour}/${i}.png`));

/** Adds a classifier by colour to a dataset, with a record of the images that it is to have seen. Returns its id. */
async function addClassifier(
  context: TestContext,
  root: string,
  paths: readonly string[] = trainingPaths,
  classes: readonly string[] = names,
): Promise<string> {
  const file = writeColourClassifier(temporaryFolder(context), { classes });
  const { id } = await new EncoderRegistry().add(file, root);
  if (paths.length > 0) {
    const images = paths.map((path) => ({
      path,
      content: createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex'),
    }));
    await writeTrainedOn(join(root, '.likeness/encoders', id), images);
  }
  return id;
}

function start(context: TestContext): Engine {
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  return engine;
}

const request = { method: 'classifier', precision: 0.8 } as const;
const failure = (code: ErrorCode, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof LikenessError, String(error));
  assert.deepEqual([error.code, pattern.test(error.message)], [code, true], error.message);
  return true;
};
const messages = (notices: readonly { readonly message: string }[]) => notices.map(({ message }) => message).join('\n');

describe('labels by a classifier', () => {
  it('are checked with images alone that it has not seen, nor any copy of them', async (context) => {
    const root = await colourDataset(context);
    // Known by heart: near copies of what it was trained on, of which one original has lost its label since.
    write(root, 'red/copy.jpg', await draw('red', 0, 'jpeg'));
    write(root, 'green/copy.jpg', await draw('green', 1, 'jpeg'));
    const encoder = await addClassifier(context, root);
    renameSync(join(root, 'green/1.png'), join(root, 'unlabelled/green-known.png'));
    // What people say is right, though it looks otherwise; and a test is no place to look at.
    for (const i of [700, 701, 702]) write(root, `green/${i}.png`, await draw('blue', i));
    write(root, 'test/red/a.png', await draw('red', 800));
    const engine = start(context);
    const report = await engine.label({ folder: root, encoder, ...request }, job());
    const perClass = 20 - SEEN;
    assert.deepEqual(report.heldOut, { images: 3 * perClass + 3, correct: 3 * perClass });
    assert.deepEqual([report.method, report.encoder.id, report.neighbors], ['classifier', encoder, 1]);
    assert.deepEqual([report.labelled, report.unlabelled], [3 * SEEN - 1, 16]);
    assert.deepEqual(
      report.classes.map(({ label, labelled, guessed }) => [label, labelled, guessed]),
      [
        ['blue', SEEN, perClass + 3],
        ['green', SEEN - 1, perClass],
        ['red', SEEN, perClass],
      ],
    );
    assert.match(messages(report.notices), /1 labelled image of the test split/);
    assert.ok(report.proposals.length >= 10);
    for (const { path, label, confidence } of report.proposals) {
      assert.ok(path.startsWith(`unlabelled/${label}-`), path);
      assert.ok(confidence > 0.5 && confidence < 1);
    }
  });

  it('are by the dataset’s own encoder where it knows classes, and come with what is unlike withheld', async (context) => {
    const root = await colourDataset(context);
    write(root, 'unlabelled/grey.png', await shade([128, 128, 128], 9000));
    const encoder = await addClassifier(context, root);
    write(root, '.likeness/config.json', JSON.stringify({ encoder }));
    const report = await start(context).label({ folder: root, ...request }, job());
    assert.equal(report.encoder.id, encoder);
    assert.ok(report.withheld.unlike >= 1 && report.proposals.length >= 12, JSON.stringify(report.withheld));
    assert.equal(report.proposals.length + report.withheld.unlike, 16);
    assert.ok(report.proposals.every(({ path }) => path !== 'unlabelled/grey.png'));
    assert.deepEqual(report.notices, []);
  });

  it('of classes that have changed since are left out, and named', async (context) => {
    const root = await colourDataset(context);
    rmSync(join(root, 'blue'), { recursive: true });
    for (let i = 0; i < 3; i++) write(root, `yellow/${i}.png`, await shade([200, 190, 40], 6000 + i));
    const seen = trainingPaths.filter((path) => !path.startsWith('blue'));
    const encoder = await addClassifier(context, root, seen);
    const { proposals, heldOut, classes, notices } = await start(context).label(
      { folder: root, encoder, ...request },
      job(),
    );
    assert.match(messages(notices), /was not fine-tuned to the class "yellow", .*fine-tune again to teach it/);
    assert.match(messages(notices), /No image is labelled with the class "blue", which/);
    assert.equal(notices.length, 2);
    assert.deepEqual(
      heldOut,
      { images: 27, correct: 24 },
      'images of a class that it does not know are mistakes that it would make',
    );
    assert.ok(proposals.length > 0 && proposals.every(({ label }) => ['red', 'green'].includes(label)));
    assert.deepEqual(
      classes.map(({ label, labelled }) => [label, labelled]),
      [
        ['blue', 0],
        ['green', SEEN],
        ['red', SEEN],
        ['yellow', 0],
      ],
    );
  });

  it('of a class that it has seen all of are not proposed', async (context) => {
    const root = await colourDataset(context);
    const all = [...Array(20).keys()].map((i) => `blue/${i}.png`);
    const encoder = await addClassifier(context, root, [...new Set([...trainingPaths, ...all])]);
    const { proposals, notices } = await start(context).label({ folder: root, encoder, ...request }, job());
    assert.match(messages(notices), /^Nothing is proposed for the class "blue", as the classifier has seen all of its/);
    assert.deepEqual([...new Set(proposals.map(({ label }) => label))].sort(), ['green', 'red']);
  });

  it('say in a sentence what is missing', async (context) => {
    const root = await colourDataset(context, SEEN + 1);
    const engine = start(context);
    const label = (more: object = {}) => engine.label({ folder: root, ...request, ...more }, job());
    await assert.rejects(label(), failure(ErrorCode.EncoderWithoutClasses, /fine-tune one first/));
    await assert.rejects(label({ encoder: 'pixels' }), failure(ErrorCode.EncoderWithoutClasses, /pixels knows no/));
    await assert.rejects(label({ neighbors: 5 }), failure(ErrorCode.Usage, /asks no neighbours.*-k/));
    const encoder = await addClassifier(context, root);
    const few = await label({ encoder });
    assert.deepEqual([few.proposals.length, few.heldOut], [0, { images: 3, correct: 3 }]);
    assert.match(
      messages(few.notices),
      /^The 3 labelled images that the classifier has not seen can't show .*--labels-per-class N.* validation split/,
    );
    // Enough of them, that are guessed wrong: fewer labels would not help.
    for (let i = 0; i < 30; i++) write(root, `green/b${i}.png`, await draw('blue', 800 + i));
    const wrong = await label({ encoder });
    assert.match(messages(wrong.notices), /^The 33 labelled .* or fine-tune a classifier that is more often right\.$/);
    for (let i = 0; i < 30; i++) rmSync(join(root, `green/b${i}.png`));
    for (const colour of names) rmSync(join(root, `${colour}/${SEEN}.png`));
    const hint = /--labels-per-class N.*validation split, so that labels stay/;
    const seen = failure(ErrorCode.NotEnoughLabels, hint);
    await assert.rejects(label({ encoder }), seen);
    // Near copies of what it has seen don't help.
    for (const colour of names) write(root, `${colour}/copy.jpg`, await draw(colour, 0, 'jpeg'));
    await assert.rejects(label({ encoder }), seen);
    const record = join(root, '.likeness/encoders', encoder, TRAINED_ON_FILE);
    write(dirname(record), TRAINED_ON_FILE, '{');
    await assert.rejects(label({ encoder }), failure(ErrorCode.InvalidCard, /trained-on\.json.*not JSON/));
    rmSync(record);
    await assert.rejects(
      label({ encoder }),
      failure(ErrorCode.NotEnoughLabels, /Nothing tells which images the encoder .* was trained on/),
    );
  });
});
