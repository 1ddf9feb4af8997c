import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf, textAfter, textOf, withLines } from '../../../src/core/decisions/decisionLines.ts';
import { formatDecision } from '../../../src/core/decisions/decisions.ts';
import { RandomStream } from '../../../src/core/random.ts';

test('a text after an edit is what joining its lines gives, wherever lines go and come', () => {
  const random = new RandomStream(7);
  const line = (name: number) => formatDecision({ path: `${name}`, content: 'ü😀', action: 'keep', at: '' });
  for (let round = 0; round < 200; round++) {
    const names = Array.from({ length: round % 7 }, () => random.integer(100)).sort();
    const before = linesOf(names.map((name) => `${line(name)}\n`).join(''));
    const added = linesOf(Array.from({ length: round % 3 }, () => line(random.integer(100))).join('\n'));
    const after = withLines(before, () => random.chance(0.7), added);
    assert.equal(textAfter(textOf(before), before, after), textOf(after));
  }
});
