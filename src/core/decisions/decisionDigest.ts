import type { Decision } from './decisions.ts';

/** Of a digest: the sum of two of them, and 31 times one, are exact. */
const MOST = 2 ** 48;

/** By the objects: the same lines are asked about after every decision. */
const hashes = new WeakMap<Decision, number>();

/**
 * Tells the decisions from before a time from any others, in whatever order they stand and however often each is said: as long as it is
 * the same, nothing that a check went by was taken back. Tags and notes change nothing of what a check finds.
 *
 * @param before milliseconds since the epoch
 */
export function digestOfDecisions(decisions: readonly Decision[], before: number): string {
  const said = new Set<number>();
  for (const decision of decisions) {
    const { action, at } = decision;
    if (action === 'tag' || action === 'untag' || Date.parse(at) > before) continue;
    said.add(hashOf(decision));
  }
  let sum = 0;
  for (const hash of said) sum = (sum + hash) % MOST;
  return `${said.size}-${sum.toString(36)}`;
}

/** Of what a decision says; when it was said makes it no other one. */
function hashOf(decision: Decision): number {
  let hash = hashes.get(decision);
  if (hash === undefined) {
    const { path, action, value = '', with: partner, finding = '' } = decision;
    hash = 0;
    for (const letter of [path, action, value, partner?.path ?? '', finding].join('\n'))
      hash = (hash * 31 + letter.codePointAt(0)!) % MOST;
    hashes.set(decision, hash);
  }
  return hash;
}
