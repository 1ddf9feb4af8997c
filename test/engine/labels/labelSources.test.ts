import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { formatSplits, type AssignedSplit } from '../../../src/core/curation/splitting/splitPatterns.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { readLabelFile } from '../../../src/engine/labels/sources/labelFiles.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { job } from '../training/job.ts';
import { coco, listed, openEngine, pictures, yoloDataset } from './labelFixtures.ts';

/** Checks that all who read labels see the same ones. */
async function assertSeenByAll(engine: Engine, root: string, context: TestContext): Promise<void> {
  await engine.indexFolder({ folder: root, encoder: 'pixels' }, job());
  const { images } = await listed(root);
  const summary = await engine.summary({ path: root });
  const counted = (names: readonly (string | undefined)[]) =>
    [...new Set(names.filter((name) => name !== undefined))]
      .sort()
      .map((name) => ({ name, count: names.filter((other) => other === name).length }));
  assert.deepEqual(summary!.classes, counted(images.map(([, label]) => label)), 'summary');
  assert.deepEqual(summary!.splits, counted(images.map(([, , split]) => split)), 'summary');
  const file = join(temporaryFolder(context), 'all.jsonl');
  await engine.exchange.export({ folder: root, format: 'jsonl', out: file }, job());
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => {
      const { path, label, split } = JSON.parse(line) as Record<string, string | null>;
      return [path, label ?? undefined, split ?? undefined];
    }),
    images,
    'export',
  );
  const map = await engine.map({ folder: root }, job());
  assert.deepEqual(
    map.points.map((path, row) => [path, map.labels[row], map.splits[row]]),
    images,
    'map',
  );
  const [first] = images;
  const { query, results } = await engine.similar({ image: join(root, first![0]!), count: 9 });
  assert.deepEqual([query.label, query.split], [first![1], first![2]], 'similar');
  const seen = new Map(results.map(({ path, label, split }) => [path, [path, label, split]]));
  assert.deepEqual(
    images.slice(1).map(([path]) => seen.get(path!)),
    images.slice(1),
    'similar',
  );
  const { assignments } = await engine.curation.split(
    { folder: root, shares: { train: 0.5, validation: 0.5, test: 0 } },
    job(),
  );
  const splitOf = new Map(assignments.map(({ path, split }) => [path, split]));
  for (const [path, , split] of images) if (split !== undefined) assert.equal(splitOf.get(path!), split, 'split');
  const check = await engine.check({ folder: root }, job());
  assert.deepEqual(check.notices, summary!.notices, 'check');
}

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

describe('splits from a table', () => {
  it('count more than folders and less than the configuration, and split keeps them', async (context) => {
    const paths = ['train/0.png', 'train/1.png', 'train/2.png', 'train/3.png'];
    const root = await pictures(context, paths, { source: 'csv', file: 'labels.csv' });
    write(root, 'labels.csv', 'path,class,split\ntrain/0.png,a,\ntrain/1.png,b,val\ntrain/2.png,a,test\n');
    const splits = async () => (await listed(root)).images.map(([, , split]) => split);
    assert.deepEqual(await splits(), ['train', 'validation', 'test', 'train']);
    await assertSeenByAll(openEngine(context), root, context);
    const config = { labels: { source: 'csv', file: 'labels.csv' }, splits: { train: ['train/2.png'] } };
    write(root, '.likeness/config.json', JSON.stringify(config));
    assert.deepEqual(await splits(), ['train', 'validation', 'train', 'train']);
  });

  it('that contradict each other are refused, with both lines', async (context) => {
    const root = await pictures(context, ['0.png'], { source: 'csv', file: 'labels.csv' });
    write(root, 'labels.csv', 'path,class,split\n0.png,a,val\n0.png,a,train\n');
    await assert.rejects(listed(root), {
      code: ErrorCode.InvalidLabels,
      message: /gives 0\.png two splits, "validation" in line 2 and "train" in line 3; correct it/,
    });
    write(root, 'labels.csv', 'path,class\n0.png,a\n./0.png,a\n');
    assert.match((await listed(root)).notices[0]!, /^0\.png has more than one row in .*, which say the same/);
    write(root, 'labels.csv', Buffer.from('path,class\n0.png,a\n', 'utf16le'));
    write(root, 'labels.csv', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('path,class\n', 'utf16le')]));
    await assert.rejects(listed(root), { code: ErrorCode.InvalidLabels, message: /written in UTF-16/ });
  });
});

