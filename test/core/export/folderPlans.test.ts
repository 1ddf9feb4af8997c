import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileNames, folderNames } from '../../../src/core/export/fileNames.ts';
import { planImageFolder, planYolo, wholeImageLines, yoloDescription } from '../../../src/core/export/folderPlans.ts';
import { exportImage } from './exportImages.ts';

const targets = (plan: readonly { readonly target: string }[]) => plan.map(({ target }) => target);

describe('names of exported files', () => {
  it('are their own, or told apart by content where they are called the same, also in another case', () => {
    const names = fileNames([
      { name: 'a.png', content: '1234567890' },
      { name: 'b.png', content: '2222222222' },
      { name: 'A.PNG', content: 'abcdefabcd' },
      { name: 'a.png', content: '1234567890' },
      { name: 'a-12345678.png', content: '3333333333' },
    ]);
    assert.deepEqual(names, ['a-12345678-2.png', 'b.png', 'A-abcdefab.PNG', 'a-12345678-3.png', 'a-12345678.png']);
  });

  it('never lead out of their folder, are no names of devices, and none is there twice', () => {
    const names = ['../../x', '..', '', 'CON', 'a/b', 'a_b', 'a:b', 'Cat', 'cat', 'unlabelled', 'dots...'].sort();
    const folders = folderNames(names, ['unlabelled']);
    assert.equal(new Set([...folders.values()].map((folder) => folder.toLowerCase())).size, names.length);
    for (const folder of folders.values()) {
      assert.doesNotMatch(folder, /[/\\:]|^\.*$|^unlabelled$|^con$|\.$/i);
    }
    assert.equal(folders.get('a_b'), 'a_b', 'who may keep its name does');
  });
});

describe('a folder for each class', () => {
  it('lies below one for each split, and images without a label apart', () => {
    const { placed, renamed } = planImageFolder([
      exportImage('x/train/cat/1.png', { split: 'train' }),
      exportImage('x/test/cat/1.png', { split: 'test' }),
      exportImage('more/1.png', { split: 'test', label: undefined }),
      exportImage('more/2.png', { label: 'a/b' }),
    ]);
    assert.deepEqual(renamed, [{ of: 'class', name: 'a/b', folder: 'a_b' }]);
    assert.deepEqual(targets(placed), [
      'train/cat/1.png',
      'test/cat/1.png',
      'unlabelled/test/1.png',
      'no-split/a_b/2.png',
    ]);
  });

  it('lies at the top where there are no splits', () => {
    const { placed, renamed } = planImageFolder([exportImage('cat/1.png'), exportImage('1.png', { label: undefined })]);
    assert.deepEqual([targets(placed), renamed], [['cat/1.png', 'unlabelled/1.png'], []]);
  });
});

describe('a folder for YOLO', () => {
  const images = [
    exportImage('train/images/1.jpg', { label: 'dog "x"', split: 'train' }),
    exportImage('other/1.png', { split: 'train', content: 'beef'.repeat(16) }),
    exportImage('val/2.png', { split: 'validation' }),
    exportImage('3.png'),
    exportImage('extra/4.png', { split: 'images' }),
  ];
  const plan = planYolo(images);
  const lines = wholeImageLines(images);

  it('has the labels where YOLO looks for them: by the last "images" of the path, and without the ending', () => {
    assert.equal(new Set(plan.images.map(({ labels }) => labels)).size, plan.images.length);
    for (const { target, labels } of plan.images) {
      const at = `/${target}`.lastIndexOf('/images/');
      const expected = `/${target}`.slice(0, at) + '/labels/' + `/${target}`.slice(at + '/images/'.length);
      assert.equal(`/${labels}`, expected.replace(/\.[^./]*$/, '.txt'));
    }
    assert.deepEqual(targets(plan.images).slice(2), [
      'images/val/2.png',
      'images/train/3.png',
      'images/images-2/4.png',
    ]);
    assert.deepEqual(images.map(lines.textOf).slice(0, 2), ['1 0.5 0.5 1 1\n', '0 0.5 0.5 1 1\n']);
  });

  it('is described by a YAML with its splits and classes', () => {
    assert.equal(
      yoloDescription(plan, lines).replace(/^#.*\n/, ''),
      `"train": "images/train"\n"val": "images/val"\n"images": "images/images-2"\nnc: 2\nnames:\n  0: "cat"\n  1: "dog \\"x\\""\n`,
    );
  });
});
