import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RelabelPreview } from '../../../src/protocol/relabels.ts';
import type { SplitReport } from '../../../src/protocol/selection.ts';
import { importedSentence, importMarkdown } from '../../../src/extension/curation/importMarkdown.ts';
import { changedLabels, labelsMarkdown } from '../../../src/extension/curation/labelsMarkdown.ts';
import { assignedText, splitMarkdown } from '../../../src/extension/curation/splitMarkdown.ts';

const report: SplitReport = {
  root: '/pets',
  assignments: [
    { path: 'a.png', split: 'train' },
    { path: 'b.png', split: 'train' },
    { path: 'c.png', split: 'test' },
    { path: 'd.png', split: 'extra' },
  ],
  kept: 1,
  ...{ groups: 3, along: 0, torn: 1, shares: { train: 0.75, validation: 0, test: 0.25 } },
  classes: [
    { label: 'c|t', images: 3, counts: { train: 2, test: 1 } },
    { label: undefined, images: 1, counts: { extra: 1 } },
  ],
  ...{ applied: false, out: undefined, seconds: 1, notices: [] },
};

describe('a split for reading', () => {
  test('tells what each split and class would get, beside what is wished', () => {
    const lines = splitMarkdown(report).split('\n');
    assert.ok(lines.includes('4 images split into train, test and extra. Nothing is written yet.'));
    assert.ok(lines.includes('| train | 2 | 50.0 % | 75.0 % |'));
    assert.ok(lines.includes('| extra | 1 | 25.0 % | – |'));
    assert.ok(lines.includes('| c\\|t | 3 | 2 (66.7 %) | 1 (33.3 %) | 0 (0.0 %) |'));
    assert.ok(lines.includes('| _no label_ | 1 | 0 (0.0 %) | 0 (0.0 %) | 1 (100.0 %) |'));
  });

  test('tells how many groups of copies are kept together, and which are not', () => {
    assert.match(
      splitMarkdown(report),
      /^2 groups of copies are kept together; 1 lie in several splits already and stay there\. 1 image keeps the split that it has\.$/m,
    );
    assert.match(splitMarkdown({ ...report, groups: 1, torn: 0, kept: 0 }), /^1 group of copies is kept together\.$/m);
    assert.match(splitMarkdown({ ...report, groups: 0, torn: 0, kept: 0 }), /^No image has a copy\.$/m);
    const scenes = { together: 2, apart: 1 };
    const none = { ...report, groups: 0, torn: 0, kept: 0 };
    assert.match(
      splitMarkdown({ ...none, scenes }),
      /^No image has a copy\. Shots of 2 scenes are kept together; those of 1 are not\.$/m,
    );
    assert.match(
      splitMarkdown({ ...none, scenes: { together: 1, apart: 0 } }),
      /\. Shots of 1 scene are kept together\.$/m,
    );
  });

  test('says where it is once it is applied', () => {
    assert.match(splitMarkdown({ ...report, applied: true }), /The split is in `\.likeness\/config\.json`\.$/m);
    assert.equal(assignedText({ ...report, assignments: [] }), '0 images split into train and test');
  });
});

describe('an import for reading', () => {
  const imported = {
    ...{ root: '/pets', matched: 2, unmatched: ['gone*.png'], columns: ['age', 'source'] },
    ...{ encoder: undefined, notices: [] },
  };

  test('lists the rows of no image, of which no name becomes markup', () => {
    assert.equal(importedSentence(imported), '2 columns of 2 images: age, source. 1 row is of no image here.');
    const lines = importMarkdown(imported, 'ages.csv').split('\n');
    assert.equal(lines[0], '# Imported from ages.csv');
    assert.ok(lines.includes('- gone\\*.png'));
  });

  test('says nothing of rows without an image where there are none', () => {
    const all = { ...imported, unmatched: [] };
    assert.equal(importedSentence(all), '2 columns of 2 images: age, source.');
    assert.ok(!importMarkdown(all, 'ages.csv').includes('Rows of no image'));
  });

  test('says what vectors are called, and what was noticed', () => {
    const notices = [{ code: 'usage', message: 'One vector is all zeros; it is left out.' } as const];
    const encoder = { id: 'clip', dim: 512, images: 2 };
    assert.equal(
      importedSentence({ ...imported, columns: [], unmatched: [], encoder, notices }),
      'Vectors of 2 images, to choose as the encoder “clip”. One vector is all zeros; it is left out.',
    );
  });
});

describe('decided classes that are written to the labels, for reading', () => {
  const change = { path: 'train/cat/a_b.png', from: 'cat', to: 'dog', where: { file: 'labels.csv', lines: [3] } };
  const preview: RelabelPreview = {
    ...{ root: '/pets', source: 'csv', id: '1', changes: [change], problems: [], files: ['labels.csv'], notices: [] },
  };

  test('say what changes where, of which no name becomes markup', () => {
    assert.equal(changedLabels(preview, false), '1 label changes in labels.csv.');
    assert.equal(changedLabels(preview, true), '1 label was changed in labels.csv.');
    const lines = labelsMarkdown(preview, false).split('\n');
    assert.ok(lines.includes('1 label changes in labels.csv. Nothing is written yet.'));
    assert.ok(lines.includes('| train/cat/a\\_b.png | cat | dog | labels.csv:3 |'));
  });

  test('say where files go, and what can’t be written', () => {
    const moved: RelabelPreview = {
      ...{ ...preview, source: 'folder', files: [] },
      changes: [{ ...change, where: { target: 'train/dog/a_b.png' } }],
      problems: [{ path: 'c.png', from: undefined, to: 'dog', reason: 'it lies in no folder of a class.' }],
    };
    assert.equal(changedLabels(moved, false), '1 image moves to the folder of its class. 1 label can’t be written.');
    assert.match(labelsMarkdown(moved, true), /^- c\.png, decided dog: it lies in no folder of a class\.$/m);
    assert.match(changedLabels({ ...moved, changes: [] }, false), /^1 label can’t be written\.$/);
    assert.equal(changedLabels({ ...moved, changes: [], problems: [] }, false), 'The labels say what was decided.');
  });
});
