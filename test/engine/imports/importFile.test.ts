import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { ErrorCode } from '../../../src/core/errors.ts';
import { littleEndian, npyHeader } from '../../../src/core/export/npy.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { engineOptions } from '../../../src/engine/machine.ts';
import { labelRules } from '../../../src/core/labels/labelRules.ts';
import { VectorImport } from '../../../src/engine/imports/vectorImport.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import type { ImportRequest } from '../../../src/protocol/columns.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { shadesDataset } from '../export/shadesDataset.ts';
import { write } from '../indexing/dataset.ts';
import { shade } from '../labels/shades.ts';
import { job } from '../training/job.ts';

/** Vectors of an encoder and all columns, as the index has them. */
function contentOf(root: string, context: TestContext, identity: (card: { id: string }) => boolean) {
  const store = openStore(root, { cacheFolder: temporaryFolder(context), mode: 'read' })!;
  const encoder = store.readEncoders().find(({ card }) => identity(card));
  const vectors = new Map<string, number[]>();
  if (encoder !== undefined) {
    const { paths, matrix, dim } = store.readVectors(encoder.key);
    paths.forEach((path, row) => vectors.set(path, [...matrix.subarray(row * dim, (row + 1) * dim)]));
  }
  const columns = new Map(store.readColumns().map(({ name, values }) => [name, new Map(values)]));
  const encoders = store.readEncoders().map(({ card }) => card.id);
  store.close();
  return { vectors, columns, encoders };
}

/** Eight indexed pictures of two classes, and a folder for what is imported. */
async function dataset(context: TestContext) {
  const root = temporaryFolder(context);
  for (let i = 0; i < 8; i++) write(root, `${i < 4 ? 'a' : 'b'}/${i}.png`, await shade([40 + 20 * i, 90, 120], i));
  const engine = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
  context.after(() => engine.dispose());
  await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
  const folder = temporaryFolder(context);
  const imported = (file: string, text: string | Uint8Array, request: Partial<ImportRequest> = {}) => {
    writeFileSync(join(folder, file), text);
    return engine.exchange.import({ folder: root, file: join(folder, file), ...request }, job());
  };
  return { root, engine, folder, imported };
}

const paths = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => `${i < 4 ? 'a' : 'b'}/${i}.png`);
/** Two classes far apart. */
const vectorOf = (i: number) => (i < 4 ? [1, 0.1 * i, 0] : [0, 0.1 * i, 1]);
const jsonLines = (own = paths) =>
  own.map((path, i) => `${JSON.stringify({ path, loss: i / 2, vector: vectorOf(i) })}\n`).join('');

describe('an export', () => {
  it('is imported into another index with the same vectors and columns, whatever the format', async (context) => {
    const { root, engine, out, exportTo } = await shadesDataset(context);
    writeFileSync(join(out, 'table.csv'), 'path,loss,site,odd\nloose.png,0.1234567,"a, b",\nval/red/0.png,2,,x\n');
    await engine.exchange.import({ folder: root, file: join(out, 'table.csv') }, job());
    const own = contentOf(root, context, ({ id }) => id === 'pixels');
    await exportTo('csv', 'all.csv');
    const other = new Engine({ ...engineOptions(), cacheFolder: temporaryFolder(context) });
    context.after(() => other.dispose());
    const read = async (file: string) => {
      // The same pictures elsewhere, without what is known of them here.
      const copy = temporaryFolder(context);
      for (const path of own.vectors.keys()) write(copy, path, readFileSync(join(root, path)));
      await other.indexFolder({ folder: copy, encoder: 'handcrafted' }, job());
      const report = await other.exchange.import({ folder: copy, file, name: 'mine' }, job());
      assert.deepEqual([report.unmatched, report.notices], [[], []]);
      return { report, content: contentOf(copy, context, ({ id }) => id.startsWith('mine-')) };
    };
    const table = (await read(join(out, 'all.csv'))).content.columns;
    for (const [name, values] of own.columns) assert.deepEqual(table.get(name), values, name);
    assert.equal(table.get('label')!.get('train/red/2.png'), 'blue');
    const exported = new Map([...own.vectors].filter(([path]) => path !== 'train/red/1.png'));
    for (const format of ['jsonl', 'parquet'] as const) {
      const { out: file } = await exportTo(format, `all.${format}`, { vectors: true });
      const { content, report } = await read(file);
      assert.deepEqual(content.columns, table, format);
      assert.deepEqual(content.vectors, exported, format);
      assert.deepEqual(
        [report.matched, report.encoder!.images, report.encoder!.dim],
        [6, 6, exported.get('loose.png')!.length],
      );
    }
    const { out: file } = await exportTo('npy', 'all.npy');
    const { content } = await read(file);
    assert.deepEqual([content.vectors, content.columns], [exported, new Map()]);
  });
});

