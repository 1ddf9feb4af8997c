import type { Finding } from '../../../src/core/curation/findings.ts';
import { finding } from '../findings/findingExamples.ts';

export const best = (of: Finding, path: string): Finding => ({ ...of, best: { path, reason: 'is the largest' } });

export const twins = best(finding('exact-duplicate', ['a.png', 'b.png', 'c.png'], 'twins'), 'a.png');
export const leak = best(finding('leak', ['test/a.png', 'a.png'], 'leak'), 'a.png');
export const scene = best(finding('same-scene', ['c.png', 'd.png'], 'scene'), 'c.png');
export const label: Finding = { ...finding('label-issue', ['e.png'], 'label'), suggested: 'hat' };
export const small = finding('small-class', [], 'small');
