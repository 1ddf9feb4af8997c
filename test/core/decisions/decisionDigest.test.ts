import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { digestOfDecisions } from '../../../src/core/decisions/decisionDigest.ts';
import type { Decision } from '../../../src/core/decisions/decisions.ts';

const at = '2026-05-01T11:00:00.000Z';
const CHECKED = Date.parse('2026-05-01T12:00:00.000Z');
const lines = Array.from({ length: 2000 }, (_, i): Decision => ({
  path: `train/class-${i % 7}/image-${i}.jpg`,
  content: '',
  action: 'keep',
  finding: `f${i}`,
  at,
}));

describe('the digest of decisions', () => {
  it('is the same in whatever order they stand', () => {
    const expected = digestOfDecisions(lines, CHECKED);
    assert.equal(digestOfDecisions(lines.toReversed(), CHECKED), expected);
    for (let step = 3; step < 300; step += 37) {
      const shuffled = lines.map((_, i) => lines[(i * step) % lines.length]!);
      if (new Set(shuffled).size === lines.length) assert.equal(digestOfDecisions(shuffled, CHECKED), expected);
    }
  });

  it('is the same where some are said twice, as a merge leaves them', () => {
    const again = lines.slice(0, 40).map((line) => ({ ...line, note: 'theirs', at: '2026-04-01T00:00:00.000Z' }));
    assert.equal(digestOfDecisions([...again, ...lines], CHECKED), digestOfDecisions(lines, CHECKED));
  });

  it('is another one where one of them is gone or says something else', () => {
    const expected = digestOfDecisions(lines, CHECKED);
    assert.notEqual(digestOfDecisions(lines.slice(1), CHECKED), expected);
    assert.notEqual(digestOfDecisions([{ ...lines[0]!, action: 'exclude' }, ...lines.slice(1)], CHECKED), expected);
  });
});
