import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { components } from '../../../src/core/curation/components.ts';
import { joinScenes } from '../../../src/core/curation/splitting/joinScenes.ts';
import { assignSplits, splitNames, type SplitShares } from '../../../src/core/curation/splitting/assignSplits.ts';
import {
  configuredSplits,
  formatSplits,
  MOST_PATTERNS,
  SPLIT_TABLE,
} from '../../../src/core/curation/splitting/splitPatterns.ts';
import { exactPattern } from '../../../src/core/config/exactPatterns.ts';
import { labelRules } from '../../../src/core/labels/labelRules.ts';
import { RandomStream } from '../../../src/core/random.ts';

const shares: SplitShares = { train: 0.8, validation: 0.1, test: 0.1 };

it('components are what any chain of pairs joins', () => {
  const pairs = [
    { first: 4, second: 2 },
    { first: 5, second: 4 },
    { first: 1, second: 6 },
  ];
  assert.deepEqual([...components(7, pairs)], [0, 1, 2, 3, 2, 2, 1]);
  const chain = Array.from({ length: 999 }, (_, i) => ({ first: 999 - i, second: 998 - i }));
  assert.ok(components(1_000, chain).every((group) => group === 0));
});

/** Classes of different sizes in groups of 1 to 4 of one class, in any order. */
function grouped(seed: number) {
  const random = new RandomStream(seed);
  const rows: { label: string | undefined; group: number }[] = [];
  for (let group = 0; group < 400; group++) {
    const label = random.pick(['a', 'a', 'a', 'b', 'b', 'c', undefined]);
    const size = random.chance(0.7) ? 1 : 2 + random.integer(3);
    for (let i = 0; i < size; i++) rows.push({ label, group });
  }
  const shuffled = random.shuffled(rows);
  const groupOf = Int32Array.from(shuffled, ({ group }) => group);
  return { groupOf, labels: shuffled.map(({ label }) => label), kept: shuffled.map(() => undefined) };
}

describe('assigning splits', () => {
  it('tears no group apart, and keeps every class within a group of its shares', () => {
    for (let seed = 0; seed < 10; seed++) {
      const problem = { ...grouped(seed), shares, seed };
      const { splits, torn } = assignSplits(problem);
      const of = new Map<number, string>();
      splits.forEach((split, row) => {
        const group = problem.groupOf[row]!;
        assert.equal(of.get(group) ?? split, split);
        of.set(group, split);
      });
      assert.equal(torn, 0);
      for (const label of new Set(problem.labels)) {
        const own = splits.filter((_, row) => problem.labels[row] === label);
        for (const name of splitNames) {
          const count = own.filter((split) => split === name).length;
          assert.ok(Math.abs(count - shares[name] * own.length) < 4, `${label} ${name}: ${count} of ${own.length}`);
        }
      }
      assert.deepEqual(assignSplits(problem).splits, splits);
      assert.notDeepEqual(assignSplits({ ...problem, seed: seed + 100 }).splits, splits);
    }
  });

  it('rounds each class by less than an image, and many small classes to the shares of all', () => {
    const labels = Array.from({ length: 900 }, (_, i) => String(i % 300));
    const problem = { groupOf: Int32Array.from(labels.keys()), labels, kept: labels.map(() => undefined) };
    const { splits } = assignSplits({ ...problem, shares, seed: 0 });
    const count = (name: string, some = splits) => some.filter((split) => split === name).length;
    assert.deepEqual(
      splitNames.map((name) => count(name)),
      [720, 90, 90],
    );
    for (let label = 0; label < 300; label++) {
      const own = splits.filter((_, row) => labels[row] === String(label));
      for (const name of splitNames) assert.ok(Math.abs(count(name, own) - 3 * shares[name]) < 1);
    }
  });

  it('counts what keeps its split, and puts copies of it there', () => {
    const kept = [...Array<string>(8).fill('train'), 'test', 'holdout', ...Array<undefined>(10).fill(undefined)];
    const groupOf = Int32Array.from(kept.keys());
    groupOf[10] = 8; // a copy of the one in test
    groupOf[11] = 9;
    groupOf[1] = 8; // and one of it in train: torn already
    const half: SplitShares = { train: 0.5, validation: 0, test: 0.5 };
    const { splits, torn } = assignSplits({ groupOf, labels: kept.map(() => 'a'), kept, shares: half, seed: 0 });
    assert.deepEqual(splits.slice(0, 10), kept.slice(0, 10));
    assert.equal(torn, 1);
    assert.equal(splits[11], 'holdout');
    assert.ok(['train', 'test'].includes(splits[10]!));
    // 8 of 20 are in train, and 10 are wished.
    assert.ok(splits.filter((split) => split === 'test').length >= 8);
    assert.ok(!splits.includes('validation'));
  });
});

