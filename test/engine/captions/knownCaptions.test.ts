import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import type { DatasetConfig } from '../../../src/core/config/datasetConfig.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import { readTextsOf } from '../../../src/engine/captions/captionFiles.ts';
import { readCaptions } from '../../../src/engine/captions/knownCaptions.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';

const paths = ['a/1.jpg', 'a/2.png', 'b/1.jpg'];

async function captionsOf(root: string, captions: NonNullable<DatasetConfig['captions']>) {
  const { captions: found, notices } = (await readCaptions({ root, config: { captions } }, paths))!;
  return { found: Object.fromEntries(found), notices: notices.map(({ message }) => message.replaceAll(root, 'ROOT')) };
}

describe('captions of a dataset', () => {
  it('are none where the configuration says nothing', async (context) => {
    assert.equal(await readCaptions({ root: temporaryFolder(context), config: {} }, paths), undefined);
  });

  it('come from texts beside the images', async (context) => {
    const root = temporaryFolder(context);
    write(root, 'a/1.txt', 'a red house\nby the sea\n');
    write(root, 'a/2.TXT', Buffer.from('\ufeffein grüner Baum', 'utf16le'));
    write(root, 'b/1.txt', '\ufeff');
    write(root, 'b/gone.txt', 'of an image that is gone');
    write(root, 'b/README.txt', 'where all this comes from');
    assert.deepEqual(await captionsOf(root, { source: 'txt' }), {
      found: { 'a/1.jpg': ['a red house by the sea'], 'a/2.png': ['ein grüner Baum'], 'b/1.jpg': [''] },
      notices: ['1 .txt file of ROOT lies beside no image of the same name ("b/gone.txt"), and is passed over.'],
    });
  });

  it('are not taken from a text that is too large', async (context) => {
    const root = temporaryFolder(context);
    write(root, 'a/1.txt', 'x'.repeat(70_000));
    write(root, 'b/1.txt', 'a dog');
    const { found, notices } = await captionsOf(root, { source: 'txt' });
    assert.deepEqual(found, { 'b/1.jpg': ['a dog'] });
    assert.deepEqual(notices, [
      '1 .txt file of ROOT has more than 64 KiB, too much for a caption ("a/1.txt"), and is passed over.',
    ]);
  });

  it('are not taken from texts in other encodings, which is said of all at once', async (context) => {
    const root = temporaryFolder(context);
    const bigEndian = Buffer.from('\ufeffein grüner Baum', 'utf16le').swap16();
    write(root, 'a/1.txt', bigEndian);
    // As Windows has it in western Europe.
    write(root, 'a/2.txt', Buffer.from('ein grüner Baum', 'latin1'));
    // Nothing says which of the two it is.
    write(root, 'b/1.txt', Buffer.from('a tree', 'utf16le'));
    const { found, notices } = await captionsOf(root, { source: 'txt' });
    assert.deepEqual(found, { 'a/1.jpg': ['ein grüner Baum'] });
    assert.deepEqual(notices, [
      '2 .txt files of ROOT are written in neither UTF-8 nor UTF-16 ("a/2.txt", "b/1.txt"), and are passed over; save them as UTF-8.',
    ]);
    assert.deepEqual(await readTextsOf(root, paths), new Map([['a/1.jpg', ['ein grüner Baum']]]));
  });

  it('are taken from all other texts where one cannot be read', async (context) => {
    const root = temporaryFolder(context);
    mkdirSync(join(root, 'a/1.txt'), { recursive: true });
    write(root, 'b/1.txt', 'a dog');
    assert.deepEqual(await captionsOf(root, { source: 'txt' }), {
      found: { 'b/1.jpg': ['a dog'] },
      notices: [
        '1 .txt file of ROOT can\'t be read ("a/1.txt": EISDIR), and is passed over; it has to be a file that you may read.',
      ],
    });
    rmSync(join(root, 'b/1.txt'));
    await assert.rejects(readCaptions({ root, config: { captions: { source: 'txt' } } }, paths), {
      code: ErrorCode.UnreadableFile,
      message: /1 \.txt file of .* can't be read \("a\/1\.txt": EISDIR\)/,
    });
  });

  it('come from a table, several of an image', async (context) => {
    const root = temporaryFolder(context);
    write(
      root,
      'lists/all.csv',
      'image,caption\na/1.jpg,"a ""red"" house, old"\na/1.jpg,a house\na/1.jpg,a house\n2.png,\nz.png,gone\n',
    );
    assert.deepEqual(await captionsOf(root, { source: 'csv', file: 'lists/all.csv' }), {
      found: { 'a/1.jpg': ['a "red" house, old', 'a house'], 'a/2.png': [''] },
      notices: [
        '1 caption of ROOT/lists/all.csv is of no image of the dataset, or could be of several ("z.png"), and is passed over.',
      ],
    });
  });

  it('come from lines of JSON, of several files', async (context) => {
    const root = temporaryFolder(context);
    write(root, 'a.jsonl', '{"file_name":"a/1.jpg","text":"one","note":1}\n{"file_name":"a/2.png","text":"two"}\n');
    write(root, 'b.jsonl', '{"file_name":"b/1.jpg","text":["three","four"]}\n');
    assert.deepEqual(await captionsOf(root, { source: 'jsonl', file: ['a.jsonl', 'b.jsonl'], column: 'text' }), {
      found: { 'a/1.jpg': ['one'], 'a/2.png': ['two'], 'b/1.jpg': ['three', 'four'] },
      notices: [],
    });
  });

  it('come from lines of JSON that leave out what they do not tell', async (context) => {
    const root = temporaryFolder(context);
    const lines = [
      { file_name: 'a/1.jpg' },
      { file_name: 'a/2.png', text: 'two' },
      { file_name: 'b/1.jpg', text: null },
    ];
    write(root, 'a.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    assert.deepEqual(await captionsOf(root, { source: 'jsonl', file: 'a.jsonl' }), {
      found: { 'a/2.png': ['two'], 'b/1.jpg': [''] },
      notices: [],
    });
  });

  it('come from a file of COCO', async (context) => {
    const root = temporaryFolder(context);
    const annotations = [
      { id: 1, image_id: 1, caption: 'a cat' },
      { id: 2, image_id: 1, caption: 'a black cat' },
      { id: 3, image_id: 5, caption: 'gone' },
    ];
    write(root, 'coco.json', JSON.stringify({ annotations, images: [{ id: 1, file_name: '2.png' }] }));
    const { found, notices } = await captionsOf(root, { source: 'coco', file: 'coco.json' });
    assert.deepEqual(found, { 'a/2.png': ['a cat', 'a black cat'] });
    assert.match(notices.join(), /^1 caption of ROOT\/coco\.json is of no image .*"5"/);
  });

  it('are read of files in the dataset only, and behind links that lie there', async (context) => {
    const [root, elsewhere] = [temporaryFolder(context), temporaryFolder(context)];
    const table = 'path,caption\na/1.jpg,a cat\n';
    for (const folder of [root, elsewhere]) write(folder, 'captions.csv', table);
    const outside = join(elsewhere, 'captions.csv');
    for (const file of [outside, relative(root, outside), ['captions.csv', outside]]) {
      await assert.rejects(readCaptions({ root, config: { captions: { source: 'csv', file } } }, paths), {
        code: ErrorCode.PathOutsideRoot,
        message: /^"captions\.file" in \.likeness\/config\.json names .*captions\.csv, which lies outside/,
      });
    }
    symlinkSync(outside, join(root, 'link.csv'));
    const { found } = await captionsOf(root, { source: 'csv', file: ['link.csv', join(root, 'captions.csv')] });
    assert.deepEqual(found, { 'a/1.jpg': ['a cat'] });
  });

  it('are refused in one sentence', async (context) => {
    const root = temporaryFolder(context);
    write(root, 'labels.csv', 'path,label\na/1.jpg,cat\n');
    write(root, 'strange.csv', 'path,caption\nx.jpg,cat\ny.jpg,dog\n');
    write(root, 'open.csv', 'path,caption\na/1.jpg,a cat\na/2.png,a dog, asleep\n');
    write(root, 'western.csv', Buffer.from('path,caption\na/1.jpg,ein grüner Baum\n', 'latin1'));
    write(root, 'broken.jsonl', '{"path":"a/1.jpg","text":"one"}\n{"path"\n');
    write(root, 'broken.json', '{"images":[');
    const cases: [captions: NonNullable<DatasetConfig['captions']>, code: ErrorCode, message: RegExp][] = [
      [{ source: 'csv', file: 'labels.csv' }, ErrorCode.InvalidCaptions, /labels\.csv can't be used.*path, label/],
      [{ source: 'csv', file: 'strange.csv' }, ErrorCode.CaptionsUnmatched, /None of the 2 captions.*"x\.jpg"/],
      [{ source: 'csv', file: 'open.csv' }, ErrorCode.InvalidCaptions, /line 3 has 3 cells for 2 columns.*in quotes; /],
      [{ source: 'csv', file: 'western.csv' }, ErrorCode.InvalidCaptions, /written in neither UTF-8 nor UTF-16; /],
      [{ source: 'csv', file: 'missing.csv' }, ErrorCode.FileNotFound, /missing\.csv/],
      [{ source: 'jsonl', file: 'broken.jsonl' }, ErrorCode.InvalidCaptions, /line 2 is not JSON/],
      [{ source: 'coco', file: 'broken.json' }, ErrorCode.InvalidCaptions, /broken\.json can't be used/],
      [{ source: 'txt' }, ErrorCode.CaptionsUnmatched, /No image of .* has a \.txt file/],
    ];
    for (const [captions, code, message] of cases) {
      await assert.rejects(readCaptions({ root, config: { captions } }, paths), { code, message });
    }
  });
});
