import assert from 'node:assert/strict';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { changedFiles } from '../../../src/engine/curation/changedFiles.ts';
import { repositoryPrefix } from '../../../src/engine/curation/git.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';
import { copies, repository } from './repository.ts';

/** A picture that is in train and test, and others. */
async function leak(context: TestContext) {
  const made = await copies(context);
  const { root, commit, check } = made;
  rmSync(join(root, 'a'), { recursive: true });
  for (let i = 0; i < 4; i++) write(root, `train/x/${i}.png`, await shade([30 + 50 * i, 90, 120], i));
  write(root, 'test/x/0.png', await shade([30, 90, 120], 0));
  commit();
  const found = async (since = 'HEAD') => {
    const { findings, notices } = await check({ since, only: ['leak', 'unreadable'] });
    const unknown = notices.filter(({ code }) => code === ErrorCode.ChangesUnknown);
    return [...findings.map(({ kind, path }) => `${kind} ${path}`), ...unknown.map(({ message }) => message)];
  };
  const move = (from: string, to: string) => {
    renameSync(join(root, from), join(root, to));
  };
  return { ...made, found, move };
}

describe('a file that a branch has renamed', () => {
  it('is no change, whether git has been told of it or not', async (context) => {
    const { root, git, commit, found, move } = await leak(context);
    git('checkout', '--quiet', '-b', 'more');
    assert.deepEqual(await found('main'), []);
    move('train/x/0.png', 'train/x/new "ü".png');
    assert.deepEqual(await found('main'), []);
    commit();
    assert.deepEqual(await found('main'), []);
    // Both of them, to each other's name.
    write(root, 'train/x/1.png', await shade([30, 90, 120], 0));
    write(root, 'train/x/new "ü".png', await shade([80, 90, 120], 1));
    move('test/x/0.png', 'test/x/also new.png');
    assert.deepEqual(await found('main'), []);
  });

  it('is one in another class or split, and so is a copy, and the second of two', async (context) => {
    const { root, git, found, move } = await leak(context);
    write(root, 'train/x/copy.png', await shade([30, 90, 120], 0));
    assert.deepEqual(await found(), ['leak test/x/0.png'], 'a copy');
    rmSync(join(root, 'train/x/0.png'));
    assert.deepEqual(await found(), [], 'which is the only one then');
    write(root, 'train/x/copy again.png', await shade([30, 90, 120], 0));
    assert.deepEqual(await found(), ['leak test/x/0.png'], 'two of one');
    git('clean', '--quiet', '--force', 'train');
    git('checkout', '--quiet', 'train');
    write(root, 'train/y/keep.txt', '');
    move('train/x/0.png', 'train/y/0.png');
    assert.deepEqual(await found(), ['leak test/x/0.png'], 'another class');
    git('checkout', '--quiet', 'train');
    rmSync(join(root, 'train/y'), { recursive: true });
    write(root, 'validation/x/keep.txt', '');
    move('train/x/0.png', 'validation/x/0.png');
    assert.deepEqual(await found(), ['leak test/x/0.png'], 'another split');
  });

  it('is compared by the tables and decisions of then, in which it had its former name', async (context) => {
    const { root, commit, found, move } = await leak(context);
    write(root, '.likeness/config.json', '{"labels":{"source":"csv","file":"labels.csv"}}');
    const table = (name: string, rest = 'x,train') => {
      write(root, 'labels.csv', `path,class,split\ntest/x/0.png,x,test\ntrain/x/${name}.png,${rest}\n`);
    };
    const decided = (name: string, value: string) => {
      const line = { path: `train/x/${name}.png`, content: '', action: 'relabel', value, at: '2026-01-01' };
      write(root, '.likeness/decisions.jsonl', `${JSON.stringify(line)}\n`);
    };
    table('0');
    await found();
    commit();
    move('train/x/0.png', 'train/x/new.png');
    assert.deepEqual(await found(), ['leak test/x/0.png'], 'the table has no class for it any more');
    table('new');
    assert.deepEqual(await found(), []);
    table('new', 'y,train');
    assert.deepEqual(await found(), ['leak test/x/0.png'], 'another class');
    table('new');
    decided('new', 'y');
    assert.deepEqual(await found(), ['leak test/x/0.png'], 'by a decision');
    decided('new', 'x');
    assert.deepEqual(await found(), []);
    commit();
    decided('newer', 'x');
    table('newer');
    move('train/x/new.png', 'train/x/newer.png');
    assert.deepEqual(await found(), []);
  });

  it('takes its label along where that is in a file beside it', async (context) => {
    const { root, commit, found, move } = await leak(context);
    write(root, '.likeness/config.json', '{"labels":{"source":"yolo","file":"data.yaml"}}');
    write(root, 'data.yaml', 'train: train\ntest: test\nnames: [x, y]\n');
    for (const name of ['train/x/0', 'test/x/0']) write(root, `${name}.txt`, '0 0.5 0.5 1 1\n');
    await found();
    commit();
    move('train/x/0.png', 'train/x/new.png');
    assert.deepEqual(await found(), ['leak test/x/0.png']);
    move('train/x/0.txt', 'train/x/new.txt');
    assert.deepEqual(await found(), []);
    write(root, 'train/x/new.txt', '1 0.5 0.5 1 1\n');
    assert.deepEqual(await found(), ['leak test/x/0.png']);
  });
});

