import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import type { CheckReport } from '../../src/protocol/check.ts';
import { write } from '../engine/indexing/dataset.ts';
import { shade } from '../engine/labels/shades.ts';
import { temporaryFolder } from '../temporaryFolder.ts';
import { likeness } from './run.ts';

it('check lists findings, and ends with 1 where told to fail on them', async (context) => {
  const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
  for (let i = 0; i < 6; i++) write(root, `train/a/${i}.png`, await shade([40 + 30 * i, 90, 120], i));
  write(root, 'test/a/copy.png', await shade([40, 90, 120], 0));
  write(root, 'train/a/broken.png', 'nothing');
  const run = (...args: string[]) => likeness(['check', root, '--encoder', 'pixels', ...args], { cache });
  const shown = await run();
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /^7 images of .*: \d+ findings$/m);
  assert.match(shown.stdout, /^error leak: 1\n {2}test\/a\/copy\.png ↔ train\/a\/0\.png: Also in "train"/m);
  assert.match(shown.stdout, /^error unreadable: 1\n {2}train\/a\/broken\.png (?!.*broken\.png)/m);
  const told = await run('--only', 'leak,exact-duplicate', '--fail-on', 'leak', '--json');
  assert.equal(told.code, 1, told.stderr);
  const decide = (...args: string[]) => likeness(['decide', 'ignore', ...args, '--in', root], { cache });
  const unknown = await decide('f00');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /nothing of the id "f00"/);
  const { findings, counts } = JSON.parse(told.stdout) as CheckReport;
  assert.deepEqual(counts, { leak: 1, 'exact-duplicate': 1 });
  assert.deepEqual(Object.keys(findings[0]!), [
    'id',
    'kind',
    'severity',
    'path',
    'score',
    'related',
    'message',
    'best',
    'measured',
  ]);
  assert.equal((await run('--only', 'exact-duplicate', '--fail-on', 'error')).code, 0, 'a warning is no error');
  assert.equal((await run('--only', 'exact-duplicate', '--fail-on', 'warning')).code, 1);
  assert.match((await decide(findings[0]!.id)).stdout, /^1 finding changed\.$/m);
  assert.equal((await run('--only', 'leak', '--fail-on', 'leak')).code, 0, 'what is no issue fails nothing');
  assert.match((await decide(findings[0]!.id, '--undo')).stdout, /^1 finding changed\.$/m);
  write(root, 'train/a/0.jpg', await shade([40, 90, 120], 0, 'jpeg'));
  for (const file of ['c/3.png', 'd/3.png', 'd/4.png', 'd/4 again.png']) {
    write(root, `train/${file}`, await shade([20, 90 + 20 * Number(/\d/.exec(file)), 220], 9));
  }
  const mixed = await run('--only', 'exact-duplicate');
  assert.match(mixed.stdout, /^exact-duplicate: 3 \(1 error, 2 warnings\)\n {2}train\//m);
  for (const folder of ['c', 'd']) rmSync(join(root, 'train', folder), { recursive: true });
  const near = await run('--only', 'near-duplicate');
  assert.match(near.stdout, /^warning near-duplicate: 1 \(threshold 0\.8 of the usual distance, for crops\)$/m);
  for (const args of [['--only', 'nonsense'], ['--fail-on', 'sometimes'], ['elsewhere']]) {
    assert.equal((await run(...args)).code, 2, args.join(' '));
  }
});

