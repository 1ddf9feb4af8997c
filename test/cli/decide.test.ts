import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { write } from '../engine/indexing/dataset.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { likeness } from './run.ts';

it('decide and tag write lines of decisions.jsonl, list them and take them back', async (context) => {
  const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
  for (const path of ['a.png', 'b.png', '.likeness/config.json'])
    write(root, path, path.endsWith('json') ? '{}' : path);
  const [a, b] = [join(root, 'a.png'), join(root, 'b.png')];
  const run = async (...args: string[]) => {
    const done = await likeness([...args, '--json'], { cache });
    assert.equal(done.code, 0, done.stderr);
    return JSON.parse(done.stdout) as unknown;
  };
  assert.deepEqual(await run('tag', 'blurry', a, b), { changed: ['a.png', 'b.png'] });
  assert.deepEqual(await run('decide', 'relabel', 'cat', a), { changed: ['a.png'] });
  await run('decide', 'same', b, a);
  await run('tag', 'blurry', a, '--undo');
  const lines = readFileSync(join(root, '.likeness/decisions.jsonl'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { path: string; action: string }).action),
    ['relabel', 'same', 'tag'],
  );
  const { decisions } = (await run('decide', 'list', root)) as { decisions: readonly { path: string }[] };
  assert.deepEqual(
    decisions.map(({ path }) => path),
    ['a.png', 'b.png'],
  );
  const shown = await likeness(['decide', 'list', root], { cache });
  assert.match(shown.stdout, /^a\.png: relabel cat \(20.*\)\nb\.png: tag blurry/);
});

it('decide says how it is used, and refuses images of another dataset', async (context) => {
  const [root, other, cache] = [temporaryFolder(context), temporaryFolder(context), temporaryFolder(context)];
  for (const folder of [root, other]) {
    write(folder, 'a.png', 'a');
    write(folder, '.likeness/config.json', '{}');
  }
  for (const args of [
    ['decide'],
    ['decide', 'fold', 'a'],
    ['decide', 'relabel', 'cat'],
    ['tag', 'x'],
    ['decide', 'same', 'a'],
  ]) {
    const { code, stderr } = await likeness(args, { cache });
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, /^Usage: likeness (decide|tag) /);
  }
  const alone = join(temporaryFolder(context), 'a.png');
  const none = await likeness(['tag', 'x', alone], { cache });
  assert.equal(none.code, 3);
  assert.match(none.stderr, /has no index yet/);
  const outside = await likeness(['tag', 'x', join(root, 'a.png'), join(other, 'a.png')], { cache });
  assert.equal(outside.code, 3);
  assert.match(outside.stderr, /a\.png/);
});
