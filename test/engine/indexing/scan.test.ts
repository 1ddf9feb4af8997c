import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { ErrorCode, isCancellation, LikenessError } from '../../../src/core/errors.ts';
import { scanFolder, type ScanOptions, type ScanResult } from '../../../src/engine/indexing/scan.ts';
import { shared, unlessShared } from '../../shared.ts';
import { makeFiles, temporaryFolder } from '../../temporaryFolder.ts';
import { asNobody, canBecomeNobody } from '../../unprivileged.ts';

const posix = process.platform === 'win32' ? 'needs a POSIX file system' : false;

const paths = (result: ScanResult) => result.files.map(({ path }) => path);
const problems = (result: ScanResult) => result.problems.map(({ path, problem }) => [path, problem.code]);
const skipped = (result: ScanResult, code: string) =>
  result.skipped.filter((group) => group.code === code).flatMap((group) => group.paths);

/** Scans a new folder with the given files. */
async function scanOf(context: TestContext, files: readonly string[], options: ScanOptions = {}) {
  const root = temporaryFolder(context);
  makeFiles(root, files);
  return { root, result: await scanFolder(root, options) };
}

suite('scanning a folder', () => {
  test('lists images below it with size and time, in the same order every time', async (context) => {
    const root = temporaryFolder(context);
    makeFiles(root, ['b/2.PNG', 'b/10.jpg', 'a/x.webp', 'B/y.svg', 'z.bmp', 'b/c/d/deep.avif']);
    utimesSync(join(root, 'z.bmp'), 1_600_000_000, 1_600_000_000.25);
    const result = await scanFolder(root);
    assert.deepEqual(paths(result), ['z.bmp', 'B/y.svg', 'a/x.webp', 'b/10.jpg', 'b/2.PNG', 'b/c/d/deep.avif']);
    assert.deepEqual(result.files[0], { path: 'z.bmp', size: 5, modifiedAt: 1_600_000_000_250 });
    assert.deepEqual([result.problems, result.skipped, result.scope], [[], [], undefined]);
  });

  test('survives every name that a file system takes', { skip: posix }, async (context) => {
    const names = [
      ...['a b.jpg', '"quoted" \'q\'.jpg', '#1.jpg', '100%.jpg', '%20.jpg', 'back\\slash.jpg', '?*.jpg', '[x].jpg'],
      ...['new\nline.jpg', 'x..jpg.jpg', '日本語.jpg', 'e\u0301.jpg', '\u00e9.jpg', '😀.jpg', '-rf.jpg', '\uFFFD.jpg'],
    ];
    const { result } = await scanOf(context, [...names, ...names.map((name) => `${name}.d/${name}`)]);
    assert.deepEqual(paths(result).sort(), [...names, ...names.map((name) => `${name}.d/${name}`)].sort());
    assert.deepEqual(result.problems, []);
  });

  test('lists names that are not UTF-8 as problems', { skip: process.platform !== 'linux' }, async (context) => {
    const root = temporaryFolder(context);
    const bad = (suffix: string) => Buffer.concat([Buffer.from(`${root}/b`), Buffer.from([0xff]), Buffer.from(suffix)]);
    writeFileSync(bad('.jpg'), '');
    mkdirSync(bad('folder'));
    makeFiles(root, ['good.jpg']);
    const result = await scanFolder(root);
    assert.deepEqual(paths(result), ['good.jpg']);
    assert.deepEqual(problems(result), [
      ['b\uFFFD.jpg', ErrorCode.UnreadableFile],
      ['b\uFFFDfolder', ErrorCode.UnreadableFile],
    ]);
    assert.match(result.problems[0]!.problem.message, /UTF-8/);
  });

  test('tells pictures it cannot read from files that are none', async (context) => {
    const { result } = await scanOf(context, ['a.heic', 'b.JP2', 'notes.txt', 'LICENSE', 'more.txt', '.gitignore']);
    assert.deepEqual(problems(result), [
      ['a.heic', ErrorCode.UnsupportedFormat],
      ['b.JP2', ErrorCode.UnsupportedFormat],
    ]);
    assert.deepEqual(result.skipped.map(({ code, extension, count }) => [code, extension, count]).sort(), [
      ['not-an-image', '', 2],
      ['not-an-image', '.txt', 2],
    ]);
  });

  test('leaves out what is excluded, without entering it', async (context) => {
    const files = ['a.jpg', '.cache/a.jpg', 'node_modules/a.jpg', 'raw/a.jpg', '._a.jpg', '.likeness/quarantine/a.jpg'];
    const { result } = await scanOf(context, files, { exclude: ['raw/'] });
    assert.deepEqual(paths(result), ['a.jpg']);
    assert.deepEqual(skipped(result, 'excluded').sort(), ['._a.jpg', '.cache', 'node_modules', 'raw']);
  });

  test('refuses a dataset inside the dataset, unless it is excluded', async (context) => {
    const { root } = await scanOf(context, ['a.jpg']);
    makeFiles(root, ['inner/deep/.likeness/config.json', 'inner/deep/b.jpg']);
    await assert.rejects(scanFolder(root), (error) => {
      assert.ok(error instanceof LikenessError);
      assert.equal(error.code, ErrorCode.NestedRoot);
      assert.match(error.message, /inner\/deep/);
      return true;
    });
    assert.deepEqual(paths(await scanFolder(root, { exclude: ['inner/deep'] })), ['a.jpg']);
  });

  test('never opens pipes', { skip: posix }, async (context) => {
    const { root } = await scanOf(context, ['a.jpg']);
    execFileSync('mkfifo', [join(root, 'pipe.jpg'), join(root, 'pipe')]);
    const result = await scanFolder(root, { followSymlinks: true });
    assert.deepEqual(problems(result), [['pipe.jpg', ErrorCode.UnreadableFile]]);
    assert.deepEqual(skipped(result, 'not-an-image'), ['pipe']);
  });

  test('says which folder cannot be read and goes on', { skip: canBecomeNobody() }, (context) => {
    const root = temporaryFolder(context);
    makeFiles(root, ['a/1.jpg', 'closed/2.jpg', 'z/3.jpg']);
    const result = asNobody(
      root,
      `const { chmodSync } = await import('node:fs');
       const { scanFolder } = await import(${JSON.stringify(new URL('../../../src/engine/indexing/scan.ts', import.meta.url).href)});
       chmodSync(${JSON.stringify(join(root, 'closed'))}, 0);
       try { output(await scanFolder(${JSON.stringify(root)})); }
       finally { chmodSync(${JSON.stringify(join(root, 'closed'))}, 0o755); }`,
    ) as ScanResult;
    assert.deepEqual(paths(result), ['a/1.jpg', 'z/3.jpg']);
    assert.deepEqual(problems(result), [['closed', ErrorCode.UnreadableFolder]]);
  });

  test('rejects a root that is missing or a file', async (context) => {
    const { root } = await scanOf(context, ['a.jpg']);
    for (const path of ['missing', 'a.jpg', 'a.jpg/b']) {
      await assert.rejects(scanFolder(join(root, path)), { code: ErrorCode.FolderNotFound });
    }
  });

  test('stops when asked to', async (context) => {
    const { root } = await scanOf(context, ['a.jpg']);
    await assert.rejects(scanFolder(root, { signal: AbortSignal.abort() }), isCancellation);
  });

  test('reports how many images were found', async (context) => {
    const counts: number[] = [];
    await scanOf(context, ['a.jpg', 'b.jpg', 'c.txt'], { onProgress: (images) => counts.push(images) });
    assert.equal(counts.at(-1), 2);
  });
});

