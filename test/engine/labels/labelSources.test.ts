import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { readLabelFile } from '../../../src/engine/labels/sources/labelFiles.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';
import { coco, listed, openEngine, pictures, yoloDataset } from './labelFixtures.ts';
import { assertSeenByAll } from './seenByAll.ts';

describe('labels from files of COCO', () => {
  const paths = ['pictures/0.png', 'pictures/1.png', 'pictures/2.png', 'pictures/3.png', 'pictures/deep/4.png'];
  const document = coco(['cat', 'dog'], {
    '0.png': [['cat', 4]],
    '1.png': [
      ['dog', 1],
      ['dog', 9],
    ],
    'pictures/2.png': [
      ['cat', 4],
      ['dog', 3],
      ['dog', 2],
    ],
    '3.png': [],
    'deep/4.png': [['cat', 1]],
  });

  it('are the class of all annotations of an image, or the one with the largest area, seen by everyone', async (context) => {
    const root = await pictures(context, paths, { source: 'coco', file: 'pictures/instances.json' });
    write(root, 'pictures/instances.json', JSON.stringify(document, undefined, 1));
    assert.deepEqual(await listed(root), {
      images: [
        ['pictures/0.png', 'cat', undefined],
        ['pictures/1.png', 'dog', undefined],
        ['pictures/2.png', 'dog', undefined],
        ['pictures/3.png', undefined, undefined],
        ['pictures/deep/4.png', 'cat', undefined],
      ],
      notices: [
        '1 image of ROOT/pictures/instances.json (pictures/2.png) has annotations of several classes, and is taken for the one with the largest area.',
      ],
    });
    await assertSeenByAll(openEngine(context), root, context);
  });

  it('may be several, one for each split, which are told by their names', async (context) => {
    const own = ['train2017/1.png', 'train2017/2.png', 'val2017/1.png', 'val2017/3.png'];
    const file = ['annotations/instances_train2017.json', 'annotations/instances_val2017.json'];
    const root = await pictures(context, own, { source: 'coco', file });
    write(root, file[0]!, JSON.stringify(coco(['a', 'b'], { '1.png': [['a', 1]], '2.png': [['b', 1]] })));
    write(root, file[1]!, JSON.stringify(coco(['b', 'a'], { '1.png': [['b', 1]], '3.png': [['a', 1]] })));
    // Names alone, which two images have: each file means the one of its own split.
    const renamed = own.map((path) => path.replace('train2017/', 'train/').replace('val2017/', 'val/'));
    const other = await pictures(context, renamed, { source: 'coco', file });
    for (const one of file) write(other, one, readFileSync(join(root, one)));
    const { images, notices } = await listed(other);
    assert.deepEqual(images, [
      ['train/1.png', 'a', 'train'],
      ['train/2.png', 'b', 'train'],
      ['val/1.png', 'b', 'validation'],
      ['val/3.png', 'a', 'validation'],
    ]);
    assert.deepEqual(notices, []);
    await assertSeenByAll(openEngine(context), other, context);
  });

  it('of an export are those that were exported', async (context) => {
    const root = await pictures(context, paths, { source: 'coco', file: 'instances.json' });
    write(root, 'instances.json', JSON.stringify(document));
    const engine = openEngine(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    await engine.decisions.decide({
      root,
      paths: ['pictures/0.png'],
      decision: { action: 'relabel', value: 'new' },
    });
    const before = await listed(root);
    assert.deepEqual(before.images[0], ['pictures/0.png', 'new', undefined]);
    await engine.exchange.export({ folder: root, format: 'coco', out: join(root, 'exported.json') }, job());
    write(root, '.likeness/config.json', JSON.stringify({ labels: { source: 'coco', file: 'exported.json' } }));
    rmSync(join(root, '.likeness/decisions.jsonl'));
    assert.deepEqual((await listed(root)).images, before.images);
  });

  it('may have ids of more digits than a number holds', async (context) => {
    const root = await pictures(context, paths, { source: 'coco', file: 'i.json' });
    const long = (id: number) => `900719925474099${id}`;
    const document = {
      images: [0, 1].map((i) => ({ id: long(2 + i), file_name: `${i}.png` })),
      annotations: [0, 1].map((i) => ({ id: long(2 + i), image_id: long(2 + i), category_id: long(4 + i) })),
      categories: [0, 1].map((i) => ({ id: long(4 + i), name: `c${i}` })),
    };
    write(root, 'i.json', JSON.stringify(document).replaceAll(/"(\d{16})"/g, '$1'));
    assert.deepEqual((await listed(root)).images.slice(0, 2), [
      ['pictures/0.png', 'c0', undefined],
      ['pictures/1.png', 'c1', undefined],
    ]);
  });

  it('that are wrong are told in a sentence with the file and the line', async (context) => {
    const root = await pictures(context, paths, { source: 'coco', file: 'i.json' });
    const rejects = async (text: string, message: RegExp) => {
      write(root, 'i.json', text);
      await assert.rejects(listed(root), { code: ErrorCode.InvalidLabels, message });
    };
    await assert.rejects(listed(root), { code: ErrorCode.FileNotFound });
    await rejects(
      '{"images": [\n{"id": 1}]}',
      /i\.json can't be used for labels: the image in line 2 has no "file_name"/,
    );
    await rejects('{"images": [\n{"id": 1,}]}', /the entry of "images" that begins in line 2 is not JSON/);
    await rejects('{"images": [\n{"id": 1,', /line 2: it ends too early/);
    await rejects('{"categories": [{"id": 1}]}', /the category in line 1 has no "name"/);
    await rejects('{"annotations": [{"id": 1}]}', /the entry of "annotations" in line 1 has no "image_id"/);
    const twice = { images: [1, 1].map((id, i) => ({ id, file_name: `${i}.png` })) };
    await rejects(JSON.stringify(twice), /the images "0.png" and "1.png" have the same id 1/);
    write(root, 'i.json', '{}');
    await assert.rejects(listed(root), { code: ErrorCode.LabelsUnmatched, message: /holds no labels/ });
    const told = coco(['cat'], {
      '0.png': [
        ['cat', 1],
        [77, 5],
      ],
      'gone/a.png': [['cat', 1]],
      '../b.png': [],
      '/elsewhere/c.png': [],
    });
    told.annotations.push({ ...told.annotations[0]!, image_id: 999 });
    write(root, 'i.json', JSON.stringify(told));
    const { images, notices } = await listed(root);
    assert.deepEqual(images[0], ['pictures/0.png', 'cat', undefined], 'what is right counts all the same');
    assert.deepEqual(notices, [
      "1 annotation of ROOT/i.json is of the category 77, which isn't listed there, and is passed over; add it, or correct it.",
      "1 annotation of ROOT/i.json is of the image 999, which isn't listed there, and is passed over; add it, or correct it.",
      '1 row of ROOT/i.json names no image of the dataset, or more than one ("gone/a.png"), and is passed over.',
      '2 rows of ROOT/i.json name files outside of the dataset ("../b.png", "/elsewhere/c.png"), and are passed over.',
    ]);
    told.annotations = [
      ...[...(['1', 99, 98, 97, 96, 99] as const)].map((code) => ({
        ...told.annotations[0]!,
        category_id: code as number,
      })),
      ...[9, 8].map((image_id) => ({ ...told.annotations[0]!, image_id })),
    ];
    write(root, 'i.json', JSON.stringify(told));
    assert.deepEqual((await listed(root)).notices.slice(0, 2), [
      `6 annotations of ROOT/i.json are of the categories "1", 99, 98 and 2 more, which aren't listed there, and are passed over; add them, or correct the annotations.`,
      "2 annotations of ROOT/i.json are of the images 9 and 8, which aren't listed there, and are passed over; add them, or correct the annotations.",
    ]);
    const [a, b] = [coco(['a'], { '0.png': [['a', 1]] }), coco(['b'], { '0.png': [['b', 1]] })];
    write(root, 'i.json', JSON.stringify(a));
    write(root, 'k.json', JSON.stringify(b));
    write(root, '.likeness/config.json', '{"labels":{"source":"coco","file":["i.json","k.json"]}}');
    await assert.rejects(listed(root), {
      code: ErrorCode.InvalidLabels,
      message: /k\.json .*gives pictures\/0\.png the label "b", and .*i\.json gives it "a"/,
    });
  });
});

describe('labels from YOLO', () => {
  const expected = [
    ['images/train/0.png', 'red', 'train'],
    ['images/train/1.png', 'dark blue', 'train'],
    ['images/train/2.png', 'red', 'train'],
    ['images/train/3.png', 'dark blue', 'train'],
    ['images/val/4.png', 'red', 'validation'],
    ['images/val/5.png', undefined, 'validation'],
  ];
  const mixed =
    '1 image of ROOT/data.yaml (images/train/3.png) has annotations of several classes, and is taken for the one with the largest area.';

  it('are those of the text file of each image, seen by everyone', async (context) => {
    const root = await yoloDataset(
      context,
      'train: images/train\nval: images/val\ntest:\nnc: 2\nnames: [red, dark blue]\n',
    );
    assert.deepEqual(await listed(root), { images: expected, notices: [mixed] });
    await assertSeenByAll(openEngine(context), root, context);
  });

  it('are found however data.yaml names folders, lists and classes', async (context) => {
    const names = 'names:\n  0: red\n  1: "dark blue"\n';
    const root = await yoloDataset(context, '');
    write(root, 'lists/train.txt', [0, 1, 2].map((i) => `../images/train/${i}.png\r\n`).join(''));
    write(root, 'more.txt', `./images/train/3.png\n${join(root, 'images/train/0.png')}\n`);
    for (const description of [
      `path: ${root}\ntrain: images/train\nval: images/val\n${names}`,
      `path: ./images\ntrain: train\nval: val\n${names}`,
      `train: ../images/train\nval: ../images/val\n${names}`,
      `train: [lists/train.txt, more.txt]\nval:\n  - images/val\n${names}`,
    ]) {
      write(root, 'data.yaml', description);
      assert.deepEqual((await listed(root)).images, expected, description);
    }
    write(root, 'more.txt', './images/train/3.png\nimages/train/gone.png\n../elsewhere.png\n');
    assert.deepEqual((await listed(root)).notices.slice(0, 2), [
      '1 row of ROOT/more.txt names no image of the dataset, or more than one ("images/train/gone.png"), and is passed over.',
      '1 row of ROOT/more.txt names a file outside of the dataset ("../elsewhere.png"), and is passed over.',
    ]);
  });

  it('are read again where a text file changes', async (context) => {
    const root = await yoloDataset(context, 'train: images/train\nval: images/val\nnames: [red, dark blue]\n');
    await listed(root);
    write(root, 'labels/val/5.txt', '1 0.5 0.5 1 1');
    assert.deepEqual((await listed(root)).images.at(-1), ['images/val/5.png', 'dark blue', 'validation']);
    write(root, 'labels/val/5.txt', '0 0.5 0.5 1 1 ');
    assert.deepEqual((await listed(root)).images.at(-1), ['images/val/5.png', 'red', 'validation']);
  });

  it('of an export are those that were exported', async (context) => {
    const root = await yoloDataset(context, 'train: images/train\nval: images/val\nnames: [red, dark blue]\n');
    const engine = openEngine(context);
    await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
    const paths = ['images/train/0.png'];
    await engine.decisions.decide({ root, paths, decision: { action: 'relabel', value: 'new' } });
    const out = join(temporaryFolder(context), 'exported');
    await engine.exchange.export({ folder: root, format: 'yolo', out }, job());
    write(out, '.likeness/config.json', '{"labels":{"source":"yolo","file":"data.yaml"}}');
    const exported = await listed(out);
    assert.deepEqual(exported.images, [[paths[0], 'new', 'train'], ...expected.slice(1)]);
    assert.deepEqual(exported, await listed(root));
  });

  it('that are wrong are told in a sentence with the file and the line', async (context) => {
    const root = await yoloDataset(context, '');
    const rejects = async (text: string, code: string, message: RegExp) => {
      write(root, 'data.yaml', text);
      await assert.rejects(listed(root), { code, message });
    };
    await rejects(
      'names: [a\ntrain: b',
      ErrorCode.InvalidLabels,
      /data\.yaml can't be used for labels: line \d: it is not YAML/,
    );
    await rejects('train: images/train', ErrorCode.InvalidLabels, /it has no "names"/);
    await rejects('names: [a]', ErrorCode.LabelsUnmatched, /names no folder or list of images; add "train" and "val"/);
    await rejects('names: [a]\ntrain: nowhere', ErrorCode.LabelsUnmatched, /holds images of the dataset \("nowhere"\)/);
    write(root, 'data.yaml', 'names: [red]\ntrain: images/train\nval: nowhere\n');
    write(root, 'labels/train/0.txt', '0 0.5 0.5 1 1\ncat 1 1\n');
    write(root, 'labels/train/gone.txt', '0 0.5 0.5 1 1\n');
    const { images, notices } = await listed(root);
    assert.deepEqual(images.slice(0, 2), [
      ['images/train/0.png', 'red', 'train'],
      ['images/train/1.png', undefined, 'train'],
    ]);
    assert.deepEqual(notices, [
      'ROOT/data.yaml names "nowhere" for "val", where there is nothing in the dataset; correct it, or leave it out.',
      "2 annotations of ROOT/data.yaml are of the class 1, which isn't listed there, and are passed over; add it, or correct them.",
      'Line 2 of labels/train/0.txt can\'t be read as "class x y width height", and is passed over; correct it.',
      '1 label file beside ROOT/data.yaml is of no image of the dataset ("labels/train/gone.txt"), and is passed over.',
    ]);
  });
});

it('a file of labels that is too large to hold is told so', async (context) => {
  const root = temporaryFolder(context);
  write(root, 'labels.csv', 'path,class\n');
  await assert.rejects(readLabelFile(join(root, 'labels.csv'), 5), {
    code: ErrorCode.InvalidLabels,
    message: /above the limit of .* MiB for a file of labels of its kind; divide it/,
  });
});
