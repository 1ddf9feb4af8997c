import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stepNotOffered } from '../../../src/core/decisions/decisionErrors.ts';
import { stepTitle } from '../../../src/core/decisions/stepTitles.ts';
import { isSameStep } from '../../../src/core/decisions/history.ts';
import { cancelled, ErrorCode } from '../../../src/core/errors.ts';
import { FindingsModel } from '../../../src/extension/findings/findingsModel.ts';
import { linesAfter } from '../../../src/extension/findings/decidedLines.ts';
import type { CheckReport } from '../../../src/protocol/check.ts';
import type { Decision } from '../../../src/core/decisions/decisions.ts';
import type { DecisionStep, StepOutcome, TakenStep } from '../../../src/protocol/decisions.ts';
import { FakeCaller } from '../fakeCaller.ts';
import { finding, report, root } from './findingExamples.ts';

const pair = finding('near-duplicate', ['a.png', 'b.png']);
const leak = finding('leak', ['test/a.png', 'a.png']);
const dark = finding('dark', ['b.png']);
const small = finding('small-class', []);
const found = report([leak, pair, dark, small]);

const CHECKED = Date.parse('2026-05-01T12:00:00.000Z');

/**
 * An engine that writes lines down as the real one does, and can undo the last step.
 *
 * @param failing what stands can't be read
 */
function fixture(answer: () => CheckReport = () => found, refuse?: Error, failing?: { readonly now: boolean }) {
  const taken: DecisionStep[] = [];
  const undone: DecisionStep[] = [];
  const order: string[] = [];
  const at = new Date(CHECKED + 1000).toISOString();
  const told = (step: DecisionStep | undefined): TakenStep | undefined =>
    step && { title: step.title ?? stepTitle(step.decisions), at };
  const outcome = (step: DecisionStep | undefined): StepOutcome => {
    const [undo, redo] = [told(taken.at(-1)), told(undone.at(-1))];
    return { changed: [], ...(step && { step: told(step)! }), ...(undo && { undo }), ...(redo && { redo }) };
  };
  const lines = (): Decision[] => taken.reduce<Decision[]>((before, step) => linesAfter(before, step, at), []);
  const engine = new FakeCaller({
    'check/run': () => {
      order.push('checked');
      return answer();
    },
    'check/last': () => ({ report: found, checkedAt: CHECKED, outdated: true }),
    'decisions/history': () => outcome(undefined),
    'review/decisions': () => {
      if (failing?.now) throw new Error('gone');
      return lines();
    },
    'decisions/take': (step) => {
      if (refuse) throw refuse;
      taken.push(step);
      undone.length = 0;
      return outcome(step);
    },
    'decisions/undo': ({ step: meant }) => {
      if (meant && !isSameStep(told(taken.at(-1)), meant)) throw stepNotOffered('undo', meant.title);
      const step = taken.pop();
      if (step) undone.push(step);
      return outcome(step);
    },
    'decisions/redo': () => {
      const step = undone.pop();
      if (step) taken.push(step);
      return outcome(step);
    },
  });
  const model = new FindingsModel({
    engine,
    scanSettings: () => ({ maxMegapixels: 9 }),
    indexed: (known) => {
      order.push(`known ${known}`);
      return Promise.resolve();
    },
    now: () => CHECKED,
  });
  model.onDidChange(() => order.push('changed'));
  const ids = () => model.reportOf(root)?.findings.map(({ id }) => id);
  return { model, engine, taken, order, ids };
}

