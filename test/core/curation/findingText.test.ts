import assert from 'node:assert/strict';
import { it } from 'node:test';
import { exactDuplicateText, labelIssueText, nearDuplicateText } from '../../../src/core/curation/findingText.ts';

it('of equal files it is said what to do, whether or not their labels are the same', () => {
  assert.equal(
    exactDuplicateText(1, 'bytes', ['ant', 'bee']),
    'In the dataset twice (the same file) and labelled "ant" and "bee": at most one of the labels is right. Keep one, with the right label.',
  );
  assert.match(exactDuplicateText(2, 'pixels', ['ant']), /^In the dataset 3 times .*; keep one\.$/);
});

it('of edited copies with different labels that is said besides', () => {
  assert.equal(
    nearDuplicateText(1, ['resized'], 'is larger', ['ant', 'bee']),
    'An edited copy of this picture (resized) is in the dataset, labelled "ant" and "bee": at most one of the labels is right. Keep one, with the right label, best this one: it is larger.',
  );
  assert.equal(
    nearDuplicateText(2, [], undefined, ['ant']),
    '2 edited copies of this picture are in the dataset; keep one.',
  );
});

it('of a doubtful label it is said whether a copy contradicts it', () => {
  assert.equal(
    labelIssueText('ant', 'bee', [0.1, 0.6]),
    'Labelled "ant", but it looks like "bee" (60 % of its neighbours are that, 10 % "ant"). Relabel it if it is one.',
  );
  assert.equal(
    labelIssueText('ant', 'bee', [0.1, 0.6], true),
    'Labelled "ant", and the same file also "bee": at most one of the labels is right; of its neighbours 60 % are "bee", 10 % "ant". Relabel this copy, or exclude it.',
  );
});