describe('scenes', () => {
  const join = (
    groups: readonly number[],
    scenes: readonly (readonly number[])[],
    most: number,
    kept: readonly (string | undefined)[] = groups.map(() => undefined),
  ) => {
    const { groupOf, together } = joinScenes({ groupOf: Int32Array.from(groups), scenes, kept, most });
    return [[...groupOf], together];
  };

  it('join groups of copies, the first ones first, as long as these don’t become too large', () => {
    assert.deepEqual(join([0, 1, 2, 3, 3], [[0, 1]], 5), [[0, 0, 2, 3, 3], 1]);
    assert.deepEqual(
      join(
        [0, 1, 2, 3, 3],
        [
          [2, 3],
          [1, 2],
          [0, 1],
        ],
        3,
      ),
      [[0, 0, 2, 2, 2], 2],
    );
    assert.deepEqual(
      join(
        [0, 1, 2, 3, 3],
        [
          [2, 3],
          [1, 2],
          [0, 1],
        ],
        5,
      ),
      [[0, 0, 0, 0, 0], 3],
    );
    assert.deepEqual(join([0, 0, 0, 0], [[1, 2]], 2), [[0, 0, 0, 0], 1], 'which copies are already');
  });

  it('join nothing that keeps different splits', () => {
    const kept = ['train', undefined, undefined, 'test', 'train'];
    assert.deepEqual(
      join(
        [0, 1, 2, 3, 4],
        [
          [0, 1],
          [1, 2],
          [2, 3],
        ],
        5,
        kept,
      ),
      [[0, 0, 0, 3, 4], 2],
    );
    assert.deepEqual(join([0, 1, 1, 1, 1], [[0, 1]], 5, kept), [[0, 1, 1, 1, 1], 0], 'copies are torn already');
  });
});

