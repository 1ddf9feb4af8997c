import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { Engine } from '../../src/engine/engine.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import { write } from '../engine/indexing/dataset.ts';
import { shade } from '../engine/labels/shades.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { likeness } from './run.ts';

it('import takes columns into the index, which the map can be coloured by, and takes them out again', async (context) => {
  const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
  for (let i = 0; i < 3; i++) write(root, `a/${i}.png`, await shade([40 + 60 * i, 90, 120], i));
  const table = join(temporaryFolder(context), 'table.csv');
  writeFileSync(table, 'path,loss,site\na/0.png,0.25,north\na/2.png,3,south\na/9.png,1,south\n');
  const run = (...args: string[]) => likeness(args, { cache });
  const early = await run('import', table, root);
  assert.equal(early.code, 3);
  assert.match(early.stderr, /has no index yet/);
  assert.equal((await run('index', root, '--encoder', 'pixels')).code, 0);
  const done = await run('import', table, root, '--json');
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(JSON.parse(done.stdout), { matched: 2, unmatched: ['a/9.png'], columns: ['loss', 'site'] });
  const engine = new Engine({ ...engineOptions(), cacheFolder: cache });
  context.after(() => engine.dispose());
  const imported = async () => {
    const columns = await engine.maps.columns({ root, paths: ['a/0.png', 'a/1.png', 'a/2.png'] });
    return columns.filter(({ id }) => id.startsWith('imported:'));
  };
  const [loss, site] = await imported();
  assert.deepEqual(loss?.kind === 'number' && [...loss.values], [0.25, Number.NaN, 3]);
  assert.deepEqual(site?.kind === 'category' && [site.names, [...site.codes]], [
    ['north', 'south'],
    [0, -1, 1],
  ]);
  assert.equal((await run('import', '--remove', 'site', root)).code, 0);
  assert.deepEqual(
    (await imported()).map(({ name }) => name),
    ['loss'],
  );
  const again = await run('import', '--remove', 'site', root);
  assert.deepEqual([again.code, /no imported column "site"/.test(again.stderr)], [2, true]);
  writeFileSync(table, 'path,loss\nelsewhere.png,1\n');
  const none = await run('import', table, root);
  assert.match(none.stderr, /names no image of .*; its first row names "elsewhere\.png"/);
});
