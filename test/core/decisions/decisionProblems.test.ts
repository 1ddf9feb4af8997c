import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decisionProblems, type DecisionFix } from '../../../src/core/decisions/decisionProblems.ts';
import { formatDecision, parseDecisions, type Decision } from '../../../src/core/decisions/decisions.ts';
import { tidyDecisions } from '../../../src/core/decisions/tidyDecisions.ts';

const at = '2026-01-02T03:04:05.000Z';
const line = (path: string, action: Decision['action'], more: Partial<Decision> = {}) =>
  formatDecision({ path, content: `of ${path}`, action, at, ...more });
const told = (text: string) => decisionProblems(text).map((problem) => [problem.kind, problem.line]);
const applied = (text: string, { removes, replaces }: DecisionFix) =>
  text
    .split('\n')
    .map((old, i) => replaces.find((edit) => edit.line === i + 1)?.text ?? old)
    .filter((_, i) => !removes.includes(i + 1))
    .join('\n');

describe('problems of decisions', () => {
  it('are none of a good text, also of keep and exclude of copies at two paths', () => {
    const copies = [line('a.png', 'keep', { content: 'x' }), line('b.png', 'exclude', { content: 'x' })];
    const tags = [line('c.png', 'tag', { value: 'p' }), line('c.png', 'tag', { value: 'q' })];
    const pair = line('d.png', 'same', { with: { path: 'e.png', content: 'of e.png' } });
    const ignored = [line('', 'ignore', { finding: 'f', content: '' }), line('f.png', 'ignore', { finding: 'g' })];
    assert.deepEqual(decisionProblems(`${[...copies, ...tags, pair, ...ignored].join('\n')}\n`), []);
  });

  it('are lines that are no decision, each with its reason', () => {
    const text = [
      '{"path":"a.png","act',
      '[]',
      '{"action":"keep"}',
      '{"path":"a.png"}',
      '{"path":"a.png","action":"fold"}',
      '{"path":"a.png","action":"relabel","at":"x"}',
      '{"path":"a.png","action":"same","at":"x"}',
      '{"path":"a.png","action":"ignore","at":"x"}',
      '',
    ].join('\n');
    const problems = decisionProblems(text);
    assert.deepEqual(
      problems.map(({ kind, line: number }) => [kind, number]),
      [1, 2, 3, 4, 5, 6, 7, 8].map((number) => ['not-a-decision', number]),
    );
    assert.match(problems[0]!.message, /^This line is no decision: it is not JSON \(.+\)\.$/);
    assert.match(problems[4]!.message, /"fold" is no action/);
    assert.match(problems[5]!.message, /needs a "value"/);
    assert.match(problems[6]!.message, /"with"/);
  });

  it('are what is said twice, whenever and with whatever note, of a pair in either order', () => {
    const pair = (a: string, b: string) => line(a, 'same', { with: { path: b, content: `of ${b}` } });
    const text = [
      line('a.png', 'exclude'),
      line('a.png', 'exclude', { note: 'again', at: '2027' }),
      pair('b', 'c'),
      pair('c', 'b'),
    ].join('\n');
    assert.deepEqual(told(text), [
      ['duplicate', 2],
      ['duplicate', 4],
    ]);
    assert.match(decisionProblems(text)[0]!.message, /what line 1 says/);
  });

  it('are decisions that contradict each other, with both sides to choose from', () => {
    const other = { path: 'b.png', content: 'of b.png' };
    const cases = [
      [line('a.png', 'exclude'), line('a.png', 'keep')],
      [line('a.png', 'relabel', { value: 'cat' }), line('a.png', 'relabel', { value: 'dog' })],
      [line('a.png', 'different', { with: other }), line('a.png', 'same', { with: other })],
      [line('a.png', 'tag', { value: 'x' }), line('a.png', 'untag', { value: 'x' })],
      [line('a.png', 'keep'), line('a.png', 'quarantine')],
    ];
    for (const lines of cases) {
      const text = lines.join('\n');
      assert.deepEqual(told(text), [['contradiction', 2]], text);
      const { fixes } = decisionProblems(text)[0]!;
      assert.deepEqual(
        fixes.map((fix) => applied(text, fix)),
        [lines[1], lines[0]],
      );
    }
    const { message } = decisionProblems(cases[1]!.join('\n'))[0]!;
    assert.equal(
      message,
      'a.png is "relabel dog" here and "relabel cat" in line 1; remove one of the two, until then the last one counts.',
    );
  });

  it('are lines written by hand, without a content, that say what others of their path say, or the opposite', () => {
    const byHand = (action: Decision['action'], more: Partial<Decision> = {}) =>
      line('a.png', action, { content: '', ...more });
    const [ant, bee] = [line('a.png', 'relabel', { value: 'ant' }), byHand('relabel', { value: 'bee' })];
    assert.deepEqual(told([ant, bee].join('\n')), [['contradiction', 2]]);
    assert.deepEqual(told([bee, ant].join('\n')), [['contradiction', 2]]);
    assert.match(decisionProblems([ant, bee].join('\n'))[0]!.message, /"relabel bee" here and "relabel ant" in line 1/);
    const tags = [line('a.png', 'tag', { value: 'x' }), byHand('untag', { value: 'x' })];
    assert.deepEqual(told(tags.join('\n')), [['contradiction', 2]]);
    const other = { path: 'b.png', content: 'of b.png' };
    const pair = [line('a.png', 'same', { with: other }), byHand('different', { with: { ...other, content: '' } })];
    assert.deepEqual(told(pair.join('\n')), [['contradiction', 2]]);
    // The one that names the bytes is to stay.
    assert.deepEqual(told([byHand('keep'), line('a.png', 'keep')].join('\n')), [['duplicate', 1]]);
    assert.deepEqual(told([line('a.png', 'keep'), byHand('keep')].join('\n')), [['duplicate', 2]]);
    const former = line('a.png', 'exclude', { content: 'former' });
    assert.deepEqual(told([former, line('a.png', 'keep'), byHand('exclude')].join('\n')), [['contradiction', 3]]);
    // What is there now is what it is about.
    const now = { contentOf: () => 'now', hasContent: () => false };
    assert.deepEqual(
      decisionProblems([ant, bee].join('\n'), now).map(({ kind, line: number }) => [kind, number]),
      [['changed', 1]],
    );
  });

  it('are conflicts of a merge, of which both sides count and their ancestor does not', () => {
    const [ours, base, theirs] = ['cat', 'cow', 'dog'].map((value) => line('b.png', 'relabel', { value }));
    const text = [
      line('a.png', 'exclude'),
      '<<<<<<< HEAD',
      ours,
      '||||||| 1234',
      base,
      '=======',
      theirs,
      '>>>>>>> other branch',
      line('c.png', 'keep'),
      '',
    ].join('\n');
    assert.deepEqual(
      parseDecisions(text).map(({ value, action }) => value ?? action),
      ['exclude', 'cat', 'dog', 'keep'],
    );
    assert.deepEqual(told(text), [
      ['conflict', 2],
      ['contradiction', 7],
    ]);
    const [both, mine, their] = decisionProblems(text)[0]!.fixes.map((fix) =>
      parseDecisions(applied(text, fix)).map(({ value, action }) => value ?? action),
    );
    assert.deepEqual(both, ['exclude', 'cat', 'dog', 'keep']);
    assert.deepEqual(mine, ['exclude', 'cat', 'keep']);
    assert.deepEqual(their, ['exclude', 'dog', 'keep']);
    assert.ok(!applied(text, decisionProblems(text)[0]!.fixes[1]!).includes('>>>'));
    assert.deepEqual(told(`=======\n${ours}\n<<<<<<< x`), [
      ['conflict', 1],
      ['conflict', 3],
    ]);
  });

  it('are paths outside the dataset, with their columns', () => {
    const text = [
      line('../x.png', 'exclude'),
      line('/etc/x.png', 'exclude'),
      line('C:\\x.png', 'exclude'),
      line('a/../../x.png', 'keep'),
      line('.likeness/quarantine/x.png', 'exclude'),
      line('..x.png', 'exclude'),
    ].join('\n');
    const problems = decisionProblems(text);
    assert.deepEqual(
      problems.map(({ kind, line: number }) => [kind, number]),
      [1, 2, 3, 4, 5].map((number) => ['outside', number]),
    );
    assert.equal(text.split('\n')[0]!.slice(problems[0]!.from, problems[0]!.to), '"../x.png"');
  });

  it('are files that are gone or changed, unless their bytes are elsewhere or set aside', () => {
    const contents: Record<string, string> = { 'same.png': 'of same.png', 'new.png': 'other', 'unread.png': '' };
    const images = {
      contentOf: (path: string) => contents[path],
      hasContent: (content: string) => content === 'of moved.png',
    };
    const text = [
      line('aside.png', 'quarantine'),
      line('gone.png', 'exclude'),
      line('moved.png', 'exclude'),
      line('new.png', 'exclude'),
      line('same.png', 'different', { with: { path: 'gone.png', content: 'of gone.png' } }),
      line('unread.png', 'exclude'),
    ].join('\n');
    const problems = decisionProblems(text, images);
    assert.deepEqual(
      problems.map(({ kind, line: number }) => [kind, number]),
      [
        ['gone', 2],
        ['changed', 4],
        ['gone', 5],
      ],
    );
    const again = problems[1]!.fixes[1]!;
    assert.deepEqual(
      decisionProblems(applied(text, again), images).map(({ kind }) => kind),
      ['gone', 'gone'],
    );
    assert.deepEqual(decisionProblems(text), []);
  });
});