describe('patterns of splits', () => {
  const paths = ['a/1.png', 'a/[1]*?.png', '#b/!c.png', 'd/back\\slash.png', 'e/end ', 'train/f.png', 'other/x.png'];

  it('give just these images these splits, whatever they are called', () => {
    const assignments = paths.slice(0, 6).map((path, i) => ({ path, split: splitNames[i % 3]! }));
    const { splits, isReplaced } = configuredSplits({}, paths, assignments);
    const { splitOf } = labelRules({ splits });
    assert.deepEqual(paths.map(splitOf), [...assignments.map(({ split }) => split), undefined]);
    assert.equal(isReplaced, false);
    assert.equal(splitOf('a/12.png'), undefined);
    assert.equal(splitOf('deeper/a/1.png'), undefined);
    assert.equal(exactPattern('a/[1]*?.png'), '/a/\\[1\\]\\*\\?.png');
  });

  it('are added to those that are there, or replace those that say otherwise', () => {
    const config = { splits: { val: ['a/'], holdout: ['other/**'] } };
    const added = configuredSplits(config, paths, [{ path: 'e/end ', split: 'test' }]);
    assert.deepEqual(added, {
      splits: { ...config.splits, test: ['/e/end\\ '] },
      table: undefined,
      isReplaced: false,
    });
    const same = configuredSplits(config, paths, [{ path: 'train/f.png', split: 'train' }]);
    assert.deepEqual(same.splits, config.splits);
    const { splits, isReplaced } = configuredSplits(config, paths, [{ path: 'a/1.png', split: 'test' }]);
    const { splitOf } = labelRules({ splits });
    assert.deepEqual(
      [isReplaced, ...['a/1.png', 'a/[1]*?.png', 'other/x.png', 'train/f.png'].map(splitOf)],
      [true, 'test', 'validation', 'holdout', 'train'],
    );
  });

  it('are a table where they would be too many, or cannot tell', () => {
    const many = Array.from({ length: MOST_PATTERNS + 1 }, (_, i) => ({ path: `${i}.png`, split: 'test' }));
    const all = many.map(({ path }) => path);
    const large = configuredSplits({}, all, many);
    assert.deepEqual(large, { splits: { file: SPLIT_TABLE }, table: many, isReplaced: false });
    const enough = configuredSplits({}, all.slice(1), many.slice(1));
    assert.deepEqual([enough.table, Object.keys(enough.splits)], [undefined, ['test']]);
    const twins = ['A.png', 'a.png'];
    const apart = [
      { path: 'A.png', split: 'train' },
      { path: 'a.png', split: 'test' },
    ];
    assert.deepEqual(configuredSplits({}, twins, apart).table, apart);
  });

  it('stay beside a table of ours, which is written anew, where they agree with it', () => {
    const inTable = (path: string) => (path === 'a/1.png' ? 'test' : undefined);
    const known = { stated: (path: string) => (path === 'd/back\\slash.png' ? 'test' : undefined), inTable };
    const config = { splits: { file: SPLIT_TABLE, holdout: ['other/**'] } };
    const assigned = [
      { path: 'e/end ', split: 'validation' },
      { path: 'train/f.png', split: 'test' },
    ];
    const beside = configuredSplits(config, paths, assigned, known);
    assert.deepEqual(beside, {
      splits: { file: SPLIT_TABLE, holdout: ['other/**'] },
      table: [{ path: 'a/1.png', split: 'test' }, ...assigned],
      isReplaced: false,
    });
    const otherwise = configuredSplits(config, paths, [{ path: 'other/x.png', split: 'train' }], known);
    assert.deepEqual(otherwise, {
      splits: { file: SPLIT_TABLE },
      table: [
        { path: 'a/1.png', split: 'test' },
        { path: 'other/x.png', split: 'train' },
      ],
      isReplaced: true,
    });
  });

  it('of images that are not there now stay for when they are back', () => {
    const there = ['a/1.png', 'b/2.png'];
    const moved = [{ path: 'a/1.png', split: 'train' }];
    const written = [
      { path: 'a/1.png', split: 'test' },
      { path: 'gone/3.png', split: 'validation' },
    ];
    const inTable = (path: string) => (path === 'a/1.png' ? 'test' : undefined);
    const own = { splits: { file: SPLIT_TABLE } };
    const known = { stated: () => undefined, inTable, written };
    assert.deepEqual(configuredSplits(own, there, moved, known).table, [...moved, written[1]]);
    // Those of folders, and those that may match others, go with the rest.
    const splits = { val: ['/a/1.png', '/gone/\\[4\\]x.png', '/b', '/gone/*.png'] };
    assert.deepEqual(configuredSplits({ splits }, there, moved).splits, {
      train: ['/a/1.png'],
      validation: ['/b/2.png', '/gone/\\[4\\]x.png'],
    });
    const beside = configuredSplits({ splits: { ...own.splits, ...splits } }, there, moved, known);
    assert.deepEqual(beside, {
      splits: own.splits,
      table: [
        ...moved,
        { path: 'b/2.png', split: 'validation' },
        written[1],
        { path: 'gone/[4]x.png', split: 'validation' },
      ],
      isReplaced: true,
    });
  });

  it('come on top of a table that a person has named, which stays as it is', () => {
    const inTable = (path: string) => (path === 'a/1.png' ? 'test' : undefined);
    const config = { splits: { file: 'mine.csv' } };
    const { splits, table } = configuredSplits(config, paths, [{ path: 'a/1.png', split: 'train' }], {
      stated: () => undefined,
      inTable,
    });
    assert.deepEqual([splits, table], [{ file: 'mine.csv', train: ['/a/1.png'] }, undefined]);
    const many = Array.from({ length: MOST_PATTERNS + 1 }, (_, i) => ({ path: `${i}.png`, split: 'test' }));
    const all = ['a/1.png', ...many.map(({ path }) => path)];
    const moved = configuredSplits(config, all, many, { stated: () => undefined, inTable });
    assert.deepEqual(
      [moved.splits, moved.table?.length, moved.table?.[0], moved.isReplaced],
      [{ file: SPLIT_TABLE }, all.length, { path: 'a/1.png', split: 'test' }, true],
    );
  });

  it('are a table as well', () => {
    assert.equal(formatSplits([{ path: 'a, b.png', split: 'test' }]), 'path,split\n"a, b.png",test\n');
  });
});
