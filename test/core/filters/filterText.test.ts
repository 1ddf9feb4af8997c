import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FilterTerm, FilterValue } from '../../../src/core/filters/filter.ts';
import { formatFilter, nameTerm } from '../../../src/core/filters/formatFilter.ts';
import { parseFilter } from '../../../src/core/filters/parseFilter.ts';
import { RandomStream } from '../../../src/core/random.ts';

const name = (text: string): FilterValue => ({ sign: '=', text, isPattern: false });

describe('the text of a filter', () => {
  it('has terms that are divided by spaces, with alternatives by commas', () => {
    assert.deepEqual(meaningOf('class:cat split:train,test -tag:done'), [
      { field: 'class', negated: false, values: [name('cat')] },
      { field: 'split', negated: false, values: [name('train'), name('test')] },
      { field: 'tag', negated: true, values: [name('done')] },
    ]);
    assert.deepEqual(meaningOf('  '), []);
  });

  it('takes names with spaces and signs in quotes, and the meaning from a quote, a star and a backslash', () => {
    assert.deepEqual(meaningOf('class:"tabby cat","a, b"'), [
      { field: 'class', negated: false, values: [name('tabby cat'), name('a, b')] },
    ]);
    assert.deepEqual(meaningOf(String.raw`tag:"say \"a\\b\" \*"`)[0]?.values, [name(String.raw`say "a\b" *`)]);
    assert.deepEqual(meaningOf('"my column":x'), [{ field: 'my column', negated: false, values: [name('x')] }]);
    assert.deepEqual(meaningOf('-"-x"'), [{ field: undefined, negated: true, values: [name('-x')] }]);
  });

  it('compares numbers with or without a colon', () => {
    const below = [{ field: 'blurry', negated: false, values: [{ sign: '<', text: '.3', isPattern: false }] }];
    assert.deepEqual(meaningOf('blurry<.3'), below);
    assert.deepEqual(meaningOf('blurry:<.3'), below);
    assert.equal(formatted('blurry:<.3,>=.9'), 'blurry<.3,>=.9');
    assert.equal(formatted('width=100'), 'width:100');
  });

  it('knows patterns by their star, also in quotes', () => {
    assert.deepEqual(meaningOf('path:train/**')[0]?.values, [{ sign: '=', text: 'train/**', isPattern: true }]);
    assert.deepEqual(meaningOf('path:"my folder/*"')[0]?.values, [{ sign: '=', text: 'my folder/*', isPattern: true }]);
  });

  it('says in a sentence which word is not understood, and where it stands', () => {
    for (const [text, word, says] of [
      ['class:cat tag:', 'tag:', /says no value/],
      ['class:cat, x', 'class:cat,', /says no value/],
      ['a - b', '-', /stands alone.*-tag:done/],
      ['class:"tabby cat', 'class:"tabby cat', /quote in “class:"tabby cat” isn't closed/],
      ['x <3 y', '<3', /“<3” begins with a sign/],
      ['class:"a"b c', 'class:"a"b', /closing quote/],
      ['"":x', '"":x', /no name/],
    ] as const) {
      const parsed = parseFilter(text);
      assert.ok('fault' in parsed, text);
      const { message, from, to } = parsed.fault;
      assert.equal(text.slice(from, to), word);
      assert.match(message, says);
      assert.match(message, /[.?]$/);
    }
  });

  it('is written so that it reads as the same, whatever it says', () => {
    const random = new RandomStream(3);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)]!;
    const letters = ['a', 'B', 'é', ' ', '"', '\\', '*', ',', ':', '<', '>', '=', '-', '.', '/', '\t'];
    const textOf = (least: number) =>
      Array.from({ length: least + Math.floor(random.uniform() * 5) }, () => pick(letters)).join('');
    for (let round = 0; round < 5_000; round++) {
      const terms = Array.from({ length: Math.floor(random.uniform() * 4) }, () => {
        const field = random.uniform() < 0.3 ? undefined : textOf(1);
        const values = Array.from({ length: 1 + Math.floor(random.uniform() * 3) }, (_, i): FilterValue => {
          const text = textOf(0);
          const isPattern = text.includes('*') && random.uniform() < 0.5;
          const isPlain = field === undefined && i === 0;
          return { sign: isPlain ? '=' : pick(['=', '<', '<=', '>', '>='] as const), text, isPattern };
        });
        return { field, negated: random.uniform() < 0.3, values };
      });
      const text = formatFilter(terms);
      assert.deepEqual(meaningOf(text), terms, text);
    }
  });

  it('never fails on any text, and what it reads it writes and reads as the same', () => {
    const random = new RandomStream(5);
    const letters = 'ab "\\*,:<>=-./';
    for (let round = 0; round < 20_000; round++) {
      const length = Math.floor(random.uniform() * 12);
      const text = Array.from({ length }, () => letters[Math.floor(random.uniform() * letters.length)]).join('');
      const parsed = parseFilter(text);
      if ('fault' in parsed) {
        assert.ok(parsed.fault.from < parsed.fault.to && parsed.fault.to <= text.length, text);
        continue;
      }
      for (const { from, to, field, negated, values } of parsed.terms) {
        assert.deepEqual(meaningOf(text.slice(from, to)), [{ field, negated, values }]);
      }
      assert.deepEqual(meaningOf(formatFilter(parsed.terms)), parsed.terms.map(withoutPlace), text);
    }
  });

  it('is made of names as they are', () => {
    assert.equal(nameTerm('class', 'cat'), 'class:cat');
    assert.equal(nameTerm('class', 'tabby cat', '<3', 'a*'), String.raw`class:"tabby cat","<3","a\*"`);
  });
});

type Meaning = Omit<FilterTerm, 'from' | 'to'>;

function withoutPlace({ field, negated, values }: FilterTerm): Meaning {
  return { field, negated, values };
}

function meaningOf(text: string): Meaning[] {
  const parsed = parseFilter(text);
  if ('fault' in parsed) assert.fail(`${text}: ${parsed.fault.message}`);
  return parsed.terms.map(withoutPlace);
}

function formatted(text: string): string {
  return formatFilter(meaningOf(text));
}
