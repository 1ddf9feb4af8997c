import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { ErrorCode } from '../../../../src/core/errors.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';
import { write } from '../../indexing/dataset.ts';
import { listed } from '../../labels/labelFixtures.ts';
import { job } from '../../training/job.ts';
import { cocoDataset, instances, paths, size } from './cocoDataset.ts';
import { annotationsOf, objectsDataset, type Coco } from './objectsDataset.ts';

const unlisted = 'instances.json lists 1 image (val/unlisted.png) not at all, and it is';
const passedOver = [
  "1 annotation of ROOT/instances.json is of the category 99, which isn't listed there, and is passed over; add it, or correct it.",
  `1 annotation of ROOT/instances.json is of the image "gone", which isn't listed there, and is passed over; add it, or correct it.`,
];

describe('an export of labels in COCO', () => {
  it('to COCO carries annotations, categories and entries with all their fields', async (context) => {
    const { exportTo, document, root } = await cocoDataset(context);
    const { images, notices } = await exportTo('coco', 'all.json');
    assert.equal(images, 5);
    assert.deepEqual(notices, [
      ...passedOver,
      `${unlisted} listed without an annotation, as if there were nothing in it.`,
    ]);
    const all = document('all.json');
    assert.deepEqual(all.categories, instances.categories);
    assert.deepEqual(all.licenses, instances.licenses);
    assert.deepEqual(all.info, instances.info);
    assert.deepEqual(
      all.annotations,
      instances.annotations.filter(({ id }) => ![55, 56].includes(id)),
    );
    assert.deepEqual(
      all.images,
      paths.map((path, i) => ({
        id: ['a', 'b', 'c', 'none', 1][i],
        ...{ file_name: path, ...size },
        ...(i === 0 && { license: 4, date_captured: '2026-01-02', coco_url: 'https://example.org/a' }),
      })),
    );

    // Read as labels again it says the same, and exports the same once more.
    const again = temporaryFolder(context);
    for (const path of paths) {
      mkdirSync(dirname(join(again, path)), { recursive: true });
      copyFileSync(join(root, path), join(again, path));
    }
    write(again, '.likeness/config.json', '{"labels": {"source": "coco", "file": "all.json"}}');
    write(again, 'all.json', JSON.stringify(all));
    assert.deepEqual((await listed(again)).images, (await listed(root)).images);
  });

  it('is of the images that are wanted and not excluded', async (context) => {
    const { exportTo, document, decide } = await cocoDataset(context);
    await decide('train/a.png', { action: 'tag', value: 'odd' });
    await decide('val/c.png', { action: 'tag', value: 'odd' });
    const imagesIn = async (name: string, request: Parameters<typeof exportTo>[2]) => {
      await exportTo('coco', name, request);
      const { images, annotations, categories } = document(name);
      assert.equal(categories.length, 3);
      return [images.map(({ file_name }) => file_name), annotations.map(({ id }) => id)];
    };
    assert.deepEqual(await imagesIn('tag.json', { tags: ['odd'] }), [
      ['train/a.png', 'val/c.png'],
      [50, 51, 54, 57],
    ]);
    assert.deepEqual(await imagesIn('class.json', { classes: ['cat'] }), [['train/a.png'], [50, 51]]);
    assert.deepEqual(await imagesIn('none.json', { images: ['val/none.png'] }), [['val/none.png'], []]);
    // Which class an image of several is taken for matters where one is asked for.
    const { notices } = await exportTo('yolo', 'yolo', { classes: ['cat'] });
    assert.ok(notices.some((message) => message.includes('is taken for the one with the largest area')));
    await decide('val/c.png', { action: 'exclude' });
    assert.deepEqual(await imagesIn('excluded.json', { tags: ['odd'] }), [['train/a.png'], [50, 51]]);
    await decide('val/unlisted.png', { action: 'relabel', value: 'cat' });
    for (const format of ['coco', 'yolo'] as const) {
      await assert.rejects(exportTo(format, 'x.json', { images: ['val/unlisted.png'] }), {
        code: ErrorCode.NotEnoughLabels,
        message:
          /^instances\.json lists none of the images of .* that would be exported, and what it says of them is what/,
      });
    }
  });

  it('has the classes that were decided, by the rule by which they are written to the file', async (context) => {
    const { root, engine, exportTo, document, decide } = await cocoDataset(context);
    await decide('train/a.png', { action: 'relabel', value: 'fox' });
    await decide('train/b.png', { action: 'relabel', value: 'cat' });
    await decide('val/none.png', { action: 'relabel', value: 'cat' });
    const { notices } = await exportTo('coco', 'decided.json');
    assert.equal(
      notices.find((message) => message.includes('decided')),
      'The classes that were decided for 2 images are not in the export, which says no more of them than the label files; the first is train/b.png, decided "cat": its 2 annotations in instances.json are of several classes (dog, cat), and nothing tells which ones are meant; change them where they were made.',
    );
    const decided = document('decided.json');
    assert.deepEqual(decided.categories.at(-1), { id: 100, name: 'fox', supercategory: '' });
    assert.deepEqual(
      annotationsOf(decided).map(({ image, category }) => [image, category]),
      [
        ...[
          ['train/a.png', 'fox'],
          ['train/a.png', 'fox'],
          ['train/b.png', 'dog'],
          ['train/b.png', 'cat'],
        ],
        ...[
          ['val/c.png', 'dog'],
          ['val/c.png', undefined],
        ],
      ],
    );
    await engine.labelFiles.apply({ folder: root });
    await exportTo('coco', 'applied.json');
    assert.deepEqual(document('applied.json'), decided);
  });

  it('to YOLO has the boxes in parts of the image, and says what else there was', async (context) => {
    const { exportTo, text, out } = await cocoDataset(context);
    const { images, notices } = await exportTo('yolo', 'yolo');
    assert.equal(images, 4);
    assert.deepEqual(notices, [
      ...passedOver,
      '1 annotation is of a crowd ("iscrowd"), for which YOLO has no sign, and is left out.',
      '1 annotation has no category, without which YOLO has none, and is left out.',
      '1 annotation has an outline or keypoints beside the box; YOLO gets the box alone.',
      `${unlisted} left out, as a picture without a box stands for "nothing there".`,
    ]);
    assert.equal(text('yolo/labels/train/a.txt'), '0 0.291667 0.375 0.5 0.5\n0 0.125 0.125 0.25 0.25\n');
    assert.equal(text('yolo/labels/train/b.txt'), '0 0.375 0.375 0.25 0.25\n');
    assert.equal(text('yolo/labels/val/c.txt'), '1 0.75 0.75 0.5 0.5\n', 'cut off at the edge');
    assert.equal(text('yolo/labels/val/none.txt'), '');
    assert.deepEqual(readdirSync(join(out, 'yolo/images/val')).sort(), ['c.png', 'none.png']);
    assert.equal(
      text('yolo/data.yaml'),
      '# The boxes are those of instances.json, with the classes that were decided since.\n"train": "images/train"\n"val": "images/val"\nnc: 3\nnames:\n  0: "cat"\n  1: "dog"\n  2: "emu"\n',
    );
  });

  it('of several files has one category for a name, and no id twice', async (context) => {
    const of = (name: string, id: number, categories: object[], licence: string) => ({
      licenses: [{ id: 1, name: licence }],
      images: [{ id: 1, file_name: `${name}.png`, ...size, license: 1 }],
      annotations: [id, 2, 3].map((own, i) => ({ id: own, image_id: 1, category_id: i + 1, bbox: [i, 1, 2, 2] })),
      categories,
    });
    const names = (...all: readonly string[]) => all.map((name, i) => ({ id: i + 1, name }));
    const [train, val] = [of('a', 1, names('cat', 'dog', 'emu'), 'x'), of('c', 9, names('dog', 'fox', 'cat'), 'y')];
    // What is in two files with the same id is the same.
    const both = { ...of('a', 1, names('cat', 'dog', 'emu'), 'x'), licenses: undefined };
    const { exportTo, document, text } = await objectsDataset(
      context,
      paths,
      { source: 'coco', file: ['train.json', 'val.json', 'both.json'] },
      { 'train.json': train, 'val.json': val, 'both.json': both },
    );
    const { notices } = await exportTo('coco', 'all.json');
    assert.ok(
      notices.includes(
        '3 annotations are in the label files more than once, with the same id and content, and are exported once.',
      ),
    );
    const all = document('all.json');
    assert.deepEqual(all.categories, [...names('cat', 'dog', 'emu'), { id: 4, name: 'fox' }]);
    assert.deepEqual(
      all.annotations.map(({ id, category_id }) => [id, category_id]),
      [
        [1, 1],
        [2, 2],
        [3, 3],
        [9, 2],
        [10, 4],
        [11, 1],
      ],
    );
    assert.deepEqual(all.licenses, [
      { id: 1, name: 'x' },
      { id: 2, name: 'y' },
    ]);
    const licenseOf = (path: string) => all.images.find(({ file_name }) => file_name === path)!['license'];
    assert.deepEqual([licenseOf('train/a.png'), licenseOf('val/c.png')], [1, 2]);
    assert.deepEqual(Object.keys(all.info), ['description', 'version', 'note']);
    const { notices: told } = await exportTo('yolo', 'yolo');
    assert.ok(
      told.includes(
        '3 annotations are in the label files more than once, with the same id, image, class and box, and are exported once.',
      ),
    );
    assert.match(text('yolo/labels/train/a.txt'), /^0 \S+ .*\n1 \S+ .*\n2 \S+ .*\n$/);
    assert.match(text('yolo/labels/val/c.txt'), /^1 \S+ .*\n3 \S+ .*\n0 \S+ .*\n$/);
  });

  it('takes numbers for those of the size that is stated, and says where it is another than the shown one', async (context) => {
    const document = {
      images: [
        { id: 1, file_name: 'turned.jpg', width: 24, height: 16 },
        { id: 2, file_name: 'a.png' },
      ],
      annotations: [1, 2].map((image_id) => ({ id: image_id, image_id, category_id: 1, bbox: [6, 4, 12, 8] })),
      categories: [{ id: 1, name: 'cat' }],
    };
    const {
      exportTo,
      document: read,
      text,
    } = await objectsDataset(
      context,
      ['train/turned.jpg', 'train/a.png'],
      { source: 'coco', file: 'instances.json' },
      { 'instances.json': document },
    );
    const expected = [
      'train/turned.jpg has another size in instances.json (24 × 16) than it is shown with (16 × 24), as when a camera has turned them; the numbers of the annotations are exported as those of the size that is stated, check whether they fit.',
      'instances.json states no size of train/a.png; the annotations are taken for those of the size that it is shown with.',
    ];
    assert.deepEqual((await exportTo('coco', 'out.json')).notices, expected);
    assert.deepEqual(
      read('out.json').images.map(({ file_name, width, height }) => [file_name, width, height]),
      [
        ['train/a.png', 24, 16],
        ['train/turned.jpg', 24, 16],
      ],
    );
    assert.deepEqual((await exportTo('yolo', 'yolo')).notices.slice(0, 2), expected);
    for (const name of ['a', 'turned']) assert.equal(text(`yolo/labels/train/${name}.txt`), '0 0.5 0.5 0.5 0.5\n');
  });

  it('without categories is none to YOLO, and stays what it is to COCO', async (context) => {
    const captions = {
      images: instances.images,
      annotations: [{ id: 1, image_id: 'a', caption: 'a cat' }],
      categories: [],
    };
    const { exportTo, document, out } = await cocoDataset(context, captions);
    await assert.rejects(exportTo('yolo', 'yolo'), {
      code: ErrorCode.NotEnoughLabels,
      message:
        'instances.json has no categories, without which YOLO has no classes; add them, or choose another format.',
    });
    assert.deepEqual(readdirSync(out), []);
    await exportTo('coco', 'captions.json');
    const { annotations, categories } = document('captions.json');
    assert.deepEqual([annotations.map(({ caption }) => caption), categories], [['a cat'], []]);
  });

  it('is not there where the file changes meanwhile', async (context) => {
    const { root, exportTo, out } = await cocoDataset(context);
    for (const format of ['coco', 'yolo'] as const) {
      let isChanged = false;
      const work = job(({ phase }) => {
        if (phase === 'Exporting' && !isChanged) appendFileSync(join(root, 'instances.json'), '\n');
        isChanged ||= phase === 'Exporting';
      });
      await assert.rejects(exportTo(format, format, {}, work), {
        code: ErrorCode.ImagesChanged,
        message: /instances\.json was changed by somebody else while it was exported, and nothing was written/,
      });
      assert.equal(existsSync(join(out, format)), false);
      assert.equal(existsSync(join(out, `${format}.partial`)), false);
    }
  });

  it('stops between pieces of a large file', async (context) => {
    const { exportTo, out, document } = await cocoDataset(context, {
      ...instances,
      annotations: Array.from({ length: 8000 }, (_, i) => ({
        id: i,
        image_id: 'a',
        category_id: 3,
        bbox: [1, 2, 3, 4],
        text: 'x'.repeat(100),
      })),
    });
    for (const phase of ['Reading the label files', 'Exporting']) {
      const work = job((progress) => {
        if (progress.phase === phase) work.abort();
      });
      await assert.rejects(exportTo('coco', 'large.json', {}, work), { code: ErrorCode.Cancelled });
      assert.deepEqual(readdirSync(out), []);
    }
    await exportTo('coco', 'large.json');
    const { annotations }: Coco = document('large.json');
    assert.deepEqual([annotations.length, annotations.at(-1)!.id], [8000, 7999]);
  });
});
