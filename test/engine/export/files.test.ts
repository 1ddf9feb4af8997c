import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { ErrorCode } from '../../../src/core/errors.ts';
import { parseTable } from '../../core/tables/parseTable.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { readNpy } from '../../core/export/readNpy.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { job } from '../training/job.ts';
import { exported, shadesDataset } from './shadesDataset.ts';

/** Vectors by path, as the index has them. */
function vectorsOf(root: string, context: TestContext): ReadonlyMap<string, number[]> {
  const store = openStore(root, { cacheFolder: temporaryFolder(context), mode: 'read' })!;
  const { paths, matrix, dim } = store.readVectors(store.readEncoders()[0]!.key);
  store.close();
  return new Map(paths.map((path, row) => [path, [...matrix.subarray(row * dim, (row + 1) * dim)]]));
}

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('an export to a file', () => {
  it('has what is known of the images in every format, with what people decided', async (context) => {
    const { root, engine, out, exportTo } = await shadesDataset(context);
    const table = join(out, 'table.csv');
    writeFileSync(table, 'path,loss,site\nloose.png,0.5,"a, b"\nval/red/0.png,2,\n');
    await engine.exchange.import({ folder: root, file: table }, job());
    const vectors = vectorsOf(root, context);

    const csv = await exportTo('csv', 'all.csv');
    assert.deepEqual([csv.images, csv.out, csv.notices], [6, join(out, 'all.csv'), []]);
    const [header, ...rows] = parseTable(readFileSync(csv.out, 'utf8'));
    const records = rows.map((row) => Object.fromEntries(row.map((field, i) => [header![i]!, field])));
    assert.deepEqual(
      records.map(({ path, label, split, tags }) => [path, label, split, tags]),
      [
        ['loose.png', '', '', ''],
        ['train/blue/0.png', 'blue', 'train', ''],
        ['train/blue/1.png', 'blue', 'train', ''],
        ['train/red/0.png', 'red', 'train', ''],
        ['train/red/2.png', 'blue', 'train', 'odd'],
        ['val/red/0.png', 'red', 'validation', ''],
      ],
    );
    assert.deepEqual([records[0]!['loss'], records[0]!['site'], records[1]!['loss']], ['0.5', 'a, b', '']);
    assert.deepEqual([records[0]!['width'], records[0]!['height'], records[0]!['format']], ['64', '64', 'png']);

    const jsonl = await exportTo('jsonl', 'all.jsonl', { vectors: true });
    const lines = linesOf(jsonl.out);
    const parquet = await exportTo('parquet', 'all.parquet', { vectors: true });
    const file = readFileSync(parquet.out);
    const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
    const read = await parquetReadObjects({ file: buffer });
    assert.equal(read.length, 6);
    assert.match(parquetMetadata(buffer).created_by!, /^likeness version/);
    for (const [i, line] of lines.entries()) {
      const plain = Object.entries(read[i]! as Record<string, unknown>).map(([name, value]) => [
        name,
        typeof value === 'bigint' ? Number(value) : (value ?? null),
      ]);
      const { vector: floats, ...rest } = Object.fromEntries(plain) as Record<string, unknown>;
      const { vector, ...others } = line;
      assert.deepEqual(rest, others);
      const expected = vectors.get(exported[i]!);
      assert.deepEqual([...Float32Array.from(vector as number[])], expected);
      assert.deepEqual(floats, expected);
      for (const [name, value] of Object.entries(others)) {
        const text = Array.isArray(value) ? value.join(';') : ((value ?? '') as string | number | boolean).toString();
        assert.equal(records[i]![name], text, name);
      }
    }

    const npy = await exportTo('npy', 'all');
    assert.equal(npy.out, join(out, 'all.npy'));
    const { shape, data } = readNpy(readFileSync(npy.out));
    assert.deepEqual(shape, [6, vectors.get('loose.png')!.length]);
    assert.deepEqual(
      [...data],
      exported.flatMap((path) => vectors.get(path)!),
    );
    assert.equal(readFileSync(join(out, 'all.paths.txt'), 'utf8'), exported.map((path) => `${path}\n`).join(''));

    const coco = await exportTo('coco', 'all.json');
    const document = JSON.parse(readFileSync(coco.out, 'utf8')) as Record<'images' | 'annotations', unknown[]>;
    assert.deepEqual([coco.images, document.images.length, document.annotations.length], [6, 6, 5]);
    assert.match(coco.notices[0]!.message, /^1 image has no label, and is listed without an annotation\.$/);
    assert.deepEqual(
      readdirSync(out).sort(),
      ['all.csv', 'all.json', 'all.jsonl', 'all.npy', 'all.parquet', 'all.paths.txt', 'table.csv'],
      'nothing else is left there',
    );
  });

  it('is restricted by name, folder, tag, class and split, all of which must hold', async (context) => {
    const { root, exportTo } = await shadesDataset(context);
    let count = 0;
    const paths = async (request: Parameters<typeof exportTo>[2]) => {
      const { out, notices } = await exportTo('jsonl', `${count++}.jsonl`, request);
      return { paths: linesOf(out).map(({ path }) => path), notices: notices.map(({ message }) => message) };
    };
    assert.deepEqual((await paths({ tags: ['odd'] })).paths, ['train/red/2.png']);
    assert.deepEqual((await paths({ classes: ['red'] })).paths, ['train/red/0.png', 'val/red/0.png']);
    assert.deepEqual((await paths({ classes: ['red'], splits: ['validation'] })).paths, ['val/red/0.png']);
    assert.deepEqual((await paths({ folder: join(root, 'train/blue') })).paths, [
      'train/blue/0.png',
      'train/blue/1.png',
    ]);
    const named = await paths({ images: ['train/red', './loose.png', 'nowhere.png'] });
    assert.deepEqual(named.paths, ['loose.png', 'train/red/0.png', 'train/red/2.png']);
    assert.match(named.notices[0]!, /^1 of the paths that were named is no indexed image here/);
    await assert.rejects(paths({ classes: ['red'], tags: ['odd'] }), {
      code: ErrorCode.TooFewImages,
      message: /has no indexed image that is tagged "odd" and is of the class "red"/,
    });
  });

  it('replaces nothing unless told to, and never an image, a folder or what is in .likeness', async (context) => {
    const { root, out, exportTo } = await shadesDataset(context);
    writeFileSync(join(out, 'mine.csv'), 'mine');
    writeFileSync(join(out, '05.JPG'), 'of another dataset');
    const exists = { code: ErrorCode.FileExists };
    await assert.rejects(exportTo('csv', 'mine.csv'), exists);
    writeFileSync(join(out, 'mine.paths.txt'), 'mine');
    await assert.rejects(exportTo('npy', 'mine.npy'), exists, 'the list beside it would be replaced');
    assert.equal(readFileSync(join(out, 'mine.csv'), 'utf8'), 'mine');
    await exportTo('csv', 'mine.csv', { replace: true });
    assert.match(readFileSync(join(out, 'mine.csv'), 'utf8'), /^path,label/);
    for (const target of [
      join(root, 'loose.png'),
      join(out, '05.JPG'),
      root,
      join(root, '.likeness/index.sqlite'),
      '/other/.likeness/a.csv',
    ]) {
      await assert.rejects(exportTo('csv', '', { out: target, replace: true }), exists, target);
    }
    await assert.rejects(exportTo('csv', 'nowhere/a.csv'), {
      code: ErrorCode.FileNotFound,
      message: `${join(out, 'nowhere/a.csv')} can't be written, since the folder ${join(out, 'nowhere')} doesn't exist; create it, or check the path.`,
    });
    for (const request of [{ vectors: true }, { link: true }, { encoder: 'pixels' }]) {
      await assert.rejects(exportTo('csv', 'other.csv', request), { code: ErrorCode.Usage });
    }
    await assert.rejects(exportTo('xml' as 'csv', 'other.xml'), {
      code: ErrorCode.Usage,
      message:
        'There is no format "xml" to export to; choose one of csv, jsonl, parquet, npy, coco, yolo, imagefolder.',
    });
    await assert.rejects(exportTo('jsonl', 'other.jsonl', { vectors: true, encoder: 'handcrafted' }), {
      code: ErrorCode.EncoderMismatch,
    });
  });

  it('leaves nothing where it is stopped', async (context) => {
    const { out, exportTo } = await shadesDataset(context);
    for (const format of ['parquet', 'npy', 'imagefolder', 'yolo'] as const) {
      // At the first report of the writing itself.
      const work = job(({ phase }) => {
        if (phase === 'Exporting') work.abort();
      });
      await assert.rejects(exportTo(format, 'stopped', {}, work), { code: ErrorCode.Cancelled }, format);
      assert.deepEqual(readdirSync(out), [], format);
    }
  });
});