describe('decisions put in order', () => {
  it('are sorted, without markers and what is said twice; the rest stays, each comment with its decision', () => {
    const text = [
      '// last',
      line('z.png', 'exclude'),
      '<<<<<<< ours',
      line('b.png', 'keep'),
      line('a.png', 'exclude'),
      '=======',
      line('a.png', 'exclude', { at: '2027' }),
      line('b.png', 'exclude'),
      '>>>>>>> theirs',
      '',
      '// end',
    ].join('\r\n');
    const { text: tidy, markers, duplicates, wasSorted, left } = tidyDecisions(text);
    assert.equal(
      tidy,
      `${[
        line('a.png', 'exclude', { at: '2027' }),
        line('b.png', 'keep'),
        line('b.png', 'exclude'),
        '// last',
        line('z.png', 'exclude'),
        '// end',
      ].join('\n')}\n`,
    );
    assert.deepEqual([markers, duplicates, wasSorted], [3, 1, false]);
    assert.deepEqual(
      left.map(({ kind, line: number }) => [kind, number]),
      [
        ['contradiction', 3],
        ['not-a-decision', 4],
        ['not-a-decision', 6],
      ],
    );
    assert.equal(tidyDecisions(tidy).text, tidy);
    assert.equal(tidyDecisions('').text, '');
  });

  it('keep the content of one of those that say the same', () => {
    const [known, byHand] = [line('a.png', 'exclude'), line('a.png', 'exclude', { content: '', note: 'by hand' })];
    for (const text of [`${known}\n${byHand}\n`, `${byHand}\n${known}\n`]) {
      const { text: tidy, duplicates, left } = tidyDecisions(text);
      assert.deepEqual([duplicates, left], [1, []]);
      assert.deepEqual(
        parseDecisions(tidy).map(({ path, content }) => [path, content]),
        [['a.png', 'of a.png']],
      );
    }
    const rivals = [
      line('a.png', 'relabel', { content: '', value: 'bee' }),
      line('a.png', 'relabel', { value: 'ant' }),
    ];
    assert.equal(tidyDecisions(rivals.join('\n')).text, `${rivals.join('\n')}\n`, 'the last one counts');
  });

  it('of which the last one counts keep their order, and the last of what is said twice stays', () => {
    const class_ = (value: string) => line('a.png', 'relabel', { value });
    const lines = [class_('cat'), class_('dog'), line('a.png', 'exclude'), class_('cat'), line('a.png', 'keep')];
    const { text, duplicates } = tidyDecisions(lines.join('\n'));
    assert.deepEqual(text.trimEnd().split('\n'), [
      line('a.png', 'exclude'),
      line('a.png', 'keep'),
      class_('dog'),
      class_('cat'),
    ]);
    assert.equal(duplicates, 1);
  });
});