describe('splits from a table of their own', () => {
  it('count less than patterns and more than labels and folders, wherever labels come from', async (context) => {
    const paths = ['train/a/0.png', 'train/a/1.png', 'train/b/2.png', 'train/b/3.png'];
    const root = await pictures(context, paths, { source: 'folder' });
    write(root, 'lists/splits.csv', 'path,split,note\ntrain/a/0.png,test,x\ntrain/a/1.png,test,\nb/2.png,Val,y\n');
    const config = (value: unknown) => {
      write(root, '.likeness/config.json', JSON.stringify(value));
    };
    const told = async () => (await listed(root)).images.map(([, label, split]) => `${label} ${split}`);
    config({ splits: { file: 'lists/splits.csv' } });
    assert.deepEqual(await told(), ['a test', 'a test', 'b validation', 'b train']);
    await assertSeenByAll(openEngine(context), root, context);
    config({ splits: { file: 'lists/splits.csv', extra: ['train/a/1.png'] } });
    assert.deepEqual(await told(), ['a test', 'a extra', 'b validation', 'b train']);
    write(root, 'labels.csv', 'path,class,split\ntrain/a/0.png,c,train\ntrain/b/3.png,d,test\n');
    config({ labels: { source: 'csv', file: 'labels.csv' }, splits: { file: 'lists/splits.csv' } });
    assert.deepEqual(await told(), ['c test', 'undefined test', 'undefined validation', 'd test']);
  });

  it('that we write are of whole paths, and wait for images that are set aside without a word', async (context) => {
    const odd = process.platform === 'win32' ? [] : ['a\\b.png', ' lead.png'];
    const paths = [...odd, 'old/cat/1.png', 'old/dog/2.png'];
    const root = await pictures(context, paths, { source: 'folder' });
    write(root, '.likeness/config.json', '{"splits":{"file":".likeness/splits.csv"}}');
    const told = async (rows: readonly AssignedSplit[]) => {
      write(root, '.likeness/splits.csv', formatSplits(rows));
      const { images, notices } = await listed(root);
      return { splits: images.map(([path, , split]) => `${path} ${split}`).sort(), notices };
    };
    const row = (path: string, split: string) => ({ path, split });
    const gone = [row('cat/1.png', 'train'), row('dog/2.png', 'test')];
    const own = [row('old/cat/1.png', 'validation'), ...odd.map((path) => row(path, 'test'))];
    const splitOf = (path: string) => own.find((one) => one.path === path)?.split;
    const known = paths.map((path) => `${path} ${splitOf(path)}`).sort();
    assert.deepEqual(await told([...gone, ...own]), { splits: known, notices: [] });
    const none = paths.map((path) => `${path} undefined`).sort();
    assert.deepEqual(await told([row('cat/3.png', 'train')]), { splits: none, notices: [] });
    const { splits, notices } = await told([row('cat/3.png', 'train'), row('2.png', 'train')]);
    assert.deepEqual(splits, none);
    assert.match(
      String(notices),
      /^None of the 2 rows of ROOT\/\.likeness\/splits\.csv has the whole path of an image, .* \(one has "2\.png"\)/,
    );
  });
});

describe('splits from patterns', () => {
  it('are told of where those of several splits match an image, or those of one match none', async (context) => {
    const root = await pictures(context, ['a/0.png', 'a/1.png', 'b/2.png'], { source: 'folder' });
    const told = async (splits: Readonly<Record<string, readonly string[]>>) => {
      write(root, '.likeness/config.json', JSON.stringify({ splits }));
      return (await listed(root)).notices;
    };
    assert.deepEqual(await told({ train: ['a/**'], val: ['b/**'], validation: ['b/2.png'], test: [] }), []);
    assert.deepEqual(await told({ train: ['a/**'], val: ['**'], test: ['/a/1.png', 'c/**'], holdout: ['d/**', 'e'] }), [
      '"splits" in .likeness/config.json has patterns of more than one split for 2 images of ROOT (the first is "a/0.png", by those of "train" and "validation"); the split that is named first counts, "train" there.',
      '"splits" in .likeness/config.json has patterns for "holdout" that match no image of ROOT ("d/**", "e"); correct them, or take them out.',
    ]);
  });
});
