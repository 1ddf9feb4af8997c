import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { indexBusy } from '../../../src/core/errors.ts';
import type { EncoderCard } from '../../../src/core/encoders/card.ts';
import { rowContexts } from '../../../src/extension/contract.ts';
import type { DatasetState } from '../../../src/extension/datasets/datasets.ts';
import { LISTED } from '../../../src/extension/explorer/findingRows.ts';
import { buildRows, parentOf, unreadableRow, withWord } from '../../../src/extension/explorer/treeModel.ts';
import type { Row } from '../../../src/extension/explorer/treeModel.ts';
import type { DatasetSummary } from '../../../src/protocol/engine.ts';
import { finding, report } from '../findings/findingExamples.ts';

const summary: DatasetSummary = {
  root: '/data/pets',
  indexLocation: '/data/pets/.likeness/index.sqlite',
  encoder: { id: 'mobilenet', name: 'MobileNet', source: 'a.onnx', output: { dim: 576 } } as EncoderCard,
  newerEncoder: undefined,
  images: 1200,
  embedded: 1190,
  classes: [
    { name: 'cat', count: 700 },
    { name: 'dog', count: 500 },
  ],
  splits: [{ name: 'train', count: 1200 }],
  tags: [],
  views: [],
  failed: [
    {
      path: 'train/cat/a b.jpg',
      code: 'truncated-image',
      message: 'train/cat/a b.jpg ends too early; it is cut off, restore or remove it.',
    },
  ],
  indexedAt: 0,
  notices: [],
};
const indexed: DatasetState = { folder: '/data/pets', name: 'pets', summary, error: undefined };
const bare: DatasetState = { folder: '/data/cars', name: 'cars', summary: undefined, error: undefined };

/** A row and those below it, indented, as `label | description`. */
function outline(rows: readonly Row[], depth = 0): string[] {
  return rows.flatMap(({ label, description, children }) => [
    `${'  '.repeat(depth)}${label}${description === undefined || description === '' ? '' : ` | ${description}`}`,
    ...outline(children ?? [], depth + 1),
  ]);
}

const all = (rows: readonly Row[]): Row[] => rows.flatMap((row) => [row, ...all(row.children ?? [])]);

test('a dataset shows its encoder, classes, splits and unreadable files', () => {
  assert.deepEqual(outline(buildRows([indexed], [])), [
    'pets | 1,200 images',
    '  Encoder | 10 to embed · mobilenet',
    '    Choose a larger one | knows more, takes longer',
    '    Teach it your classes | fine-tunes it on your labels',
    '  Classes | 2',
    '    cat | 700',
    '    dog | 500',
    '  Splits | 1',
    '    train | 1,200',
    '  Unreadable files | 1',
    '    a b.jpg | ends too early; it is cut off, restore or remove it.',
  ]);
});

test('an encoder that was the default once is told from afar, and the one of today is a click away', () => {
  const newerEncoder = { id: 'likeness-2', name: 'Likeness 2' } as EncoderCard;
  const state = { ...indexed, summary: { ...summary, embedded: 1200, classes: [], newerEncoder } };
  const [dataset] = buildRows([state], []);
  assert.deepEqual(outline(dataset!.children!).slice(0, 2), [
    'Encoder | mobilenet · older default',
    '  Choose the newer default | Likeness 2',
  ]);
});

test('classes are taught where the encoder in use can learn', () => {
  const taught = (changes: Partial<EncoderCard>) => {
    const state = { ...indexed, summary: { ...summary, encoder: { ...summary.encoder!, ...changes } } };
    return all(buildRows([state], [])).some(({ context }) => context === rowContexts.tunedEncoder);
  };
  for (const source of ['a.onnx', 'run 20261124-041532', 'hf:some/model@0123']) assert.ok(taught({ source }), source);
  assert.ok(taught({ id: 'likeness-1', source: 'built-in' }));
  for (const id of ['handcrafted', 'pixels']) assert.ok(!taught({ id, source: 'built-in' }), id);
  assert.ok(!taught({ source: 'imported from vectors.npy', imported: true }));
});

test('an unreadable file names its reason, its code and where it lies', () => {
  const row = all(buildRows([indexed], [])).find(({ context }) => context === rowContexts.failure);
  assert.equal(row?.file, path.resolve('/data/pets/train/cat/a b.jpg'));
  assert.match(row.tooltip ?? '', /ends too early[^]*truncated-image/);
});

test('classes have a word beside their name where the encoder reads texts and there is one', () => {
  const text = {} as NonNullable<EncoderCard['text']>;
  const encoder = { ...summary.encoder!, text };
  const classes = (state: DatasetState) => all(buildRows([state], [])).filter(({ id }) => id.includes('/classes/'));
  assert.ok(classes(indexed).every(({ ofClass }) => ofClass === undefined));
  const [first, ...others] = classes({ ...indexed, summary: { ...summary, encoder } });
  assert.equal(first?.ofClass, first?.label);
  const words = { [first!.label]: 'tabby' };
  assert.equal(withWord(first!, words), `${first!.tooltip}\nNearest word: tabby`);
  assert.ok(others.every((row) => withWord(row, words) === row.tooltip));
});

test('while nothing is indexed there is no row, so that the welcome shows', () => {
  assert.deepEqual(buildRows([bare], []), []);
  assert.deepEqual(buildRows([], []), []);
});

test('beside an indexed folder the others say that they are not', () => {
  assert.deepEqual(outline(buildRows([bare, indexed], [])).slice(0, 2), [
    'cars | not indexed yet',
    'pets | 1,200 images',
  ]);
});