describe('imported columns', () => {
  const messages = ({ notices }: { readonly notices: readonly { readonly message: string }[] }) =>
    notices.map(({ message }) => message);

  it('tell which columns of before they replace', async (context) => {
    const { imported } = await dataset(context);
    const table = (columns: string, count: number) =>
      `path,${columns}\n${paths
        .slice(0, count)
        .map((path, i) => `${path}${`,${i}`.repeat(columns.split(',').length)}\n`)
        .join('')}`;
    assert.deepEqual(messages(await imported('all.csv', table('score,loss', 8))), []);
    assert.deepEqual(messages(await imported('all.csv', table('score,loss', 8))), [], 'they say the same');
    assert.deepEqual(messages(await imported('some.csv', table('score,other', 3))), [
      'The column "score" is replaced: 8 images had it, and 3 images have it now.',
    ]);
    assert.deepEqual(messages(await imported('one.csv', table('score,loss', 1))), [
      '2 columns are replaced, "loss" among them: 8 images had it, and 1 image has it now.',
    ]);
  });

  it('tell of images with several rows', async (context) => {
    const { root, folder, imported } = await dataset(context);
    const report = await imported('t.csv', 'path,x\na/0.png,1\na/1.png,1\na/0.png,2\na/1.png,1\n');
    assert.deepEqual(messages(report), [
      `2 images (the first is a/0.png) have more than one row in ${join(folder, 't.csv')}; the last one counts.`,
    ]);
    assert.equal(
      contentOf(root, context, () => false)
        .columns.get('x')!
        .get('a/0.png'),
      '2',
    );
  });

  it('of numbers stay so where some are missing, and keep their digits', async (context) => {
    const { root, imported } = await dataset(context);
    const rows = ['0.5,9007199254740993', 'nan,9007199254740992', 'inf,1', '-Infinity,2', ',3', '2,4'];
    const csv = `path,loss,key\n${rows.map((row, i) => `${paths[i]},${row}\n`).join('')}`;
    assert.deepEqual(messages(await imported('t.csv', csv)), [
      '2 values (the first of "loss") are infinite, and taken for missing.',
    ]);
    const columnsOf = () => contentOf(root, context, () => false).columns;
    assert.deepEqual(
      [...columnsOf().get('loss')!],
      [
        ['a/0.png', '0.5'],
        ['b/5.png', '2'],
      ],
    );
    assert.deepEqual([...columnsOf().get('key')!.values()].slice(0, 2), ['9007199254740993', '9007199254740992']);
    await imported('t.jsonl', '{"path":"a/0.png","id":9007199254740993}\n{"path":"a/1.png","id":-9007199254740993}');
    assert.deepEqual([...columnsOf().get('id')!.values()], ['9007199254740993', '-9007199254740993']);
    const writer = new ByteWriter();
    await parquetWrite({
      writer,
      columnData: [
        { name: 'path', data: paths, type: 'STRING' },
        { name: 'score', data: paths.map((_, i) => (i === 0 ? Number.NaN : i === 1 ? Infinity : i)), type: 'DOUBLE' },
      ],
    });
    assert.deepEqual(messages(await imported('t.parquet', writer.getBytes())), [
      '1 value (of "score") is infinite, and taken for missing.',
    ]);
    assert.deepEqual([...columnsOf().get('score')!.values()], ['2', '3', '4', '5', '6', '7']);
  });
});

