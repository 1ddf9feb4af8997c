import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pairTitle, stepTitle } from '../../../src/core/decisions/stepTitles.ts';
import { digestOfDecisions } from '../../../src/core/decisions/decisionDigest.ts';
import type { Finding } from '../../../src/core/curation/findings.ts';
import type { DecisionProblem } from '../../../src/core/decisions/decisionProblems.ts';
import type { Decision } from '../../../src/core/decisions/decisions.ts';
import { engineStopped, notIndexed } from '../../../src/core/errors.ts';
import { linesAfter, linesAfterPair } from '../../../src/extension/findings/decidedLines.ts';
import { FindingsModel } from '../../../src/extension/findings/findingsModel.ts';
import { ReviewModel } from '../../../src/extension/review/reviewModel.ts';
import { stepOf } from '../../../src/extension/review/reviewStep.ts';
import type { LastCheck } from '../../../src/protocol/check.ts';
import type { DecisionHistory, DecisionStep } from '../../../src/protocol/decisions.ts';
import { FakeCaller } from '../fakeCaller.ts';
import { finding, report, root } from '../findings/findingExamples.ts';
import { best, label, leak, scene, small, twins } from './reviewedFindings.ts';

const CHECKED = Date.parse('2026-05-01T12:00:00.000Z');
const AFTER = '2026-05-01T12:00:01.000Z';
const all = [leak, twins, label, scene, small];

function fixture(
  last: () => LastCheck | undefined = () => ({ report: report(all), checkedAt: CHECKED, outdated: false }),
) {
  const taken: DecisionStep[] = [];
  let lines: Decision[] = [];
  let refusal: Error | undefined;
  const missing = new Set<string>();
  const offered = (): DecisionHistory => {
    const last = taken.at(-1);
    return last === undefined ? {} : { undo: { title: stepTitle(last.decisions), at: AFTER } };
  };
  const engine = new FakeCaller({
    'check/last': last,
    'decisions/history': offered,
    'review/decisions': () => lines,
    'decisions/take': (step) => {
      if (refusal) throw refusal;
      taken.push(step);
      const isThere = (path: string) => step.leavesOut === undefined || !missing.has(path);
      const decisions = step.decisions.map((part) => ({ ...part, paths: part.paths.filter(isThere) }));
      lines = linesAfter(lines, { ...step, decisions }, AFTER);
      const { undo } = offered();
      const left = step.decisions.flatMap(({ paths }) => paths).filter((path) => !isThere(path));
      const leftOut = left.map((path) => ({ path, message: `${path} doesn't exist.` }));
      return { changed: [], ...(undo && { step: undo, undo }), ...(leftOut.length > 0 && { leftOut }) };
    },
    'decisions/pair': ({ paths, action }) => {
      lines = linesAfterPair(lines, paths, action, AFTER);
      return { changed: paths, undo: { title: pairTitle(action), at: AFTER } };
    },
    'decisions/undo': () => {
      taken.pop();
      lines = [];
      return { changed: [] };
    },
  });
  const findings = new FindingsModel({
    engine,
    scanSettings: () => ({}),
    indexed: () => Promise.resolve(),
    now: () => Date.parse(AFTER),
  });
  const saved: string[] = [];
  const leftOut: string[] = [];
  const problems: DecisionProblem[] = [];
  let isTrusted = true;
  const model = new ReviewModel(
    {
      findings,
      trusted: () => isTrusted,
      check: () => Promise.reject(notIndexed(root)),
      save: (shown) => saved.push(shown),
      problemsOf: () => Promise.resolve(problems),
      tellLeftOut: (images) => leftOut.push(...images.map((image) => image.path)),
    },
    undefined,
  );
  findings.onDidChange(() => {
    model.follow();
  });
  const refuse = (error: Error | undefined) => (refusal = error);
  const distrust = () => (isTrusted = false);
  const stand = (others: Decision[]) => (lines = others);
  return { model, findings, engine, taken, saved, leftOut, problems, missing, refuse, distrust, stand };
}

