import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatTextQuery, parseTextQuery } from '../../../src/core/neighbors/textQuery.ts';

describe('parseTextQuery', () => {
  const cases: readonly (readonly [line: string, texts: readonly string[], minus: readonly string[]])[] = [
    ['a red car', ['a red car'], []],
    ['a red car; a lorry', ['a red car', 'a lorry'], []],
    ['a red car -night', ['a red car'], ['night']],
    ['-"at night"  a red  car −fog', ['a red car'], ['at night', 'fog']],
    ['a t-shirt - or two', ['a t-shirt - or two'], []],
    ['-night', [], ['night']],
    [' ; ;', [], []],
    ['', [], []],
    ['日本語 😀 -"', ['日本語 😀'], ['"']],
  ];
  for (const [line, texts, minus] of cases) {
    it(`reads ${JSON.stringify(line)}`, () => {
      assert.deepEqual(parseTextQuery(line), { texts, minus });
    });
  }

  it('reads what formatTextQuery writes', () => {
    const word = fc.stringMatching(/^[a-zé]{1,5}$/);
    const text = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
    const list = fc.array(text, { maxLength: 3 });
    fc.assert(
      fc.property(list, list, (texts, minus) => {
        assert.deepEqual(parseTextQuery(formatTextQuery({ texts, minus })), { texts, minus });
      }),
    );
  });
});
