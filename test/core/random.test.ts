import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { philox4x32, RandomStream } from '../../src/core/random.ts';

/** tests/kat_vectors of the Random123 library, philox4x32 with 10 rounds: counter, key, result. */
const knownAnswers = [
  ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
] as const;

const words = (text: string): Uint32Array => Uint32Array.from(text.split(' '), (word) => Number.parseInt(word, 16));

function draw(stream: RandomStream, count: number): number[] {
  return Array.from({ length: count }, () => stream.uniform());
}

function correlation(first: readonly number[], second: readonly number[]): number {
  // Of uniform numbers: mean 1/2, variance 1/12.
  return (12 / first.length) * first.reduce((sum, value, i) => sum + (value - 0.5) * (second[i]! - 0.5), 0);
}

/** Pearson's chi-squared in standard deviations from what equal frequencies give. */
function unevenness(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (chiSquared - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

suite('philox4x32', () => {
  for (const [counter, key, expected] of knownAnswers) {
    test(`gives the published answer for counter ${counter}`, () => {
      const out = new Uint32Array(4);
      philox4x32(words(counter), words(key), out);
      assert.deepEqual(out, words(expected));
    });
  }
});

suite('RandomStream', () => {
  test('lays out seed, stream and position as key and counter', () => {
    const stream = new RandomStream(0x1_2345_6789, 7, 8, 9);
    const expected = new Uint32Array(8);
    const key = Uint32Array.of(0x2345_6789, 1);
    philox4x32(Uint32Array.of(0, 7, 8, 9), key, expected.subarray(0, 4));
    philox4x32(Uint32Array.of(1, 7, 8, 9), key, expected.subarray(4));
    assert.deepEqual(
      Uint32Array.from(expected, () => stream.uint32()),
      expected,
    );
  });

  test('repeats itself under the same name, and under no other', () => {
    const first = draw(new RandomStream(1, 2, 3, 4), 20);
    assert.deepEqual(draw(new RandomStream(1, 2, 3, 4), 20), first);
    for (const other of [
      new RandomStream(2, 2, 3, 4),
      new RandomStream(1, 3, 3, 4),
      new RandomStream(1, 2, 3),
      new RandomStream(2 ** 32 + 1, 2, 3, 4),
    ]) {
      assert.notDeepEqual(draw(other, 20), first);
    }
  });

  test('is uniform and uncorrelated with itself and with neighbouring streams', () => {
    const count = 65_536;
    const values = draw(new RandomStream(5, 1), count);
    const counts = new Array<number>(256).fill(0);
    for (const value of values) counts[Math.floor(value * 256)]!++;
    assert.ok(Math.abs(unevenness(counts)) < 4, `chi-squared is off by ${unevenness(counts)} deviations`);
    const limit = 4 / Math.sqrt(count);
    assert.ok(Math.abs(correlation(values.slice(0, -1), values.slice(1))) < limit);
    assert.ok(Math.abs(correlation(values, draw(new RandomStream(5, 2), count))) < limit);
    assert.ok(Math.abs(correlation(values, draw(new RandomStream(6, 1), count))) < limit);
  });

  test('draws integers evenly, and stays below the count', () => {
    const stream = new RandomStream(3);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[stream.integer(7)]!++;
    assert.equal(counts.length, 7);
    assert.ok(Math.abs(unevenness(counts)) < 4);
    // Without the second draw, two thirds of these would fall into the lower half.
    const large = 3 * 2 ** 30;
    let low = 0;
    for (let i = 0; i < 10_000; i++) if (stream.integer(large) < large / 2) low++;
    assert.ok(Math.abs(low - 5000) < 4 * 50);
  });

  test('draws normal numbers with the moments and tails of the normal distribution', () => {
    const stream = new RandomStream(4);
    const count = 100_000;
    const values = Array.from({ length: count }, () => stream.normal());
    const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / count;
    assert.ok(Math.abs(moment(1)) < 4 / Math.sqrt(count));
    assert.ok(Math.abs(moment(2) - 1) < 4 * Math.sqrt(2 / count));
    assert.ok(Math.abs(moment(4) - 3) < 4 * Math.sqrt(96 / count));
    const outside = values.filter((value) => Math.abs(value) > 1.959964).length / count;
    assert.ok(Math.abs(outside - 0.05) < 4 * Math.sqrt((0.05 * 0.95) / count));
  });

  test('shuffles evenly without touching its input', () => {
    const stream = new RandomStream(8);
    const items = [0, 1, 2, 3];
    const orders = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = stream.shuffled(items).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    assert.deepEqual(items, [0, 1, 2, 3]);
    assert.equal(orders.size, 24);
    assert.ok(Math.abs(unevenness([...orders.values()])) < 4);
  });

  test('refuses names that it can not tell apart', () => {
    assert.throws(() => new RandomStream(-1), RangeError);
    assert.throws(() => new RandomStream(0.5), RangeError);
    assert.throws(() => new RandomStream(2 ** 53), RangeError);
    assert.throws(() => new RandomStream(1, 2, 3, 4, 5), RangeError);
  });
});
