import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { load } from 'js-yaml';
import { write } from '../engine/indexing/dataset.ts';
import { shade } from '../engine/labels/shades.ts';
import { temporaryFolder } from '../temporaryFolder.ts';

const readme = readFileSync(path.join(import.meta.dirname, '../../README.md'), 'utf8');
const cli = process.env['LIKENESS_TEST_CLI'] ?? path.resolve(import.meta.dirname, '../../src/cli/main.ts');
// What a graphics card would give isn't the same everywhere.
const quiet = { LIKENESS_PROVIDER: 'cpu', NODE_OPTIONS: '--disable-warning=ExperimentalWarning' };
const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];

/** The blocks of code of a language that hold a text; there is one. */
function example(language: string, holding: string): string {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code!);
  const found = blocks.filter((code) => code.includes(holding));
  assert.equal(found.length, 1, `${language} with ${holding}`);
  return found[0]!;
}

/** Lines of a shell that call the command line, which is here. */
function runnable(script: string): string {
  const calls = script.replaceAll('node path/to/likeness/dist/cli.js', `"${process.execPath}" "${cli}"`);
  assert.notEqual(calls, script);
  return calls;
}

/** A clone of a repository with images in `data`, on a branch of its own. */
async function clone(context: TestContext) {
  const folder = temporaryFolder(context);
  const [origin, root] = [path.join(folder, 'origin'), path.join(folder, 'clone')];
  const gitIn = (place: string, ...args: string[]) =>
    execFileSync('git', ['-C', place, ...identity, ...args], { stdio: 'pipe', encoding: 'utf8' }).trim();
  const git = (...args: string[]) => gitIn(root, ...args);
  mkdirSync(origin);
  gitIn(origin, 'init', '--quiet', '--initial-branch=main');
  for (let i = 0; i < 4; i++) write(origin, `data/train/a/${i}.png`, await shade([30 + 50 * i, 90, 120], i));
  writeFileSync(path.join(origin, '.gitignore'), '.likeness/index/\n');
  gitIn(origin, 'add', '--all');
  gitIn(origin, 'commit', '--quiet', '--message=images');
  gitIn(folder, 'clone', '--quiet', origin, root);
  git('checkout', '--quiet', '-b', 'more');
  /** An image in test that is in train already, else another one. */
  const add = async (isLeak: boolean): Promise<void> => {
    const picture = isLeak ? shade([80, 90, 120], 1) : shade([10, 200, 30], 9);
    write(root, `data/test/a/${isLeak ? 'again' : 'new'}.png`, await picture);
    git('add', 'data');
  };
  const environment = { ...process.env, ...quiet, LIKENESS_CACHE: path.join(folder, 'cache') };
  const shell = (script: string, variables: Readonly<Record<string, string>>) =>
    spawnSync('sh', ['-c', runnable(script)], { cwd: root, env: { ...environment, ...variables }, encoding: 'utf8' });
  return { root, git, add, shell, environment };
}

describe('the examples of the README', () => {
  test('a hook stops a commit that brings a leak, and lets others through', async (context) => {
    const { root, git, add, environment } = await clone(context);
    const hook = path.join(root, '.git/hooks/pre-commit');
    writeFileSync(hook, runnable(example('sh', 'git diff --cached')).replace("data='my data'", "data='data'"));
    chmodSync(hook, 0o755);
    const commit = () =>
      spawnSync('git', ['-C', root, ...identity, 'commit', '--quiet', '--message=more'], {
        env: environment,
        encoding: 'utf8',
      });
    await add(false);
    const passed = commit();
    assert.equal(passed.status, 0, passed.stderr + passed.stdout);
    await add(true);
    const stopped = commit();
    assert.notEqual(stopped.status, 0);
    assert.match(stopped.stdout + stopped.stderr, /leak/);
    assert.match(git('status', '--short'), /^A {2}data\/test\/a\/again\.png$/m, 'it is still to be committed');
    // What is staged isn't what lies there.
    rmSync(path.join(root, 'data/test/a/again.png'));
    const differing = commit();
    assert.notEqual(differing.status, 0);
    assert.match(differing.stderr, /Stage or stash what is changed in data/);
    // A commit without images takes no time over them.
    git('reset', '--quiet');
    writeFileSync(path.join(root, 'notes.txt'), 'words');
    git('add', 'notes.txt');
    assert.equal(commit().status, 0);
  });

  test('a workflow of GitHub Actions fails on a leak and leaves a report of it', async (context) => {
    const { root, git, add, shell } = await clone(context);
    const workflow = load(example('yaml', 'actions/checkout')) as {
      readonly jobs: {
        readonly check: {
          readonly steps: readonly { readonly run?: string; readonly with?: { readonly sarif_file?: string } }[];
        };
      };
    };
    const { steps } = workflow.jobs.check;
    const line = steps.find(({ run }) => run !== undefined)!.run!;
    const report = path.join(root, steps.find((step) => step.with?.sarif_file !== undefined)!.with!.sarif_file!);
    const run = () => shell(line, { GITHUB_BASE_REF: 'main' });
    await add(false);
    git('commit', '--quiet', '--message=new');
    const passed = run();
    assert.equal(passed.status, 0, passed.stderr);
    await add(true);
    git('commit', '--quiet', '--message=leak');
    assert.equal(run().status, 1);
    const { runs } = JSON.parse(readFileSync(report, 'utf8')) as {
      readonly runs: readonly [{ readonly results: readonly { readonly ruleId: string; readonly level: string }[] }];
    };
    assert.deepEqual(
      runs[0].results.filter(({ level }) => level === 'error').map(({ ruleId }) => ruleId),
      ['leak'],
    );
  });

  test('a job of GitLab does so too', async (context) => {
    const { root, git, add, shell } = await clone(context);
    const { images } = load(example('yaml', 'merge_request_event')) as {
      readonly images: {
        readonly script: readonly string[];
        readonly artifacts: { readonly reports: { readonly junit: string } };
      };
    };
    const base = git('rev-parse', 'HEAD');
    await add(true);
    git('commit', '--quiet', '--message=leak');
    const { status } = shell(images.script.join('\n'), { CI_MERGE_REQUEST_DIFF_BASE_SHA: base });
    assert.equal(status, 1);
    const report = path.join(root, images.artifacts.reports.junit);
    assert.ok(existsSync(report));
    assert.match(readFileSync(report, 'utf8'), /<failure\b[^]*again\.png/);
  });
});
