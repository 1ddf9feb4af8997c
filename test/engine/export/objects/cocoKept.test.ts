import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ErrorCode } from '../../../../src/core/errors.ts';
import { cocoDataset, instances, paths, size } from './cocoDataset.ts';
import { objectsDataset, type Coco } from './objectsDataset.ts';

const listing = (annotations: readonly object[], more: object = {}) => ({
  images: [1, 2].map((id) => ({ id, file_name: `${'ab'[id - 1]}.png`, ...size })),
  annotations,
  categories: [{ id: 1, name: 'cat' }],
  ...more,
});
const triangle = (x: number) => ({ image_id: 1, category_id: 1, segmentation: [[x, 4, x + 12, 4, x, 12]] });
const triangleLine = (x: number) => `0 ${[(x + 6) / 24, 0.5, 0.5, 0.5].map((n) => +n.toFixed(6)).join(' ')}\n`;

describe('an export of unusual files of COCO', () => {
  it('keeps all objects that share an id, but for those that are the same in all else', async (context) => {
    const shared = [0, 6, 0, 12].map((x) => ({ id: 0, ...triangle(x) }));
    const { exportTo, document, text } = await cocoDataset(context, listing(shared));
    const { notices } = await exportTo('coco', 'all.json');
    assert.ok(
      notices.includes(
        '1 annotation is in the label files more than once, with the same id and content, and is exported once.',
      ),
    );
    assert.deepEqual(
      document('all.json').annotations.map(({ id, segmentation }) => [id, segmentation]),
      [0, 6, 12].map((x, i) => [i, triangle(x).segmentation]),
    );
    const { notices: told } = await exportTo('yolo', 'yolo');
    assert.ok(told.some((message) => message.startsWith('1 annotation is in the label files more than once')));
    assert.equal(text('yolo/labels/train/a.txt'), [0, 6, 12].map(triangleLine).join(''));
  });

  it('has what two files say differently of an object twice in COCO, and its box once in YOLO', async (context) => {
    const boxes = [1, 2].map((id) => ({ id, image_id: 1, category_id: 1, bbox: [id, 1, 4, 4], iscrowd: 0 }));
    const keypoints = boxes.map((annotation) => ({ ...annotation, keypoints: [2, 2, 2], num_keypoints: 1 }));
    const { exportTo, document, text } = await objectsDataset(
      context,
      paths,
      { source: 'coco', file: ['instances.json', 'keypoints.json'] },
      { 'instances.json': listing(boxes), 'keypoints.json': listing(keypoints) },
    );
    await exportTo('coco', 'all.json');
    assert.deepEqual(
      document('all.json').annotations.map(({ id, bbox, keypoints: points }) => [id, bbox, points]),
      [
        [1, [1, 1, 4, 4], undefined],
        [2, [2, 1, 4, 4], undefined],
        [3, [1, 1, 4, 4], [2, 2, 2]],
        [4, [2, 1, 4, 4], [2, 2, 2]],
      ],
    );
    const { notices } = await exportTo('yolo', 'yolo');
    assert.ok(notices.some((message) => message.includes('with the same id, image, class and box')));
    assert.equal(text('yolo/labels/train/a.txt').split('\n').length, 3);
  });

  it('keeps the digits of large numbers, of ids, images and whatever else', async (context) => {
    const large = (digit: number) => `90071992547409930${digit}`;
    const digits = (value: unknown) => JSON.stringify(value).replaceAll(/"(\d{18})"/g, '$1');
    const annotations = [1, 2].map((digit) => ({ id: large(digit), track: large(digit), ...triangle(0) }));
    const own = listing(annotations, { categories: [{ id: 1, name: 'cat', synset: large(3) }] });
    const images = own.images.map((image) => ({ ...image, seed: large(4) }));
    const { exportTo, text } = await cocoDataset(context, digits({ ...own, images }));
    await exportTo('coco', 'all.json');
    const found = [...text('all.json').matchAll(/"(id|track|synset|seed)":\s*(90\d*)/g)].map(([, ...all]) =>
      all.join(' '),
    );
    assert.deepEqual(found, [
      `synset ${large(3)}`,
      ...[`seed ${large(4)}`, `seed ${large(4)}`],
      ...[1, 2].flatMap((digit) => [`id ${large(digit)}`, `track ${large(digit)}`]),
    ]);
  });

  it('keeps the ids of images, and gives others numbers that none has', async (context) => {
    const document = listing([{ id: 7, ...triangle(0) }], { info: undefined });
    const images = [...document.images, { id: 900, file_name: 'gone.png' }].map((image) => ({ ...image }));
    images[0]!.id = 10;
    const annotations = document.annotations.map((annotation) => ({ ...annotation, image_id: 10 }));
    const { exportTo, document: read } = await cocoDataset(context, { ...document, images, annotations });
    await exportTo('coco', 'all.json');
    const all = read('all.json');
    assert.deepEqual(
      all.images.map(({ id, file_name }) => [id, file_name]),
      [10, 2, 901, 902, 903].map((id, i) => [id, paths[i]]),
    );
    assert.deepEqual(
      all.annotations.map(({ id, image_id }) => [id, image_id]),
      [[7, 10]],
    );
    assert.match(String(all.info['note']), /^The annotations are those of instances\.json, with the classes/);
  });

  it('tells images and categories apart whose ids have more digits than a number holds', async (context) => {
    const long = (digit: number) => `900719925474099${digit}`;
    const document = {
      images: ['a', 'b'].map((name, i) => ({ id: long(2 + i), file_name: `${name}.png`, ...size })),
      annotations: [0, 1].map((i) => ({
        id: long(2 + i),
        image_id: long(2 + i),
        category_id: long(4 + i),
        bbox: [0, 0, 9, 9],
      })),
      categories: ['cat', 'dog'].map((name, i) => ({ id: long(4 + i), name })),
    };
    const digits = JSON.stringify(document).replaceAll(/"(\d{16})"/g, '$1');
    const { exportTo, text, decide } = await cocoDataset(context, digits);
    await decide('train/a.png', { action: 'relabel', value: 'dog' });
    await decide('train/b.png', { action: 'relabel', value: 'fox' });
    await exportTo('coco', 'all.json');
    const ids = (key: string) =>
      [...text('all.json').matchAll(new RegExp(`"${key}": ?(\\d+)`, 'g'))].map(([, id]) => id);
    assert.deepEqual(ids('category_id'), [long(5), '1']);
    assert.deepEqual(ids('image_id'), [long(2), long(3)]);
    await exportTo('yolo', 'yolo');
    assert.equal(text('yolo/labels/train/a.txt'), '1 0.1875 0.28125 0.375 0.5625\n');
    assert.equal(text('yolo/labels/train/b.txt'), '2 0.1875 0.28125 0.375 0.5625\n');
  });

  it('to YOLO is without images of which no annotation is a box, as they would stand for nothing', async (context) => {
    const mask = { counts: 'xyz', size: [16, 24] };
    const of = (image: string, more: object) => ({ image_id: image, category_id: 3, bbox: [1, 1, 4, 4], ...more });
    const annotations = [
      of('a', {}),
      of('a', { category_id: 99 }),
      of('b', { iscrowd: 1 }),
      ...[of('c', { bbox: undefined, segmentation: mask }), of('c', { category_id: 99 })],
    ].map((annotation, id) => ({ id, ...annotation }));
    const { exportTo, out, text } = await cocoDataset(context, { ...instances, annotations });
    const { images, notices } = await exportTo('yolo', 'yolo');
    assert.equal(images, 2);
    assert.deepEqual(
      notices.filter((message) => /crowd|bbox|none can/.test(message)),
      [
        '1 annotation is of a crowd ("iscrowd"), for which YOLO has no sign, and is left out.',
        '1 annotation (of val/c.png) has no "bbox" and no polygon to take a box from, but a mask or keypoints, and is left out; add "bbox".',
        '2 images (the first is train/b.png) have annotations of which none can be exported, and are left out, as a picture without a box stands for "nothing there".',
      ],
    );
    for (const kind of ['images', 'labels']) {
      assert.deepEqual(readdirSync(join(out, 'yolo', kind, 'train')), [kind === 'images' ? 'a.png' : 'a.txt']);
      assert.deepEqual(readdirSync(join(out, 'yolo', kind, 'val')), [kind === 'images' ? 'none.png' : 'none.txt']);
    }
    const ofSplit = await exportTo('yolo', 'train', { images: ['train/a.png', 'val/c.png'] });
    assert.equal(ofSplit.images, 1);
    assert.deepEqual(readdirSync(join(out, 'train/images')), ['train']);
    assert.doesNotMatch(text('train/data.yaml'), /val/);
    assert.match(ofSplit.notices.at(-1)!, /^The export has no image of the split val/);
    await assert.rejects(exportTo('yolo', 'b', { images: ['train/b.png'] }), {
      code: ErrorCode.NotEnoughLabels,
      message: /^No annotation that instances\.json has of the images of .* is one that YOLO can have/,
    });
    assert.equal(existsSync(join(out, 'b')), false);
  });

  it('keeps what else a file says, and of several files says what is left out', async (context) => {
    const more = { videos: [{ id: 7, name: 'x' }], tracks: [1234], licenses: [{ name: 'CC0' }, 'none'], 'a "b"': null };
    const document = listing([], more);
    const one = await cocoDataset(context, document);
    assert.deepEqual(
      (await one.exportTo('coco', 'all.json')).notices.filter((message) => message.includes('beside')),
      [],
    );
    const { videos, tracks, licenses, ...all } = one.document('all.json') as Coco & typeof more;
    assert.deepEqual({ videos, tracks, licenses, 'a "b"': all['a "b"'] }, more);
    const lists = { neg_category_ids: [1, 2], not_exhaustive_category_ids: [2, 5] };
    const second = {
      images: [{ id: 1, file_name: 'c.png', ...size, ...lists }],
      annotations: [],
      categories: ['dog', 'cat'].map((name, i) => ({ id: i + 1, name })),
      tracks: [],
    };
    const two = await objectsDataset(
      context,
      paths,
      { source: 'coco', file: ['one.json', 'two.json'] },
      { 'one.json': document, 'two.json': second },
    );
    const { notices } = await two.exportTo('coco', 'all.json');
    assert.ok(
      notices.includes(
        `What one.json and two.json say beside images, annotations, categories and licences isn't in the export: "videos", "tracks", "a \\"b\\"", as there are several files.`,
      ),
    );
    const both = two.document('all.json');
    assert.deepEqual(
      both.categories.map(({ id, name }) => [id, name]),
      [
        [1, 'cat'],
        [3, 'dog'],
      ],
    );
    const entry = both.images.find(({ file_name }) => file_name === 'val/c.png')!;
    assert.deepEqual([entry['neg_category_ids'], entry['not_exhaustive_category_ids']], [[3, 1], [1]]);
  });
});
