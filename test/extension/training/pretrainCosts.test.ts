import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  costText,
  imagesText,
  networkText,
  planWithEpochs,
  pretrainChoices,
} from '../../../src/extension/training/pretrainCosts.ts';
import { planExample } from './runExamples.ts';

test('steps cost in proportion to the epochs, and what is done once costs the same', () => {
  assert.equal(planWithEpochs(planExample, 100).seconds, 960);
  assert.equal(planWithEpochs(planExample, 20).seconds, 9 * 20 + 60);
  assert.equal(planWithEpochs(planWithEpochs(planExample, 20), 400).seconds, 9 * 400 + 60);
  assert.equal(planWithEpochs({ ...planExample, seconds: 0 }, 1).seconds, 9);
});

test('of a selection it is said how much of the data set it is', () => {
  const selected = { images: 40, of: 1616 };
  const plan = { ...planExample, images: 40, heldOut: 0, selected };
  assert.equal(imagesText(plan), 'Trains on 40 selected images of 1,616');
  assert.equal(
    imagesText({ ...plan, images: 30, heldOut: 10 }),
    'Trains on 30 of 40 selected images of 1,616; the 10 images of the test split are left out',
  );
});

test('each choice tells what it costs', () => {
  assert.deepEqual(
    pretrainChoices.map(({ title, epochs }) => `${title}: ${costText(planWithEpochs(planExample, epochs))}`),
    [
      'Quick: 20 epochs — about 4 min on this machine',
      'Standard: 100 epochs — about 16 min on this machine',
      'Thorough: 400 epochs — about 1 h 1 min on this machine',
    ],
  );
  assert.equal(costText(planWithEpochs({ ...planExample, seconds: 901 }, 1)).split(' — ')[0], '1 epoch');
  assert.equal(networkText(planExample), 'ResNet-10 at 64 px, about 1.2 GB of memory');
});

test('test images are said to be left out, where there are any', () => {
  assert.equal(imagesText(planExample), 'Trains on 1,200 images; the 200 images of the test split are left out');
  assert.equal(
    imagesText({ ...planExample, heldOut: 1 }),
    'Trains on 1,200 images; the 1 image of the test split is left out',
  );
  assert.equal(imagesText({ ...planExample, heldOut: 0 }), 'Trains on 1,200 images');
  const all = { ...planExample, settings: { ...planExample.settings, includeTest: true } };
  assert.equal(imagesText(all), 'Trains on 1,200 images, those of the test split among them');
});
