import path from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { projectRoot } from './project.ts';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Prints a line per test file and each failure in full, as `node:test` tells of them; returns the counts. */
export async function reportTests(events: AsyncIterable<TestEvent>): Promise<TestCounts> {
  const reasons = new Map<string, number>();
  let total: TestCounts = { passed: 0, failed: 1, skipped: 0 };
  for await (const event of events) {
    switch (event.type) {
      case 'test:fail':
        // A suite fails only because one of its tests did, which has been told.
        if (!isSubtestFailure(event.data)) process.stdout.write(failure(event.data));
        break;
      case 'test:pass': {
        const { skip } = event.data;
        if (typeof skip === 'string' && skip !== '') reasons.set(skip, (reasons.get(skip) ?? 0) + 1);
        break;
      }
      case 'test:stdout':
      case 'test:stderr':
        process.stdout.write(event.data.message);
        break;
      case 'test:summary': {
        const { counts, file, duration_ms: milliseconds, success } = event.data;
        if (file === undefined) {
          const skipped = counts.skipped + counts.todo;
          total = { passed: counts.passed, failed: counts.tests - counts.passed - skipped, skipped };
        } else {
          const mark = success ? '✓' : '✗';
          console.log(`  ${mark} ${relative(file)} (${counts.tests} tests, ${(milliseconds / 1000).toFixed(1)} s)`);
        }
        break;
      }
      default:
    }
  }
  for (const [reason, count] of reasons) console.log(`  skipped ${count}: ${reason}`);
  return total;
}

function isSubtestFailure({ details }: TestFailure): boolean {
  return 'failureType' in details.error && details.error.failureType === 'subtestsFailed';
}

function failure({ name, file, line, details }: TestFailure): string {
  const error: unknown = details.error.cause;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const place = file === undefined ? '' : ` (${relative(file)}:${line ?? 0})`;
  return `\n  FAILED ${name}${place}\n${text.replaceAll(/^/gm, '    ')}\n\n`;
}

function relative(file: string): string {
  return path.relative(projectRoot, file);
}

type TestFailure = Extract<TestEvent, { type: 'test:fail' }>['data'];