describe('the review', () => {
  test('reads the findings of the last check, and says when that was', async () => {
    const { model, saved } = fixture();
    assert.equal(model.state.name, undefined);
    await model.show(root);
    const { name, check, reading } = model.state;
    assert.deepEqual([name, reading, check?.findings, check?.checkedAt], ['pets', false, 5, CHECKED]);
    assert.deepEqual(model.findingsOf(check!.version), all);
    assert.equal(model.findingsOf(check!.version - 1), undefined);
    assert.deepEqual(saved, [root]);
  });

  test('says where there was no check, and what is wrong where none can be read', async () => {
    const never = fixture(() => undefined);
    await never.model.show(root);
    assert.deepEqual([never.model.state.check, never.model.state.failure], [undefined, undefined]);
    const fails = (error: Error) =>
      fixture(() => {
        throw error;
      });
    const unindexed = fails(notIndexed(root));
    await unindexed.model.show(root);
    assert.equal(unindexed.model.state.failure, undefined, 'a check indexes too');
    const broken = fails(engineStopped('it was killed'));
    await broken.model.show(root);
    assert.equal(broken.model.state.failure?.remedy, 'retry');
    await broken.model.check();
    assert.equal(broken.model.state.failure.code, notIndexed(root).code);
    assert.equal(broken.model.state.checking, undefined);
  });

  test('reads nothing in a restricted workspace', async () => {
    const { model, engine, distrust } = fixture();
    distrust();
    await model.show(root);
    assert.deepEqual([model.state.trusted, engine.asked], [false, []]);
  });

  test('tells the page only the answers that have changed, or all of them where it has missed some', async () => {
    const { model } = fixture();
    await model.show(root);
    const { check, answers: start } = model.state;
    assert.ok(await model.decide({ ids: ['small'], action: 'ignore' }));
    assert.ok(await model.decide({ ids: ['twins'], action: 'keepBest' }));
    const { answers: now } = model.state;
    const changes = model.answersSince(check!.version, start);
    assert.deepEqual([changes.isAll, changes.answers], [false, now]);
    assert.deepEqual(
      changes.changes.map(([id, answer]) => [id, answer?.action, answer?.paths]),
      [
        ['small', 'ignore', []],
        // What another finding asked of the same image is answered with it.
        ['twins', 'exclude', ['b.png', 'c.png']],
        ['scene', 'exclude', ['c.png']],
      ],
    );
    assert.deepEqual(model.answersSince(check!.version, now).changes, []);
    const missed = model.answersSince(check!.version, -1);
    assert.deepEqual([missed.isAll, missed.changes.length], [true, 3]);
    await model.repeat('undo');
    assert.ok(model.answersSince(check!.version, now).changes.every(([, answer]) => answer === null));
  });

  test('takes back what it has shown where it could not be written', async () => {
    const { model, refuse } = fixture();
    await model.show(root);
    const { check, answers: start } = model.state;
    refuse(new Error('read-only'));
    const deciding = model.decide({ ids: ['label'], action: 'exclude' });
    assert.equal(model.answersSince(check!.version, start).changes.length, 1);
    await assert.rejects(deciding, /read-only/);
    const last = new Map(model.answersSince(check!.version, start).changes);
    assert.equal(last.get('label'), null);
  });

  test('says what undo would do, and goes to the finding that a link names', async () => {
    const { model } = fixture();
    await model.show(root, 'scene');
    assert.deepEqual(model.state.asked, { id: 'scene', times: 1 });
    await model.show(root, 'scene');
    assert.equal(model.state.asked.times, 2);
    await model.decide({ ids: ['label'], action: 'relabel' });
    assert.equal(model.state.undo, 'Relabel 1 image as "hat"');
  });

  test('decides of all but what is gone, says of what, and leaves that open', async () => {
    const { model, missing, leftOut } = fixture();
    await model.show(root);
    missing.add('e.png');
    assert.ok(await model.decide({ ids: ['twins', 'label'], action: 'exclude' }));
    assert.deepEqual(leftOut, ['e.png']);
    assert.deepEqual(
      model.answersOf(['twins', 'label']).map(([id, answer]) => [id, answer?.action]),
      [
        ['twins', 'exclude'],
        ['label', undefined],
      ],
    );
  });

  test('says which findings an undo was about', async () => {
    const { model } = fixture();
    await model.show(root);
    await model.decide({ ids: ['small', 'label'], action: 'ignore' });
    assert.deepEqual((await model.repeat('undo')).toSorted(), ['label', 'small']);
    assert.deepEqual(await model.repeat('undo'), []);
  });

  test('keeps all images of several findings, each of which is answered', async () => {
    const { model } = fixture();
    await model.show(root);
    assert.ok(await model.decide({ ids: ['twins', 'scene', 'label'], action: 'keep' }));
    const answers = model.answersOf(['twins', 'scene', 'label', 'leak']);
    assert.deepEqual(
      answers.map(([, answer]) => answer?.action),
      ['keep', 'keep', 'keep', undefined],
    );
    assert.equal(model.state.undo, 'Keep 5 images');
  });

  test('says that decisions have changed since the check where what it went by was taken back', async () => {
    const before: Decision = {
      path: 'x.png',
      content: '',
      action: 'ignore',
      finding: 'x',
      at: '2026-05-01T11:00:00.000Z',
    };
    const tag: Decision = { ...before, action: 'tag', value: 'odd' };
    const decisions = digestOfDecisions([before, tag], CHECKED);
    const last = { report: report([]), checkedAt: CHECKED, outdated: false, decisions };
    const { model, findings, stand } = fixture(() => last);
    const isReopened = () => model.state.check?.reopened;
    stand([before, tag]);
    await model.show(root);
    assert.deepEqual([isReopened(), findings.reopened.size], [false, 0]);
    stand([before]);
    await findings.reread(root);
    assert.equal(isReopened(), false, 'a tag changes nothing of what is found');
    stand([]);
    await findings.reread(root);
    assert.deepEqual([isReopened(), [...findings.reopened]], [true, [root]]);
    stand([{ ...before, at: AFTER }, before]);
    await findings.reread(root);
    assert.equal(isReopened(), false);
  });

  test('says that something was decided once a tag is written and when it is undone, which changes no answer', async () => {
    const { model } = fixture();
    await model.show(root);
    const { answers, decisions: first } = model.state;
    await model.tag(['a.png'], 'done');
    const { decisions: tagged } = model.state;
    assert.ok(tagged > first);
    await model.repeat('undo');
    assert.ok(model.state.decisions > tagged);
    assert.equal(model.state.answers, answers);
  });

  test('says which lines of the decisions are followed by nobody', async () => {
    const { model, problems } = fixture();
    problems.push({ kind: 'gone', line: 1, message: 'It is gone.', fixes: [] });
    await model.show(root);
    assert.equal(model.state.problems, undefined);
    for (const line of [3, 7]) problems.push({ kind: 'conflict', line, message: 'A merge has left this.', fixes: [] });
    await model.readProblems();
    assert.deepEqual(model.state.problems, { count: 2, line: 3, message: 'A merge has left this.' });
  });

  test('decides of a pair that it is the same or not, and of nothing else', async () => {
    const { model, engine } = fixture();
    await model.show(root);
    assert.ok(await model.decide({ ids: ['scene'], action: 'different' }));
    assert.deepEqual(engine.asked.find(({ method }) => method === 'decisions/pair')?.params, {
      ...{ root, paths: ['c.png', 'd.png'] },
      action: 'different',
    });
    assert.equal(model.state.undo, 'Call 2 images different');
    const histories = engine.asked.filter(({ method }) => method === 'decisions/history');
    assert.equal(histories.length, 1, 'with the outcome comes what undo would do');
    assert.equal(await model.decide({ ids: ['twins'], action: 'same' }), false);
    assert.equal(await model.decide({ ids: ['nonsense'], action: 'exclude' }), false);
    assert.equal(await model.decide({ ids: ['small'], action: 'exclude' }), false);
  });
});

