import assert from 'node:assert/strict';

/** Kolmogorov–Smirnov at a level of 0.1 %: the distribution of the values against the uniform one. */
export function assertUniform(values: readonly number[], low: number, high: number): void {
  const sorted = values.toSorted((a, b) => a - b);
  const distance = sorted.reduce((largest, value, i) => {
    const share = (value - low) / (high - low);
    return Math.max(largest, Math.abs(share - i / sorted.length), Math.abs(share - (i + 1) / sorted.length));
  }, 0);
  assert.ok(distance < 1.95 / Math.sqrt(sorted.length), `off by ${distance} from uniform in ${low} … ${high}`);
}

/** Within four standard deviations of the binomial distribution. */
export function assertFrequency(count: number, total: number, probability: number, what: string): void {
  const deviation = Math.sqrt(total * probability * (1 - probability));
  assert.ok(Math.abs(count - total * probability) <= 4 * deviation, `${what}: ${count} of ${total} at ${probability}`);
}
