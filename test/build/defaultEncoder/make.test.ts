import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test, type TestContext } from 'node:test';
import { shownCommand, trainedRun, type CommandLine } from '../../../src/build/defaultEncoder/defaultRun.ts';
import { makeDefaultEncoder } from '../../../src/build/defaultEncoder/make.ts';
import { defaultRecipe, type DefaultRecipe } from '../../../src/build/defaultEncoder/recipe.ts';
import { ship } from '../../../src/build/defaultEncoder/ship.ts';
import type { EncoderCard } from '../../../src/core/encoders/card.ts';
import { GRADIENT_DIM } from '../../../src/core/encoders/handcraftedModel.ts';
import { inspectModel } from '../../../src/engine/encoders/inspect.ts';
import { EncoderRegistry } from '../../../src/engine/encoders/registry.ts';
import { writeConfig } from '../../../src/engine/store/config.ts';
import { RunStore } from '../../../src/engine/training/runStore.ts';
import { Trainings } from '../../../src/engine/training/trainings.ts';
import type { RunSummary } from '../../../src/protocol/training.ts';
import { likeness } from '../../cli/run.ts';
import { writeColours } from '../../engine/training/colourClasses.ts';
import { job } from '../../engine/training/job.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

/** The recipe of a network that is trained in seconds. */
const recipe: DefaultRecipe = {
  ...defaultRecipe,
  id: 'tiny-1',
  name: 'Tiny 1',
  data: 'plain colours',
  teacherName: 'histograms',
  settings: {
    ...defaultRecipe.settings,
    teacher: 'handcrafted',
    teacherViews: 2,
    network: 'resnet10-light',
    batchImages: 8,
    epochs: 2,
    threads: 1,
  },
  further: { settings: { epochs: 1, learningRate: 0.001, seed: 2 }, patterns: { perKind: 1, seed: 1 } },
  projection: { components: 16, shrinkage: 1 },
};

const options = { registry: new EncoderRegistry(), rootOf: (path: string) => path, threads: 1, checkpointSeconds: 0 };

/** The product's command line, and what it was asked for. */
function commandLine(context: TestContext) {
  const asked: string[] = [];
  const cache = temporaryFolder(context);
  const ask: CommandLine = async (args) => {
    asked.push(args.slice(0, 2).join(' '));
    const { code, ...output } = await likeness(args, { cache });
    return { code: code ?? -1, ...output };
  };
  return { asked, ask };
}

/** A command line that knows of these runs and does nothing. */
function listing(...runs: readonly RunSummary[]): CommandLine {
  return (args) => {
    assert.equal(args[1], 'list', args.join(' '));
    return Promise.resolve({ code: 0, stdout: JSON.stringify({ runs }), stderr: '' });
  };
}

let pictures: string;
let encoders: string;
/** Of the run that was made of these pictures without being disturbed. */
let run: RunSummary;
/** Of the one that went on with it. */
let further: RunSummary;
let card: EncoderCard;
let asked: readonly string[];
let said: string[];
before(async (outer) => {
  const context = outer as TestContext;
  pictures = temporaryFolder(context);
  encoders = temporaryFolder(context);
  await writeColours(pictures, 8, 'train');
  const nearDuplicates = temporaryFolder(context);
  const sources = ['blue-0', 'blue-1'].map((name) => join(pictures, 'train', 'blue', `${name}.png`));
  for (const [folder, second] of [
    ['bridge-mods', 'sharpen-a-lot.png'],
    ['dih', 'turned.png'],
    ['labelme-subset', 'other.png'],
  ] as const) {
    for (const [i, name] of ['original.png', second].entries()) cpSync(sources[i]!, join(nearDuplicates, folder, name));
  }
  said = [];
  const line = commandLine(context);
  card = await makeDefaultEncoder(recipe, {
    ...{ pictures, encoders },
    yardstick: { folders: { 'plain colours': join(pictures, 'train') }, nearDuplicates, rounds: 1, milliseconds: 10 },
    likeness: line.ask,
    say: (text) => said.push(text),
  });
  asked = line.asked;
  const runs = await new RunStore(pictures).list();
  run = runs.find(({ name }) => name === 'tiny-1')!;
  further = runs.find(({ name }) => name.startsWith('tiny-1-further-'))!;
});