describe('no key takes out all copies', () => {
  const linesOf = (...of: Parameters<typeof stepOf>) =>
    stepOf(...of)?.decisions.map(({ paths, decision }) => [decision.action, ...paths].join(' '));

  test('where two findings keep different ones', () => {
    const equal = best(finding('exact-duplicate', ['v.png', 't.png'], 'equal'), 'v.png');
    const crossing = best(finding('leak', ['v.png', 't.png'], 'crossing'), 't.png');
    assert.deepEqual(linesOf(root, [equal, crossing], { ids: [], action: 'keepBest' }), ['keep v.png t.png']);
    for (const action of ['exclude', 'quarantine'] as const) {
      assert.equal(linesOf(root, [equal, crossing], { ids: [], action }), undefined);
    }
    const doubted: Finding = finding('label-issue', ['v.png'], 'doubted');
    assert.deepEqual(linesOf(root, [equal, doubted], { ids: [], action: 'exclude' }), ['exclude t.png']);
  });

  test('where the best is out already', async () => {
    const { model, taken } = fixture();
    await model.show(root);
    await model.decide({ ids: ['twins'], action: 'exclude', focused: 'a.png' });
    await model.decide({ ids: ['twins', 'label'], action: 'exclude' });
    assert.deepEqual(
      taken.at(-1)?.decisions.map(({ paths }) => paths),
      [['c.png', 'e.png']],
    );
    await model.repeat('undo');
    await model.decide({ ids: ['twins'], action: 'exclude', focused: 'a.png' });
    await model.decide({ ids: ['twins'], action: 'keepBest' });
    assert.deepEqual(
      taken.at(-1)?.decisions.map(({ paths }) => paths),
      [['b.png'], ['c.png']],
    );
  });

  test('where the file of the best is gone, which the engine looks for', () => {
    const step = stepOf(root, [twins, label], { ids: [], action: 'exclude' });
    assert.deepEqual(step?.leavesOut, [
      ['a.png', 'b.png'],
      ['a.png', 'c.png'],
    ]);
    const kept = stepOf(root, [twins], { ids: [], action: 'keepBest' }, new Set(['b.png']));
    assert.deepEqual(kept?.leavesOut, [['a.png', 'c.png']], 'what is out may lie elsewhere');
    const back = stepOf(root, [twins], { ids: [], action: 'keepOne', focused: 'b.png' }, new Set(['b.png']));
    assert.deepEqual(back?.leavesOut, [['b.png', 'a.png', 'c.png']]);
  });

  test('and what is excluded can be set aside', () => {
    const out = new Set(['b.png', 'c.png']);
    const aside = linesOf(root, [twins, label], { ids: [], action: 'quarantine' }, out);
    assert.deepEqual(aside, ['quarantine b.png c.png e.png']);
  });
});