suite('symbolic links', { skip: posix }, () => {
  function linked(context: TestContext) {
    const base = temporaryFolder(context);
    makeFiles(base, ['root/a.jpg', 'root/sub/b.jpg', 'out/c.jpg', 'out/deep/d.jpg', 'single.jpg']);
    const root = join(base, 'root');
    symlinkSync('../out', join(root, 'folder'));
    symlinkSync('../out/deep', join(root, 'again'));
    symlinkSync('../single.jpg', join(root, 'file.jpg'));
    symlinkSync('../single.jpg', join(root, 'twice.jpg'));
    symlinkSync('sub', join(root, 'inside'));
    symlinkSync('a.jpg', join(root, 'inside.jpg'));
    symlinkSync('.', join(root, 'sub/self'));
    symlinkSync('../..', join(root, 'sub/up'));
    symlinkSync('../../root', join(base, 'out/deep/back'));
    symlinkSync('nowhere.jpg', join(root, 'dangling.jpg'));
    symlinkSync('circle', join(root, 'circle'));
    return root;
  }

  test('are counted, not followed', async (context) => {
    const result = await scanFolder(linked(context));
    assert.deepEqual(paths(result), ['a.jpg', 'sub/b.jpg']);
    const groups = result.skipped.filter(({ code }) => code === 'symbolic-link');
    assert.equal(
      groups.reduce((sum, { count }) => sum + count, 0),
      10,
    );
  });

  test('are followed out of the root on request; loops end and each real file comes once', async (context) => {
    const root = linked(context);
    const result = await scanFolder(root, { followSymlinks: true });
    const real = new Set(result.files.map(({ path }) => statSync(join(root, path)).ino));
    assert.equal(real.size, result.files.length);
    assert.deepEqual(paths(result).slice(0, 2), ['a.jpg', 'sub/b.jpg']);
    assert.deepEqual(paths(result).slice(2).sort(), ['again/d.jpg', 'file.jpg', 'folder/c.jpg']);
    assert.deepEqual(problems(result), [['dangling.jpg', ErrorCode.FileNotFound]]);
  });

  test('a link to a dataset of its own is refused like a folder', async (context) => {
    const root = linked(context);
    makeFiles(join(root, '../out'), ['.likeness/config.json']);
    assert.equal((await scanFolder(root)).files.length, 2);
    await assert.rejects(scanFolder(root, { followSymlinks: true }), { code: ErrorCode.NestedRoot });
  });
});