describe('files that git has not read', () => {
  const isAsked = /git hash-object/;
  /** What git has been asked while it was told what has changed. */
  const asked = async (context: TestContext, found: () => Promise<string[]>) => {
    const file = join(temporaryFolder(context), 'trace');
    process.env['GIT_TRACE'] = file;
    try {
      return { found: await found(), trace: readFileSync(file, 'utf8') };
    } finally {
      Reflect.deleteProperty(process.env, 'GIT_TRACE');
    }
  };

  it('are read only where one of them may be an image that is elsewhere no longer', async (context) => {
    const { root, commit, found, move } = await leak(context);
    write(root, 'notes.txt', 'one');
    commit();
    write(root, 'train/x/new.png', await shade([10, 200, 60], 7));
    write(root, 'train/x/new.txt', '0 0.5 0.5 1 1');
    write(root, 'notes.txt', 'more');
    assert.doesNotMatch((await asked(context, found)).trace, isAsked, 'a text that was changed');
    rmSync(join(root, 'train/x/3.png'));
    write(root, 'train/x/new.png', Buffer.concat([readFileSync(join(root, 'train/x/new.png')), Buffer.alloc(5_000)]));
    assert.doesNotMatch((await asked(context, found)).trace, isAsked, 'another size');
    move('train/x/0.png', 'train/x/renamed.png');
    const { found: leaks, trace } = await asked(context, found);
    assert.match(trace, isAsked);
    assert.deepEqual(leaks, []);
  });

  it('are read whatever their size where the repository has them in another form', async (context) => {
    const { root, git, commit, found, move } = await leak(context);
    git('config', 'filter.short.clean', 'git hash-object --stdin');
    git('config', 'filter.short.smudge', 'cat');
    write(root, '.gitattributes', '*.png filter=short\n');
    git('add', '--all', '--renormalize');
    commit();
    move('train/x/0.png', 'train/x/renamed.png');
    assert.deepEqual(await found(), []);
  });
});

describe('a repository in the folder of another', () => {
  it('that is a submodule is looked into', async (context) => {
    const { root, git, commit, found } = await leak(context);
    const inner = repository(context);
    write(inner.root, 'y/9.png', await shade([90, 30, 120], 9));
    inner.commit();
    git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, 'train/more');
    assert.deepEqual(await found(), [], 'a new one has nothing of its own that is a leak');
    commit();
    write(root, 'train/more/y/0.png', await shade([30, 90, 120], 0));
    assert.deepEqual(await found(), ['leak test/x/0.png'], 'not committed');
    write(root, 'train/more/y/empty.png', '');
    git('-C', 'train/more', 'add', '--all');
    git('-C', 'train/more', 'commit', '--quiet', '--message=more');
    const both = ['unreadable train/more/y/empty.png', 'leak test/x/0.png'];
    assert.deepEqual((await found()).sort(), both.sort(), 'not committed here');
    commit();
    assert.deepEqual(await found(), []);
    assert.deepEqual((await found('HEAD~1')).sort(), both.sort());
    git('-C', 'train/more', 'mv', 'y/0.png', 'y/new.png');
    assert.deepEqual(await found(), [], 'renamed');
  });

  it('that git can not compare counts as changed, which is told', async (context) => {
    const { root, git, commit, check, found } = await leak(context);
    write(root, 'train/more/y/0.png', await shade([30, 90, 120], 0));
    const inner = join(root, 'train/more');
    const within = (...args: string[]) =>
      git('-C', inner, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args);
    within('init', '--quiet');
    within('add', '--all');
    within('commit', '--quiet', '--message=images');
    const told = `train/more of ${root} is a git repository of its own, and nothing tells what of it has changed since HEAD, so that its image counts as changed; make it a submodule, and fetch its whole history.`;
    assert.deepEqual(await found(), ['leak test/x/0.png', told]);
    const { notices } = await check({ since: 'HEAD', folder: join(root, 'test') });
    assert.deepEqual(notices, [], 'of another folder nobody has asked');
    commit();
    assert.deepEqual(await found(), [], 'with the commit that it is at');
    rmSync(join(inner, '.git'), { recursive: true });
    within('init', '--quiet');
    within('add', '--all');
    within('commit', '--quiet', '--message=others');
    assert.deepEqual(await found(), ['leak test/x/0.png', told], 'the commit of then is gone');
    writeFileSync(join(root, '.gitignore'), '/train/again/\n');
    write(root, 'train/again/y/0.png', await shade([30, 90, 120], 0));
    git('-C', 'train/again', 'init', '--quiet');
    const ignored = (await found()).find((text) => text.startsWith('git ignores'));
    assert.match(String(ignored), /^git ignores 1 image of .* \("train\/again\/y\/0\.png"\)/);
  });

  it('that belongs to somebody else is told of with what to do', async (context) => {
    const { root } = await leak(context);
    process.env['GIT_TEST_ASSUME_DIFFERENT_OWNER'] = '1';
    context.after(() => Reflect.deleteProperty(process.env, 'GIT_TEST_ASSUME_DIFFERENT_OWNER'));
    const refusal = {
      code: ErrorCode.Usage,
      message: /^git tells nothing of .* belongs to another user; .*: git config --global --add safe\.directory \S+$/,
    };
    await assert.rejects(changedFiles(root, 'HEAD'), refusal);
    await assert.rejects(repositoryPrefix(root), refusal);
  });
});
