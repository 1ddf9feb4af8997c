import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captionSplits, learntCaptions, type CaptionedImage } from '../../../src/core/captions/captionSplits.ts';

/** Every third image shares a caption with the one before it. */
function images(count: number, splitOf: (image: number) => string | undefined = () => undefined): CaptionedImage[] {
  return Array.from({ length: count }, (_, image) => ({
    split: splitOf(image),
    captions: image % 3 === 2 ? [image, image - 1] : [image],
  }));
}

const captionsOfAll = (all: readonly CaptionedImage[]) => all.map(({ captions }) => captions);

const sorted = (...parts: readonly Uint32Array[]) => parts.flatMap((part) => [...part]).sort((a, b) => a - b);

test('images are held out by the seed, none of whose captions is learnt from', () => {
  const all = images(300);
  const { training, validation, test: tested, isOwnTest } = captionSplits(all, 4);
  assert.deepEqual(sorted(training, validation, tested), [...all.keys()]);
  assert.ok(!isOwnTest);
  assert.ok(Math.abs(tested.length - 60) <= 6 && Math.abs(validation.length - 45) <= 6, String(tested.length));
  const captionsOf = (rows: Uint32Array) => new Set([...rows].flatMap((row) => all[row]!.captions));
  const learnt = captionsOf(training);
  for (const part of [validation, tested]) {
    assert.ok([...captionsOf(part)].every((caption) => !learnt.has(caption)));
  }
  assert.deepEqual(captionSplits(all, 4).test, tested);
  assert.notDeepEqual(captionSplits(all, 5).test, tested);
  assert.equal(learntCaptions(captionsOfAll(all), { training, tested }), 0);
});

test("the dataset's own splits are kept", () => {
  const all = images(90, (image) => (image < 30 ? 'test' : image < 45 ? 'validation' : 'train'));
  const { training, validation, test: tested, isOwnTest } = captionSplits(all, 0);
  assert.deepEqual([...tested], [...all.keys()].slice(0, 30));
  assert.deepEqual([...validation], [...all.keys()].slice(30, 45));
  assert.deepEqual([...training], [...all.keys()].slice(45));
  assert.ok(isOwnTest);
});

test("captions that are learnt with other images are counted where the dataset's own splits share them", () => {
  const all = images(90, (image) => (image % 3 === 2 && image < 60 ? 'test' : image < 80 ? 'train' : 'validation'));
  const { training, test: tested, isOwnTest } = captionSplits(all, 0);
  assert.ok(isOwnTest);
  assert.deepEqual([tested.length, learntCaptions(captionsOfAll(all), { training, tested })], [20, 20]);
  assert.equal(learntCaptions(captionsOfAll(all), { training: training.slice(2), tested }), 19);
});

test('a test split that is too small to measure with is not trained on either', () => {
  const all = images(100, (image) => (image < 4 ? 'test' : 'train'));
  const { training, validation, test: tested } = captionSplits(all, 0);
  assert.ok(sorted(training, validation, tested).every((image) => image >= 4));
  assert.ok(tested.length >= 10 && validation.length >= 10);
});

test('nothing is held out of too few images', () => {
  const { training, validation, test: tested } = captionSplits(images(30), 0);
  assert.deepEqual([training.length, validation.length, tested.length], [30, 0, 0]);
});
