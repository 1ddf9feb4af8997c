import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../../src/core/curation/findings.ts';
import type { Decision } from '../../../src/core/decisions/decisions.ts';
import { stepTitle } from '../../../src/core/decisions/stepTitles.ts';
import { linesAfter } from '../../../src/extension/findings/decidedLines.ts';
import { problemOfLink, reviewLink } from '../../../src/extension/review/reviewLink.ts';
import { stepOf } from '../../../src/extension/review/reviewStep.ts';
import type { DecisionStep } from '../../../src/protocol/decisions.ts';
import { finding, root } from '../findings/findingExamples.ts';
import { label, leak, scene, small, twins } from './reviewedFindings.ts';

const AFTER = '2026-05-01T12:00:01.000Z';

describe('the step of a key', () => {
  const decisionsOf = (
    findings: readonly Finding[],
    action: Parameters<typeof stepOf>[2]['action'],
    focused?: string,
    out: readonly string[] = [],
  ) => {
    const decision = { ids: [], action, ...(focused !== undefined && { focused }) };
    const step = stepOf(root, findings, decision, new Set(out));
    return [
      step && stepTitle(step.decisions),
      step?.finding,
      step?.decisions.map(({ paths, decision }) => [decision.action, ...paths].join(' ')),
    ];
  };

  test('of one finding is about the image that is looked at, and names the finding', () => {
    assert.deepEqual(decisionsOf([twins], 'exclude', 'c.png'), ['Exclude 1 image', 'twins', ['exclude c.png']]);
    assert.deepEqual(decisionsOf([twins], 'exclude', '../x'), ['Exclude 1 image', 'twins', ['exclude b.png']]);
    assert.deepEqual(decisionsOf([leak], 'keepBest'), [
      'Keep 1 image and exclude 1 image',
      'leak',
      ['keep a.png', 'exclude test/a.png'],
    ]);
    assert.deepEqual(decisionsOf([label], 'quarantine'), ['Set 1 image aside', 'label', ['quarantine e.png']]);
  });

  test('of several is about all images that may go, in one decision of each kind', () => {
    assert.deepEqual(decisionsOf([twins, scene, label], 'exclude'), [
      'Exclude 3 images',
      undefined,
      // The third copy is the one to keep of its scene.
      ['exclude b.png d.png e.png'],
    ]);
    assert.deepEqual(decisionsOf([twins, scene], 'keepBest'), [
      'Keep 2 images and exclude 2 images',
      undefined,
      ['keep a.png c.png', 'exclude b.png d.png'],
    ]);
    const copied = { ...finding('label-issue', ['f.png', 'g.png'], 'copied'), suggested: 'boot' };
    assert.deepEqual(decisionsOf([copied, small], 'exclude'), ['Exclude 2 images', undefined, ['exclude f.png g.png']]);
    const relabel = stepOf(root, [label, copied, twins], { ids: [], action: 'relabel', isAsSuggested: true });
    assert.deepEqual(
      relabel?.decisions.map(({ paths, decision }) => ['value' in decision && decision.value, ...paths]),
      [
        ['hat', 'e.png'],
        ['boot', 'f.png'],
      ],
      'each its own',
    );
    assert.deepEqual(decisionsOf([label, small], 'ignore'), [
      'Call 2 findings no issue',
      undefined,
      ['ignore e.png', 'ignore '],
    ]);
  });
});

test('a link leads back to its finding, whatever the folder is called', () => {
  const problem = { root: '/data/ünï "x" #1 100%', finding: '0123456789abcdef' };
  const [, argument] = /^command:[\w.]+\?(.*)$/.exec(reviewLink(problem)) ?? [];
  assert.deepEqual(problemOfLink(JSON.parse(argument!)), problem);
  for (const other of [undefined, 3, 'nonsense', '']) assert.equal(problemOfLink(other), undefined);
});

test('the lines after a step are those after its parts one by one, and thousands of parts take a moment', () => {
  const decisions: DecisionStep['decisions'] = [
    { paths: ['a.png', 'b.png'], decision: { action: 'keep' }, finding: 'f1' },
    { paths: ['a.png'], decision: { action: 'keep' }, finding: 'f2' },
    { paths: ['b.png', 'c.png'], decision: { action: 'exclude' } },
    { paths: ['c.png'], decision: { action: 'tag', value: 'odd' } },
    { paths: ['a.png'], decision: { action: 'ignore', finding: 'f1' } },
    { paths: ['c.png'], decision: { action: 'exclude' }, undo: true },
  ];
  const before = linesAfter([], { decisions: decisions.slice(2, 4) }, AFTER);
  const single = decisions.reduce<Decision[]>((lines, part) => linesAfter(lines, { decisions: [part] }, AFTER), before);
  assert.deepEqual(linesAfter(before, { decisions }, AFTER), single);
  assert.deepEqual(
    single.map(({ path, action, finding: of }) => [path, action, of]),
    [
      ['a.png', 'keep', 'f1'],
      ['a.png', 'keep', 'f2'],
      ['b.png', 'exclude', undefined],
      ['c.png', 'tag', undefined],
      ['a.png', 'ignore', 'f1'],
    ],
  );
  const many = Array.from({ length: 10_000 }, (_, i) => ({
    ...{ paths: [`${i}.png`], decision: { action: 'keep' } as const, finding: `f${i}` },
  }));
  const startedAt = performance.now();
  assert.equal(linesAfter([], { decisions: many }, AFTER).length, many.length);
  assert.ok(performance.now() - startedAt < 1500, 'one pass for each of them takes longer');
});
