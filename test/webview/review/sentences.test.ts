import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Finding } from '../../../src/core/curation/findings.ts';
import { scoreText } from '../../../webview/review/sentences.ts';

it('a score is told with the number that decides, and with what that is of', () => {
  const thresholds = {
    ...{ blurry: 0.29, 'near-duplicate': 0.6, 'same-scene': 0.5, 'label-issue': 0.25, outlier: 1.7 },
    ...{ 'small-class': 10, 'class-imbalance': 0.1, 'spurious-correlation': 0.95 },
  };
  const told = (kind: Finding['kind'], score: number) =>
    scoreText({ id: '', kind, severity: 'info', path: 'a.png', score, related: [], message: '' }, thresholds);
  assert.equal(told('blurry', 0.12), 'score 0.12, an issue below 0.29');
  assert.equal(told('near-duplicate', 0.215), 'the pictures agree to 95 %');
  assert.equal(told('same-scene', 0.6), '0.2 of the distance that images usually have, listed up to 0.5');
  assert.equal(told('label-issue', 0.07), 'score 0.07, an issue below 0.25');
  assert.equal(told('outlier', 0.07), 'score 0.07: the lower, the further from all others');
  assert.equal(told('small-class', 0.2), '2 images, listed below 10');
  assert.equal(told('class-imbalance', 0.04), '4 % of an equal share, listed below 10 %');
  assert.equal(told('spurious-correlation', 0.04), 'gives the class away in 98 % of comparisons, listed from 95 %');
  assert.equal(told('leak', 0), 'score 0');
});
