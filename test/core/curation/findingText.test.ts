import assert from 'node:assert/strict';
import { it } from 'node:test';
import { exactDuplicateText } from '../../../src/core/curation/findingText.ts';

it('of equal files it is said what to do, whether or not their labels are the same', () => {
  assert.equal(
    exactDuplicateText(1, 'bytes', ['ant', 'bee']),
    'In the dataset twice (the same file) and labelled "ant" and "bee": at most one of the labels is right. Keep one, with the right label.',
  );
  assert.match(exactDuplicateText(2, 'pixels', ['ant']), /^In the dataset 3 times .*; keep one\.$/);
});
