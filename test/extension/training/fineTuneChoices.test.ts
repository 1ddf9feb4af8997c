import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answersText,
  fineTuneStarts,
  fineTuneWays,
  labelChoices,
  SCRATCH,
  settingsOfAnswers,
} from '../../../src/extension/training/fineTuneChoices.ts';
import type { FineTuneAnswers } from '../../../src/extension/training/fineTuneChoices.ts';
import type { DatasetSummary } from '../../../src/protocol/engine.ts';
import { cardExample, runExample } from './runExamples.ts';

const answers: FineTuneAnswers = {
  from: 'pets-1',
  way: 'projection',
  labelsPerClass: 0,
  epochs: 0,
  classifier: 'linear',
  network: 'resnet10',
  size: 64,
};

test('the newest pretraining comes first, then other trained encoders, the default, and nothing; built-in ones without weights cannot be trained', () => {
  const cards = ['likeness-1', 'handcrafted', 'gone', 'old', 'new', 'tuned', 'student'].map((id) =>
    cardExample({
      id,
      source: ['handcrafted', 'likeness-1'].includes(id) ? 'built-in' : `run ${id}`,
      ...(id === 'tuned' && { classes: ['a', 'b'] }),
    }),
  );
  const starts = fineTuneStarts(cards, [
    runExample({ encoder: 'old', startedAt: 1 }),
    runExample({ encoder: 'student', kind: 'distill', startedAt: 4 }),
    runExample({ encoder: 'new', startedAt: 2, metrics: { testKnnMacro: 0.5 } }),
    runExample({ encoder: 'tuned', kind: 'finetune', startedAt: 3 }),
  ]);
  assert.deepEqual(
    starts.map(({ value, hasHead }) => [value, hasHead]),
    [
      ['new', true],
      ['old', true],
      ['student', false],
      ['tuned', false],
      ['gone', true],
      ['likeness-1', false],
      [SCRATCH, false],
    ],
  );
  assert.equal(starts[0]?.description, 'new · newest pretraining');
  assert.match(starts[0].detail ?? '', /^pretrained, test kNN 50\.0 %, /);
  assert.match(starts[5]?.detail ?? '', /^built in, pictures of \d+ × \d+ pixels$/);
  assert.match(starts[3]?.detail ?? '', /^knows 2 classes, /);
});

test('without any encoder it starts from scratch', () => {
  assert.deepEqual(
    fineTuneStarts([], []).map(({ value }) => value),
    [SCRATCH],
  );
});

test('the first layer of the projection head is recommended where there is a head', () => {
  const values = (hasHead: boolean) => fineTuneWays({ hasHead, isImported: false }).map(({ value }) => value);
  assert.deepEqual(values(true), ['projection', 'representation', 'classifier']);
  assert.deepEqual(values(false), ['representation', 'classifier']);
  assert.match(fineTuneWays({ hasHead: true, isImported: false })[0]?.description ?? '', /SimCLRv2 · recommended/);
});

test('encoders that others have made can be started from too, after those that were trained here', () => {
  const cards = [
    cardExample({
      id: 'mobilenet',
      source: '/models/mobilenet.onnx',
      input: { ...cardExample({ id: '' }).input, size: [224, 224] },
    }),
    cardExample({ id: 'vectors', source: '/models/vectors.npy', imported: true }),
    cardExample({ id: 'trained', source: 'run trained' }),
    cardExample({ id: 'further', source: 'run further', ofOthers: true }),
  ];
  const runs = ['further', 'trained'].map((encoder, startedAt) => runExample({ encoder, startedAt }));
  const starts = fineTuneStarts(cards, runs);
  assert.deepEqual(
    starts.map(({ value, isImported, hasHead }) => [value, isImported, hasHead]),
    [
      ['trained', false, true],
      // A run has trained it further, and it is none of our networks all the same.
      ['further', true, false],
      ['mobilenet', true, false],
      [SCRATCH, false, false],
    ],
  );
  assert.equal(starts[2]?.detail, 'imported, pictures of 224 × 224 pixels');
  assert.deepEqual(fineTuneWays(starts[1]!), fineTuneWays(starts[2]));
  const ways = fineTuneWays(starts[2]);
  assert.deepEqual(
    ways.map(({ value }) => value),
    ['lastLayers', 'whole', 'classifier'],
  );
  assert.match(ways[0]?.description ?? '', / · recommended$/);
  const settings = (way: FineTuneAnswers['way']) => settingsOfAnswers({ ...answers, from: 'mobilenet', way });
  assert.deepEqual(settings('whole'), { from: 'mobilenet', trainedStages: 'all' });
  assert.deepEqual(settings('lastLayers'), { from: 'mobilenet', trainedStages: 2 });
  assert.deepEqual(settings('classifier'), { from: 'mobilenet', trainedStages: 0 });
});

test('no more labels per class are offered than there are', () => {
  const summary: Pick<DatasetSummary, 'classes' | 'splits'> = {
    classes: [
      { name: 'cat', count: 12 },
      { name: 'dog', count: 8 },
    ],
    splits: [{ name: 'test', count: 4 }],
  };
  const choices = labelChoices(summary as DatasetSummary);
  assert.deepEqual(
    choices.map(({ value }) => value),
    [0, 1, 5, 10],
  );
  assert.equal(choices[0]?.description, '20 images of 2 classes; those of the test split are only tested on');
  assert.equal(labelChoices(undefined).length, 6);
});

test('what is left to the engine is left out of the settings', () => {
  assert.deepEqual(settingsOfAnswers(answers), { from: 'pets-1', feature: 'projection' });
  assert.deepEqual(settingsOfAnswers({ ...answers, way: 'classifier', labelsPerClass: 5 }), {
    ...{ from: 'pets-1', trainedStages: 0, labelsPerClass: 5 },
  });
  assert.deepEqual(settingsOfAnswers({ ...answers, classifier: 'probe' }), {
    ...{ from: 'pets-1', feature: 'projection', classifierStart: 'probe' },
  });
  assert.deepEqual(settingsOfAnswers({ ...answers, from: SCRATCH, epochs: 7, classifier: 'cosine' }), {
    ...{ from: SCRATCH, network: 'resnet10', size: 64, epochs: 7, classifier: 'cosine' },
  });
});

test('the answers are told before they are acted on', () => {
  assert.equal(
    answersText({ ...answers, labelsPerClass: 1, epochs: 50 }),
    'Encoder and first layer of the projection head · linear classifier · 1 label per class · 50 epochs',
  );
  assert.equal(
    answersText({ ...answers, from: SCRATCH }),
    'ResNet-10 at 64 px · linear classifier · all labels · epochs as needed',
  );
});
