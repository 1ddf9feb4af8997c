import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { drawPerClass, smallestClass, stratifiedParts } from '../../../src/core/evaluation/splits.ts';
import { RandomStream } from '../../../src/core/random.ts';

/** Three classes of 40, 20 and 4 images; every fourth image has a copy right behind it. */
function candidates() {
  const labels = Int32Array.from({ length: 64 }, (_, i) => (i < 40 ? 0 : i < 60 ? 1 : 2));
  const groups = Int32Array.from({ length: 64 }, (_, i) => (i % 4 === 1 ? i - 1 : i));
  return { rows: Uint32Array.from(labels.keys()), labels, groups };
}

suite('splits', () => {
  test('hold every image once, duplicates together, and the shares of every class', () => {
    const all = candidates();
    for (let seed = 0; seed < 20; seed++) {
      const parts = stratifiedParts(all, [0.2, 0.2], new RandomStream(seed));
      assert.deepEqual(
        parts.flatMap((part) => [...part]).sort((a, b) => a - b),
        [...all.rows],
      );
      const groups = parts.map((part) => new Set(Array.from(part, (row) => all.groups[row])));
      const together = groups.flatMap((part) => [...part]);
      assert.equal(new Set(together).size, together.length, 'no group is in two parts');
      // 30, 15 and 3 different pictures.
      const pictures = (part: number, label: number) =>
        new Set(
          Array.from(
            parts[part]!.filter((row) => all.labels[row] === label),
            (row) => all.groups[row],
          ),
        ).size;
      assert.deepEqual(
        [0, 1, 2].map((part) => pictures(part, 0)),
        [18, 6, 6],
      );
      assert.deepEqual(
        [0, 1, 2].map((part) => pictures(part, 1)),
        [9, 3, 3],
      );
      assert.deepEqual(
        [0, 1, 2].map((part) => pictures(part, 2)),
        [1, 1, 1],
      );
    }
  });

  test('are the same for the same seed only', () => {
    const part = (seed: number) => [...stratifiedParts(candidates(), [0.3], new RandomStream(seed))[1]!];
    assert.deepEqual(part(1), part(1));
    assert.notDeepEqual(part(1), part(2));
  });

  test('leave the first part its only picture', () => {
    const lonely = { rows: Uint32Array.of(0, 1), labels: Int32Array.of(0, 0), groups: Int32Array.of(7, 7) };
    assert.deepEqual(stratifiedParts(lonely, [0.5], new RandomStream(1)), [Uint32Array.of(0, 1), new Uint32Array()]);
  });

  test('a few labels are different pictures, and the rest holds none of their copies', () => {
    const all = candidates();
    assert.equal(smallestClass(all), 3);
    const { drawn, rest } = drawPerClass(all, 2, new RandomStream(3));
    const groups = Array.from(drawn, (row) => all.groups[row]!);
    assert.deepEqual([drawn.length, new Set(groups).size], [6, 6]);
    for (const label of [0, 1, 2]) assert.equal(drawn.filter((row) => all.labels[row] === label).length, 2);
    assert.ok(rest.every((row) => !groups.includes(all.groups[row]!)));
    const left = all.rows.filter((row) => !groups.includes(all.groups[row]!));
    assert.deepEqual(rest, left);
  });
});
