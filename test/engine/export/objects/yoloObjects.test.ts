import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../../src/core/errors.ts';
import { temporaryFolder } from '../../../temporaryFolder.ts';
import { write } from '../../indexing/dataset.ts';
import { listed } from '../../labels/labelFixtures.ts';
import { annotationsOf, objectsDataset } from './objectsDataset.ts';

const paths = [
  'images/train/a.png',
  'images/train/b.png',
  'images/val/c.png',
  'images/val/none.png',
  'more/unlisted.png',
];
const files = {
  'data.yaml': 'path: .\ntrain: images/train\nval: images/val\nnc: 3\nnames: [dog, cat, emu]\n',
  'labels/train/a.txt': '1 0.25 0.5 0.5 0.25\r\n1 0.0 0.0 0.5 0.0 0.5 0.5\n',
  'labels/train/b.txt': '0 0.5 0.5 0.25 0.25 0.87\n1  0.5\t0.5 0.5 0.5 \n',
  'labels/val/c.txt': '0 0.5 0.5 1 1\n7 0.5 0.5 1 1\nnonsense\n',
};
const yoloDataset = (context: TestContext) =>
  objectsDataset(context, paths, { source: 'yolo', file: 'data.yaml' }, files);
const passedOver = [
  "1 annotation of ROOT/data.yaml is of the class 7, which isn't listed there, and is passed over; add it, or correct it.",
  'Line 3 of labels/val/c.txt can\'t be read as "class x y width height", and is passed over; correct it.',
];

