import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { Engine } from '../../src/engine/engine.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import type { ImageDecision } from '../../src/protocol/decisions.ts';
import { write } from '../engine/indexing/dataset.ts';
import { shade } from '../engine/labels/shades.ts';
import { job } from '../engine/training/job.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { likeness } from './run.ts';

it('export writes what was decided of the images, and refuses what it must not replace', async (context) => {
  const [root, cache, out] = [temporaryFolder(context), temporaryFolder(context), temporaryFolder(context)];
  for (let i = 0; i < 4; i++) write(root, `train/a/${i}.png`, await shade([40 + 40 * i, 90, 120], i));
  const run = (args: readonly string[], input?: string) =>
    likeness(args, { cache, cwd: out, ...(input !== undefined && { input }) });
  const failure = async (code: number, message: RegExp, ...args: string[]) => {
    const outcome = await run(['export', root, ...args]);
    assert.equal(outcome.code, code, outcome.stderr);
    assert.match(outcome.stderr, message);
  };
  const engine = new Engine({ ...engineOptions(), cacheFolder: cache });
  context.after(() => engine.dispose());
  await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
  const decide = (path: string, decision: ImageDecision) =>
    engine.decisions.decide({ root, paths: [path], decision, undo: false });
  await decide('train/a/0.png', { action: 'exclude' });
  await decide('train/a/1.png', { action: 'relabel', value: 'b' });
  await decide('train/a/1.png', { action: 'tag', value: 'odd' });

  const csv = await run(['export', root, '--format', 'csv', '--out', 'a.csv', '--json']);
  assert.equal(csv.code, 0, csv.stderr);
  assert.deepEqual(JSON.parse(csv.stdout), { out: join(out, 'a.csv'), images: 3 });
  const lines = readFileSync(join(out, 'a.csv'), 'utf8').split('\n');
  assert.match(lines[1]!, /^train\/a\/1\.png,b,train,odd,64,64,png,/);
  await failure(3, /a\.csv exists already/, '--format', 'csv', '--out', 'a.csv');
  assert.equal((await run(['export', root, '-f', 'csv', '-o', 'a.csv', '--force', '--tag', 'odd'])).code, 0);
  assert.equal(readFileSync(join(out, 'a.csv'), 'utf8').split('\n').length, 3, 'a header, one image and the end');

  const named = await run(
    ['export', root, '-f', 'imagefolder', '-o', 'classes', '--images', '-', '--class', 'a', '--class', 'b'],
    'train/a/1.png\ntrain/a/2.png\n',
  );
  assert.match(named.stdout, /^2 images exported to .*classes in/, named.stderr);
  assert.deepEqual(readdirSync(join(out, 'classes/train')), ['a', 'b']);
  await failure(2, /There is no format "xml" to export to; choose one of csv,/, '-f', 'xml', '-o', 'a.xml');
});
