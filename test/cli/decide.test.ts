import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { write } from '../engine/indexing/dataset.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { likeness } from './run.ts';

it('decide and tag write lines of decisions.jsonl, list them and take them back', async (context) => {
  const { root, told, run } = datasetOf(context, 'a.png', 'b.png');
  const [a, b] = [join(root, 'a.png'), join(root, 'b.png')];
  assert.deepEqual(await run('tag', 'blurry', a, b), { changed: ['a.png', 'b.png'] });
  assert.deepEqual(await run('decide', 'relabel', 'cat', a), { changed: ['a.png'] });
  await run('decide', 'same', b, a);
  await run('tag', 'blurry', a, '--undo');
  const lines = readFileSync(join(root, '.likeness/decisions.jsonl'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { path: string; action: string }).action),
    ['relabel', 'same', 'tag'],
  );
  const { decisions, pairs } = (await run('decide', 'list', root)) as {
    decisions: readonly { path: string }[];
    pairs: readonly { path: string; with: string; action: string }[];
  };
  assert.deepEqual(
    decisions.map(({ path }) => path),
    ['a.png', 'b.png'],
  );
  const shown = await told('decide', 'list', root);
  assert.match(
    shown.stdout,
    /^a\.png: relabel cat \(20.*\)\nb\.png: tag blurry.*\na\.png and b\.png: same \(20.*\)\n$/,
  );
  assert.deepEqual(
    pairs.map(({ path, with: other, action }) => [path, other, action]),
    [['a.png', 'b.png', 'same']],
  );
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
  // From the folder above, a dataset in it that may be meant is named instead of another one being made up.
  const above = temporaryFolder(context);
  write(above, 'photos/.likeness/config.json', '{}');
  write(above, 'photos/a.png', 'a');
  for (const args of [
    ['decide', 'undo'],
    ['tag', 'x', '--where', 'class:cat'],
  ]) {
    const { code, stderr } = await likeness(args, { cache, cwd: above });
    assert.deepEqual(
      [code, /has no index, but photos in it has one; name that folder/.test(stderr)],
      [3, true],
      stderr,
    );
  }
  const outside = await likeness(['tag', 'x', join(root, 'a.png'), join(other, 'a.png')], { cache });
  assert.equal(outside.code, 3);
  assert.match(outside.stderr, /a\.png/);
});

it('decide refuses a folder, and an image as its own partner', async (context) => {
  const { root, told } = datasetOf(context, 'a.png', 'cats/b.png');
  for (const [args, sentence] of [
    [['decide', 'exclude', join(root, 'cats')], /cats is a folder, and decisions are about single images/],
    [['tag', 'x', root], /is a folder, and decisions are about single images/],
    [['quarantine', 'add', join(root, 'cats')], /cats is a folder, and decisions are about single images/],
    [['decide', 'same', join(root, 'a.png'), join(root, 'cats/../a.png')], /a\.png is named twice/],
  ] as const) {
    const { code, stderr } = await told(...args);
    assert.deepEqual([code, sentence.test(stderr)], [2, true], `${args.join(' ')}: ${stderr}`);
  }
  assert.ok(!existsSync(join(root, '.likeness/decisions.jsonl')));
});

it('decide keeps images and undoes, redoes and shows its steps', async (context) => {
  const { root, run, told } = datasetOf(context, 'a.png', 'b.png');
  await run('decide', 'keep', join(root, 'a.png'));
  await run('decide', 'exclude', join(root, 'b.png'));
  assert.match((await told('decide', 'list', root)).stdout, /^a\.png: keep \(.*\)\nb\.png: exclude/);
  const undone = (await run('decide', 'undo', root)) as { step: { title: string }; changed: readonly string[] };
  assert.deepEqual([undone.step.title, undone.changed], ['Exclude 1 image', ['b.png']]);
  assert.match(
    (await told('decide', 'history', root)).stdout,
    /^20\S+ Keep 1 image\n20\S+ Exclude 1 image \(undone\)\n$/,
  );
  assert.match((await told('decide', 'redo', root)).stdout, /^Done again: “Exclude 1 image”\.\n$/);
  for (let i = 0; i < 2; i++) await run('decide', 'undo', root);
  assert.equal((await told('decide', 'undo', root)).stdout, 'There is nothing to undo.\n');
  const { steps } = (await run('decide', 'history', root)) as { steps: readonly { undone: boolean }[] };
  assert.deepEqual(
    steps.map(({ undone: isUndone }) => isUndone),
    [true, true],
  );
});

