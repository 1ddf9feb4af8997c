import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { exportFormats } from '../../../src/protocol/exports.ts';
import type { DatasetSummary } from '../../../src/protocol/engine.ts';
import type { SelectReport } from '../../../src/protocol/selection.ts';
import { offeredFormats, suggestedTarget } from '../../../src/extension/curation/exportChoices.ts';
import {
  selectedSentence,
  selectionAsked,
  selectWays,
  suggestedCount,
  type SelectWay,
} from '../../../src/extension/curation/selectChoices.ts';
import { parseShares, seedProblem, sharesOffered, sharesText } from '../../../src/extension/curation/splitChoices.ts';

const summary = (images: number, labelled: number): DatasetSummary => ({
  ...{ root: '/pets', indexLocation: '', encoder: undefined, newerEncoder: undefined, images, embedded: images },
  ...{
    classes: [{ name: 'cat', count: labelled }],
    splits: [],
    tags: [],
    views: [],
    failed: [],
    indexedAt: 0,
    notices: [],
  },
});
const ways = (of: DatasetSummary | undefined): SelectWay[] => selectWays(of).map(({ value }) => value);

describe('what a diverse subset is asked for', () => {
  test('what to label next is offered where an image has no label, or nobody knows', () => {
    assert.ok(ways(summary(10, 9)).includes('to-label'));
    assert.ok(ways(undefined).includes('to-label'));
    assert.ok(!ways(summary(10, 10)).includes('to-label'));
    assert.equal(ways(summary(10, 10))[0], 'facility-location');
  });

  test('a tenth is suggested, at least one and at most a hundred', () => {
    assert.deepEqual([undefined, 4, 50, 5000].map(suggestedCount), [100, 1, 5, 100]);
  });

  test('the engine is asked for no balance of what has no class, and for the tag that is kept', () => {
    const answers = { count: 5, balanced: true, fixedTag: '' };
    assert.deepEqual(selectionAsked({ ...answers, way: 'k-centre' }), { count: 5, method: 'k-centre', balanced: true });
    assert.deepEqual(selectionAsked({ ...answers, way: 'to-label', fixedTag: 'pilot' }), {
      count: 5,
      toLabel: true,
      fixedTags: ['pilot'],
    });
  });

  test('the result says how many there were, what was left out, and what the engine has to say', () => {
    const report: SelectReport = {
      ...{ root: '/pets', paths: ['a.png', 'b.png'], method: 'random', encoder: { id: 'pixels', dim: 3 } },
      ...{ candidates: 1616, copies: 1, fixed: 3, labelled: 0, classes: [], out: undefined, seconds: 1 },
      notices: [{ code: 'invalid-config', message: 'Labels are missing.' }],
    };
    assert.equal(
      selectedSentence(report, 'selected'),
      '2 of 1,616 images selected, 1 copy left out, to go with 3 chosen before. Labels are missing.',
    );
  });
});

describe('shares of splits', () => {
  test('are read as they are written, and other ways', () => {
    for (const { value } of sharesOffered) {
      if (value !== 'other') assert.deepEqual(parseShares(sharesText(value)), value);
    }
    assert.deepEqual(parseShares('60,20 20 %'), { train: 0.6, validation: 0.2, test: 0.2 });
    assert.deepEqual(parseShares('100/0/0'), { train: 1, validation: 0, test: 0 });
  });

  test('what is wrong with them is said', () => {
    const problem = (text: string): string => {
      const shares = parseShares(text);
      return 'problem' in shares ? shares.problem : '';
    };
    assert.match(problem('80 20'), /three numbers/);
    assert.match(problem('a b c'), /three numbers/);
    assert.match(problem('120 -10 -10'), /three numbers/);
    assert.equal(problem('80 10 5'), 'They have to add up to 100, not 95.');
  });

  test('a seed is a whole number from 0', () => {
    assert.deepEqual(['0', '7'].map(seedProblem), [undefined, undefined]);
    for (const wrong of ['', '-1', '1.5', 'x']) assert.match(seedProblem(wrong) ?? '', /whole number/);
  });
});

describe('formats of an export', () => {
  test('are all of the engine’s, each explained', () => {
    assert.deepEqual(Object.keys(offeredFormats), [...exportFormats]);
    for (const format of exportFormats) {
      assert.equal(offeredFormats[format].value, format);
      assert.ok(offeredFormats[format].detail, format);
    }
  });

  test('are suggested to be written beside the dataset, as folders must lie outside of it', () => {
    const root = path.resolve('/data/pets');
    const folder = path.resolve('/data');
    assert.equal(suggestedTarget(root, offeredFormats.csv, false), path.join(folder, 'pets.csv'));
    assert.equal(suggestedTarget(root, offeredFormats.coco, true), path.join(folder, 'pets-selection.json'));
    assert.equal(suggestedTarget(root, offeredFormats.yolo, false), path.join(folder, 'pets-yolo'));
  });
});
