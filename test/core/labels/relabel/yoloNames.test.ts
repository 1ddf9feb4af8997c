import assert from 'node:assert/strict';
import { it } from 'node:test';
import { load } from 'js-yaml';
import { withEdits } from '../../../../src/core/labels/relabel/byteEdits.ts';
import { addedNames } from '../../../../src/core/labels/relabel/yoloNames.ts';

/** The text with two names added, and what YAML makes of it. */
function withNames(text: string, names: Readonly<Record<number, string>>, added = ['new', "it's: 1"]) {
  const latin = Buffer.from(text).toString('latin1');
  const edits = addedNames(latin, new Map(Object.entries(names).map(([code, name]) => [Number(code), name])), added);
  if (edits === undefined) return undefined;
  const after = Buffer.from(withEdits(latin, edits), 'latin1').toString();
  return { after, read: load(after) as { names: unknown; nc?: number } };
}

it('names are added as those are written that are there', () => {
  const two = { 0: 'a', 1: 'b' };
  for (const [text, expected] of [
    ['nc: 2\nnames: [a, b]\nval: x\n', 'nc: 4\nnames: [a, b, new, "it\'s: 1"]\nval: x\n'],
    ['names: ["a", \'b\' , ]  # all\r\n', 'names: ["a", \'b\' , new, "it\'s: 1" ]  # all\r\n'],
    ['names: [\n  a,\n  b\n]\n', 'names: [\n  a,\n  b, new, "it\'s: 1"\n]\n'],
    ['names: {0: a, 1: b}', 'names: {0: a, 1: b, 2: new, 3: "it\'s: 1"}'],
    ['names:\n- a\n- b', 'names:\n- a\n- b\n- new\n- "it\'s: 1"'],
    [
      'names:\r\n  - a # x\r\n  -   b\r\n\r\nnc: 2 # two\r\n',
      'names:\r\n  - a # x\r\n  -   b\r\n  -   new\r\n  -   "it\'s: 1"\r\n\r\nnc: 4 # two\r\n',
    ],
    [
      'names: # of classes\n    0: a\n    # more\n    1 : b\ntrain: x\n',
      'names: # of classes\n    0: a\n    # more\n    1 : b\n    2 : new\n    3 : "it\'s: 1"\ntrain: x\n',
    ],
  ] as const) {
    const result = withNames(text, two)!;
    assert.equal(result.after, expected);
    assert.deepEqual(Object.values(result.read.names as object), ['a', 'b', 'new', "it's: 1"]);
  }
  const sparse = withNames('names:\n  0: a\n  7: b\n', { 0: 'a', 7: 'b' })!;
  assert.deepEqual(sparse.read.names, { 0: 'a', 7: 'b', 8: 'new', 9: "it's: 1" }, 'none gets another number');
  const words = withNames('names: [a, b]', two, ['no', 'Größe'])!;
  assert.deepEqual(words.read.names, ['a', 'b', 'no', 'Größe']);
});

it('names that are written in another way are left alone', () => {
  assert.equal(withNames('names: *other\n', { 0: 'a' }), undefined);
  assert.equal(withNames('{names: [a]}', { 0: 'a' }), undefined);
  assert.equal(withNames('names: [a # first\n]', { 0: 'a' }), undefined);
});
