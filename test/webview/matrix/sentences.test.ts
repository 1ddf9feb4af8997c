import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClassFigures, ClassOverlap, MatrixGrid } from '../../../src/protocol/matrix.ts';
import { cellsOf, imagesAt, imagesIn } from '../../../webview/matrix/cells.ts';
import {
  captionCellsSentence,
  captionSentence,
  cellsSentence,
  describeCaptionCell,
  describeCell,
  figure,
  noOverlapSentence,
  overlapSentence,
  pairClasses,
  rankText,
} from '../../../webview/matrix/sentences.ts';
import { nextOrder, sortedTable } from '../../../webview/matrix/tableOrder.ts';

const histogram = { low: 0, high: 1, counts: new Uint32Array(2) };
const overlap = (separation: number): ClassOverlap => ({
  within: histogram,
  between: histogram,
  pairsWithin: 3,
  pairsBetween: 4,
  meanWithin: 0.7,
  meanBetween: 0.4,
  separation,
});

test('how images and captions find each other is told as counts, and what that means', () => {
  const recall = (recallAt1: number) => ({ recallAt1, recallAt5: 0.9, recallAt10: 1 });
  const figures = {
    ...{ images: 120, different: 110, meanOwn: 0.6, meanOther: -0.01, farthest: [], encoder: 'pair', notices: [] },
    imageToCaption: recall(0.75),
    captionToImage: recall(0.8),
  };
  const text = captionSentence(figures);
  assert.match(
    text,
    /^75 % of the images find their own caption first among 110 captions \(90 % .* 100 % .*\), and 80 %/,
  );
  assert.match(text, /0\.600 on average to the own caption and −0\.010 to others\. .*often it is a wrong caption/);
  assert.match(captionSentence({ ...figures, imageToCaption: recall(0.1), captionToImage: recall(0.1) }), /hardly say/);
  assert.match(captionCellsSentence(figures), /^120 images compared with their captions by pair\. Rows are images/);
});

test('a cell of an image and a caption is told with whose it is', () => {
  const side = (path: string, caption: string) => ({
    images: Uint32Array.of(0),
    path,
    band: undefined,
    label: 'cat',
    caption,
  });
  const [cat, dog] = [side('cat.png', 'a cat'), side('dog.png', 'a dog')];
  assert.equal(describeCaptionCell(cat, cat, 0.5, true), 'cat.png (cat) and its own caption “a cat”: similarity 0.500');
  assert.equal(
    describeCaptionCell(cat, dog, -0.25, false),
    'cat.png (cat) and the caption of dog.png, “a dog”: similarity −0.250',
  );
  assert.equal(rankText({ captionRank: 1, imageRank: 3 }), '0 captions and 2 images are nearer');
});

test('the overlap of classes is told as a count, and what it means', () => {
  assert.match(
    overlapSentence(overlap(0.83)),
    /in 83 of 100 comparisons \(AUC 0\.83\).*0\.700.*0\.400.*fine-tuning sharpens/,
  );
  assert.match(overlapSentence(overlap(0.99)), /often it is a wrong label/);
  assert.match(overlapSentence(overlap(0.65)), /a tendency/);
  assert.match(overlapSentence(overlap(0.5)), /hardly matter/);
});

test('where nothing can be told of classes, the reason is', () => {
  assert.match(noOverlapSentence({ classes: [], withoutClass: 5 }), /None of these images has a class/);
  assert.match(
    noOverlapSentence({ classes: ['cat'], withoutClass: 1 }),
    /one class, “cat” \(1 image without a class\)/,
  );
  assert.match(noOverlapSentence({ classes: ['cat', 'dog'], withoutClass: 0 }), /No class has two images/);
});

