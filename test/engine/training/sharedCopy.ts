import { cpSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { temporaryFolder } from '../../temporaryFolder.ts';

/** A copy of a dataset with all it has, for a test of its own. */
export function sharedCopy(context: TestContext, root: string): string {
  const copy = temporaryFolder(context);
  cpSync(root, copy, { recursive: true });
  return copy;
}
