import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import ignore from 'ignore';
import { exactPattern, pathOfExact, patternMatcher } from '../../../src/core/config/exactPatterns.ts';
import { labelRules } from '../../../src/core/labels/labelRules.ts';
import { RandomStream } from '../../../src/core/random.ts';

describe('exact patterns', () => {
  it('match as any pattern does: case apart, and all that is in a folder of that name', () => {
    const random = new RandomStream(7);
    const parts = [
      'a',
      'A',
      'b.png',
      '[1]',
      '*',
      '?',
      '\\',
      ' ',
      'ß',
      'é',
      'É',
      'ſ',
      's',
      'K',
      'k',
      '#',
      '!',
      '{x}',
      '$^',
    ];
    const name = () => Array.from({ length: 1 + random.integer(3) }, () => random.pick(parts)).join('');
    const somePath = () => Array.from({ length: 1 + random.integer(2) }, name).join('/');
    for (let round = 0; round < 200; round++) {
      const paths = Array.from({ length: 30 }, somePath);
      const patterns = paths
        .slice(0, 10)
        .map(exactPattern)
        .concat(random.pick([[], ['*.png'], ['b*/'], ['!/a'], ['/a b', '/A/', '#a', '/']]));
      const expected = ignore().add(patterns);
      const isMatched = patternMatcher(patterns);
      for (const path of [...paths, ...paths.map((path) => `${path}/c`)]) {
        assert.equal(isMatched(path), expected.ignores(path), `${path} of ${patterns.join(' ')}`);
      }
      for (const path of paths) assert.equal(pathOfExact(exactPattern(path)), path);
    }
    for (const other of ['a.png', '/*.png', '/a/', '/a[1]', '/', '', '!/a', '/a ', '/\\a']) {
      assert.equal(pathOfExact(other), undefined, other);
    }
  });

  it('cost no more the more there are', () => {
    const paths = Array.from({ length: 30_000 }, (_, i) => `images/${i % 100}/${i}.png`);
    const { splitOf } = labelRules({ splits: { test: paths.slice(0, 3_000).map(exactPattern) } });
    const startedAt = performance.now();
    assert.equal(paths.filter((path) => splitOf(path) === 'test').length, 3_000);
    // Each by itself on each path takes ten seconds.
    assert.ok(performance.now() - startedAt < 2_000);
  });
});
