import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NETWORKS } from '../../../src/core/training/networks/networks.ts';
import {
  accuracyText,
  comparedAccuracyText,
  networkName,
  settingTexts,
  trainingProgress,
} from '../../../src/extension/training/trainingText.ts';

test('every network has a short name, and an unknown one its id', () => {
  assert.deepEqual([...NETWORKS.keys(), 'other'].map(networkName), [
    ...['ResNet-10', 'ResNet-10 of half the width', 'ResNet-14', 'ResNet-14 of half as much width again', 'ResNet-18'],
    'other',
  ]);
});

test('the accuracy on test images goes before the one on trained images', () => {
  assert.equal(accuracyText({ knnMacro: 0.9, testKnnMacro: 0.8421, testKnn: 0.7 }), 'test kNN 84.2 %');
  assert.equal(accuracyText({ knnMacro: 0.9 }), 'kNN 90.0 %');
  assert.equal(accuracyText({ loss: 1 }), undefined);
});

test('it is compared with the untrained network on the same images', () => {
  const untrained = { knnMacroUntrained: 0.5, testKnnMacroUntrained: 0.4 };
  assert.equal(
    comparedAccuracyText({ knnMacro: 0.9, testKnnMacro: 0.8, ...untrained }),
    'test kNN 80.0 %, untrained 40.0 %',
  );
  assert.equal(comparedAccuracyText({ knnMacro: 0.9, knnMacroUntrained: 0.5 }), 'kNN 90.0 %, untrained 50.0 %');
  assert.equal(comparedAccuracyText({ knnMacro: 0.9 }), 'kNN 90.0 %');
  assert.equal(comparedAccuracyText(untrained), undefined);
});

test('pairs that find each other are compared with what they were before', () => {
  const metrics = { testRecallAt1: 0.57, testRecallAt1Before: 0.4, bestValidationRecall: 0.9 };
  assert.equal(comparedAccuracyText(metrics), 'recall@1 57.0 %, before 40.0 %');
  assert.equal(comparedAccuracyText({ bestValidationRecall: 0.9 }), 'validation recall 90.0 %');
});

test('a classifier is compared with its teacher, not with neighbours', () => {
  const metrics = { testMacro: 0.8, knnMacro: 0.5, knnMacroUntrained: 0.3 };
  assert.equal(comparedAccuracyText(metrics), '80.0 % of test images right');
  assert.equal(
    comparedAccuracyText({ ...metrics, teacherTestMacro: 0.9 }),
    '80.0 % of test images right, the teacher 90.0 %',
  );
});

test('progress is a share of the training and the time left, as far as they are known', () => {
  const training = { phase: 'Training', done: 10, total: 20, rate: 1, secondsLeft: 90 };
  const texts = [
    training,
    { ...training, secondsLeft: undefined },
    { ...training, phase: 'Reading images' },
    { ...training, phase: 'Scanning', total: undefined, secondsLeft: undefined },
  ].map((progress) => trainingProgress({ progress, stopping: false }));
  assert.deepEqual(texts, ['50 % · 2 min left', '50 %', 'reading images 50 % · 2 min left', 'scanning']);
});

test('settings of a kind are told in its words', () => {
  const texts = (of: Parameters<typeof settingTexts>[0]) => Object.fromEntries(settingTexts(of));
  assert.equal(texts({ batchImages: 64, loss: 'dcl' })['Batch'], '64 images, 128 views');
  assert.equal(texts({ batchImages: 64 })['Batch'], '64 images');
  const student = { teacher: 'big', trainedStages: 'all' } as const;
  assert.equal(texts({ ...student, from: '' })['Trained stages'], undefined, 'as always with first weights');
  assert.equal(texts({ ...student, from: 'mobilenet', trainedStages: 2 })['Trained stages'], '2');
  assert.deepEqual(texts({ teacher: 'big', lesson: 'similarities', teacherShare: 0.5, teacherViews: 16, from: '' }), {
    Teacher: 'big',
    'It teaches': 'similarities (SEED)',
    'Its share in the loss': '50.0 %',
    'Views it looks at': '16 of each image',
    'Started from': 'scratch',
  });
  const computed = (...given: Parameters<typeof settingTexts>) => settingTexts(...given);
  assert.deepEqual(computed({ provider: 'auto' }, { provider: 'webgpu' }), [
    ['Asked to compute on', 'auto'],
    ['Computed on', 'webgpu'],
  ]);
  const reason = 'webgpu takes other steps than the CPU (loss off by 3.1 %)';
  assert.deepEqual(computed({ provider: 'webgpu' }, { provider: 'cpu', reason })[1], [
    'Computed on',
    `cpu, as ${reason}`,
  ]);
  assert.deepEqual(computed({ provider: 'webgpu' }), [['Asked to compute on', 'webgpu']], 'it is not known yet');
  assert.deepEqual(computed({ provider: 'cpu' }, { provider: 'cpu' }), []);
});
