import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowContexts } from '../../../src/extension/contract.ts';
import type { RunningTraining } from '../../../src/extension/training/trainingRuns.ts';
import { trainingRows } from '../../../src/extension/training/trainingTree.ts';
import type { TrainingRow } from '../../../src/extension/training/trainingTree.ts';
import type { RunSummary } from '../../../src/protocol/training.ts';
import { runExample, settings } from './runExamples.ts';

const running: RunningTraining = {
  root: '/data/pets',
  name: 'resnet10 at 64 px',
  settings,
  id: 'own',
  startedAt: 0,
  progress: {
    phase: 'Training',
    done: 37,
    total: 100,
    rate: 1,
    secondsLeft: 720,
    detail: 'epoch 3 of 100, loss 71 % of chance',
  },
  stopping: false,
};

/** A row and those below it, indented, as `label | description`. */
function outline(rows: readonly TrainingRow[], depth = 0): string[] {
  return rows.flatMap(({ label, description, children }) => [
    `${'  '.repeat(depth)}${label}${description === undefined ? '' : ` | ${description}`}`,
    ...outline(children ?? [], depth + 1),
  ]);
}

const all = (rows: readonly TrainingRow[]): TrainingRow[] => rows.flatMap((row) => [row, ...all(row.children ?? [])]);

test('without runs there is no row, so that the welcome shows', () => {
  assert.deepEqual(trainingRows(undefined, undefined, []), []);
});

test('the running one comes first, open, with what it does and how long it takes', () => {
  const summary = runExample({ id: 'own', state: 'running', metrics: { knnMacro: 0.6 } });
  const [first, second] = trainingRows(running, summary, [runExample()]);
  assert.deepEqual(outline([first!]).slice(0, 5), [
    'resnet10 at 64 px | 37 % · 12 min left',
    '  epoch 3 of 100, loss 71 % of chance',
    '  Metrics',
    '    kNN accuracy on trained images | 60.0 %',
    '  Settings',
  ]);
  assert.deepEqual(
    [first?.context, first?.icon, first?.expanded, first?.run],
    [rowContexts.runActive, 'loading~spin', true, summary],
  );
  assert.equal(second?.context, rowContexts.runPretrained);
});

test('it says when it starts and when it stops, and has no run before that is known', () => {
  const [starting] = trainingRows({ ...running, progress: undefined }, undefined, []);
  assert.equal(starting?.description, 'starting');
  assert.equal(starting.run, undefined);
  const [stopping] = trainingRows({ ...running, stopping: true }, undefined, []);
  assert.equal(stopping?.description, 'stopping, its state is being saved');
});

test('a finished run tells its accuracy, encoder, time, metrics, settings and size', () => {
  const metrics = {
    ...{ loss: 4.123456, learningRate: 0.001, knnMacro: 0.9, effectiveRank: 31.26, relativeLoss: 0.71 },
    ...{ testKnnMacro: 0.842, testKnnMacroUntrained: 0.61 },
  };
  const [row] = trainingRows(undefined, undefined, [runExample({ metrics })]);
  assert.deepEqual(outline([row!]), [
    'resnet10 at 64 px | test kNN 84.2 % · 2 May 2026',
    '  Encoder | pets-1',
    '  Trained | 100 epochs, 14 min',
    '  Metrics',
    '    kNN accuracy on test images | 84.2 %',
    '    kNN on test images, untrained | 61.0 %',
    '    kNN accuracy on trained images | 90.0 %',
    '    Loss as a share of chance | 71.0 %',
    '    Loss | 4.12',
    '    Learning rate | 0.001',
    '    Effective rank | 31.3',
    '  Settings',
    '    Network | ResNet-10',
    '    View size | 64 × 64 px',
    '    Epochs | 100',
    '    Augmentation | Natural photos',
    '    Loss | NT-Xent (SimCLR)',
    '    Batch | 128 images, 256 views',
    '    Temperature | 0.2',
    '    Optimiser | SGD',
    '    Learning rate | 0.06',
    '    Weight decay | 0.0005',
    '    Head layers | 2',
    '    Seed | 0',
    '    Engine | ONNX Runtime',
    '    Threads | 7',
    '    Test images | left out',
    '  On disk | 12.3 MB',
  ]);
  assert.equal(row?.expanded, undefined);
  assert.match(
    row?.tooltip ?? '',
    /\/data\/pets: run-1\nTest kNN 84\.2 %, untrained 61\.0 %, 14 min of computing\nStarted 2 May 2026, 14:05/,
  );
});