it('decide check tells what is wrong with lines, and tidy puts them in order when it is told to', async (context) => {
  const { root, run, told } = datasetOf(context, 'a.png', 'b.png');
  assert.equal((await told('decide', 'check', root)).stdout, 'All decisions make sense.\n');
  const line = (path: string, action: string) => JSON.stringify({ path, content: '', action, at: '2026' });
  const lines = [
    '<<<<<<< ours',
    line('b.png', 'keep'),
    '=======',
    line('b.png', 'exclude'),
    '>>>>>>> theirs',
    line('a.png', 'keep'),
  ];
  write(root, '.likeness/decisions.jsonl', `${lines.join('\n')}\n`);
  const check = await told('decide', 'check', root);
  assert.equal(check.code, 1);
  assert.match(
    check.stdout,
    /decisions\.jsonl:1: A merge conflict is open up to line 5.*\n.*:4: b\.png is "exclude" here and "keep" in line 2/,
  );
  const read = () => readFileSync(join(root, '.likeness/decisions.jsonl'), 'utf8');
  assert.match(
    (await told('decide', 'tidy', root)).stdout,
    /would be sorted, without 3 lines of merge conflicts; --write does so\.\n/,
  );
  assert.ok(read().includes('<<<<<<<'));
  const tidied = (await run('decide', 'tidy', '--write', root)) as Record<string, unknown>;
  assert.deepEqual([tidied['written'], tidied['markers'], (tidied['problems'] as unknown[]).length], [true, 3, 1]);
  // The two contradictory lines keep their order: the last one is in force.
  assert.deepEqual(read(), `${[line('a.png', 'keep'), line('b.png', 'keep'), line('b.png', 'exclude')].join('\n')}\n`);
});

it('quarantine sets files aside, lists them and brings them back', async (context) => {
  const { root, run, told } = datasetOf(context, 'cats/a.png', 'cats/a.txt', 'cats/b.png');
  const [a, b] = [join(root, 'cats/a.png'), join(root, 'cats/b.png')];
  const added = await told('quarantine', 'add', a, b);
  assert.equal(added.stdout, '2 images set aside.\n');
  assert.match(added.stderr, /label file cats\/a\.txt of an image that was moved stays/);
  assert.ok(!existsSync(a));
  const { quarantined } = (await run('quarantine', 'list', root)) as {
    quarantined: readonly { path: string; at: string }[];
  };
  assert.deepEqual(
    quarantined.map(({ path, at }) => [path, at]),
    [
      ['cats/a.png', '.likeness/quarantine/cats/a.png'],
      ['cats/b.png', '.likeness/quarantine/cats/b.png'],
    ],
  );
  assert.equal((await told('quarantine', 'restore', a)).stdout, '1 image brought back.\n');
  assert.ok(existsSync(a));
  const twice = await told('quarantine', 'restore', a);
  assert.equal(twice.code, 3);
  assert.match(twice.stderr, /No file of the path cats\/a\.png is set aside/);
  write(root, 'cats/b.png', 'new');
  const taken = await told('quarantine', 'restore', b);
  assert.equal(taken.code, 3);
  assert.match(taken.stderr, /b\.png exists already/);
  assert.equal((await told('quarantine', 'remove', b)).code, 2);
  assert.match((await told('decide', 'list', root)).stdout, /^cats\/b\.png: quarantine/);
});

function datasetOf(context: TestContext, ...images: readonly string[]) {
  const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
  for (const image of images) write(root, image, image);
  write(root, '.likeness/config.json', '{}');
  const told = (...args: string[]) => likeness(args, { cache });
  const run = async (...args: string[]) => {
    const done = await told(...args, '--json');
    assert.equal(done.code, 0, done.stderr);
    return JSON.parse(done.stdout) as unknown;
  };
  return { root, told, run };
}
