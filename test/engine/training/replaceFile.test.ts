import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { replaceFile } from '../../../src/engine/training/replaceFile.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';

it('replacing a file takes away what killed processes have left of it, and nothing else', async (context) => {
  const folder = temporaryFolder(context);
  const old = new Date(Date.now() - 3_600_000);
  const left = (name: string, at: Date) => {
    writeFileSync(join(folder, name), 'half');
    utimesSync(join(folder, name), at, at);
  };
  left('a.csv.0123456789ab.tmp', old);
  left('a.csv.ba9876543210.tmp', new Date());
  const others = [
    'b.csv.0123456789ab.tmp',
    'a.csv.mine.tmp',
    'a.csv.0123456789ab.tmp.txt',
    'my a.csv.0123456789ab.tmp',
  ];
  for (const name of others) left(name, old);
  mkdirSync(join(folder, 'a.csv.00000000000a.tmp'));
  utimesSync(join(folder, 'a.csv.00000000000a.tmp'), old, old);
  await replaceFile(join(folder, 'a.csv'), ['new']);
  assert.equal(readFileSync(join(folder, 'a.csv'), 'utf8'), 'new');
  const kept = ['a.csv', 'a.csv.00000000000a.tmp', 'a.csv.ba9876543210.tmp', ...others];
  assert.deepEqual(readdirSync(folder).sort(), kept.sort(), 'another process may be at work on the newer one');
});
