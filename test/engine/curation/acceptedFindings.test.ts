import assert from 'node:assert/strict';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { changedFiles } from '../../../src/engine/curation/changedFiles.ts';
import { repositoryPrefix } from '../../../src/engine/curation/git.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';
import { copies } from './repository.ts';

describe('findings that are accepted', () => {
  it('are those of the baseline, until something is new', async (context) => {
    const { root, check } = await copies(context);
    const before = await check();
    assert.deepEqual([before.findings.length, before.accepted], [1, 0]);
    const accepted = await check({ writeBaseline: true });
    assert.deepEqual([accepted.findings.length, accepted.accepted], [0, 1]);
    const text = readFileSync(join(root, '.likeness/baseline.json'), 'utf8');
    assert.match(text, new RegExp(`"id":"${before.findings[0]!.id}","kind":"exact-duplicate"`));
    write(root, 'b/second again.png', await shade([80, 90, 120], 1));
    const after = await check();
    assert.deepEqual([after.findings.length, after.accepted], [1, 1]);
    assert.equal(after.findings[0]!.related.length, 1);
  });

  it('are those that a person has answered, but not what is left once an image was taken out', async (context) => {
    const { root, engine, check } = await copies(context);
    for (const name of ['dark', 'dark again']) write(root, `a/${name}.png`, await shade([4, 4, 4], 9));
    const found = async () => (await check({ only: ['dark'] })).findings.map(({ related }) => 1 + related.length);
    const { id, path } = (await check({ only: ['dark'] })).findings[0]!;
    assert.deepEqual(await found(), [2], 'both are one finding');
    const decide = (action: 'exclude' | 'keep') =>
      engine.decisions.take({ root, decisions: [{ paths: [path], decision: { action } }], finding: id });
    await decide('exclude');
    assert.deepEqual(await found(), [1]);
    await decide('keep');
    assert.deepEqual(await found(), []);
  });

  it('stay those of kinds that are not looked for, and are never taken from a part of a dataset', async (context) => {
    const { root, check } = await copies(context);
    const line = (id: string, kind: string) => JSON.stringify({ id, kind, path: 'x.png' });
    const baseline = (...lines: string[]) => {
      write(root, '.likeness/baseline.json', `{"findings":[${lines.join(',')}]}`);
    };
    const kinds = () => {
      const text = readFileSync(join(root, '.likeness/baseline.json'), 'utf8');
      return (JSON.parse(text) as { findings: { id: string; kind: string }[] }).findings.map(({ kind }) => kind);
    };
    baseline(line('1', 'small-class'), line('2', 'exact-duplicate'), '{"id":"3"}');
    const { accepted } = await check({ writeBaseline: true });
    assert.equal(accepted, 1);
    assert.deepEqual(kinds(), ['', 'exact-duplicate', 'small-class']);
    const text = readFileSync(join(root, '.likeness/baseline.json'), 'utf8');
    assert.ok(!text.includes('"id":"2"'), 'what is found no more is accepted no more');
    for (const part of [{ since: 'HEAD' }, { images: ['a/0.png'] }, { folder: join(root, 'a') }]) {
      await assert.rejects(check({ writeBaseline: true, ...part }), {
        code: ErrorCode.Usage,
        message:
          /^--write-baseline accepts all that is found in a whole data set, .*; leave --where, --view and --since out/,
      });
    }
    assert.equal(readFileSync(join(root, '.likeness/baseline.json'), 'utf8'), text);
    write(root, '.likeness/baseline.json', '<<<<<<< ours');
    await assert.rejects(check({ writeBaseline: true }), { code: ErrorCode.Usage, message: /is not a baseline/ });
  });

  it('are those that were answered with "ignore"', async (context) => {
    const { root, check } = await copies(context);
    const [finding] = (await check()).findings;
    const line = { path: finding!.path, content: '', action: 'ignore', finding: finding!.id, at: '2026-01-01' };
    writeFileSync(join(root, '.likeness/decisions.jsonl'), `${JSON.stringify(line)}\n`);
    const { findings, accepted } = await check();
    assert.deepEqual([findings, accepted], [[], 1]);
  });

  it('a baseline that is named has to be there, and to be one', async (context) => {
    const { root, check } = await copies(context);
    const baseline = join(root, 'other.json');
    await assert.rejects(check({ baseline }), { code: ErrorCode.FileNotFound });
    writeFileSync(baseline, '<<<<<<< ours');
    await assert.rejects(check({ baseline }), (error: Error & { code?: string }) => {
      assert.equal(error.code, ErrorCode.Usage);
      assert.match(error.message, /other\.json is not a baseline/);
      return true;
    });
  });
});

