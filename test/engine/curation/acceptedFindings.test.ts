import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { changedFiles, repositoryPrefix } from '../../../src/engine/curation/changedFiles.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import type { CheckRequest } from '../../../src/protocol/check.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';
import { job } from '../training/job.ts';

function repository(context: TestContext) {
  const root = temporaryFolder(context);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      stdio: 'pipe',
    });
  git('init', '--quiet', '--initial-branch=main');
  const commit = () => {
    git('add', '--all');
    git('commit', '--quiet', '--message=images');
  };
  return { root, git, commit };
}

async function copies(context: TestContext) {
  const { root, git, commit } = repository(context);
  for (let i = 0; i < 4; i++) write(root, `a/${i}.png`, await shade([30 + 50 * i, 90, 120], i));
  write(root, 'a/first again.png', await shade([30, 90, 120], 0));
  commit();
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  const check = (request: Partial<CheckRequest> = {}) =>
    engine.check({ folder: root, encoder: 'pixels', only: ['exact-duplicate'], ...request }, job());
  return { root, git, commit, engine, check };
}

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
    assert.ok((await changedFiles(join(root, 'b'), 'main')).has('fourth again.png'), 'relative to the dataset');
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
    assert.deepEqual([...(await changedFiles(join(other, 'a'), 'HEAD'))], ['third.png']);
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
    await refused(root, 'nowhere', /git can't tell|knows no revision/);
    await refused(root, '--output=x', /is no revision/);
    await refused(temporaryFolder(context), 'main', /no git repository/);
  });
});
