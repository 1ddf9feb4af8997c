import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { shadesDataset } from '../engine/export/shadesDataset.ts';
import { write } from '../engine/indexing/dataset.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { likeness } from './run.ts';

describe('filters on the command line', () => {
  it('list prints the paths that match, tells the counts beside them, and what there is to filter by', async (context) => {
    const { root, run, document } = await dataset(context);
    const plain = await run('list', root, '--where', 'class:blue -tag:odd');
    assert.equal(plain.stdout, 'train/blue/0.png\ntrain/blue/1.png\n');
    assert.match(plain.stderr, /2 of 7 images/);
    assert.deepEqual(await document('list', join(root, 'train'), '--where', 'no:tag class:red'), {
      root,
      paths: ['train/red/0.png', 'train/red/1.png'],
      of: 5,
    });
    assert.equal(((await document('list', root)) as { paths: string[] }).paths.length, 7);
    const fields = await run('list', root, '--fields');
    assert.match(fields.stdout, /^class: Class\n {2}blue {2}3\n {2}red {2}3\n/);
    const none = await run('list', root, '--where', 'class:bleu');
    assert.deepEqual([none.code, none.stdout], [0, '']);
    assert.match(none.stderr, /did you mean “blue”\?/);
  });

  it('list an image a line, also where its name has a line break or commands for a terminal', async (context) => {
    if (process.platform === 'win32') return;
    const { root, run, document } = await dataset(context);
    const name = 'odd/a\n::error::b\u001b]0;c\u0007.png';
    write(root, name, readFileSync(join(root, 'loose.png')));
    assert.equal((await run('index', root)).code, 0);
    const listed = await run('list', root, '--where', 'path:odd');
    assert.equal(listed.stdout, 'odd/a\\n::error::b\\x1b]0;c\\x07.png\n');
    assert.deepEqual(((await document('list', root, '--where', 'path:odd')) as { paths: string[] }).paths, [name]);
    const refused = await run('similar', join(root, `${name}x`));
    assert.match(refused.stderr, /^[^\n\u001b]*a\\n::error::b\\x1b[^\n\u001b]*\n$/);
  });

  it('refuse what is not understood as wrong use, with the word', async (context) => {
    const { root, run } = await dataset(context);
    for (const args of [
      ['list', root, '--where', 'clas:red'],
      ['export', root, '-f', 'csv', '-o', join(root, 'x.csv'), '--where', 'clas:red'],
      ['tag', 'x', '--in', root, '--where', 'clas:red'],
    ]) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, /“clas” is nothing to filter by; did you mean “class”\?/);
    }
    const { code, stderr } = await run('select', root, '-n', '1', '--where', 'class:bleu');
    assert.equal(code, 3);
    assert.match(stderr, /No image of .* matches class:bleu\. No image has the class “bleu”; did you mean “blue”\?/);
  });

  it('do nothing by labels or splits that nobody could read, and list with a note', async (context) => {
    const { root, run } = await dataset(context);
    write(root, '.likeness/config.json', '{"labels":{"source":"csv","file":"labels.csv"},"splits":{"file":"s.csv"}}');
    write(root, 'labels.csv', 'path,label\n"train/red/0.png,red\n');
    const unread = /labels\.csv can't be used for labels/;
    const listed = await run('list', root, '--where', 'no:class');
    assert.deepEqual([listed.code, unread.test(listed.stderr)], [0, true], listed.stderr);
    for (const filter of ['no:class', '-class:red', 'red', 'split:train']) {
      const refused = await run('decide', 'exclude', '--in', root, '--where', filter);
      assert.deepEqual([refused.code, /nothing is done with them: .*csv/.test(refused.stderr)], [3, true], filter);
    }
    const tagged = await run('tag', 'x', '--in', root, '--where', 'path:train/blue');
    assert.deepEqual([tagged.code, tagged.stdout], [0, '2 images changed.\n'], 'paths are known all the same');
    write(root, 'labels.csv', 'path,label\ntrain/red/0.png,red\n');
    assert.equal((await run('tag', 'x', '--in', root, '--where', 'class:red')).code, 0, 'classes are known again');
    const splits = await run('select', root, '-n', '1', '--where', 'split:train');
    assert.deepEqual([splits.code, /s\.csv doesn't exist/.test(splits.stderr)], [3, true], splits.stderr);
    const out = await run('export', root, '-f', 'csv', '-o', join(root, 'x.csv'), '--split', 'train');
    assert.deepEqual([out.code, /s\.csv doesn't exist/.test(out.stderr)], [3, true], out.stderr);
    const similar = await run('similar', join(root, 'loose.png'), '--split', 'train');
    assert.deepEqual([similar.code, /Note: .*s\.csv doesn't exist/.test(similar.stderr)], [0, true], similar.stderr);
  });

  it('may begin with a minus, as what is to be left out does', async (context) => {
    const { root, run } = await dataset(context);
    const listed = await run('list', root, '--where', '-class:red -no:class', '--json');
    assert.equal((JSON.parse(listed.stdout) as { paths: string[] }).paths.length, 3, listed.stderr);
    const saved = await run('views', 'save', 'rest', '-tag:odd', root);
    assert.equal(saved.stdout, 'rest: -tag:odd (6 images)\n', saved.stderr);
    assert.equal((await run('views', 'list', root, '--json')).code, 0);
    const missing = await run('select', root, '--where', '-n', '1');
    assert.deepEqual([missing.code, /--where/.test(missing.stderr)], [2, true], 'an option is no filter');
    assert.equal((await run('views', 'list', root, '--nonsense')).code, 2);
  });

  it('views are saved, used with a filter besides, renamed and removed', async (context) => {
    const { root, run, document } = await dataset(context);
    assert.deepEqual(await document('views', 'save', 'blues', 'class:blue', root), {
      root,
      views: [{ name: 'blues', filter: 'class:blue', count: 3 }],
    });
    const { paths } = (await document('list', root, '--view', 'blues', '--where', 'tag:odd')) as { paths: string[] };
    assert.deepEqual(paths, ['train/red/2.png']);
    assert.equal((await run('views', 'rename', 'blues', 'sky', root)).stdout, 'sky: class:blue (3 images)\n');
    assert.match((await run('list', root, '--view', 'blues')).stderr, /no view “blues”; there is sky\./);
    const again = await run('views', 'save', 'sky', 'class:red', root);
    assert.deepEqual([again.code, again.stderr], [0, 'Note: The view “sky” was class:blue before.\n']);
    assert.equal((await run('views', 'save', 'sky', 'class:red', root)).stderr, '', 'nothing was lost');
    await run('views', 'save', 'odd', 'tag:odd', root);
    const taken = await run('views', 'rename', 'odd', 'sky', root);
    assert.deepEqual([taken.code, /a view “sky” already, of class:red/.test(taken.stderr)], [2, true], taken.stderr);
    assert.equal((await run('views', 'rename', 'odd', 'odd', root)).code, 0);
    await run('views', 'remove', 'odd', root);
    assert.equal((await run('views', 'remove', 'sky', root)).stdout, 'No view is saved.\n');
    const { code, stderr } = await run('views', 'save', 'x');
    assert.deepEqual([code, stderr.startsWith('Usage: likeness views list')], [2, true]);
  });

  it('say which images are tagged, excluded and exported', async (context) => {
    const { root, document } = await dataset(context);
    assert.deepEqual(await document('tag', 'sky', '--in', root, '--where', 'class:blue'), {
      changed: ['train/blue/0.png', 'train/blue/1.png', 'train/red/2.png'],
    });
    assert.deepEqual(await document('decide', 'exclude', '--in', root, '--where', 'tag:sky path:train/red'), {
      changed: ['train/red/2.png'],
    });
    assert.deepEqual(await document('tag', 'sky', '--in', root, '--where', 'tag:sky', '--undo'), {
      changed: ['train/blue/0.png', 'train/blue/1.png', 'train/red/2.png'],
    });
    const out = join(root, 'blue.jsonl');
    await document('export', root, '-f', 'jsonl', '-o', out, '--where', 'class:blue');
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { path: string }).path),
      ['train/blue/0.png', 'train/blue/1.png'],
    );
  });

  it('say which images are searched, chosen, laid out and told of', async (context) => {
    const { root, document, run } = await dataset(context);
    const where = ['--where', 'class:blue'];
    const similar = (await document('similar', join(root, 'loose.png'), ...where)) as { results: { path: string }[] };
    assert.deepEqual(similar.results.map(({ path }) => path).sort(), [
      'train/blue/0.png',
      'train/blue/1.png',
      'train/red/2.png',
    ]);
    const chosen = (await document('select', root, '-n', '2', ...where)) as { paths: string[] };
    assert.equal(chosen.paths.length, 2);
    assert.ok(chosen.paths.every((path) => similar.results.some((result) => result.path === path)));
    const points = async (...args: string[]) =>
      ((await document('map', root, '--method', 'pca', ...args)) as { points: { path: string; x: number }[] }).points;
    const [all, some] = [await points(), await points(...where)];
    assert.deepEqual(
      some.map(({ path }) => path),
      ['train/blue/0.png', 'train/blue/1.png', 'train/red/2.png'],
    );
    for (const { path, x } of some) assert.equal(x, all.find((point) => point.path === path)?.x);
    const findings = async (...args: string[]) =>
      ((await document('check', root, ...args)) as { findings: { path: string; related: { path: string }[] }[] })
        .findings;
    for (const { path, related } of await findings('--where', 'path:loose.png')) {
      assert.ok([path, ...related.map((other) => other.path)].includes('loose.png'));
    }
    assert.ok((await findings()).length > (await findings('--where', 'path:loose.png')).length);
    const baseline = await run('check', root, '--write-baseline', ...where);
    assert.equal(baseline.code, 2);
    const both = await run('export', root, '-f', 'csv', '-o', 'x.csv', '--images', '-', ...where);
    assert.match(both.stderr, /give one or the other/);
  });

  it('say which images are split: all others keep the split that they have', async (context) => {
    const { root, document, run } = await dataset(context);
    const split = async (...args: string[]) =>
      (await document('split', root, '--test', '1', ...args)) as {
        assignments: { path: string; split: string }[];
        kept: number;
      };
    const { assignments, kept } = await split('--where', 'class:blue', '--all', '--apply');
    assert.deepEqual(assignments, [
      { path: 'train/blue/0.png', split: 'test' },
      { path: 'train/blue/1.png', split: 'test' },
      { path: 'train/red/2.png', split: 'test' },
    ]);
    assert.equal(kept, 0);
    const { paths } = (await document('list', root, '--where', 'split:test')) as { paths: string[] };
    assert.deepEqual(paths, ['train/blue/0.png', 'train/blue/1.png', 'train/red/2.png']);
    const told = await run('split', root, '--where', 'class:blue');
    assert.match(told.stdout, /^3 images of .*, 3 of which keep the split that they have;/);
    assert.match(told.stdout, /^All images have a split; --all assigns them anew\.$/m);
    const none = await run('split', root, '--where', 'class:bleu');
    assert.match(none.stderr, /matches class:bleu\. No image has the class “bleu”/);
  });

  it('say what is trained on, and what gets a label', async (context) => {
    const { root, run } = await dataset(context);
    const plan = await run('train', 'pretrain', root, '--plan', '--where', 'split:train');
    // One of the five is excluded, and so few teach nothing.
    assert.match(plan.stderr, /There are 4 images to train on/);
    const label = await run('label', root, '--where', 'class:red');
    assert.match(label.stderr, /has a label/);
    const resume = await run('train', 'resume', 'x', '--where', 'class:red');
    assert.match(resume.stderr, /A filter means nothing to train resume/);
  });
});

async function dataset(context: TestContext) {
  const { root } = await shadesDataset(context);
  const cache = temporaryFolder(context);
  const run = (...args: string[]) => likeness(args, { cache });
  const document = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await run(...args, '--json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  return { root, run, document };
}
