import assert from 'node:assert/strict';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { datasetsBelow, findDataset, findRoot, relativeToRoot } from '../../../src/engine/store/findRoot.ts';
import { indexInCache } from '../../../src/engine/store/locations.ts';
import { makeFiles, temporaryFolder } from '../../temporaryFolder.ts';

const posix = process.platform === 'win32' ? 'needs symbolic links' : false;

suite('the dataset of a path', () => {
  test('is its nearest ancestor with a .likeness folder', (context) => {
    const base = temporaryFolder(context);
    const cache = join(base, 'cache');
    makeFiles(base, [
      'outer/a/b/1.jpg',
      'outer/.likeness/config.json',
      'outer/a/inner/.likeness/x',
      'outer/a/inner/2.jpg',
    ]);
    const outer = join(base, 'outer');
    assert.equal(findDataset(join(outer, 'a/b/1.jpg'), cache), outer);
    assert.equal(findDataset(outer, cache), outer);
    assert.equal(findDataset(join(outer, 'a/inner/2.jpg'), cache), join(outer, 'a/inner'));
    assert.equal(findDataset(join(outer, 'deleted/3.jpg'), cache), outer);
  });

  test('is the folder itself, or that of the file, where there is none', (context) => {
    const base = temporaryFolder(context);
    const cache = join(base, 'cache');
    makeFiles(base, ['a/1.jpg', 'b/.likeness']);
    assert.equal(findDataset(join(base, 'a'), cache), undefined);
    assert.equal(findRoot(join(base, 'a'), cache), join(base, 'a'));
    assert.equal(findRoot(join(base, 'a/1.jpg'), cache), join(base, 'a'));
    assert.equal(findRoot(join(base, 'b'), cache), join(base, 'b'), 'a file called .likeness makes no dataset');
  });

  test('may be one of those in a folder', (context) => {
    const base = temporaryFolder(context);
    makeFiles(base, ['b/.likeness/x', 'a/.likeness/x', 'c/.likeness', 'd/e/.likeness/x', 'f.jpg']);
    assert.deepEqual(datasetsBelow(base), ['a', 'b']);
    assert.deepEqual([datasetsBelow(join(base, 'gone')), datasetsBelow(join(base, 'f.jpg'))], [[], []]);
  });

  test('is found by an index in the cache folder', (context) => {
    const base = temporaryFolder(context);
    const cache = join(base, 'cache');
    makeFiles(base, ['data/a/1.jpg']);
    const index = indexInCache(join(base, 'data'), cache);
    mkdirSync(dirname(index), { recursive: true });
    writeFileSync(index, '');
    assert.ok(existsSync(index));
    assert.equal(findDataset(join(base, 'data/a/1.jpg'), cache), join(base, 'data'));
  });

  test('is a real path, also through links', { skip: posix }, (context) => {
    const base = temporaryFolder(context);
    const cache = join(base, 'cache');
    makeFiles(base, ['data/.likeness/x', 'data/a/1.jpg', 'elsewhere/2.jpg']);
    symlinkSync('data', join(base, 'link'));
    symlinkSync('../elsewhere/2.jpg', join(base, 'data/2.jpg'));
    symlinkSync('data/a', join(base, 'shortcut'));
    const data = join(base, 'data');
    assert.equal(findDataset(join(base, 'link/a/1.jpg'), cache), data);
    assert.equal(findDataset(join(base, 'data/2.jpg'), cache), data, 'a linked image belongs to where it was reached');
    assert.equal(findDataset(join(base, 'shortcut/1.jpg'), cache), data);
  });
});

suite('paths relative to the root', () => {
  test('use slashes and stay inside', (context) => {
    const root = temporaryFolder(context);
    assert.equal(relativeToRoot(root, join(root, 'a', 'b c.jpg')), 'a/b c.jpg');
    assert.equal(relativeToRoot(root, 'a/../b.jpg'), 'b.jpg');
    assert.equal(relativeToRoot(root, root), '');
    assert.equal(relativeToRoot(root, join(root, '..x', 'y')), '..x/y');
    assert.equal(relativeToRoot(root, join(root, '..')), undefined);
    assert.equal(relativeToRoot(root, `${root}-other/a.jpg`), undefined);
  });

  test('come out as the scan meets them', { skip: posix }, (context) => {
    const base = temporaryFolder(context);
    const root = join(base, 'root');
    makeFiles(base, ['root/a/1.jpg', 'out/2.jpg']);
    symlinkSync('root', join(base, 'alias'));
    symlinkSync('a', join(root, 'inside'));
    symlinkSync('../out', join(root, 'outside'));
    symlinkSync('../out/2.jpg', join(root, '2.jpg'));
    assert.equal(relativeToRoot(root, join(base, 'alias/a/1.jpg')), 'a/1.jpg');
    assert.equal(relativeToRoot(root, join(base, 'alias/gone/x.jpg')), 'gone/x.jpg');
    assert.equal(relativeToRoot(root, join(root, 'inside/1.jpg')), 'a/1.jpg');
    assert.equal(relativeToRoot(root, join(root, 'outside/2.jpg')), 'outside/2.jpg');
    assert.equal(relativeToRoot(root, join(base, 'alias/2.jpg')), '2.jpg');
  });
});
