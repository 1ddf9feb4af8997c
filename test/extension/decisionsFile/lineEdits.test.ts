import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decisionProblems } from '../../../src/core/decisions/decisionProblems.ts';
import { formatDecision, type Decision } from '../../../src/core/decisions/decisions.ts';
import { decisionSentence, imagesOfDecision } from '../../../src/extension/decisionsFile/decisionSentence.ts';
import { editsOfFix, type LineEdit } from '../../../src/extension/decisionsFile/lineEdits.ts';

/** What an editor makes of a text: all changes are of the text as it was. */
function applied(text: string, edits: readonly LineEdit[]): string {
  const starts = text.split('\n').reduce<number[]>((all, line) => [...all, all.at(-1)! + line.length + 1], [0]);
  const offset = ([line, column]: readonly [number, number]) => starts[line]! + column;
  return [...edits]
    .sort((a, b) => offset(b.start) - offset(a.start))
    .reduce(
      (result, { start, end, text: added }) => result.slice(0, offset(start)) + added + result.slice(offset(end)),
      text,
    );
}

const fixed = (text: string, removes: readonly number[], replaces: readonly { line: number; text: string }[] = []) =>
  applied(text, editsOfFix({ removes, replaces }, text.split('\n')));

describe('the changes of a fix', () => {
  test('take lines away with their line breaks, wherever they are', () => {
    assert.equal(fixed('a\nb\nc\n', [1]), 'b\nc\n');
    assert.equal(fixed('a\nb\nc\n', [3]), 'a\nb\n');
    assert.equal(fixed('a\nb\nc\nd\n', [4, 1, 3, 3]), 'b\n');
    assert.equal(fixed('a\nb', [2]), 'a');
    assert.equal(fixed('a', [1]), '');
    assert.equal(fixed('a\nb', [1, 2]), '');
  });

  test('put a line in place of another, and leave alone what is not there', () => {
    assert.equal(fixed('a\nb\nc\n', [1, 9], [{ line: 2, text: 'B' }]), 'B\nc\n');
    assert.equal(fixed('a\n', [], [{ line: 5, text: 'x' }]), 'a\n');
  });

  test('solve a conflict of both sides', () => {
    const one = formatDecision({ path: 'a.png', content: '', action: 'exclude', at: '' });
    const other = formatDecision({ path: 'b.png', content: '', action: 'exclude', at: '' });
    const text = `<<<<<<< ours\n${one}\n=======\n${other}\n>>>>>>> theirs\n`;
    const [problem] = decisionProblems(text);
    const both = problem!.fixes.find(({ title }) => title.includes('both sides'))!;
    assert.equal(fixed(text, both.removes), `${one}\n${other}\n`);
  });
});

describe('a decision for people', () => {
  const base = { path: 'a.png', content: '', at: '' };

  test('says in a sentence what it does, whatever it is', () => {
    const actions = [
      'keep',
      'exclude',
      'relabel',
      'tag',
      'untag',
      'quarantine',
      'same',
      'different',
      'ignore',
    ] as const;
    const other = { value: 'cat', with: { path: 'b.png', content: '' }, finding: '0f' };
    const sentences = actions.map((action) => decisionSentence({ ...base, ...other, action }));
    assert.equal(new Set(sentences).size, actions.length);
    for (const sentence of sentences) assert.match(sentence, /^[A-Z].*\.$/);
    assert.equal(sentences[2], 'Of the class “cat”, whatever its folder or table says.');
    assert.match(sentences[6]!, /b\.png/);
  });

  test('names its images, none where it is about the dataset as a whole', () => {
    const pair: Decision = { ...base, action: 'same', with: { path: 'b.png', content: '' } };
    assert.deepEqual(imagesOfDecision(pair), ['a.png', 'b.png']);
    assert.deepEqual(imagesOfDecision({ ...base, path: '', action: 'ignore', finding: '0f' }), []);
  });
});
