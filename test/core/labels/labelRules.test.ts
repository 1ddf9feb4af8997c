import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { labelRules } from '../../../src/core/labels/labelRules.ts';

suite('labels and splits from paths', () => {
  const rules = labelRules({});

  test('the parent folder is the label', () => {
    assert.equal(rules.labelOf('train/cats/a.jpg'), 'cats');
    assert.equal(rules.labelOf('cats/a.jpg'), 'cats');
    assert.equal(rules.labelOf('train/test/a.jpg'), undefined);
  });

  test('an image in the root or directly in a split has no label', () => {
    assert.equal(rules.labelOf('a.jpg'), undefined);
    assert.equal(rules.labelOf('Train/a.jpg'), undefined);
    assert.equal(rules.labelOf('data/valid/a.jpg'), undefined);
  });

  test('what lies below a folder for unlabelled images has no label, nor what lies in one for unknown ones', () => {
    for (const path of [
      'unlabelled/a.jpg',
      'train/Unlabeled/a.jpg',
      'unlabelled/2024-05/a.jpg',
      'train/unknown/a.jpg',
    ]) {
      assert.equal(rules.labelOf(path), undefined, path);
    }
    assert.equal(rules.labelOf('unknown/cats/a.jpg'), 'cats');
    assert.equal(rules.labelOf('cats/unlabelled.jpg'), 'cats', 'the name of a file tells nothing');
    assert.equal(rules.labelOf('unlabelled cats/a.jpg'), 'unlabelled cats');
    assert.equal(rules.splitOf('train/unlabelled/a.jpg'), 'train');
  });

  test('a split is told by the first folder called like one, in any case', () => {
    const splits = ['train/a.jpg', 'x/VAL/c/a.jpg', 'valid/a.jpg', 'Validation/a.jpg', 'test/train/a.jpg'];
    assert.deepEqual(splits.map(rules.splitOf), ['train', 'validation', 'validation', 'validation', 'test']);
  });

  test('a file called like a split, or a folder that only starts like one, is not in it', () => {
    assert.equal(rules.splitOf('train'), undefined);
    assert.equal(rules.splitOf('training/trainer/test.jpg'), undefined);
  });

  test('patterns of the configuration come before folder names', () => {
    const { splitOf } = labelRules({ splits: { val: ['holdout/'], extra: ['train/2024-*/**'] } });
    assert.equal(splitOf('holdout/cats/a.jpg'), 'validation');
    assert.equal(splitOf('train/2024-05/a.jpg'), 'extra');
    assert.equal(splitOf('train/2023-05/a.jpg'), 'train');
  });

  test('labels that come from elsewhere are not told by the path', () => {
    assert.equal(labelRules({ labels: { source: 'none' } }).labelOf('cats/a.jpg'), undefined);
    assert.equal(labelRules({ labels: { source: 'csv', file: 'l.csv' } }).labelOf('cats/a.jpg'), undefined);
    assert.equal(labelRules({ labels: { source: 'folder' } }).labelOf('cats/a.jpg'), 'cats');
  });
});
