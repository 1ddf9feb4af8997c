import type { Decision } from './decisions.ts';

/** By the objects: the same lines are asked about after every decision. */
const hashes = new WeakMap<Decision, number>();

/**
 * Tells the decisions from before a time from any others, in whatever order they stand: as long as it is the same, nothing that a
 * check went by was taken back. Tags and notes change nothing of what a check finds.
 *
 * @param before milliseconds since the epoch
 */
export function digestOfDecisions(decisions: readonly Decision[], before: number): string {
  let [count, sum] = [0, 0];
  for (const decision of decisions) {
    const { action, at } = decision;
    if (action === 'tag' || action === 'untag' || Date.parse(at) > before) continue;
    count++;
    sum = (sum + hashOf(decision)) % Number.MAX_SAFE_INTEGER;
  }
  return `${count}-${sum.toString(36)}`;
}

function hashOf(decision: Decision): number {
  let hash = hashes.get(decision);
  if (hash === undefined) {
    const { path, action, value = '', with: partner, finding = '', at } = decision;
    hash = 0;
    // 48 bits, so that the product is exact.
    for (const letter of [path, action, value, partner?.path ?? '', finding, at].join('\n'))
      hash = (hash * 31 + letter.codePointAt(0)!) % 2 ** 48;
    hashes.set(decision, hash);
  }
  return hash;
}
