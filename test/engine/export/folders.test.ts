import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';
import { exported, shadesDataset } from './shadesDataset.ts';

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();

const MARKER = '.likeness-export.json';

describe('an export to a folder', () => {
  it('has a folder for each class with the bytes of the originals, and says which files are gone', async (context) => {
    const { root, out, exportTo } = await shadesDataset(context);
    mkdirSync(join(out, 'classes'));
    const report = await exportTo('imagefolder', 'classes');
    assert.deepEqual([report.images, report.notices], [6, []]);
    const folder = join(out, 'classes');
    assert.deepEqual(filesOf(folder), [
      ...['train/blue/0.png', 'train/blue/1.png', 'train/blue/2.png', 'train/red/0.png'],
      ...['unlabelled/no-split/loose.png', 'validation/red/0.png'],
    ]);
    const pairs = [
      ['train/blue/2.png', 'train/red/2.png'],
      ['unlabelled/no-split/loose.png', 'loose.png'],
    ] as const;
    for (const [copy, original] of pairs) {
      assert.deepEqual(readFileSync(join(folder, copy)), readFileSync(join(root, original)));
      assert.notEqual(statSync(join(folder, copy)).ino, statSync(join(root, original)).ino);
    }
    rmSync(join(root, 'train/blue/0.png'));
    write(root, 'train/blue/1.png', 'changed');
    const again = await exportTo('imagefolder', 'again');
    assert.equal(again.images, 4);
    assert.match(again.notices[0]!.message, /^2 images are gone or changed .*the first is train\/blue\/0\.png/);
    assert.equal(filesOf(join(out, 'again')).length, 4);
  });

  it('says which classes no folder can be called like', async (context) => {
    const { root, engine, out, exportTo } = await shadesDataset(context);
    const relabel = (path: string, value: string) =>
      engine.decisions.decide({ root, paths: [path], decision: { action: 'relabel', value } });
    await relabel('loose.png', 'a/b: c');
    const one = await exportTo('imagefolder', 'one');
    assert.deepEqual(one.notices, [
      {
        code: ErrorCode.InvalidLabels,
        message:
          'The class "a/b: c" is in a folder called "a_b_ c", as none can have its name; what takes folders for classes will call it so, rename it to have one name.',
      },
    ]);
    assert.ok(existsSync(join(out, 'one/no-split/a_b_ c/loose.png')));
    await relabel('val/red/0.png', 'Blue');
    const two = await exportTo('imagefolder', 'two');
    assert.match(two.notices[0]!.message, /^2 classes are in folders of other names, .*"blue" in "blue-2" for one/);
    // YOLO's classes are in its own file, whatever they are called.
    assert.ok((await exportTo('yolo', 'yolo')).notices.every(({ code }) => code !== ErrorCode.InvalidLabels));
  });

  it('holds the other one of two equal files, of which one is excluded', async (context) => {
    const { root, engine, out, exportTo } = await shadesDataset(context);
    write(root, 'val/red/leak.png', readFileSync(join(root, 'train/red/0.png')));
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const leaks = async () => (await engine.check({ folder: root, only: ['leak'] }, job())).findings.length;
    assert.equal(await leaks(), 1);
    await engine.decisions.decide({ root, paths: ['val/red/leak.png'], decision: { action: 'exclude' } });
    assert.equal(await leaks(), 0);
    await exportTo('imagefolder', 'classes');
    const files = filesOf(join(out, 'classes'));
    assert.deepEqual([files.includes('train/red/0.png'), files.includes('validation/red/leak.png')], [true, false]);
  });

  it('has hard links where they are wanted', async (context) => {
    const { root, out, exportTo } = await shadesDataset(context);
    const { notices } = await exportTo('imagefolder', 'links', { link: true });
    assert.deepEqual(notices, []);
    assert.equal(statSync(join(out, 'links/train/red/0.png')).ino, statSync(join(root, 'train/red/0.png')).ino);
  });

  it('of YOLO has a box for each labelled image, and tells of the others', async (context) => {
    const { out, exportTo } = await shadesDataset(context);
    const { images, notices } = await exportTo('yolo', 'yolo');
    assert.equal(images, 5);
    assert.match(notices[0]!.message, /^1 image has no label, and is left out\.$/);
    assert.equal(notices.length, 1);
    const folder = join(out, 'yolo');
    const files = filesOf(folder);
    assert.equal(files.length, 11);
    for (const image of files.filter((file) => file.startsWith('images/'))) {
      const text = readFileSync(join(folder, image.replace('images/', 'labels/').replace('.png', '.txt')), 'utf8');
      assert.match(text, /^[01] 0\.5 0\.5 1 1\n$/);
    }
    assert.equal(readFileSync(join(folder, 'labels/val/0.txt'), 'utf8'), '1 0.5 0.5 1 1\n');
    assert.match(readFileSync(join(folder, 'data.yaml'), 'utf8'), /^"val": "images\/val"$/m);
    const part = await exportTo('yolo', 'part', { splits: ['train'] });
    assert.match(part.notices[0]!.message, /no image of the split val, without which YOLO/);
    await assert.rejects(exportTo('yolo', 'none', { images: ['loose.png'] }), { code: ErrorCode.NotEnoughLabels });
    await assert.rejects(exportTo('coco', 'none', { images: ['loose.png'] }), { code: ErrorCode.NotEnoughLabels });
    assert.equal(existsSync(join(out, 'none')), false);
  });

  it('is new or empty, and outside of the data set', async (context) => {
    const { root, out, exportTo } = await shadesDataset(context);
    write(out, 'full/mine.txt', 'mine');
    writeFileSync(join(out, 'file'), 'mine');
    const options = { replace: true };
    await assert.rejects(exportTo('imagefolder', 'full', options), { code: ErrorCode.FolderNotEmpty });
    await assert.rejects(exportTo('imagefolder', 'file', options), { code: ErrorCode.FileExists });
    for (const inside of ['copies', '.likeness/copies']) {
      await assert.rejects(exportTo('yolo', '', { out: join(root, inside) }), { code: ErrorCode.FileExists });
    }
    await assert.rejects(exportTo('yolo', 'no/where'), {
      code: ErrorCode.FileNotFound,
      message: /where can't be written, since the folder \S+no doesn't exist/,
    });
    assert.deepEqual(filesOf(out), ['file', 'full/mine.txt']);
  });

  it('takes away what a killed export has left, and nothing else', async (context) => {
    const { out, exportTo } = await shadesDataset(context);
    const marker = (pid: number, host = hostname()) => JSON.stringify({ pid, host });
    // A process of this number can't be.
    write(out, `a.partial/${MARKER}`, marker(2 ** 30));
    write(out, 'a.partial/train/blue/old.png', 'half');
    await exportTo('imagefolder', 'a');
    assert.equal(filesOf(join(out, 'a')).length, exported.length);
    assert.equal(existsSync(join(out, 'a.partial')), false);
    write(out, 'b.partial/mine.txt', 'mine');
    await assert.rejects(exportTo('imagefolder', 'b'), {
      code: ErrorCode.FolderNotEmpty,
      message: /was not left by one/,
    });
    assert.equal(readFileSync(join(out, 'b.partial/mine.txt'), 'utf8'), 'mine');
    for (const [name, text] of [
      ['c', marker(process.ppid)],
      ['d', marker(2 ** 30, 'another.example')],
    ] as const) {
      write(out, `${name}.partial/${MARKER}`, text);
      await assert.rejects(exportTo('imagefolder', name), {
        code: ErrorCode.FileExists,
        message: /is being written by/,
      });
    }
  });
});