describe('an export of labels in YOLO', () => {
  it('to YOLO carries the lines with their numbers, and pictures without any', async (context) => {
    const { root, exportTo, text, out } = await yoloDataset(context);
    const { images, notices } = await exportTo('yolo', 'yolo');
    assert.equal(images, 4);
    assert.deepEqual(notices, [
      ...passedOver,
      'data.yaml lists 1 image (more/unlisted.png) not at all, and it is left out, as a picture without a box stands for "nothing there".',
    ]);
    assert.equal(text('yolo/labels/train/a.txt'), '1 0.25 0.5 0.5 0.25\n1 0.0 0.0 0.5 0.0 0.5 0.5\n');
    assert.equal(text('yolo/labels/train/b.txt'), '0 0.5 0.5 0.25 0.25 0.87\n1 0.5\t0.5 0.5 0.5\n');
    assert.equal(text('yolo/labels/val/c.txt'), '0 0.5 0.5 1 1\n');
    assert.equal(text('yolo/labels/val/none.txt'), '');
    assert.equal(
      text('yolo/data.yaml'),
      '# The lines of the label files are those of data.yaml, with the classes that were decided since.\n"train": "images/train"\n"val": "images/val"\nnc: 3\nnames:\n  0: "dog"\n  1: "cat"\n  2: "emu"\n',
    );
    write(join(out, 'yolo'), '.likeness/config.json', '{"labels": {"source": "yolo", "file": "data.yaml"}}');
    const [own, again] = [await listed(root), await listed(join(out, 'yolo'))];
    assert.deepEqual(
      again.images,
      own.images.filter(([path]) => path !== 'more/unlisted.png'),
    );
    assert.equal(again.notices.length, own.notices.length - 2, 'what can not be read is not exported');
  });

  it('has the classes that were decided, by the rule by which they are written to the files', async (context) => {
    const { root, engine, exportTo, text, out, decide } = await yoloDataset(context);
    await decide('images/train/a.png', { action: 'relabel', value: 'fox' });
    await decide('images/train/b.png', { action: 'relabel', value: 'dog' });
    await decide('images/val/c.png', { action: 'exclude' });
    const { notices } = await exportTo('yolo', 'decided');
    assert.match(
      notices.find((message) => message.includes('decided'))!,
      /^The class "dog" that was decided for images\/train\/b\.png is not in the export, which says no more of it than the label files: its 2 annotations in labels\/train\/b\.txt are of several classes/,
    );
    assert.equal(text('decided/labels/train/a.txt'), '3 0.25 0.5 0.5 0.25\n3 0.0 0.0 0.5 0.0 0.5 0.5\n');
    assert.equal(text('decided/labels/train/b.txt'), '0 0.5 0.5 0.25 0.25 0.87\n1 0.5\t0.5 0.5 0.5\n');
    assert.match(
      text('decided/data.yaml'),
      /^nc: 4\nnames:\n {2}0: "dog"\n {2}1: "cat"\n {2}2: "emu"\n {2}3: "fox"\n$/m,
    );
    assert.deepEqual(readdirSync(join(out, 'decided/images/val')), ['none.png']);
    await engine.labelFiles.apply({ folder: root });
    await exportTo('yolo', 'applied');
    for (const file of ['data.yaml', 'labels/train/a.txt', 'labels/train/b.txt']) {
      assert.equal(text(`applied/${file}`), text(`decided/${file}`));
    }
  });

  it('to YOLO is without images of which no line can be read, as they would stand for nothing', async (context) => {
    const { exportTo, out } = await objectsDataset(
      context,
      paths,
      { source: 'yolo', file: 'data.yaml' },
      { ...files, 'labels/val/c.txt': '7 0.5 0.5 1 1\nnonsense\n', 'labels/val/none.txt': '\n \n' },
    );
    const { images, notices } = await exportTo('yolo', 'yolo');
    assert.equal(images, 3);
    assert.equal(
      notices.at(-1),
      '1 image (images/val/c.png) has annotations of which none can be exported, and is left out, as a picture without a box stands for "nothing there".',
    );
    assert.deepEqual(readdirSync(join(out, 'yolo/images/val')), ['none.png']);
    assert.deepEqual(readdirSync(join(out, 'yolo/labels/val')), ['none.txt']);
  });

  it('to COCO has boxes and outlines in pixels', async (context) => {
    const { root, exportTo, document } = await yoloDataset(context);
    const { notices } = await exportTo('coco', 'out.json');
    assert.deepEqual(notices, [
      ...passedOver,
      '1 line (of images/train/b.png) has more numbers than a box, for which COCO has no place; the box alone is exported.',
      'data.yaml lists 1 image (more/unlisted.png) not at all, and it is listed without an annotation, as if there were nothing in it.',
    ]);
    const coco = document('out.json');
    assert.deepEqual(
      coco.categories,
      ['dog', 'cat', 'emu'].map((name, i) => ({ id: i + 1, name, supercategory: '' })),
    );
    const plain = { iscrowd: 0, segmentation: [] };
    assert.deepEqual(annotationsOf(coco), [
      { image: 'images/train/a.png', category: 'cat', bbox: [0, 6, 12, 4], area: 48, ...plain },
      {
        image: 'images/train/a.png',
        category: 'cat',
        bbox: [0, 0, 12, 8],
        area: 48,
        iscrowd: 0,
        segmentation: [[0, 0, 12, 0, 12, 8]],
      },
      { image: 'images/train/b.png', category: 'dog', bbox: [9, 6, 6, 4], area: 24, ...plain },
      { image: 'images/train/b.png', category: 'cat', bbox: [6, 4, 12, 8], area: 96, ...plain },
      { image: 'images/val/c.png', category: 'dog', bbox: [0, 0, 24, 16], area: 384, ...plain },
    ]);
    assert.equal(new Set(coco.annotations.map(({ id }) => id)).size, 5);
    const again = temporaryFolder(context);
    for (const path of paths) {
      mkdirSync(dirname(join(again, path)), { recursive: true });
      copyFileSync(join(root, path), join(again, path));
    }
    write(again, '.likeness/config.json', '{"labels": {"source": "coco", "file": "out.json"}}');
    write(again, 'out.json', JSON.stringify(coco));
    assert.deepEqual((await listed(again)).images, (await listed(root)).images);
  });

  it('keeps what says how keypoints are read', async (context) => {
    const { exportTo, text, document, out, root } = await objectsDataset(
      context,
      ['images/train/a.png', 'images/train/turned.jpg'],
      { source: 'yolo', file: 'data.yaml' },
      {
        'data.yaml':
          'train: images/train\nkpt_shape: [2, 3]\nflip_idx: [1, 0]\nkpt_names:\n  0: [left, right]\nnames:\n  0: person\n  1: dog\n',
        'labels/train/a.txt': '0 0.5 0.5 0.5 0.5 0.25 0.5 2 0 0 0\n',
        'labels/train/turned.txt': '0 0.5 0.5 0.5 0.5 0.25 0.5 1 0.75 0.25 2\n',
      },
    );
    await exportTo('yolo', 'yolo');
    assert.match(
      text('yolo/data.yaml'),
      /^kpt_shape: \[2,3\]\nflip_idx: \[1,0\]\nkpt_names: \{"0":\["left","right"\]\}\nnc: 2$/m,
    );
    assert.equal(text('yolo/labels/train/a.txt'), '0 0.5 0.5 0.5 0.5 0.25 0.5 2 0 0 0\n');
    const { notices } = await exportTo('coco', 'out.json');
    assert.deepEqual(notices, []);
    // Parts of the picture as it is shown: 16 by 24 pixels of the one that was turned.
    assert.deepEqual(
      document('out.json').annotations.map(({ bbox, keypoints, num_keypoints }) => [bbox, keypoints, num_keypoints]),
      [
        [[6, 4, 12, 8], [6, 8, 2, 0, 0, 0], 1],
        [[4, 6, 8, 12], [4, 12, 1, 12, 6, 2], 2],
      ],
    );
    assert.deepEqual(document('out.json').categories, [
      { id: 1, name: 'person', supercategory: '', keypoints: ['left', 'right'], skeleton: [] },
      { id: 2, name: 'dog', supercategory: '' },
    ]);
    rmSync(join(root, 'data.yaml'));
    await assert.rejects(exportTo('yolo', 'again'), { code: ErrorCode.FileNotFound });
    assert.equal(existsSync(join(out, 'again')), false);
  });
});