test('what a cell is depends on how many images there are', () => {
  const figures = { images: 20_000, clusters: 3, encoder: { id: 'clip', dim: 8 } };
  assert.match(
    cellsSentence(figures, 'class', 'cells', 625),
    /20,000 images compared by clip.*mean.*625 blocks of about 32 images/,
  );
  assert.match(
    cellsSentence({ ...figures, images: 10 }, 'hierarchy', 'cells', 10),
    /alike ones lie together\. Each cell is a pair\.$/,
  );
  assert.match(cellsSentence({ ...figures, clusters: 0 }, 'cluster', 'cells', 9), /No clusters stand out/);
  assert.match(cellsSentence(figures, 'class', 'groups', 4), /mean similarity of two classes/);
});

const grid: MatrixGrid = {
  codes: new Uint16Array(3),
  order: Uint32Array.of(2, 0, 1),
  starts: Uint32Array.of(0, 1, 3),
  bands: [{ name: 'cats', start: 1, end: 2 }],
  classOf: Int32Array.of(-1, 0),
  tree: undefined,
  low: 0,
  high: 1,
};
const shown = { grid, cells: 2, names: { paths: ['a', 'b', 'c'], classOf: Int32Array.of(0, 0, -1) } };

test('a pair and a block are told in words', () => {
  const [one, block] = [imagesAt(shown, 0, ['cat']), imagesAt(shown, 1, ['cat'])];
  assert.deepEqual([one.path, one.label, one.band], ['c', undefined, undefined]);
  assert.deepEqual([block.path, block.label, block.band, [...block.images]], ['b', undefined, 'cats', [0, 1]]);
  const other = { ...one, path: 'd', label: 'dog' };
  assert.equal(describeCell(one, other, 0.5, false), 'c and d (dog): similarity 0.500');
  assert.equal(describeCell(one, one, 1, true), 'c, with itself');
  assert.equal(describeCell(block, one, 0.25, false), 'cats (2 images) and a block (1 image): mean similarity 0.250');
  assert.equal(describeCell(block, block, Number.NaN, true), 'within cats (2 images): no pair');
});

test('images of cells and cells of images', () => {
  assert.deepEqual([...imagesIn(shown, { start: 0, end: 2 }, { start: 1, end: 2 })], [2, 0, 1]);
  assert.deepEqual([...cellsOf(shown, [1])], [0, 1]);
  assert.deepEqual([...cellsOf(shown, [])], [0, 0]);
});

test('numbers have a real minus, and none is a dash', () => {
  assert.deepEqual([figure(-0.25), figure(1), figure(Number.NaN)], ['−0.250', '1.000', '–']);
});

test('a pair is told by its classes, the new one where it was given one', () => {
  const pair = { paths: ['a', 'b'], labels: ['cat', undefined] } as const;
  assert.equal(pairClasses({ ...pair, relabelled: [] }), 'cat ≠ no class');
  assert.equal(pairClasses({ ...pair, relabelled: [{ path: 'b', label: 'cat' }] }), 'cat');
});

test('the table is sorted by any column, and classes without a figure come last', () => {
  const row = (name: string, separation: number, images: number): ClassFigures => ({
    ...{ name, images, separation },
    ...{ within: 0.5, nearest: 'x', nearestMean: 0.4 },
  });
  const table = [row('b', 0.9, 5), row('a', Number.NaN, 1), row('c', 0.7, 9)];
  const names = (order: Parameters<typeof sortedTable>[1]) => sortedTable(table, order).map(({ name }) => name);
  assert.deepEqual(names({ column: 'separation', direction: 'ascending' }), ['c', 'b', 'a']);
  assert.deepEqual(names({ column: 'separation', direction: 'descending' }), ['b', 'c', 'a']);
  assert.deepEqual(names({ column: 'name', direction: 'ascending' }), ['a', 'b', 'c']);
  assert.deepEqual(names({ column: 'within', direction: 'descending' }), ['a', 'b', 'c']);
  assert.deepEqual(nextOrder({ column: 'name', direction: 'ascending' }, 'name'), {
    column: 'name',
    direction: 'descending',
  });
  assert.equal(nextOrder({ column: 'name', direction: 'ascending' }, 'images').direction, 'descending');
  assert.equal(nextOrder({ column: 'name', direction: 'ascending' }, 'separation').direction, 'ascending');
});