test('every state has its words, its icon and its menu', () => {
  const states = [
    runExample({ state: 'finished' }),
    runExample({ state: 'stopped', epoch: 12, encoder: undefined, resumable: true }),
    runExample({ state: 'interrupted', epoch: 12, encoder: undefined, resumable: true }),
    runExample({ state: 'failed', epoch: 12, encoder: undefined }),
    runExample({ state: 'running', epoch: 12, encoder: undefined }),
  ];
  const rows = trainingRows(undefined, undefined, states);
  assert.deepEqual(
    rows.map(({ description, icon, context }) => [description?.split(' · ')[0], icon, context]),
    [
      ['finished', 'pass', rowContexts.runPretrained],
      ['stopped at epoch 12 of 100', 'debug-pause', rowContexts.runResumable],
      ['interrupted at epoch 12 of 100', 'warning', rowContexts.runResumable],
      ['failed at epoch 12 of 100', 'error', rowContexts.runEnded],
      ['running elsewhere at epoch 12 of 100', 'sync', rowContexts.runElsewhere],
    ],
  );
  assert.match(rows[1]?.tooltip ?? '', /can be resumed/);
  assert.doesNotMatch(rows[0]?.tooltip ?? '', /Computed on/);
  const reason = "webgpu can't run it: no adapter";
  const asked = { settings: { ...settings, provider: 'webgpu' }, computing: { provider: 'cpu', reason } } as const;
  const [row] = trainingRows(undefined, undefined, [runExample(asked)]);
  assert.match(row?.tooltip ?? '', /\nComputed on cpu, as webgpu can't run it: no adapter$/);
  assert.ok(outline([row!]).includes(`    Computed on | cpu, as ${reason}`), outline([row!]).join('\n'));
  const [going] = trainingRows({ ...running, settings: asked.settings }, runExample(asked), []);
  assert.ok(outline([going!]).includes(`    Computed on | cpu, as ${reason}`));
  assert.doesNotMatch(rows[3]?.tooltip ?? '', /can be resumed/);
});

test('what can be done with an encoder depends on how it was trained', () => {
  const distilled = (lesson: 'classes' | 'embeddings') =>
    runExample({ kind: 'distill', settings: { ...settings, lesson } as RunSummary['settings'] });
  const runs = [
    runExample({ kind: 'finetune' }),
    runExample({ kind: 'autoencoder' }),
    distilled('classes'),
    distilled('embeddings'),
  ];
  assert.deepEqual(
    trainingRows(undefined, undefined, runs).map(({ context }) => context),
    [rowContexts.runClassifier, rowContexts.runAutoencoder, rowContexts.runClassifier, rowContexts.runPretrained],
  );
});

test('a failed run gives its reason, and one whose record cannot be read no settings', () => {
  const message = 'run.json is not valid; restore or delete the run.';
  const unknown = { ...settings, network: '', size: 0, epochs: 0 };
  const [row] = trainingRows(undefined, undefined, [
    runExample({ state: 'failed', message, settings: unknown, encoder: undefined, epoch: 0 }),
  ]);
  assert.deepEqual(outline([row!]), [
    'resnet10 at 64 px | failed · 2 May 2026',
    `  ${message}`,
    '  Trained so far | 0 epochs, 14 min',
    '  On disk | 12.3 MB',
  ]);
});

test('runs of several datasets name theirs', () => {
  const rows = trainingRows(running, undefined, [runExample({ root: '/data/cars' })]);
  assert.deepEqual(
    rows.map(({ description }) => description),
    ['pets · 37 % · 12 min left', 'cars · finished · 2 May 2026'],
  );
});

test('ids are unique', () => {
  const summary = runExample({ metrics: { loss: 1, knn: 1 } });
  const rows = trainingRows(running, summary, [summary, runExample({ id: 'run-2', metrics: { knn: 1 } })]);
  const ids = all(rows).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
});
