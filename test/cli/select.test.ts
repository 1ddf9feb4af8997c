import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { parseInvocation, type Command } from '../../src/cli/command.ts';
import { selectCommand } from '../../src/cli/commands/select.ts';
import { splitCommand } from '../../src/cli/commands/split.ts';
import { ErrorCode } from '../../src/core/errors.ts';
import { Engine } from '../../src/engine/engine.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import type { SelectReport, SplitReport } from '../../src/protocol/selection.ts';
import { write } from '../engine/indexing/dataset.ts';
import { shade } from '../engine/labels/shades.ts';
import { job } from '../engine/training/job.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { likeness } from './run.ts';

it('select prints what it chose, goes on from a list, and says what is wrong', async (context) => {
  const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
  for (let i = 0; i < 6; i++)
    write(root, `${i % 2 === 0 ? 'a' : 'b'}/${i}.png`, await shade([40 + 30 * i, 90, 120], i));
  const run = (...args: string[]) => likeness(['select', root, '--encoder', 'pixels', ...args], { cache });
  const list = join(cache, 'chosen.txt');
  const shown = await run('-n', '2', '--balanced', '--out', list);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /^2 of 6 images chosen \(facility-location, pixels\)\n {2}a 1, b 1\n/);
  const chosen = readFileSync(list, 'utf8').trim().split('\n');
  const more = await run('-n', '4', '--fixed', list, '--method', 'k-centre', '--json');
  assert.equal(more.code, 0, more.stderr);
  const { paths, fixed } = JSON.parse(more.stdout) as SelectReport;
  assert.equal(fixed, 2);
  assert.equal(new Set([...paths, ...chosen]).size, 6);
  const faults: Fault[] = [
    [[], ErrorCode.Usage, /^-n says how many/m],
    [['-n', '0'], ErrorCode.Usage, /^-n takes a whole number above 0, not "0"/m],
    [['-n', '7'], ErrorCode.TooFewImages, /6 images to choose from, fewer than the 7 images/],
    [['-n', '1', '--method', 'best'], ErrorCode.Usage, /no method "best" .* k-centre/],
    [['-n', '1', '--seed', 'x'], ErrorCode.Usage, /--seed takes a whole number/],
    [['-n', '1', '--fixed', join(root, 'none.txt')], ErrorCode.FileNotFound, /none\.txt doesn't exist/],
    [['-n', '1', 'elsewhere'], ErrorCode.Usage, /takes one folder/],
  ];
  await assertFaults(context, selectCommand, root, faults);
});

it('split shows what it would do, writes a table, and becomes the split of the data set', async (context) => {
  const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
  for (let i = 0; i < 10; i++) write(root, `a/${i}.png`, await shade([20 + 20 * i, 90, 120], i));
  const run = (...args: string[]) => likeness(['split', root, '--encoder', 'pixels', ...args], { cache });
  const dry = await run();
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /^ {2}train: 8 \(80\.0 %, wished 80\.0 %\)\n {2}validation: 1 .*\n {2}test: 1 /m);
  assert.match(dry.stdout, /^ {2}a {2}train 8, validation 1, test 1\nEvery class has just the shares/m);
  assert.match(dry.stdout, /^Nothing is written/m);
  const file = join(cache, 'splits.csv');
  const written = await run('--train', '.7', '--test', '.3', '--out', file, '--apply', '--json');
  assert.equal(written.code, 0, written.stderr);
  const { assignments, applied } = JSON.parse(written.stdout) as SplitReport;
  assert.equal(applied, true);
  const lines = ['path,split', ...assignments.map(({ path, split }) => `${path},${split}`)];
  assert.equal(readFileSync(file, 'utf8'), lines.map((line) => `${line}\n`).join(''));
  const config = JSON.parse(readFileSync(join(root, '.likeness/config.json'), 'utf8')) as Record<string, object>;
  assert.deepEqual(Object.keys(config['splits']!).sort(), ['test', 'train']);
  const again = await run();
  assert.match(again.stdout, /10 of which keep the split that they have/);
  assert.match(again.stdout, /^All images have a split; --all assigns them anew\.$/m);
  write(root, 'a/new.png', await shade([10, 90, 120], 10));
  const later = await run();
  assert.match(later.stdout, /^Only 1 image had no split and got one, .*; --all assigns the others anew, too\.$/m);
  const anew = await run('--all');
  assert.doesNotMatch(anew.stdout, /had no split|--all/);
  writeFileSync(file, 'mine');
  const faults: Fault[] = [
    [['--train', '.5', '--test', '.4'], ErrorCode.Usage, /add up to 1, and 0\.5 \+ 0 \+ 0\.4 is 0\.9/],
    [['--train', 'most'], ErrorCode.Usage, /--train takes a share from 0 to 1, not "most"/],
    [['--out', join(cache, 'splits.txt')], ErrorCode.Usage, /has to end in \.csv/],
    [['--out', file], ErrorCode.FileExists, /exists already/],
  ];
  await assertFaults(context, splitCommand, root, faults);
});

type Fault = readonly [args: readonly string[], code: ErrorCode, told: RegExp];

/** In this process, as many processes would take their time. */
async function assertFaults(
  context: Parameters<typeof temporaryFolder>[0],
  command: Command,
  root: string,
  faults: readonly Fault[],
): Promise<void> {
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  try {
    for (const [args, code, message] of faults) {
      const run = async () => command.run(parseInvocation(command, [root, ...args]), engine, job());
      await assert.rejects(run, { code, message }, args.join(' '));
    }
  } finally {
    await engine.dispose();
  }
}
