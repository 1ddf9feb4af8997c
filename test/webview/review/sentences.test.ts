import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Finding } from '../../../src/core/curation/findings.ts';
import { scoreText } from '../../../webview/review/sentences.ts';

it('a score is told with the number that decides, and with what that is of', () => {
  const thresholds = { blurry: 0.29, 'near-duplicate': 0.6, 'same-scene': 0.5, 'label-issue': 0.25, outlier: 1.7 };
  const told = (kind: Finding['kind'], score: number) =>
    scoreText({ id: '', kind, severity: 'info', path: 'a.png', score, related: [], message: '' }, thresholds);
  assert.equal(told('blurry', 0.12), 'score 0.12, an issue below 0.29');
  assert.equal(told('near-duplicate', 0.25), 'score 0.25; crops are looked for up to 0.6 of the usual distance');
  assert.equal(told('same-scene', 0.6), 'score 0.6: 0.2 of the usual distance, listed up to 0.5');
  assert.equal(told('label-issue', 0.07), 'score 0.07, an issue below 0.25');
  assert.equal(told('outlier', 0.07), 'score 0.07, the lower the further out; threshold 1.7 quartile ranges');
  assert.equal(told('leak', 0), 'score 0');
});
