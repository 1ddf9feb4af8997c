import type { HostTest } from '../../test/host/harness/results.ts';
import type { TestCounts } from './testReport.ts';

/** Prints a line per test that ran in an extension host; returns the counts. */
export function reportHostTests(tests: readonly HostTest[]): TestCounts {
  for (const { title, state, milliseconds, error } of tests) {
    const mark = { passed: '✓', failed: '✗', skipped: '-' }[state];
    console.log(`  ${mark} ${title.join(' › ')} (${(milliseconds / 1000).toFixed(1)} s)`);
    if (error !== undefined) console.log(`${error.replaceAll(/^/gm, '      ')}\n`);
  }
  const count = (state: HostTest['state']) => tests.filter((test) => test.state === state).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}
