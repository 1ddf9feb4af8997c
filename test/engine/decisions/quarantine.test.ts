import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { rename } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { moveFiles, settleMove } from '../../../src/engine/decisions/moveFiles.ts';
import { noteSetAside, readQuarantine } from '../../../src/engine/decisions/quarantine.ts';
import { asNobody, canBecomeNobody } from '../../unprivileged.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { shade } from '../labels/shades.ts';
import { write } from '../indexing/dataset.ts';
import { datasetOf, FOLDER } from './quarantinedDataset.ts';
import { job } from '../training/job.ts';

describe('images that are set aside', () => {
  it('lie in quarantine, come back by undo, and go there again', async (context) => {
    const { root, decisions, told, read, aside } = datasetOf(context, 'cats/a.png', 'cats/b.png');
    const { changed, step } = await aside('cats/a.png');
    assert.deepEqual([changed, step?.title], [['cats/a.png'], 'Set 1 image aside']);
    assert.deepEqual(await told(), [['cats/a.png', `${FOLDER}/cats/a.png`]]);
    assert.deepEqual(readdirSync(join(root, 'cats')), ['b.png']);
    assert.equal(read(`${FOLDER}/cats/a.png`), 'bytes of cats/a.png');
    assert.deepEqual(
      (await decisions.list({ root })).map(({ path, decision }) => [path, decision.action]),
      [['cats/a.png', 'quarantine']],
    );
    await decisions.undo({ root });
    assert.deepEqual([await told(), read('cats/a.png')], [[], 'bytes of cats/a.png']);
    assert.deepEqual(readdirSync(join(root, FOLDER)), ['journal.jsonl'], 'without its empty folder');
    await decisions.redo({ root });
    assert.equal((await told()).length, 1);
  });

  it('keep their bytes and times, and are set aside once', async (context) => {
    const { root, told, aside, back } = datasetOf(context, 'a.png');
    const { mtimeMs } = statSync(join(root, 'a.png'));
    await aside('a.png');
    assert.deepEqual((await aside('a.png')).changed, []);
    assert.equal((await told()).length, 1);
    await back('a.png');
    assert.equal(statSync(join(root, 'a.png')).mtimeMs, mtimeMs);
  });

  it('have names of their own, of which the last one comes back first', async (context) => {
    const { root, decisions, told, read, aside, back } = datasetOf(context, 'a.png');
    await aside('a.png');
    write(root, 'a.png', 'another');
    await aside('a.png');
    assert.deepEqual(await told(), [
      ['a.png', `${FOLDER}/a (2).png`],
      ['a.png', `${FOLDER}/a.png`],
    ]);
    await back('a.png');
    assert.equal(read('a.png'), 'another');
    await assert.rejects(back('a.png'), { code: ErrorCode.FileExists });
    renameSync(join(root, 'a.png'), join(root, 'b.png'));
    await back('a.png');
    assert.equal(read('a.png'), 'bytes of a.png');
    assert.deepEqual(await decisions.quarantined({ root }), []);
  });

  it('do not come back onto a new file, and nothing else of their step is undone then', async (context) => {
    const { root, decisions, told, read, aside } = datasetOf(context, 'a.png', 'b.png');
    await aside('a.png', 'b.png');
    write(root, 'b.png', 'new');
    await assert.rejects(decisions.undo({ root }), (error: Error & { code?: string }) => {
      assert.equal(error.code, ErrorCode.FileExists);
      assert.match(error.message, /b\.png exists already, so .+quarantine\/b\.png can't be moved there/);
      return true;
    });
    assert.equal(read('b.png'), 'new');
    assert.ok(!existsSync(join(root, 'a.png')));
    assert.equal((await told()).length, 2);
    rmSync(join(root, 'b.png'));
    await decisions.undo({ root });
    assert.deepEqual([read('a.png'), read('b.png')], ['bytes of a.png', 'bytes of b.png']);
  });

  it('come back onto their own bytes, as git has restored them', async (context) => {
    const { root, decisions, told, read, aside } = datasetOf(context, 'a.png');
    await aside('a.png');
    write(root, 'a.png', 'bytes of a.png');
    await decisions.undo({ root });
    assert.deepEqual([await told(), read('a.png')], [[], 'bytes of a.png']);
  });

  it('stay where git has restored one of them, while another can not come back', async (context) => {
    const { root, decisions, told, read, aside } = datasetOf(context, 'a.png', 'b.png');
    await aside('a.png', 'b.png');
    write(root, 'a.png', 'bytes of a.png');
    write(root, 'b.png', 'new');
    await assert.rejects(decisions.bringBack(root, ['a.png', 'b.png']), { code: ErrorCode.FileExists });
    assert.deepEqual([read('a.png'), read('b.png')], ['bytes of a.png', 'new']);
    assert.ok((await told()).some((path) => path.includes('b.png')));
  });

  it('come back from where they lie, where the journal was damaged or lost', async (context) => {
    const { root, decisions, told, read, aside } = datasetOf(context, 'cats/a.png', 'cats/b.png');
    await aside('cats/a.png', 'cats/b.png');
    for (const left of ['.DS_Store', 'cats/a.png.0123456789ab.moving', 'journal.jsonl.0123.tmp']) {
      write(root, `${FOLDER}/${left}`, 'no image');
    }
    write(root, `${FOLDER}/journal.jsonl`, 'damaged\n');
    const places = [
      ['cats/a.png', `${FOLDER}/cats/a.png`],
      ['cats/b.png', `${FOLDER}/cats/b.png`],
    ];
    assert.deepEqual(await told(), places);
    rmSync(join(root, FOLDER, 'journal.jsonl'));
    assert.deepEqual(await told(), places);
    const [{ since } = { since: '' }] = await decisions.quarantined({ root });
    assert.ok(Math.abs(Date.parse(since) - Date.now()) < 60_000, since);
    await decisions.bringBack(root, ['cats/a.png', 'cats/b.png']);
    assert.deepEqual([read('cats/a.png'), read('cats/b.png')], ['bytes of cats/a.png', 'bytes of cats/b.png']);
    assert.deepEqual([await told(), await decisions.list({ root })], [[], []]);
    await decisions.undo({ root });
    assert.deepEqual(await told(), places);
  });

  it('that are at neither place are not said to be back, and what was decided of them stays', async (context) => {
    const { root, decisions, aside, back } = datasetOf(context, 'a.png', 'b.png');
    await aside('a.png', 'b.png');
    rmSync(join(root, FOLDER, 'a.png'));
    const gone = (error: Error & { code?: string }) => {
      assert.equal(error.code, ErrorCode.FileNotFound);
      assert.match(
        error.message,
        /a\.png can't be restored, since it is neither in quarantine nor at its place; .*jsonl/,
      );
      return true;
    };
    await assert.rejects(decisions.bringBack(root, ['a.png', 'b.png']), gone);
    await assert.rejects(back('a.png'), gone);
    assert.equal((await decisions.list({ root })).length, 2);
    assert.ok(existsSync(join(root, FOLDER, 'b.png')));
    // Restored by git: only the decision is to be forgotten.
    write(root, 'a.png', 'bytes of a.png');
    await decisions.bringBack(root, ['a.png']);
    assert.deepEqual(
      (await decisions.list({ root })).map(({ path }) => path),
      ['b.png'],
    );
  });

  it('are not files that are gone, behind links out of the dataset, or our own', async (context) => {
    const { root, aside } = datasetOf(context, 'a.png');
    const elsewhere = temporaryFolder(context);
    writeFileSync(join(elsewhere, 'x.png'), 'x');
    symlinkSync(elsewhere, join(root, 'linked'));
    await assert.rejects(aside('gone.png'), { code: ErrorCode.FileNotFound });
    await assert.rejects(aside('a.png', 'linked/x.png'), { code: ErrorCode.PathOutsideRoot });
    await assert.rejects(aside('.likeness/config.json'), { code: ErrorCode.PathOutsideRoot });
    await assert.rejects(aside('../x.png'), { code: ErrorCode.PathOutsideRoot });
    assert.ok(existsSync(join(root, 'a.png')) && existsSync(join(elsewhere, 'x.png')));
  });

  it('can be links to pictures elsewhere, which stay where they are', async (context) => {
    const { root, decisions, aside } = datasetOf(context);
    const elsewhere = temporaryFolder(context);
    writeFileSync(join(elsewhere, 'x.png'), 'x');
    symlinkSync(join(elsewhere, 'x.png'), join(root, 'link.png'));
    await aside('link.png');
    assert.ok(!existsSync(join(root, 'link.png')) && existsSync(join(elsewhere, 'x.png')));
    await decisions.undo({ root });
    assert.ok(lstatSync(join(root, 'link.png')).isSymbolicLink());
  });

  it('stay where nothing can be written, which is said', { skip: canBecomeNobody() }, (context) => {
    const root = temporaryFolder(context);
    for (const path of ['a/a.png', '.likeness/config.json']) write(root, path, '{}');
    const modules = ['dataset', 'decisions/decisionService'].map((name) =>
      JSON.stringify(new URL(`../../../src/engine/${name}.ts`, import.meta.url).href),
    );
    const result = asNobody(
      root,
      `const { chmodSync, existsSync, readdirSync } = await import('node:fs');
     const { Datasets } = await import(${modules[0]});
     const { DecisionService } = await import(${modules[1]});
     const root = ${JSON.stringify(root)};
     const service = new DecisionService(new Datasets(root + '/cache'));
     const take = (action) => service.take({ root, decisions: [{ paths: ['a/a.png'], decision: { action } }] })
       .then(({ changed }) => changed.length, ({ code, message }) => [code, message]);
     const results = [];
     chmodSync(root + '/a', 0o555);
     results.push(await take('quarantine'), await service.quarantined({ root }), readdirSync(root + '/a'));
     results.push(await service.history({ root }), existsSync(root + '/.likeness/decisions.jsonl'));
     chmodSync(root + '/a', 0o755);
     chmodSync(root + '/.likeness', 0o555);
     chmodSync(root + '/.likeness/history.jsonl', 0o444);
     results.push(await take('exclude'), await service.history({ root }));
     chmodSync(root + '/.likeness', 0o755);
     output(results);`,
    ) as readonly [readonly [string, string], ...unknown[]];
    const [[code, message], ...rest] = result;
    assert.equal(code, ErrorCode.ReadOnly);
    assert.match(message, /a\.png can't be moved to \.likeness\/quarantine\/a\/a\.png \(EACCES\); it is where it was/);
    assert.deepEqual(rest.slice(0, 4), [[], ['a.png'], {}, false]);
    assert.equal((rest[4] as readonly string[])[0], ErrorCode.ReadOnly);
    assert.deepEqual(rest[5], {});
  });

  it('leave the index at once and come back without being embedded again', async (context) => {
    const { root, engine, decisions, aside } = datasetOf(context);
    for (let i = 0; i < 4; i++) write(root, `c/${i}.png`, await shade([60 * i, 60, 40], i));
    const index = () => engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    await index();
    const images = () =>
      engine
        .similar({ image: join(root, 'c/3.png'), count: 10 })
        .then(({ results }) => results.map(({ path }) => path).sort());
    assert.deepEqual(await images(), ['c/0.png', 'c/1.png', 'c/2.png']);
    await aside('c/1.png');
    assert.deepEqual(await images(), ['c/0.png', 'c/2.png']);
    assert.deepEqual((await index()).removed, 0);
    await decisions.undo({ root });
    assert.deepEqual(await images(), ['c/0.png', 'c/1.png', 'c/2.png']);
    const { embedded, images: count } = await index();
    assert.deepEqual([embedded, count], [0, 4]);
  });
});

describe('moving files', () => {
  const move = { from: 'a.png', to: 'q/a.png', content: '' };
  const folderOf = (context: TestContext) => {
    const root = temporaryFolder(context);
    write(root, 'a.png', 'a');
    return { root, has: (path: string) => existsSync(join(root, path)) };
  };
  const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
  const otherDisk = { link: failing('EXDEV'), rename: failing('EXDEV') };

  it('to another disk copies, proves the copy and only then removes', async (context) => {
    const { root, has } = folderOf(context);
    const { mtimeMs } = statSync(join(root, 'a.png'));
    await moveFiles(root, [move], { system: otherDisk });
    assert.ok(!has('a.png'));
    assert.deepEqual(readdirSync(join(root, 'q')), ['a.png']);
    assert.ok(Math.abs(statSync(join(root, 'q/a.png')).mtimeMs - mtimeMs) < 1);
  });

  it('to another disk writes over nothing and leaves no copy behind', async (context) => {
    const { root, has } = folderOf(context);
    write(root, 'q/a.png', 'another');
    await assert.rejects(moveFiles(root, [move], { system: otherDisk }), { code: ErrorCode.FileExists });
    assert.ok(has('a.png'));
    assert.deepEqual(readdirSync(join(root, 'q')), ['a.png']);
    assert.equal(readFileSync(join(root, 'q/a.png'), 'utf8'), 'another');
  });

  it('works where files can have one name only', async (context) => {
    const { root, has } = folderOf(context);
    const system = {
      link: failing('EPERM'),
      rename,
    };
    await moveFiles(root, [move], { system });
    assert.ok(!has('a.png') && has('q/a.png'));
    write(root, 'a.png', 'again');
    await assert.rejects(moveFiles(root, [move], { system }), { code: ErrorCode.FileExists });
  });

  it('takes back those before one that fails, and says what is in the way', async (context) => {
    const { root, has } = folderOf(context);
    write(root, 'b.png', 'b');
    mkdirSync(join(root, 'taken'));
    writeFileSync(join(root, 'taken/b.png'), 'other');
    const moves = [move, { from: 'b.png', to: 'taken/b.png', content: '' }];
    await assert.rejects(moveFiles(root, moves), { code: ErrorCode.FileExists });
    assert.ok(has('a.png') && has('b.png') && !has('q/a.png'));
    await assert.rejects(moveFiles(root, [{ ...move, to: 'b.png/a.png' }]), /can't be moved to b\.png\/a\.png/);
    assert.ok(has('a.png'));
  });

  it('refuses paths that lead out of the dataset, before anything is moved', async (context) => {
    const { root, has } = folderOf(context);
    write(root, 'b.png', 'b');
    for (const to of ['../b.png', '/tmp/b.png', 'q/../../b.png', '']) {
      await assert.rejects(moveFiles(root, [move, { from: 'b.png', to, content: '' }]), {
        code: ErrorCode.PathOutsideRoot,
      });
      assert.ok(has('a.png'), to);
    }
  });

  it('that was cut off between two names or two disks is ended', async (context) => {
    const { root, has } = folderOf(context);
    write(root, 'q/a.png', 'a');
    write(root, 'q/a.png.0123456789ab.moving', 'half');
    write(root, 'q/a.png.moving', 'of somebody else');
    await settleMove(root, move);
    assert.deepEqual(readdirSync(join(root, 'q')), ['a.png', 'a.png.moving']);
    assert.ok(!has('a.png') && has('q/a.png'));
    write(root, 'a.png', 'another');
    await assert.rejects(settleMove(root, move), { code: ErrorCode.FileExists });
    assert.ok(has('a.png') && has('q/a.png'));
  });
});

describe('the journal of the quarantine', () => {
  it('that is lost leaves pictures to be brought back, and not what systems and tools put beside them', async (context) => {
    const root = temporaryFolder(context);
    for (const file of ['a.JPG', 'a.heic', 'Thumbs.db', 'desktop.ini', '.DS_Store', '@eaDir/a.JPG/preview.jpg']) {
      write(root, `${FOLDER}/cats/${file}`, 'x');
    }
    const aside = async () => (await readQuarantine(root)).map(({ path }) => path);
    assert.deepEqual(await aside(), ['cats/a.JPG', 'cats/a.heic']);
    await noteSetAside(root, [{ from: 'list.txt', to: `${FOLDER}/list.txt`, content: '' }], '2026');
    write(root, `${FOLDER}/list.txt`, 'x');
    assert.deepEqual(await aside(), ['cats/a.JPG', 'cats/a.heic', 'list.txt'], 'whatever a line names');
  });

  it('that names places elsewhere, or files that are not there, is passed over', async (context) => {
    const root = temporaryFolder(context);
    write(root, 'x.png', 'x');
    write(root, `${FOLDER}/a.png`, 'a');
    const entry = (path: string, at: string) => `${JSON.stringify({ path, at, content: '', since: '2026' })}\n`;
    const lines = [
      entry('../b.png', `${FOLDER}/a.png`),
      entry('b.png', 'x.png'),
      entry('b.png', `${FOLDER}/../../x.png`),
      entry('b.png', `${FOLDER}/gone.png`),
      '{"path":"a.png","at',
    ];
    write(root, `${FOLDER}/journal.jsonl`, lines.join(''));
    assert.deepEqual(
      (await readQuarantine(root)).map(({ path, at }) => [path, at]),
      [['a.png', `${FOLDER}/a.png`]],
      'by its place, as no line names it',
    );
    await noteSetAside(root, [{ from: 'a.png', to: `${FOLDER}/a.png`, content: '' }], '2027');
    assert.deepEqual(
      (await readQuarantine(root)).map(({ path, since }) => [path, since]),
      [['a.png', '2027']],
    );
  });
});