it('check ends as failed with --fail-on where labels are missing, and says so in every document', async (context) => {
  const [root, cache, out] = [temporaryFolder(context), temporaryFolder(context), temporaryFolder(context)];
  for (let i = 0; i < 4; i++) write(root, `${i}.png`, await shade([40 + 30 * i, 90, 120], i));
  write(root, 'copy.png', await shade([40, 90, 120], 0));
  const rows = 'path,class,split\n0.png,a,train\n1.png,a,train\ncopy.png,a,test\n';
  const run = (...args: string[]) => likeness(['check', root, '--encoder', 'pixels', ...args], { cache });
  write(root, '.likeness/config.json', '{"threshold":{"dark":1}}');
  assert.match((await run('--only', 'dark')).stderr, /^Note: "threshold" in .* did you mean "thresholds"\?$/m);
  write(root, '.likeness/config.json', '{"labels":{"source":"csv","file":"labels.csv"}}');
  const leak = ['--only', 'leak', '--fail-on', 'error'];
  write(root, 'labels.csv', rows);
  assert.equal((await run(...leak)).code, 1);
  write(root, 'labels.csv', `${rows}1.png,b,train\n`);
  const contradictory = await run(...leak, '--json');
  assert.equal(contradictory.code, 3, 'whatever else is found');
  const { counts, notices } = JSON.parse(contradictory.stdout) as CheckReport;
  assert.deepEqual(counts, { leak: 1 }, 'one row costs one label');
  assert.match(
    notices[0]!.message,
    /labels\.csv gives 1\.png two labels, "a" in line 3 and "b" in line 5, so that neither/,
  );
  rmSync(join(root, 'labels.csv'));
  const [markdown, junit] = [join(out, 'x.md'), join(out, 'x.xml')];
  const missing = await run(...leak, '--markdown', markdown, '--junit', junit);
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /labels\.csv doesn't exist.*\n.*ends as failed \(--fail-on\)/);
  assert.match(readFileSync(markdown, 'utf8'), /\*\*Something may be missing\.\*\* .*labels\.csv doesn't exist/);
  assert.match(readFileSync(junit, 'utf8'), /<error type="file-not-found"/);
  assert.equal((await run('--only', 'leak')).code, 0, 'nobody wants it to fail');
  assert.equal((await run('--only', 'dark', '--fail-on', 'info')).code, 0, 'labels have no part in it');
  for (const part of [
    ['--since', 'HEAD'],
    ['--where', 'path:0.png'],
  ]) {
    const refused = await run('--write-baseline', ...part);
    assert.deepEqual([refused.code, /^--write-baseline accepts all/.test(refused.stderr)], [2, true], part[0]);
  }
});

it('check tells in its report for code scanning where git keeps the place in the repository to itself', async (context) => {
  const [root, cache, out] = [temporaryFolder(context), temporaryFolder(context), temporaryFolder(context)];
  execFileSync('git', ['-C', root, 'init', '--quiet']);
  write(root, 'data/a/0.png', await shade([40, 90, 120], 0));
  write(root, 'data/b/0.png', await shade([40, 90, 120], 0));
  const sarif = join(out, 'x.sarif');
  const run = (env: Readonly<Record<string, string>>, ...args: string[]) =>
    likeness(['check', join(root, 'data'), '--encoder', 'pixels', ...args], { cache, env });
  const report = async (env: Readonly<Record<string, string>>) => {
    const { code, stderr } = await run(env, '--sarif', sarif);
    assert.equal(code, 0, stderr);
    return { stderr, text: readFileSync(sarif, 'utf8') };
  };
  const own = await report({});
  assert.match(own.text, /"uri": ?"data\/a\/0\.png"/);
  const theirs = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
  const other = await report(theirs);
  const told = /The paths in .*x\.sarif begin at .* git config --global --add safe\.directory /;
  assert.match(other.stderr, told);
  assert.match(other.text, told);
  const since = await run(theirs, '--since', 'HEAD');
  assert.equal(since.code, 2);
  assert.match(
    since.stderr,
    /belongs to another user; if you trust it, run: git config --global --add safe\.directory \S/,
  );
});

it('check lists what named images have a part in, as hooks before a commit name them', async (context) => {
  const [root, cache] = [temporaryFolder(context), temporaryFolder(context)];
  for (let i = 0; i < 4; i++) write(root, `a/${i}.png`, await shade([40 + 30 * i, 90, 120], i));
  for (const copy of ['a/copy.png', 'b/copy.png']) write(root, copy, await shade([40, 90, 120], 0));
  write(root, 'a/broken.png', 'nothing');
  write(root, 'notes.txt', 'no image');
  const run = (...args: string[]) => likeness(['check', ...args], { cache, cwd: root });
  const early = await run('a/0.png');
  assert.equal(early.code, 3, 'no dataset is made of the folder of an image');
  const told =
    /The dataset of \S+0\.png has no index yet; run "likeness index" on all of its folder, such as (\S+), rather/;
  assert.equal(told.exec(early.stderr)?.[1], realpathSync(root), 'nor told to be');
  const within = await likeness(['check', '0.png'], { cache, cwd: join(root, 'a') });
  assert.match(within.stderr, /on all of its folder, rather than on one in it/);
  assert.equal((await run('.', '--encoder', 'pixels')).code, 0);
  const named = await run('a/broken.png', 'a/1.png', 'notes.txt', '--only', 'unreadable,exact-duplicate', '--json');
  const { findings } = JSON.parse(named.stdout) as CheckReport;
  assert.deepEqual(
    findings.map(({ path }) => path),
    ['a/broken.png'],
  );
  assert.match(named.stderr, /1 of the named files is no image of .* \("notes\.txt"\).* of it; it may/);
  write(root, 'more.txt', 'none either');
  const two = await run('notes.txt', 'more.txt', 'a/1.png');
  assert.match(two.stderr, /2 of the named files are no images of .* of them; they may be excluded/);
  assert.equal((await run('a/1.png', '--only', 'exact-duplicate', '--fail-on', 'info')).code, 0);
  assert.equal((await run('b/copy.png', '--only', 'exact-duplicate', '--fail-on', 'info')).code, 1);
  for (const [args, code, why] of [
    [['a/0.jpg'], 3, /0\.jpg doesn't exist/],
    [['c'], 3, /c is not a folder that can be opened/],
    [['a/1.png', 'a/0.jpg'], 3, /0\.jpg doesn't exist/],
    [['a/1.png', 'b'], 2, /one folder, or image files/],
    [['a/1.png', '--where', 'path:b'], 2, /one or the other/],
    [['a/1.png', '--write-baseline'], 2, /--write-baseline accepts all/],
  ] as const) {
    const refused = await run(...args);
    assert.deepEqual([refused.code, why.test(refused.stderr)], [code, true], `${args.join(' ')}: ${refused.stderr}`);
  }
});

it('check writes its reports and baselines over nothing that people have', async (context) => {
  const [root, cache, out] = [temporaryFolder(context), temporaryFolder(context), temporaryFolder(context)];
  for (let i = 0; i < 3; i++) write(root, `a/${i}.png`, await shade([40 + 30 * i, 90, 120], i));
  write(root, '.likeness/config.json', '{"labels":{"source":"csv","file":"labels.csv"}}');
  write(root, 'labels.csv', 'path,class\na/0.png,a\n');
  const run = (...args: string[]) => likeness(['check', root, '--encoder', 'pixels', ...args], { cache });
  for (const file of ['a/0.png', '.likeness/config.json', 'labels.csv', 'a'].map((path) => join(root, path))) {
    const before = file.endsWith('a') ? '' : readFileSync(file, 'utf8');
    for (const option of ['--sarif', '--junit', '--markdown', '--baseline']) {
      const refused = await run(option, file, ...(option === '--baseline' ? ['--write-baseline'] : []));
      assert.deepEqual([refused.code, /never replaced|is a folder/.test(refused.stderr)], [3, true], refused.stderr);
    }
    if (before !== '') assert.equal(readFileSync(file, 'utf8'), before, file);
  }
  write(root, '.likeness/empty.json', '');
  const empty = await run('--baseline', join(root, '.likeness/empty.json'), '--write-baseline');
  assert.match(empty.stderr, /empty\.json can't be written: .*takes no files but baselines/);
  const folder = await run('--baseline', join(root, 'a'));
  assert.deepEqual(
    [folder.code, /a is a folder, where a file is wanted/.test(folder.stderr)],
    [3, true],
    folder.stderr,
  );
  for (const file of [join(root, '.likeness/ci.json'), join(root, '.likeness/baseline.json'), join(out, 'b.json')]) {
    for (const again of ['first', 'again']) {
      const written = await run('--baseline', file, '--write-baseline');
      assert.equal(written.code, 0, `${again}: ${written.stderr}`);
    }
  }
  const report = join(out, 'x.sarif');
  for (const again of ['first', 'again']) assert.equal((await run('--sarif', report)).code, 0, again);
});
