import assert from 'node:assert/strict';
import { test } from 'node:test';
import { picturesShown, predictionMarkdown } from '../../../src/extension/text/predictionMarkdown.ts';
import { predictionExample } from './reportExamples.ts';

const text = predictionMarkdown(predictionExample, {
  thumbnails: new Map([['test/cat/2 (b).png', Uint8Array.of(1)]]),
  base: '/data',
});

test('accuracy comes first, then by split with its interval and what was trained on', () => {
  assert.match(text, /11 images of \/data\/pets\/test, by fine-tuned \(pets\\_2, 3 classes\)\. No label was changed\./);
  assert.match(
    text,
    /\*\*80\.0 % right\*\* of 10 labelled images of the test split, which the encoder was not trained on\./,
  );
  assert.match(text, /\| test \| 10 \| 80\.0 % \| 49\.0 to 94\.3 \| 75\.0 % \| 45\.0 to 90\.0 \| 0 \|/);
  assert.match(text, /\| none \| .* \| not known \|/);
  assert.match(text, /confidence and accuracy differ by 4\.1 % on average/);
  assert.match(text, /doesn't know the labels yak \(1\)/);
});

test('classes and confusions are tables; classes without an image are left out of the latter', () => {
  assert.match(text, /\| cat \| 6 \| 5 \| 100\.0 % \| 83\.3 % \| 90\.9 % \|/);
  assert.match(text, /\| emu \| 0 \| 0 \| – \| – \| – \|/);
  assert.match(text, /\|  \| cat \| dog \|\n\| --- \| ---: \| ---: \|\n\| \*\*cat\*\* \| \*\*5\*\* \| 1 \|/);
  assert.match(text, /- 1 × cat taken for dog/);
});

test('mistakes lead to their images', () => {
  assert.deepEqual(picturesShown(predictionExample), ['test/cat/2 (b).png']);
  assert.match(
    text,
    /\| !\[\]\[picture1\] \| \[test\/cat\/2 \(b\)\.png\]\(\/pets\/test\/cat\/2%20%28b%29\.png\) \| cat \| dog \| 0\.970 \| test \|/,
  );
  assert.match(text, /## Without a prediction\n\n- test\/x\.png is damaged\./);
});

test('without labels it tells what was predicted how often', () => {
  const unmeasured = { ...predictionExample, figures: null, splits: [], mistakes: [], labelled: 0 };
  assert.deepEqual(picturesShown(unmeasured), ['test/cat/1.png', 'test/cat/2 (b).png']);
  const counted = predictionMarkdown(unmeasured, { thumbnails: new Map(), base: undefined });
  assert.match(counted, /nothing shows how often it is right/);
  assert.match(counted, /\| cat \| 1 \|\n\| dog \| 1 \|/);
  assert.match(counted, /## The first predictions/);
});
