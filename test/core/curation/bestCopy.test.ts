import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareCopies, reasonToKeep, type CopyFacts } from '../../../src/core/curation/bestCopy.ts';
import { RandomStream } from '../../../src/core/random.ts';

const copy = (path: string, more: Partial<CopyFacts> = {}): CopyFacts => ({
  ...{ path, width: 400, height: 300, bytes: 60_000, format: 'jpeg', split: 'train' },
  ...more,
});

/** The best of them, and what is said for it. */
function best(copies: readonly CopyFacts[]): readonly [string, string | undefined] {
  const [kept, ...others] = copies.toSorted(compareCopies);
  return [kept!.path, reasonToKeep(kept!, others)];
}

describe('the copy to keep', () => {
  it('is the larger one, however small its file', () => {
    const large = copy('b', { width: 800, height: 600, bytes: 30_000 });
    assert.deepEqual(best([copy('a'), large]), ['b', 'is the largest']);
  });

  it('is one whose label is not in doubt, before all else', () => {
    const large = copy('a', { width: 800, isDoubted: true });
    assert.deepEqual(best([large, copy('b')]), ['b', 'is the one whose label is not in doubt']);
    assert.deepEqual(
      best([copy('b', { isDoubted: true }), large]),
      ['a', 'is the largest'],
      'nothing parts them there',
    );
  });

  it('is one that is stored without loss, of those of one size', () => {
    const png = copy('b', { format: 'png', bytes: 40_000 });
    assert.deepEqual(best([copy('a'), png]), ['b', 'is stored without loss']);
  });

  it('is the less compressed one, of those of one format', () => {
    assert.deepEqual(best([copy('a'), copy('b', { bytes: 90_000 })]), ['b', 'is the least compressed']);
    // A newer format says the same with fewer bytes.
    assert.equal(best([copy('a'), copy('b', { bytes: 50_000, format: 'webp' })])[0], 'b');
    assert.equal(best([copy('a'), copy('b', { bytes: 40_000, format: 'webp' })])[0], 'a');
  });

  it('is the one that is trained on, where the files are hardly different', () => {
    const test = copy('a', { split: 'test', bytes: 60_100 });
    assert.deepEqual(best([test, copy('b')]), ['b', 'is not held out for testing']);
    assert.equal(best([test, copy('b', { split: undefined })])[0], 'b', 'without splits all is trained on');
  });

  it('is the first by name where nothing speaks for another, and nothing is said for it', () => {
    assert.deepEqual(best([copy('b'), copy('a')]), ['a', undefined]);
  });

  it('has all reasons that were needed against some of the others', () => {
    const others = [copy('small', { width: 200 }), copy('squeezed', { bytes: 9000 })];
    assert.deepEqual(best([copy('a'), ...others]), ['a', 'is the largest and the least compressed']);
    assert.deepEqual(best([copy('a'), copy('same'), ...others]), ['a', undefined]);
  });

  it('is the same whatever comes first', () => {
    const random = new RandomStream(5, 1);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random.uniform(0, values.length))]!;
    const copies = Array.from({ length: 40 }, (_, i) =>
      copy(String(i), {
        width: pick([200, 400]),
        bytes: pick([0, 100, 59_000, 60_000, 61_500, 63_000]),
        format: pick(['jpeg', 'png', 'webp', 'gif', 'bmp', '']),
        split: pick(['train', 'test', undefined]),
      }),
    );
    for (const a of copies) {
      for (const b of copies) {
        if (a === b) continue;
        assert.equal(Math.sign(compareCopies(a, b)), -Math.sign(compareCopies(b, a)));
        for (const c of copies) {
          if (compareCopies(a, b) < 0 && compareCopies(b, c) < 0) assert.ok(compareCopies(a, c) < 0);
        }
      }
    }
  });
});