test('a running job shows below its folder, known or not', () => {
  const progress = { phase: 'Indexing', done: 30, total: 120, rate: 85, secondsLeft: 1.2 };
  const jobs = ['/data/cars', '/data/pets', '/data/new'].map((folder) => ({ folder, progress, background: false }));
  const lines = outline(buildRows([bare, indexed], jobs));
  assert.deepEqual(lines.slice(0, 4), [
    'cars | being indexed',
    '  25 % | 30 of 120 · 85 images/s · 1 s left',
    'pets | 1,200 images',
    '  25 % | 30 of 120 · 85 images/s · 1 s left',
  ]);
  assert.deepEqual(lines.slice(-2), ['new | being indexed', '  25 % | 30 of 120 · 85 images/s · 1 s left']);
});

test('a folder that fails shows its reason', () => {
  const error = indexBusy('/data/cars/.likeness/index.sqlite');
  const rows = buildRows([{ ...bare, error }], []);
  assert.deepEqual(outline(rows), ['cars | not available', `  ${error.message}`]);
});

test('ids are unique, and stay the same when counts change', () => {
  const ids = all(buildRows([indexed, bare], [])).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const changed = {
    ...summary,
    images: 1,
    classes: [
      { name: 'dog', count: 1 },
      { name: 'cat', count: 0 },
    ],
  };
  const after = all(buildRows([{ ...indexed, summary: changed }, bare], [])).map(({ id }) => id);
  assert.deepEqual(after.toSorted(), ids.toSorted());
});

test('every row below a dataset is found from the row that holds it, as VS Code needs to reveal it', () => {
  const rows = buildRows([bare, indexed], []);
  const files = unreadableRow(rows, '/data/pets');
  assert.deepEqual(
    files?.children?.map(({ label }) => label),
    ['a b.jpg'],
  );
  assert.equal(parentOf(rows, files.children[0]!.id), files);
  assert.equal(parentOf(rows, files.id), rows[1]);
  assert.equal(parentOf(rows, rows[1]!.id), undefined);
  assert.equal(unreadableRow(rows, '/data/cars'), undefined);
});

test('a dataset that was checked shows its findings by kind, the worst first', () => {
  const found = [
    finding('dark', ['train/c.png']),
    finding('near-duplicate', ['train/a.png', 'train/b.png', 'train/c.png']),
    finding('leak', ['test/a.png', 'train/a.png']),
    finding('small-class', []),
  ];
  const rows = buildRows([indexed, bare], [], [report(found, { root: '/data/pets' })]);
  const lines = outline(rows);
  assert.deepEqual(lines.slice(lines.indexOf('  Findings | 4'), -1), [
    '  Findings | 4',
    '    Leak between splits | 1',
    '      a.png | ↔ a.png',
    '    Near duplicate | 1',
    '      a.png | ↔ b.png and 1 more',
    '    Dark | 1',
    '      c.png | train',
    '    Small class | 1',
    '      small-class of a class.',
  ]);
  const flat = all(rows);
  assert.equal(new Set(flat.map(({ id }) => id)).size, flat.length);
  const leak = flat.find(({ description }) => description === '↔ a.png');
  assert.equal(leak?.file, path.resolve('/data/pets/test/a.png'));
  assert.match(leak.tooltip ?? '', /^test\/a\.png\n↔ train\/a\.png\nleak of/);
  assert.deepEqual(
    flat.filter(({ context }) => context === rowContexts.classFinding).map(({ file }) => file),
    [undefined],
  );
});

test('of many findings the first are listed, and where nothing was found it says so', () => {
  const many = Array.from({ length: LISTED + 5 }, (_, i) => finding('blurry', [`${i}.png`]));
  const rowsOf = (findings: typeof many) =>
    outline(buildRows([indexed], [], [report(findings, { root: '/data/pets' })]));
  const lines = rowsOf(many);
  assert.equal(lines.at(-1), '      … and 5 more');
  assert.equal(lines.filter((line) => line.startsWith('      ') && line.includes('.png')).length, LISTED);
  assert.equal(rowsOf([]).at(-1), '  Findings | nothing to decide');
});

test('classes, splits, tags and saved views stand for images by their filters, with counts', () => {
  const views = [
    { name: 'bad', filter: 'clas:x', count: undefined, fault: '“clas” is nothing to filter by.' },
    { name: 'to do', filter: 'tag:"look at"', count: 12, fault: undefined },
  ];
  const tagged = { ...summary, tags: [{ name: 'look at', count: 12 }], views };
  const rows = buildRows([{ ...indexed, summary: tagged }], []);
  assert.deepEqual(outline(rows).slice(9, 14), [
    '  Tags | 1',
    '    look at | 12',
    '  Saved Views | 2',
    '    bad | not understood',
    '    to do | 12',
  ]);
  const where = Object.fromEntries(all(rows).map((row) => [row.label, [row.context, row.where]]));
  assert.deepEqual(where['cat'], [rowContexts.count, 'class:cat']);
  assert.deepEqual(where['train'], [rowContexts.count, 'split:train']);
  assert.deepEqual(where['look at'], [rowContexts.tag, 'tag:"look at"']);
  assert.deepEqual(where['to do'], [rowContexts.view, 'tag:"look at"']);
  assert.deepEqual(where['bad'], [rowContexts.brokenView, undefined]);
  assert.match(all(rows).find(({ label }) => label === 'bad')!.tooltip!, /Correct it in \.likeness\/config\.json/);
});