describe('the findings of a window', () => {
  test('are those of the last check, told once the dataset is known', async () => {
    const { model, engine, order } = fixture();
    assert.deepEqual(model.reports, []);
    assert.equal(await model.check(root, {}), found);
    assert.deepEqual(engine.asked[0]?.params, { folder: root, scan: { maxMegapixels: 9 } });
    assert.deepEqual(order, ['checked', `known ${root}`, 'changed']);
    assert.deepEqual(model.reports, [found]);
  });

  test('stay where a later check fails or is stopped', async () => {
    let fails = false;
    const { model } = fixture(() => {
      if (fails) throw cancelled();
      return found;
    });
    await model.check(root, {});
    fails = true;
    await assert.rejects(model.check(root, {}), { code: cancelled().code });
    assert.equal(model.reportOf(root), found);
  });

  test('lose the one that is no issue at once, and have it back in its place when that is undone', async () => {
    const { model, taken, ids } = fixture();
    await model.check(root, {});
    const before = ids();
    const ignoring = model.ignore(root, pair);
    assert.deepEqual(ids(), [leak.id, dark.id, small.id], 'before it is written');
    const takeBack = await ignoring;
    const decisions = [{ paths: ['a.png'], decision: { action: 'ignore', finding: pair.id } }];
    assert.deepEqual(taken, [{ root, decisions, finding: pair.id }]);
    assert.equal(model.checkedOf(root)?.answers.get(pair.id)?.action, 'ignore');
    await takeBack();
    assert.deepEqual([taken.length, ids()], [0, before]);
  });

  test('have one back also where something else was decided since, which stays', async () => {
    const { model, taken, ids } = fixture();
    await model.check(root, {});
    const takeBack = await model.ignore(root, pair);
    await model.exclude(root, ['test/a.png']);
    await takeBack();
    assert.deepEqual(ids(), [pair.id, dark.id, small.id]);
    assert.deepEqual(taken.at(-1)?.decisions[0]?.undo, true);
  });

  test('about a class can be no issue too', async () => {
    const { model, taken, ids } = fixture();
    await model.check(root, {});
    await model.ignore(root, small);
    assert.deepEqual(taken[0]?.decisions[0]?.paths, ['']);
    assert.ok(ids()?.includes(small.id) === false);
  });

  test('lose all that an excluded image has a part in', async () => {
    const { model, ids } = fixture();
    await model.check(root, {});
    const takeBack = await model.exclude(root, ['b.png']);
    assert.deepEqual(ids(), [leak.id, small.id]);
    await takeBack();
    assert.deepEqual(
      ids(),
      [leak, pair, dark, small].map(({ id }) => id),
    );
  });

  test('follow undo and redo at once, and what undo would do is known', async () => {
    const { model, ids } = fixture();
    await model.check(root, {});
    await model.exclude(root, ['b.png']);
    await model.ignore(root, small);
    assert.equal(model.checkedOf(root)?.history.undo?.title, 'Call 1 finding no issue');
    const undoing = model.repeat(root, 'undo');
    assert.deepEqual(ids(), [leak.id, small.id], 'before the engine has answered');
    await undoing;
    await model.repeat(root, 'undo');
    assert.equal(ids()?.length, 4);
    assert.equal(model.checkedOf(root)?.history.undo, undefined);
    await model.repeat(root, 'redo');
    assert.deepEqual(ids(), [leak.id, small.id]);
    assert.equal(await model.repeat(root, 'redo').then((step) => step?.title), 'Call 1 finding no issue');
  });

  test('come back where a decision could not be written', async () => {
    const { model, ids } = fixture(undefined, new Error('read-only'));
    await model.check(root, {});
    const ignoring = model.ignore(root, pair);
    assert.equal(ids()?.length, 3);
    await assert.rejects(ignoring, /read-only/);
    assert.equal(ids()?.length, 4);
  });

  test('come back where nothing can be read any more either, and what failed is told', async () => {
    const failing = { now: false };
    const { model, ids } = fixture(undefined, new Error('read-only'), failing);
    await model.check(root, {});
    failing.now = true;
    await assert.rejects(model.ignore(root, pair), /read-only/);
    assert.equal(ids()?.length, 4);
    failing.now = false;
    assert.equal(model.checkedOf(root)?.isStale, true, 'it is read with the next change');
    await model.reread(root);
    assert.equal(model.checkedOf(root)?.isStale, false);
  });

  test('are told of a step that was taken, although what stands can not be read', async () => {
    const failing = { now: false };
    const { model, ids } = fixture(undefined, undefined, failing);
    await model.check(root, {});
    await model.ignore(root, pair);
    failing.now = true;
    assert.equal((await model.repeat(root, 'undo'))?.title, 'Call 1 finding no issue');
    assert.deepEqual([ids()?.length, model.checkedOf(root)?.isStale], [4, true]);
  });

  test('of a check before the window was opened are there again, less what was decided of them', async () => {
    const { model, engine, taken, ids } = fixture();
    taken.push({ root, title: 'Exclude 1 image', decisions: [{ paths: ['b.png'], decision: { action: 'exclude' } }] });
    await Promise.all([model.restore(root), model.restore(root)]);
    assert.deepEqual(ids(), [leak.id, small.id]);
    const checked = model.checkedOf(root);
    assert.deepEqual([checked?.checkedAt, checked?.outdated, checked?.report.findings.length], [CHECKED, true, 4]);
    assert.equal(checked?.history.undo?.title, 'Exclude 1 image');
    await model.restore(root);
    assert.equal(engine.asked.filter(({ method }) => method === 'check/last').length, 1);
  });

  test('follow what somebody else writes down', async () => {
    const { model, taken, ids } = fixture();
    await model.check(root, {});
    taken.push({ root, title: 'Exclude 1 image', decisions: [{ paths: ['a.png'], decision: { action: 'exclude' } }] });
    await model.reread(root);
    assert.deepEqual(ids(), [dark.id, small.id]);
    assert.equal(model.checkedOf(root)?.history.undo?.title, 'Exclude 1 image');
  });

  test('tell what undo would do where only that has changed, and foresee nothing of what they saw before', async () => {
    const { model, taken, order, ids } = fixture();
    await model.check(root, {});
    await model.exclude(root, ['b.png']);
    taken.push({ root, title: 'Tag 1 image "odd"', decisions: [] });
    const told = order.length;
    await model.reread(root);
    assert.deepEqual(order.slice(told), ['changed']);
    assert.equal(model.checkedOf(root)?.history.undo?.title, 'Tag 1 image "odd"');
    const undoing = model.repeat(root, 'undo');
    assert.deepEqual(ids(), [leak.id, small.id], 'the exclusion stands until the engine has answered');
    await undoing;
    assert.deepEqual(ids(), [leak.id, small.id]);
    await model.reread(root);
    assert.equal(order.length - told, 3, 'what stands as it stood is not told again');
  });

  test('take back the step that is meant, or nothing', async () => {
    const { model, taken, ids } = fixture();
    await model.check(root, {});
    await model.exclude(root, ['b.png']);
    const { undo: meant } = model.checkedOf(root)!.history;
    await model.ignore(root, small);
    await assert.rejects(model.repeat(root, 'undo', meant), {
      code: ErrorCode.DecisionNotOffered,
      message: `"Exclude 1 image" isn't the last decision any more; Undo Last Decision takes back the newest.`,
    });
    assert.deepEqual([taken.length, ids()], [2, [leak.id]]);
  });

  test('say that images have changed since, until the next check', async () => {
    const { model } = fixture();
    await model.check(root, {});
    model.outdate(root);
    assert.equal(model.checkedOf(root)?.outdated, true);
    await model.check(root, {});
    assert.equal(model.checkedOf(root)?.outdated, false);
  });

  test('are forgotten with their dataset', async () => {
    const { model, order } = fixture();
    await model.check(root, {});
    model.retain(new Set([root]));
    assert.equal(model.reports.length, 1);
    model.retain(new Set());
    assert.deepEqual(model.reports, []);
    assert.equal(order.filter((step) => step === 'changed').length, 2);
  });
});
