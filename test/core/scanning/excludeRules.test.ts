import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ExcludeRules } from '../../../src/core/scanning/excludeRules.ts';
import { findSpelling } from '../../../src/core/scanning/spelling.ts';

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const folder = (rules: ExcludeRules, path: string) => rules.excludesFolder(path, nameOf(path));
const file = (rules: ExcludeRules, path: string) => rules.excludesFile(path, nameOf(path));

suite('what a scan leaves out', () => {
  test('hidden folders, tools and the debris of operating systems by default', () => {
    const rules = new ExcludeRules([]);
    for (const path of [
      '.git',
      'a/.venv',
      'node_modules',
      'b/__pycache__',
      '.ipynb_checkpoints',
      '__MACOSX',
      'c/@eaDir',
    ]) {
      assert.equal(folder(rules, path), true, path);
    }
    assert.equal(file(rules, 'a/._photo.jpg'), true);
    assert.equal(folder(rules, 'images.d'), false);
    assert.equal(file(rules, '.photo.jpg'), false);
  });

  test('patterns in the language of .gitignore, blind to case', () => {
    const rules = new ExcludeRules(['thumbs/', '*.tmp.png', '/raw', 'a/**/b', '# comment']);
    assert.equal(folder(rules, 'x/thumbs'), true);
    assert.equal(file(rules, 'x/thumbs'), false);
    assert.equal(file(rules, 'x/A.TMP.PNG'), true);
    assert.equal(folder(rules, 'raw'), true);
    assert.equal(folder(rules, 'x/raw'), false);
    assert.equal(folder(rules, 'a/c/d/b'), true);
  });

  test('a pattern with an exclamation mark brings back what is left out by default, except our own folder', () => {
    const rules = new ExcludeRules(['!.frames/', '!.git/', '!.likeness/', '!node_modules']);
    assert.equal(folder(rules, '.frames'), false);
    assert.equal(folder(rules, 'node_modules'), false);
    assert.equal(folder(rules, '.git'), true);
    assert.equal(folder(rules, '.likeness'), true);
    assert.equal(folder(rules, '.other'), true);
  });
});

suite('spelling on file systems blind to case', () => {
  test('the one name that is the same but for case and composition', () => {
    assert.equal(findSpelling(['Cats', 'dogs'], 'cats'), 'Cats');
    assert.equal(findSpelling(['caf\u0065\u0301.jpg'], 'CAF\u00c9.jpg'), 'caf\u0065\u0301.jpg');
  });

  test('none where several would do', () => {
    assert.equal(findSpelling(['Cats', 'CATS'], 'cats'), undefined);
    assert.equal(findSpelling([], 'cats'), undefined);
  });
});
