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

it('import takes vectors that --encoder finds by their name, and encoders lists and removes them', async (context) => {
  const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
  for (let i = 0; i < 3; i++) write(root, `a/${i}.png`, await shade([40 + 60 * i, 90, 120], i));
  const file = join(temporaryFolder(context), 'clip.jsonl');
  writeFileSync(
    file,
    [
      [1, 0],
      [0, 1],
      [1, 0.1],
    ]
      .map((vector, i) => `{"path":"a/${i}.png","vector":[${vector.join()}]}\n`)
      .join(''),
  );
  const run = (...args: string[]) => likeness(args, { cache });
  assert.equal((await run('index', root, '--encoder', 'pixels')).code, 0);
  const done = await run('import', file, root, '--name', 'mine');
  assert.match(done.stdout, /^Vectors of 3 images, 2 dimensions: --encoder mine-[0-9a-f]{8}\n$/);
  const json = JSON.parse((await run('import', file, root, '--name', 'mine', '--json')).stdout) as Record<
    string,
    unknown
  >;
  assert.deepEqual(Object.keys(json), ['matched', 'unmatched', 'columns', 'encoder']);
  const similar = await run('similar', join(root, 'a/0.png'), '--encoder', 'mine', '-k', '1');
  assert.match(similar.stdout, /^0\.995\d {2}a\/2\.png\n$/);
  assert.match(
    (await run('encoders', 'list', '--in', root)).stdout,
    /^mine-\w+ {2}mine, vectors of 2 dimensions, imported from clip\.jsonl; 3 vectors \(24 bytes\) in the index$/m,
  );
  for (let i = 3; i < 5; i++) write(root, `a/${i}.png`, await shade([40 + 40 * i, 30, 120], i));
  for (const command of [['select', '-n', '2'], ['split', '--all'], ['check']]) {
    const part = await run(...command, root, '--encoder', 'mine');
    assert.match(part.stderr, /^Note: 2 images have no vector of the encoder mine-\w+ and are left out; /m, command[0]);
    const whole = await run(...command, root, '--encoder', 'pixels');
    assert.deepEqual([whole.code, /no vector/.test(whole.stderr)], [0, false], command[0]);
  }
  assert.doesNotMatch((await run('encoders', 'remove', 'mine', '--in', root)).stdout, /mine/);
});
