import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelMarkdown, PROPOSALS_SHOWN } from '../../../src/extension/text/labelMarkdown.ts';
import { labelExample } from './reportExamples.ts';

const none = { thumbnails: new Map<string, Uint8Array>(), base: undefined };

test('what is proposed, why not more, and how sure that is', () => {
  const text = labelMarkdown(labelExample, { thumbnails: new Map([['new/c.png', Uint8Array.of(1)]]), base: '/data' });
  assert.match(text, /2 labels proposed for 5 unlabelled images, learnt from 815 labelled images of 2 classes/);
  assert.match(text, /\(20 neighbours, pets\\_1\)\. No label was changed\./);
  assert.match(text, /Without a proposal: 2 not sure enough, 1 unlike all labelled images\./);
  assert.match(text, /75\.0 % are guessed right.*right in 95\.0 % of the cases/);
  assert.match(text, /\|  \| \[new\/a\\\|b\.png\]\(\/pets\/new\/a%7Cb\.png\) \| cat \| 0\.991 \|/);
  assert.match(text, /\| !\[\]\[picture1\] \| \[new\/c\.png\]/);
  assert.match(text, /\| dog \| 1 \| none is sure enough \| 415 \| 425 \|/);
  assert.match(text, /\[picture1\]: data:image\/webp;base64,AQ==\n$/);
});

test('the curve is told at even steps, no point twice', () => {
  const text = labelMarkdown(labelExample, none);
  const start = text.indexOf('| Confidence from');
  assert.deepEqual(text.slice(start).trim().split('\n').slice(2), [
    '| 0.990 | 10.0 % | 100.0 % | 96.0 % |',
    '| 0.900 | 48.0 % | 92.0 % | 90.0 % |',
    '| 0.000 | 100.0 % | 75.0 % | 72.0 % |',
  ]);
});

test('each method has its words', () => {
  const say = (method: (typeof labelExample)['method']) => labelMarkdown({ ...labelExample, method }, none);
  assert.match(say('propagation'), /\(propagation over 20 neighbours, /);
  assert.match(
    say('classifier'),
    /\(classifier, .*\n.*\n.*\n\nOf 815 labelled images that the encoder was not trained on/,
  );
});

test('many proposals are cut short, none leave no table', () => {
  const many = Array.from({ length: PROPOSALS_SHOWN + 6 }, (_, i) => ({
    path: `${i}.png`,
    label: 'cat',
    confidence: 1,
  }));
  assert.match(labelMarkdown({ ...labelExample, proposals: many }, none), /… and 6 more\./);
  const empty = labelMarkdown({ ...labelExample, proposals: [], curve: [] }, none);
  assert.doesNotMatch(empty, /surest proposals|coverage/);
});