suite('scanning parts of a folder', () => {
  const files = ['a/1.jpg', 'a/b/2.jpg', 'c/3.jpg', 'd.jpg', 'ab/4.jpg', '.hidden/5.jpg'];

  test('lists only what was asked for, once', async (context) => {
    const root = temporaryFolder(context);
    makeFiles(root, files);
    const result = await scanFolder(root, { only: ['d.jpg', join(root, 'a'), 'a/b/2.jpg', './a/'] });
    assert.deepEqual(paths(result), ['d.jpg', 'a/1.jpg', 'a/b/2.jpg']);
    assert.deepEqual(result.scope, ['a', 'd.jpg']);
  });

  test('what is gone, excluded or behind a link is in the scope with nothing there', async (context) => {
    const { root, result } = await scanOf(context, files, { only: ['gone/x.jpg', 'd.jpg/y.jpg', '.hidden/5.jpg'] });
    assert.deepEqual([result.files, result.problems], [[], []]);
    assert.deepEqual(result.scope, ['.hidden/5.jpg', 'd.jpg/y.jpg', 'gone/x.jpg']);
    if (posix !== false) return;
    symlinkSync('a', join(root, 'link'));
    const linked = await scanFolder(root, { only: ['link/1.jpg', 'link'] });
    assert.deepEqual([linked.files, linked.scope], [[], ['link']]);
  });

  test('the root itself is everything', async (context) => {
    const { result } = await scanOf(context, files, { only: ['c', ''] });
    assert.equal(result.files.length, 5);
    assert.equal(result.scope, undefined);
  });

  test('a path outside the root is a problem of its own', async (context) => {
    const { result } = await scanOf(context, files, { only: ['../other', 'c'] });
    assert.deepEqual(problems(result), [['../other', ErrorCode.PathOutsideRoot]]);
    assert.deepEqual(paths(result), ['c/3.jpg']);
  });

  test('another spelling of a name gives the one record that the disk has', async (context) => {
    const { root, result } = await scanOf(context, ['Cats/One.jpg'], { only: ['cats/one.JPG'] });
    const isBlindToCase = existsSync(join(root, 'cats'));
    assert.deepEqual(paths(result), isBlindToCase ? ['Cats/One.jpg'] : []);
    assert.ok(result.scope?.includes('cats/one.JPG'));
  });

  test('finds a dataset inside the part', async (context) => {
    const { root } = await scanOf(context, files);
    makeFiles(root, ['a/b/.likeness/config.json']);
    await assert.rejects(scanFolder(root, { only: ['a'] }), { code: ErrorCode.NestedRoot });
    assert.equal((await scanFolder(root, { only: ['c'] })).files.length, 1);
  });
});

suite('the odd files', { skip: unlessShared('data/odd') }, () => {
  test('each is an image, or listed with a code, or named as no image', async () => {
    const root = shared('data/odd');
    const result = await scanFolder(root);
    const all = execFileSync('find', ['.', '-type', 'f', '-print0'], { cwd: root, encoding: 'utf8' });
    const expected = all.split('\0').filter((path) => path !== '');
    const listed = [...paths(result), ...result.problems.map(({ path }) => path), ...skipped(result, 'not-an-image')];
    assert.deepEqual(listed.map((path) => `./${path}`).sort(), expected.sort());
    assert.ok(result.files.length > 200);
    assert.ok(result.problems.every(({ problem }) => problem.code === ErrorCode.UnsupportedFormat));
  });
});
