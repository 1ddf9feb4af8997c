import assert from 'node:assert/strict';

/** Asserts that numbers agree, with a tolerance relative to the largest of the expected ones. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = 'values',
): void {
  assert.equal(actual.length, expected.length, `${what}: count`);
  const scale = Math.max(1e-30, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    assert.ok(difference <= tolerance * scale, `${what}[${i}]: ${actual[i]} instead of ${expected[i]}`);
  }
}
