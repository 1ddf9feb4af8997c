import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cancelled } from '../../../src/core/errors.ts';
import { FindingsModel } from '../../../src/extension/findings/findingsModel.ts';
import type { CheckReport } from '../../../src/protocol/check.ts';
import type { DecideRequest } from '../../../src/protocol/decisions.ts';
import { FakeCaller } from '../fakeCaller.ts';
import { finding, report, root } from './findingExamples.ts';

const pair = finding('near-duplicate', ['a.png', 'b.png']);
const leak = finding('leak', ['test/a.png', 'a.png']);
const dark = finding('dark', ['b.png']);
const small = finding('small-class', []);
const found = report([leak, pair, dark, small]);

function fixture(answer: () => CheckReport = () => found, refuse?: Error) {
  const decided: DecideRequest[] = [];
  const order: string[] = [];
  const engine = new FakeCaller({
    'check/run': () => {
      order.push('checked');
      return answer();
    },
    'decisions/decide': (request) => {
      if (refuse) throw refuse;
      decided.push(request);
      return { changed: request.paths };
    },
  });
  const model = new FindingsModel({
    engine,
    scanSettings: () => ({ maxMegapixels: 9 }),
    indexed: (known) => {
      order.push(`known ${known}`);
      return Promise.resolve();
    },
  });
  model.onDidChange(() => order.push('changed'));
  const ids = () => model.reportOf(root)?.findings.map(({ id }) => id);
  return { model, engine, decided, order, ids };
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
    const { model, decided, ids } = fixture();
    await model.check(root, {});
    const before = ids();
    const takeBack = await model.ignore(root, pair);
    const decision = { action: 'ignore', finding: pair.id } as const;
    assert.deepEqual(decided, [{ root, paths: ['a.png'], decision }]);
    assert.deepEqual(ids(), [leak.id, dark.id, small.id]);
    await takeBack();
    assert.deepEqual(decided[1], { root, paths: ['a.png'], decision, undo: true });
    assert.deepEqual(ids(), before);
    await takeBack();
    assert.deepEqual(ids(), before, 'never twice');
  });

  test('about a class can be no issue too', async () => {
    const { model, decided, ids } = fixture();
    await model.check(root, {});
    await model.ignore(root, small);
    assert.deepEqual(decided[0]?.paths, ['']);
    assert.ok(ids()?.includes(small.id) === false);
  });

  test('lose all that an excluded image has a part in', async () => {
    const { model, decided, ids } = fixture();
    await model.check(root, {});
    const takeBack = await model.exclude(root, ['b.png']);
    assert.deepEqual(decided, [{ root, paths: ['b.png'], decision: { action: 'exclude' } }]);
    assert.deepEqual(ids(), [leak.id, small.id]);
    await takeBack();
    assert.deepEqual(
      ids(),
      [leak, pair, dark, small].map(({ id }) => id),
    );
  });

  test('stay where a decision could not be written', async () => {
    const { model, ids } = fixture(undefined, new Error('read-only'));
    await model.check(root, {});
    await assert.rejects(model.ignore(root, pair), /read-only/);
    assert.equal(ids()?.length, 4);
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
