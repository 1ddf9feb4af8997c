import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { assertOutputFile, writeOutput } from '../../../src/engine/store/outputFile.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';

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

it('a picture is not put into a dataset, where it could not be replaced the next time', async (context) => {
  const [root, other] = [temporaryFolder(context), temporaryFolder(context)];
  write(other, '.likeness/config.json', '{}');
  const dataset = { root, config: {} };
  const inDataset = {
    code: ErrorCode.FileExists,
    message: /would count as one of its images; name a file outside of it/,
  };
  for (const folder of [root, other]) {
    await assert.rejects(assertOutputFile({ file: join(folder, 'm.png'), replace: true }, dataset, true), inDataset);
  }
  await assertOutputFile({ file: join(root, 'm.html'), replace: false }, dataset);
  const outside = join(temporaryFolder(context), 'm.png');
  await assertOutputFile({ file: outside, replace: false }, dataset, true);
});

it('nothing is put into .likeness, which is told without calling it a decision', async (context) => {
  const root = temporaryFolder(context);
  write(root, '.likeness/config.json', '{}');
  const file = join(root, '.likeness/r.sarif');
  const refusal = { code: ErrorCode.FileExists, message: /r\.sarif can't be written: .*takes no files but baselines/ };
  await assert.rejects(assertOutputFile({ file, replace: true }, { root, config: {} }), refusal);
});
