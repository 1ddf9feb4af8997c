import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { writeOutput } from '../../../src/engine/store/outputFile.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

it('a file that can not be made is said to lack its folder only where that is so', async (context) => {
  const file = join(temporaryFolder(context), 'none', 'a.csv');
  const absent = { code: ErrorCode.FileNotFound, message: /none doesn't exist/ };
  await assert.rejects(writeOutput({ file, replace: false }, 'a'), absent);
  await assert.rejects(writeOutput({ file, replace: true }, 'a'), absent);
  if (process.platform !== 'linux') return;
  for (const replace of [false, true]) {
    await assert.rejects(writeOutput({ file: '/proc/a.csv', replace }, 'a'), {
      code: ErrorCode.ReadOnly,
      message: "/proc/a.csv can't be written (read-only); check its permissions.",
    });
  }
});
