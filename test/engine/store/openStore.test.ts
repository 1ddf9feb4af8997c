import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import type { IndexStore, StoreNotice } from '../../../src/engine/store/indexStore.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { asNobody, canBecomeNobody } from '../../unprivileged.ts';
import { putImage } from './storeFixtures.ts';

function folders(context: TestContext) {
  const base = temporaryFolder(context);
  const root = join(base, 'root');
  mkdirSync(root);
  return { base, root, cacheFolder: join(base, 'cache') };
}

function keep<Store extends IndexStore | undefined>(context: TestContext, store: Store): Store {
  context.after(() => store?.close());
  return store;
}

const codes = (store: { notices: readonly StoreNotice[] } | undefined) => store?.notices.map(({ code }) => code);

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Overwrites the second half of the database, as a failing disk might. */
function damage(location: string): void {
  const { size } = statSync(location);
  const bytes = readFileSync(location);
  bytes.fill(0xa5, Math.floor(size / 4));
  writeFileSync(location, bytes);
}

suite('opening an index', () => {
  test('makes it where it was if another process moves a damaged one aside meanwhile', (context) => {
    const { root, cacheFolder } = folders(context);
    openStore(root, { cacheFolder, mode: 'write' }).close();
    const { location } = keep(
      context,
      openStore(root, {
        ...{ cacheFolder, mode: 'write' },
        checkWritable: () => {
          renameSync(join(root, '.likeness/index.sqlite'), join(root, '.likeness/aside'));
        },
      }),
    );
    assert.equal(location, join(root, '.likeness/index.sqlite'));
  });

  test('creates it in the root, with a .gitignore that tracks only what people decide', (context) => {
    const { root, cacheFolder } = folders(context);
    const store = keep(context, openStore(root, { cacheFolder, mode: 'write' }));
    assert.equal(store.location, join(root, '.likeness', 'index.sqlite'));
    assert.deepEqual(store.notices, []);
    assert.equal(existsSync(cacheFolder), false);
    execFileSync('git', ['init', '-q'], { cwd: root });
    const tracked = ['config.json', 'decisions.jsonl', 'baseline.json', '.gitignore'];
    for (const name of [...tracked, 'other.txt']) writeFileSync(join(root, '.likeness', name), '', { flag: 'a' });
    mkdirSync(join(root, '.likeness/quarantine'));
    writeFileSync(join(root, '.likeness/quarantine/config.json'), '');
    const listed = execFileSync('git', ['ls-files', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
    assert.deepEqual(listed.trim().split('\n').sort(), tracked.map((name) => `.likeness/${name}`).sort());
  });

  test('to read it creates nothing where there is none', (context) => {
    const { root, cacheFolder } = folders(context);
    assert.equal(openStore(root, { cacheFolder, mode: 'read' }), undefined);
    assert.deepEqual(readdirSync(root), []);
    assert.equal(existsSync(cacheFolder), false);
  });

  test('finds what was stored', (context) => {
    const { root, cacheFolder } = folders(context);
    const store = openStore(root, { cacheFolder, mode: 'write' });
    putImage(store, 'a', 'a.jpg');
    store.close();
    for (const mode of ['read', 'write'] as const) {
      const again = keep(context, openStore(root, { cacheFolder, mode }));
      assert.deepEqual(again?.readImagePaths(), ['a.jpg']);
    }
  });

  test('through a link opens the same index', { skip: process.platform === 'win32' }, (context) => {
    const { base, root, cacheFolder } = folders(context);
    symlinkSync(root, join(base, 'link'));
    const store = keep(context, openStore(join(base, 'link'), { cacheFolder, mode: 'write' }));
    assert.equal(store.root, root);
  });

  test('of a folder that is missing is refused', (context) => {
    const { root, cacheFolder } = folders(context);
    assert.throws(() => openStore(join(root, 'none'), { cacheFolder, mode: 'write' }), {
      code: ErrorCode.FolderNotFound,
    });
  });
});

suite('an index that can not be where it belongs', () => {
  const cases = [
    { code: 'EROFS', notice: ErrorCode.ReadOnly },
    { code: 'EACCES', notice: ErrorCode.ReadOnly },
    { code: 'ENOSPC', notice: ErrorCode.DiskFull },
    { code: 'EIO', notice: ErrorCode.IndexInaccessible },
  ];
  for (const { code, notice } of cases) {
    test(`goes to the cache folder (${code}), says so, and is found there again`, (context) => {
      const { root, cacheFolder } = folders(context);
      const checkWritable = () => {
        throw systemError(code);
      };
      const store = openStore(root, { cacheFolder, mode: 'write', checkWritable });
      assert.equal(dirname(dirname(store.location)), join(cacheFolder, 'indexes'));
      assert.deepEqual(codes(store), [notice]);
      assert.ok(store.notices[0]?.message.includes(store.location));
      putImage(store, 'a', 'a.jpg');
      store.close();
      for (const mode of ['read', 'write'] as const) {
        const again = keep(context, openStore(root, { cacheFolder, mode, checkWritable }));
        assert.equal(again?.location, store.location);
        assert.deepEqual(codes(again), [notice]);
        assert.deepEqual(again.readImagePaths(), ['a.jpg']);
      }
    });
  }

  test('a full disk does not turn away from an index that is there', (context) => {
    const { root, cacheFolder } = folders(context);
    openStore(root, { cacheFolder, mode: 'write' }).close();
    const checkWritable = () => {
      throw systemError('ENOSPC');
    };
    assert.throws(() => openStore(root, { cacheFolder, mode: 'write', checkWritable }), { code: ErrorCode.DiskFull });
    assert.ok(openStore(root, { cacheFolder, mode: 'read' }));
  });

  test('a folder without write permission keeps what it has indexed', { skip: canBecomeNobody() }, (context) => {
    const { base, root, cacheFolder } = folders(context);
    const store = openStore(root, { cacheFolder, mode: 'write' });
    putImage(store, 'a', 'a.jpg');
    store.close();
    const module = (path: string) => JSON.stringify(new URL(`../../../src/engine/store/${path}`, import.meta.url).href);
    const result = asNobody(
      base,
      `const { chmodSync } = await import('node:fs');
       const { openStore } = await import(${module('openStore.ts')});
       const [root, cacheFolder] = ${JSON.stringify([root, cacheFolder])};
       chmodSync(root, 0o555); chmodSync(root + '/.likeness', 0o555); chmodSync(root + '/.likeness/index.sqlite', 0o444);
       output(['read', 'write', 'read'].map((mode) => {
         const store = openStore(root, { cacheFolder, mode });
         if (mode === 'write') store.writeMeta('written', 'yes');
         const codes = store.notices.map(({ code }) => code);
         const result = { mode, location: store.location, codes, paths: store.readImagePaths() };
         store.close();
         return result;
       }));
       chmodSync(root, 0o755); chmodSync(root + '/.likeness', 0o755);`,
    ) as { mode: string; location: string; codes: string[]; paths: string[] }[];
    assert.equal(result.length, 3);
    for (const { location, codes: found, paths } of result) {
      assert.ok(location.startsWith(cacheFolder));
      assert.deepEqual(found, [ErrorCode.ReadOnly]);
      assert.deepEqual(paths, ['a.jpg']);
    }
  });
});

suite('a damaged index', () => {
  const damages: [name: string, work: (location: string) => void][] = [
    [
      'that is no database',
      (location) => {
        writeFileSync(location, 'x'.repeat(5000));
      },
    ],
    [
      'that is cut off',
      (location) => {
        writeFileSync(location, readFileSync(location).subarray(0, 40_000));
      },
    ],
    [
      'that is another database',
      (location) => {
        writeFileSync(location, foreignDatabase(location));
      },
    ],
  ];
  for (const [name, work] of damages) {
    test(`${name} is moved aside and rebuilt, and said`, (context) => {
      const { root, cacheFolder } = folders(context);
      const store = openStore(root, { cacheFolder, mode: 'write' });
      putImage(store, 'a', 'a.jpg');
      store.close();
      work(store.location);
      assert.throws(() => openStore(root, { cacheFolder, mode: 'read' })?.readFiles(), {
        code: ErrorCode.IndexCorrupt,
      });
      const rebuilt = keep(context, openStore(root, { cacheFolder, mode: 'write' }));
      assert.deepEqual(codes(rebuilt), [ErrorCode.IndexCorrupt]);
      assert.equal(rebuilt.readFiles().size, 0);
      const aside = readdirSync(join(root, '.likeness')).filter((entry) =>
        /^index\.sqlite\.corrupt-[^.]*$/.test(entry),
      );
      assert.equal(aside.length, 1);
      assert.ok(rebuilt.notices[0]?.message.includes(aside[0]!));
      assert.deepEqual(codes(keep(context, openStore(root, { cacheFolder, mode: 'write' }))), []);
    });
  }

  test('found out only in use fails with its code, and is rebuilt when it is opened next', (context) => {
    const { root, cacheFolder } = folders(context);
    const store = openStore(root, { cacheFolder, mode: 'write' });
    store.transaction(() => {
      for (let i = 0; i < 3000; i++) putFileOnly(store, `folder/with/a/long/name/image-${i}.jpg`);
    });
    store.close();
    damage(store.location);
    const damaged = openStore(root, { cacheFolder, mode: 'read' });
    assert.throws(() => damaged?.readFiles(), { code: ErrorCode.IndexCorrupt });
    damaged?.close();
    const rebuilt = keep(context, openStore(root, { cacheFolder, mode: 'write' }));
    assert.deepEqual(codes(rebuilt), [ErrorCode.IndexCorrupt]);
    putImage(rebuilt, 'a', 'a.jpg');
    assert.deepEqual(rebuilt.readImagePaths(), ['a.jpg']);
  });

  test('an alarm that proves false costs nothing', (context) => {
    const { root, cacheFolder } = folders(context);
    const store = openStore(root, { cacheFolder, mode: 'write' });
    putImage(store, 'a', 'a.jpg');
    store.close();
    writeFileSync(`${store.location}.suspect`, '');
    const again = keep(context, openStore(root, { cacheFolder, mode: 'write' }));
    assert.deepEqual(again.notices, []);
    assert.deepEqual(again.readImagePaths(), ['a.jpg']);
    assert.equal(existsSync(`${store.location}.suspect`), false);
  });
});

function putFileOnly(store: IndexStore, path: string): void {
  store.putFile({ path, size: 1, modifiedAt: 1, indexedAt: 1, contentKey: undefined, problem: undefined });
}

/** The bytes of a database whose version says that it is ours and whose tables are not. */
function foreignDatabase(near: string): Buffer {
  const path = `${near}.foreign`;
  const source = `const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const database = new DatabaseSync(${JSON.stringify(path)});
    database.exec('CREATE TABLE files (a); PRAGMA user_version = 1');`;
  execFileSync(process.execPath, ['--no-warnings', '--eval', source]);
  return readFileSync(path);
}