test('the encoder that ships is trained, finished, measured and packed, and its card says what was done', async () => {
  const once = ['train list', 'train distill', 'train list'];
  assert.deepEqual(asked, [...once, ...once]);
  assert.ok(!said.some((text) => text.includes('replaced')));
  const file = join(encoders, 'tiny-1', 'encoder.onnx');
  assert.equal(createHash('sha256').update(readFileSync(file)).digest('hex'), card.sha256);
  const inspected = await inspectModel(file);
  assert.deepEqual({ ...inspected.card, id: card.id }, card);

  const { training, trainedOn, output, unrelatedSimilarity } = card;
  assert.equal(output.dim, 16);
  assert.match(
    trainedOn!,
    /^24 photographs of 3 classes of plain colours and 14 drawn patterns, taught by histograms;/,
  );
  assert.ok(Math.abs(unrelatedSimilarity!) <= 1);
  const { command, augmentation, patterns, network, seed, seconds, finishing, metrics, beside } = training!;
  assert.equal(
    command,
    'likeness train distill FOLDER --include-test --teacher handcrafted --lesson similarities --temperature 0.07 --teacher-temperature 0.07 ' +
      '--augmentation custom --mixup 0.5 --teacher-views 2 --network resnet10-light --size 64 --batch 8 --epochs 2 --seed 1 --threads 1 --name tiny-1 && ' +
      'likeness train distill FOLDER --include-test --teacher handcrafted --lesson similarities --temperature 0.07 --teacher-temperature 0.07 ' +
      '--augmentation custom --mixup 0.5 --teacher-views 2 --network resnet10-light --size 64 --batch 8 --epochs 1 --seed 2 --threads 1 ' +
      `--learning-rate 0.001 --from ENCODER_OF_THE_FIRST --name ${further.name}`,
  );
  // Patterns are trained on, and count for nothing else.
  const trainedOnOf = ({ encoder }: RunSummary) => {
    const own = readFileSync(join(pictures, '.likeness', 'encoders', encoder!, 'card.json'), 'utf8');
    return (JSON.parse(own) as EncoderCard).trainedOn!.split(',')[0];
  };
  assert.deepEqual([trainedOnOf(run), trainedOnOf(further)], ['24 images', '38 images']);
  assert.deepEqual(augmentation, recipe.augmentation);
  assert.deepEqual(patterns, { kinds: 14, perKind: 1, seed: 1 });
  assert.deepEqual([network, seed, seconds], ['resnet10-light', 1, Math.round(run.seconds + further.seconds)]);
  assert.deepEqual(finishing, {
    softness: 0.1,
    gradientHistograms: { numbers: GRADIENT_DIM, share: 0.5 },
    projection: { components: 16, shrinkage: 1, pictures: 24, classes: 3 },
    convolutions: { bits: 8, weightBits: 7, pictures: 24, cutOff: 1e-4 },
    constants: 'float16',
  });
  const names = ['kNN mean', 'kNN plain colours', 'unrelated plain colours', 'small edits, least similar'];
  const all = [...names, 'turned, least similar', 'other pictures, most similar', 'images per second'];
  assert.deepEqual(Object.keys(metrics), all);
  assert.ok(metrics['kNN plain colours']! > 0.5 && metrics['images per second']! > 10);
  assert.deepEqual(Object.keys(beside!), ['handcrafted', 'pixels', 'untrained-resnet10-light-64px-seed1']);
  for (const figures of Object.values(beside!)) assert.deepEqual(Object.keys(figures), all);
});

test('a training that was stopped goes on, and comes to the same', async (context) => {
  const folder = temporaryFolder(context);
  cpSync(join(pictures, 'train'), join(folder, 'train'), { recursive: true });
  writeConfig(folder, { augmentation: recipe.augmentation });
  const stopped = job(({ done }) => {
    if (done >= 2) stopped.abort();
  });
  const settings = { ...recipe.settings, name: recipe.id };
  await assert.rejects(new Trainings(options).train('distill', { folder, settings }, stopped));
  const [before] = await new RunStore(folder).list();
  assert.ok(before!.state === 'stopped' && before!.step < run.step);
  const line = commandLine(context);
  const resumed = await trainedRun(recipe, folder, line.ask);
  assert.deepEqual(line.asked, ['train list', 'train resume', 'train list']);
  // Its end is its weights' hash.
  assert.deepEqual([resumed.id, resumed.encoder], [before!.id, run.encoder]);
});

describe('a run of the same name with other settings is refused', () => {
  const refused = async (changes: Partial<DefaultRecipe>, why: RegExp) => {
    await assert.rejects(trainedRun({ ...recipe, ...changes }, pictures, listing(run)), ({ name, message }: Error) => {
      assert.equal(name, 'SetupError');
      assert.match(message, why);
      assert.ok(message.includes(`Delete it with "likeness train delete ${run.id} --in ${pictures}"`), message);
      return true;
    });
  };

  test('as its card would say what was not done', async () => {
    const settings = { ...recipe.settings, epochs: 300, seed: 9 };
    await refused({ settings }, /other settings than the recipe: seed 1 instead of 9, epochs 2 instead of 300\. /);
    await refused(
      { settings: { ...recipe.settings, teacher: 'pixels' } },
      /: teacher handcrafted instead of pixels\. /,
    );
    const augmentation = { ...recipe.augmentation, greyscale: { probability: 0.5 } };
    await refused({ augmentation }, /: recipe \{.*\} instead of \{.*"greyscale":\{"probability":0.5\}\}\. /);
    // What the recipe leaves to the product counts too.
    const { learningRate } = run.settings;
    await refused({ settings: { ...recipe.settings, learningRate: 1 } }, /: learningRate 0\.003 instead of 1\. /);
    assert.equal(learningRate, 0.003);
  });

  test('unless one fits beside it; where its teacher lies is no difference', async () => {
    const file = (folder: string) => ({ ...run.settings, teacher: join(folder, 'taught', 'model.onnx') }) as const;
    const other = { ...run, id: 'other', settings: { ...run.settings, epochs: 5 } };
    const fitting = { ...run, settings: file(pictures) };
    const settings = { ...recipe.settings, teacher: join(encoders, 'taught', 'model.onnx') };
    const found = await trainedRun({ ...recipe, settings }, pictures, listing(other, fitting));
    assert.equal(found.id, run.id);
    assert.match(shownCommand({ round: { ...recipe, settings }, run: found }), / --teacher taught /);
  });
});

test('an encoder of the same id that is replaced by another one is told of, and what that means', async (context) => {
  const folder = join(temporaryFolder(context), 'tiny-1');
  const told: string[] = [];
  const shipIt = async (bytes: Uint8Array) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await ship({ ...card, sha256 }, bytes, folder, (text) => told.push(text));
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'card.json'), 'utf8')), { ...card, sha256 });
  };
  await shipIt(Uint8Array.of(1));
  assert.deepEqual(told, []);
  await shipIt(Uint8Array.of(1));
  await shipIt(Uint8Array.of(2));
  assert.equal(told[0], 'tiny-1 gives the same vectors as before.');
  assert.match(told[1]!, /^tiny-1 is replaced by another encoder of the same id .* embed all its images anew/);
});