describe('imported vectors', () => {
  it('are an encoder by whose name all that looks at images finds them', async (context) => {
    const { root, engine, imported } = await dataset(context);
    const { encoder, columns, matched } = await imported('clip.jsonl', jsonLines());
    assert.deepEqual([encoder!.dim, encoder!.images, columns, matched], [3, 8, ['loss'], 8]);
    assert.match(encoder!.id, /^clip-[0-9a-f]{8}$/);
    const folder = root;
    for (const name of ['clip', encoder!.id]) {
      const { results, encoder: used } = await engine.similar({
        image: join(root, 'a/0.png'),
        count: 3,
        encoder: name,
      });
      assert.equal(used.id, encoder!.id);
      assert.deepEqual(
        results.map(({ path }) => path),
        ['a/1.png', 'a/2.png', 'a/3.png'],
      );
    }
    const map = await engine.map({ folder, encoder: 'clip' }, job());
    assert.deepEqual([map.encoder.id, map.points.length], [encoder!.id, 8]);
    const check = await engine.check({ folder, encoder: 'clip' }, job());
    assert.equal(check.encoder.id, encoder!.id);
    const selection = await engine.curation.select({ folder, encoder: 'clip', count: 2 }, job());
    assert.deepEqual(selection.paths.map((path) => path[0]).sort(), ['a', 'b']);
    const { encoders } = await engine.evaluate({ folder, encoders: ['clip'] }, job());
    assert.deepEqual([encoders[0]!.id, encoders[0]!.knn, encoders[0]!.alignment], [encoder!.id, 1, Number.NaN]);
    const listed = await engine.listEncoders({ folder, imported: true });
    assert.ok(listed.some(({ id }) => id === encoder!.id));
    assert.ok(!(await engine.listEncoders({ folder })).some(({ id }) => id === encoder!.id), 'trainings take none');
    const { id, freed } = await engine.removeEncoder('clip', root, job());
    assert.deepEqual([id, freed.vectors], [encoder!.id, 8]);
    await assert.rejects(engine.similar({ image: join(root, 'a/0.png'), count: 3, encoder: 'clip' }), {
      code: ErrorCode.EncoderNotFound,
    });
    assert.ok(!contentOf(root, context, () => false).encoders.includes(encoder!.id));
  });

  it('make no vectors of other images, and are never indexed with', async (context) => {
    const { root, engine, imported } = await dataset(context);
    const { encoder } = await imported('clip.jsonl', jsonLines(paths.slice(1)));
    const outside = join(temporaryFolder(context), 'other.png');
    copyFileSync(join(root, 'a/0.png'), outside);
    for (const image of [outside, join(root, 'a/0.png')]) {
      await assert.rejects(engine.similar({ image, folder: root, count: 3, encoder: 'clip' }), {
        code: ErrorCode.EncoderMismatch,
        message: /has no vector among the imported ones "clip-\w+", and nothing here can make one/,
      });
    }
    const only = { code: ErrorCode.EncoderMismatch, message: /were imported, and nothing here can make more of them/ };
    await assert.rejects(engine.indexFolder({ folder: root, encoder: 'clip' }, job()), only);
    await assert.rejects(engine.chooseEncoder(encoder!.id, root), only);
    const map = await engine.map({ folder: root, encoder: 'clip' }, job());
    assert.equal(map.points.length, 7, 'the one without is left out');
  });

  it('come from lists in any table, from columns of numbers, and from NumPy', async (context) => {
    const { root, folder, imported } = await dataset(context);
    const expected = paths.map((path, i) => {
      const vector = vectorOf(i);
      return [
        path,
        [...Float32Array.from(vector, (value) => Math.fround(value) / Math.hypot(...vector.map(Math.fround)))],
      ] as const;
    });
    const assertSame = (id: string) => {
      const { vectors } = contentOf(root, context, (card) => card.id === id);
      for (const [path, vector] of expected) {
        const own = vectors.get(path)!;
        assert.ok(
          vector.every((value, k) => Math.abs(value - own[k]!) < 1e-6),
          `${id} ${path}: ${own.join()}`,
        );
      }
      assert.equal(vectors.size, 8);
    };
    const csv = paths.map((path, i) => `${join(root, path)},${vectorOf(i).join(',')}\n`).join('');
    const numbers = await imported('numbers.csv', `file,e0,e1,e2\n${csv}`);
    assert.deepEqual(numbers.columns, []);
    assertSame(numbers.encoder!.id);
    const texts = paths.map((path, i) => `${path}\t"[${vectorOf(i).join(' ')}]"\n`).join('');
    assertSame((await imported('texts.tsv', `image\tembedding\n${texts}`)).encoder!.id);
    const npy = Buffer.concat([npyHeader(8, 3), littleEndian(Float32Array.from(paths.flatMap((_, i) => vectorOf(i))))]);
    writeFileSync(join(folder, 'list.txt'), paths.map((path) => `./${path}\r\n`).join(''));
    assertSame((await imported('v.npy', npy, { paths: join(folder, 'list.txt') })).encoder!.id);
    const writer = new ByteWriter();
    await parquetWrite({
      writer,
      columnData: [
        { name: 'filename', data: paths, type: 'STRING' },
        ...[0, 1, 2].map((k) => ({
          name: `emb_${k}`,
          data: paths.map((_, i) => vectorOf(i)[k]!),
          type: 'DOUBLE' as const,
        })),
        { name: 'count', data: paths.map((_, i) => BigInt(i)), type: 'INT64' },
      ],
      rowGroupSize: 3,
    });
    const parquet = await imported('p.parquet', writer.getBytes());
    assert.deepEqual(parquet.columns, ['count']);
    assertSame(parquet.encoder!.id);
    assert.equal(
      contentOf(root, context, () => false)
        .columns.get('count')!
        .get('b/7.png'),
      '7',
    );
  });

  it('that make no sense are left out and told', async (context) => {
    const { root, imported } = await dataset(context);
    copyFileSync(join(root, 'a/0.png'), join(root, 'a/copy.png'));
    const lines = [
      { path: 'a/0.png', vector: [1, 0] },
      { path: 'a/1.png', vector: [0, 0] },
      { path: 'a/2.png', vector: [null, 1] },
      { path: 'a/3.png', vector: [1, 2, 3] },
      { path: 'b/4.png', vector: [1, 1] },
      { path: 'b/4.png', vector: [1, 2] },
      { path: 'b/5.png', vector: null },
      { path: 'nowhere.png', vector: [1, 1] },
    ];
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    const { encoder, matched, unmatched, notices } = await imported('v.jsonl', text);
    assert.deepEqual([encoder!.images, matched, unmatched], [2, 6, ['nowhere.png']]);
    assert.deepEqual(
      notices.map(({ message }) => message),
      [
        '2 vectors are not finite or all zero (the first of a/1.png), and left out.',
        '1 vector has another length than most, which have 2 numbers (a/3.png: 3), and is left out.',
        'b/4.png has more than one vector that differ, also by copies of the same file; the last one counts.',
      ],
    );
    const { vectors } = contentOf(root, context, ({ id }) => id === encoder!.id);
    assert.deepEqual(vectors.get('b/4.png'), [...Float32Array.of(1 / Math.sqrt(5), 2 / Math.sqrt(5))]);
  });

  it('have the length that most of them have, whatever the first one has', async (context) => {
    const { root, imported } = await dataset(context);
    const lines = (lengths: readonly number[]) =>
      lengths.map((length, i) => JSON.stringify({ path: paths[i % 8], vector: Array(length).fill(1) })).join('\n');
    const { encoder, notices } = await imported('v.jsonl', lines([2, 3, 3, 3, 3, 3, 3, 3]));
    assert.deepEqual([encoder!.dim, encoder!.images], [3, 7]);
    assert.deepEqual(
      notices.map(({ message }) => message),
      ['1 vector has another length than most, which have 3 numbers (a/0.png: 2), and is left out.'],
    );
    // Most of the first ones, and of all another one.
    await assert.rejects(imported('w.jsonl', lines(Array.from({ length: 2100 }, (_, i) => (i < 1024 ? 2 : 3)))), {
      message: /1,076 vectors have another length than the first ones, and only 1,024 are of their 2 numbers/,
    });
    assert.deepEqual(contentOf(root, context, () => false).encoders, ['pixels', encoder!.id]);
  });

  it('are no encoder where none of them is one, and a table without any may be called like one', async (context) => {
    const { root, imported } = await dataset(context);
    const none = await imported('v.jsonl', JSON.stringify({ path: 'a/0.png', vector: [0, 0] }));
    assert.equal(none.encoder, undefined);
    assert.match(none.notices[0]!.message, /^1 vector is not finite or all zero/);
    assert.deepEqual(contentOf(root, context, () => false).encoders, ['pixels']);
    assert.deepEqual((await imported('pixels.csv', 'path,age\na/0.png,3\n')).columns, ['age']);
    await assert.rejects(imported('pixels.jsonl', jsonLines()), { code: ErrorCode.Usage, message: /built in/ });
  });

  it('come with what only later lines tell', async (context) => {
    const { imported } = await dataset(context);
    const { columns, matched } = await imported('age.jsonl', '{"path":"a/0.png"}\n{"path":"a/1.png","age":3}\n');
    assert.deepEqual([columns, matched], [['age'], 2]);
  });

  it('leave nothing behind where the import fails or is stopped, and those before stay', async (context) => {
    const { root, engine, folder, imported } = await dataset(context);
    const before = await imported('v.jsonl', jsonLines());
    await assert.rejects(imported('w.jsonl', `${jsonLines()}not json\n`), {
      code: ErrorCode.Usage,
      message: /w\.jsonl can't be imported: line 9 is not JSON/,
    });
    const work = job();
    work.abort();
    writeFileSync(join(folder, 'x.jsonl'), jsonLines());
    await assert.rejects(engine.exchange.import({ folder: root, file: join(folder, 'x.jsonl') }, work), {
      code: ErrorCode.Cancelled,
    });
    await imported('v.jsonl', jsonLines());
    assert.deepEqual(contentOf(root, context, () => false).encoders, ['pixels', before.encoder!.id]);
  });

  it('that were cut short by the end of the process are not seen, and the next import completes them', async (context) => {
    const { root, engine, folder, imported } = await dataset(context);
    writeFileSync(join(folder, 'v.jsonl'), jsonLines());
    const store = openStore(root, { cacheFolder: temporaryFolder(context), mode: 'write' });
    const half = new VectorImport(
      { root, store, config: {}, rules: labelRules({}) },
      { name: 'v', file: join(folder, 'v.jsonl'), identity: 'half' },
    );
    half.put([{ path: 'a/0.png', vector: [1, 0] }]);
    store.close();
    const ids = async () => (await engine.listEncoders({ folder: root, imported: true })).map(({ name }) => name);
    assert.ok(!(await ids()).includes('v'));
    await assert.rejects(engine.similar({ image: join(root, 'a/0.png'), count: 1, encoder: 'v' }), {
      code: ErrorCode.EncoderNotFound,
    });
    await imported('v.jsonl', jsonLines());
    assert.ok((await ids()).includes('v'));
  });

  it('are refused with what is wrong with the file', async (context) => {
    const { folder, imported } = await dataset(context);
    const rejects = (file: string, text: string | Uint8Array, message: RegExp, request: Partial<ImportRequest> = {}) =>
      assert.rejects(imported(file, text, request), { code: ErrorCode.Usage, message });
    await rejects('a.xml', '', /its name must end in \.csv, \.tsv, \.jsonl, \.parquet or \.npy/);
    await rejects('a.csv', '', /it is empty/);
    await rejects('a.csv', 'path,x\na/0.png,1,2\n', /can't be imported: its line 2 has 3 cells for 2 columns/);
    await rejects('a.jsonl', '\n', /it is empty/);
    await rejects('a.jsonl', '[1]', /line 1 holds no object/);
    await rejects('a.parquet', 'no parquet at all', /can't be read as Parquet/);
    await rejects('a.npy', 'x', /no file of NumPy's/);
    writeFileSync(join(folder, 'b.paths.txt'), 'a/0.png\n');
    await rejects(
      'b.npy',
      Buffer.concat([npyHeader(2, 2), new Uint8Array(16)]),
      /it holds 2 vectors, and .*b\.paths\.txt names 1 images/,
    );
    await rejects('b.npy', npyHeader(1, 2), /it is cut off: it holds \d+ bytes, and its header tells of \d+/);
    await rejects('c.csv', 'path,x\ngone.png,1\n', /names no image of .*; its first row names "gone\.png"/);
    await rejects('c.csv', 'path,x\na/0.png,1\n', /a list of paths \(--paths\) means something to \.npy only/, {
      paths: '/x',
    });
    await rejects('c.csv', 'path,x\na/0.png,1\n', /has no column "v" of vectors/, { vectors: 'v' });
    await rejects('c.csv', 'path,x\na/0.png,1\n', /"pixels" is the name of an encoder that is built in/, {
      name: 'pixels',
    });
    await assert.rejects(imported('d.npy', npyHeader(0, 2)), {
      code: ErrorCode.FileNotFound,
      message: /d\.paths\.txt/,
    });
  });
});