describe('what a branch has changed', () => {
  it('is what findings are listed of with --since', async (context) => {
    const { root, git, commit, check } = await copies(context);
    git('checkout', '--quiet', '-b', 'more');
    assert.equal((await check({ since: 'main' })).findings.length, 0);
    write(root, 'a/third ü.png', await shade([130, 90, 120], 2));
    commit();
    write(root, 'b/fourth again.png', await shade([180, 90, 120], 3));
    const { findings } = await check({ since: 'main' });
    const paths = findings.flatMap(({ path, related }) => [path, ...related.map((image) => image.path)]);
    assert.deepEqual(paths.sort(), ['a/2.png', 'a/3.png', 'a/third ü.png', 'b/fourth again.png']);
    assert.ok((await changedFiles(join(root, 'b'), 'main')).files.has('fourth again.png'), 'relative to the dataset');
  });

  it('is also what has another label or split by a line of a file, though no image has changed', async (context) => {
    const { root, commit, check } = await copies(context);
    const config = (value: unknown) => {
      write(root, '.likeness/config.json', JSON.stringify(value));
    };
    const labels = { labels: { source: 'csv', file: 'labels.csv' } };
    const table = (again: string) => {
      const rows = [0, 1, 2, 3].map((i) => `a/${i}.png,x,train`);
      write(root, 'labels.csv', `path,class,split\n${rows.join('\n')}\na/first again.png,${again}\n`);
    };
    config(labels);
    table('x,train');
    await check();
    commit();
    const found = async () => {
      const { findings, notices } = await check({ since: 'HEAD', only: ['leak', 'exact-duplicate'] });
      assert.deepEqual(notices, []);
      return findings.map(({ kind, severity }) => `${kind} ${severity}`);
    };
    assert.deepEqual(await found(), []);
    table('x,test');
    assert.deepEqual(await found(), ['leak error', 'exact-duplicate warning'], 'a table of labels');
    table('y,train');
    assert.deepEqual(await found(), ['exact-duplicate error'], 'another class');
    table('x,train');
    write(root, 'other.csv', 'unrelated\n');
    assert.deepEqual(await found(), []);
    config({ ...labels, splits: { test: ['a/first*'] } });
    assert.deepEqual(await found(), ['leak error', 'exact-duplicate warning'], 'patterns');
    write(root, 'splits.csv', 'path,split\na/first again.png,test\n');
    config({ ...labels, splits: { file: 'splits.csv' } });
    assert.deepEqual(await found(), ['leak error', 'exact-duplicate warning'], 'a table of splits');
    commit();
    assert.deepEqual(await found(), []);
    const decision = { path: 'a/0.png', content: '', action: 'relabel', value: 'z', at: '2026-01-01' };
    write(root, '.likeness/decisions.jsonl', `${JSON.stringify(decision)}\n`);
    assert.ok((await found()).includes('exact-duplicate error'), 'a decision');
    rmSync(join(root, '.likeness/decisions.jsonl'));
    write(root, 'labels.csv', '"');
    const broken = await check({ since: 'HEAD', only: ['leak'] });
    assert.deepEqual(
      broken.faults?.map(({ code }) => code),
      [ErrorCode.InvalidLabels],
    );
  });

  it('is told of labels of YOLO by image, or of all where their description is another one', async (context) => {
    const { root, commit, check } = await copies(context);
    write(root, '.likeness/config.json', '{"labels":{"source":"yolo","file":"data.yaml"}}');
    write(root, 'data.yaml', 'train: train.txt\nval: val.txt\nnames: [x, y]\n');
    write(root, 'train.txt', [0, 1, 2, 3].map((i) => `a/${i}.png\n`).join(''));
    write(root, 'val.txt', 'a/2.png\n');
    for (const name of ['0', '1', '2', '3', 'first again']) write(root, `a/${name}.txt`, '0 0.5 0.5 1 1\n');
    await check();
    commit();
    const since = () => check({ since: 'HEAD' });
    assert.deepEqual((await since()).findings, []);
    write(root, 'a/first again.txt', '1 0.5 0.5 1 1\n');
    assert.deepEqual((await since()).findings.length, 1);
    write(root, 'a/first again.txt', '0 0.5 0.5 1 1\n');
    write(root, 'val.txt', 'a/first again.png\n');
    const { findings, notices } = await since();
    assert.equal(findings.length, 1);
    assert.match(
      notices[0]!.message,
      /^val\.txt of .* is another one than at HEAD, .* so that all images count as changed\.$/,
    );
  });

  it('is unknown of what git ignores, which is told', async (context) => {
    const { root, check } = await copies(context);
    write(root, '.gitignore', '/b/\n/labels.csv\n');
    write(root, '.likeness/config.json', '{"labels":{"source":"csv","file":"labels.csv"}}');
    write(root, 'labels.csv', 'path,class\na/0.png,x\n');
    for (const i of [5, 6]) write(root, `b/${i}.png`, await shade([30, 90, 120], 0));
    const { notices } = await check({ since: 'HEAD' });
    assert.deepEqual(
      notices.map(({ code, message }) => [code, message.replaceAll(root, 'ROOT')]),
      [
        [
          ErrorCode.ChangesUnknown,
          'git ignores labels.csv of ROOT, so that nothing tells which labels and splits have changed since HEAD; have git track it.',
        ],
        [
          ErrorCode.ChangesUnknown,
          'git ignores 2 images of ROOT ("b/5.png", "b/6.png"), so that nothing tells whether they have changed since HEAD, and what only they have a part in is not listed; check without --since, with a baseline.',
        ],
      ],
    );
    const inA = await check({ since: 'HEAD', folder: join(root, 'a') });
    assert.equal(inA.notices.length, 1, 'of another folder nobody has asked');
  });

  it('is unknown of labels that a link out of the dataset leads to, which is told', async (context) => {
    const { root, commit, check } = await copies(context);
    const elsewhere = temporaryFolder(context);
    const table = (again: string) => `path,class,split\na/0.png,x,train\na/first again.png,x,${again}\n`;
    const found = async () => {
      const { findings, notices } = await check({ since: 'HEAD', only: ['leak'] });
      return [findings.length, ...notices.map(({ message }) => message.replaceAll(root, 'ROOT'))];
    };
    const unknown = (file: string) =>
      `${file} of ROOT leads to a file outside of the dataset by a link, so that nothing tells which labels and splits have changed since HEAD; put the file itself there, and have git track it.`;
    write(elsewhere, 'labels.csv', table('test'));
    symlinkSync(join(elsewhere, 'labels.csv'), join(root, 'labels.csv'));
    symlinkSync(elsewhere, join(root, 'folder'), 'junction');
    const config = (file: string, more = {}) => {
      write(root, '.likeness/config.json', JSON.stringify({ labels: { source: 'csv', file }, ...more }));
    };
    config('labels.csv');
    await check();
    commit();
    assert.deepEqual(await found(), [0, unknown('labels.csv')]);
    config('labels.csv', { exclude: ['*.tmp'] });
    assert.deepEqual(await found(), [0, unknown('labels.csv')], 'the configuration says nothing else of labels');
    config('labels.csv', { splits: { val: ['a/0.png'] } });
    assert.deepEqual(await found(), [1, unknown('labels.csv')], 'a pattern does');
    config('folder/labels.csv');
    commit();
    config('folder/labels.csv', { exclude: ['*.tmp'] });
    assert.deepEqual(await found(), [0, unknown('folder/labels.csv')]);
    config('folder', { exclude: ['*.tmp'] });
    const [none, ...told] = await found();
    assert.deepEqual([none, told.includes(unknown('folder'))], [0, true], 'what is no file at all stops nothing');
    config('labels.csv');
    commit();
    rmSync(join(root, 'labels.csv'));
    write(root, 'labels.csv', table('test'));
    const [findings, notice] = await found();
    assert.equal(findings, 1);
    assert.match(
      String(notice),
      /^labels\.csv of ROOT is another one than at HEAD, .* so that all images count as changed/,
    );
    commit();
    write(root, 'labels.csv', table('train'));
    commit();
    rmSync(join(root, 'labels.csv'));
    symlinkSync(join(elsewhere, 'labels.csv'), join(root, 'labels.csv'));
    assert.deepEqual(await found(), [1], 'what was a file is compared');
  });

  it('is told within a hook too, for which git names the repository and its index', async (context) => {
    const { root, git } = await copies(context);
    const folder = temporaryFolder(context);
    git('worktree', 'add', '--quiet', '-b', 'more', join(folder, 'other'));
    const other = join(folder, 'other');
    write(other, 'a/third.png', await shade([130, 90, 120], 2));
    const hook = { GIT_DIR: join(root, '.git/worktrees/other'), GIT_INDEX_FILE: '.git/index', GIT_PREFIX: '' };
    Object.assign(process.env, hook);
    context.after(() => {
      for (const name of Object.keys(hook)) Reflect.deleteProperty(process.env, name);
    });
    assert.deepEqual([...(await changedFiles(join(other, 'a'), 'HEAD')).files], ['third.png']);
    assert.equal(await repositoryPrefix(join(other, 'a')), 'a/');
    assert.equal(await repositoryPrefix(other), '');
  });

  it('lies nowhere where there is no repository', async (context) => {
    assert.equal(await repositoryPrefix(temporaryFolder(context)), '');
  });

  it('can only be told of a revision of a repository', async (context) => {
    const { root } = await copies(context);
    const refused = (folder: string, revision: string, message: RegExp) =>
      assert.rejects(changedFiles(folder, revision), (error: Error & { code?: string }) => {
        assert.equal(error.code, ErrorCode.Usage);
        assert.match(error.message, message);
        return true;
      });
    await refused(
      root,
      'nowhere',
      /^git knows no revision "nowhere" in .*; name a branch, tag or commit that is there/,
    );
    await refused(root, '', /^git knows no revision ""/);
    await refused(root, '--output=x', /is no revision/);
    await refused(temporaryFolder(context), 'main', /no git repository/);
  });
});
