import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noLabels } from '../../../src/core/errors.ts';
import { ComparisonModel, type SavedComparison } from '../../../src/extension/comparison/comparisonModel.ts';
import type { ComparisonState } from '../../../src/protocol/comparisonView.ts';
import type { EvaluationReport } from '../../../src/protocol/evaluation.ts';
import { encoderCard } from '../../cards.ts';
import { FakeCaller } from '../fakeCaller.ts';
import { comparedExample } from './comparisonExample.ts';

const missing = noLabels('/data/pets');
const subject = { root: '/data/pets', question: { encoders: ['pets_1', 'dino'] } };

function start(evaluate: () => EvaluationReport | Promise<EvaluationReport> = comparedExample, kept?: SavedComparison) {
  const saved: SavedComparison[] = [];
  const engine = new FakeCaller({
    'evaluation/run': (_, { onProgress }) => {
      onProgress?.({ phase: 'Comparing encoders', done: 1, total: 3, rate: 0, secondsLeft: undefined });
      return evaluate();
    },
    'encoders/list': () => [encoderCard('pets_1', 256), encoderCard('pixels', 193)],
  });
  let isTrusted = true;
  const model = new ComparisonModel(
    {
      engine,
      scanSettings: () => ({ maxMegapixels: 9 }),
      trusted: () => isTrusted,
      inUse: () => 'pixels',
      save: (state) => saved.push(state),
    },
    kept,
  );
  const states: ComparisonState[] = [];
  model.onDidChange(() => states.push(model.state));
  return {
    ...{ model, engine, saved, states },
    distrust: () => {
      isTrusted = false;
    },
  };
}

describe('what Compare Encoders shows', () => {
  it('is what the engine measured, with the agreement of every two encoders', async () => {
    const { model, engine, states } = start();
    await model.show(subject);
    const [asked] = engine.asked;
    assert.deepEqual(asked?.params, {
      ...{ folder: '/data/pets', scan: { maxMegapixels: 9 }, encoders: ['pets_1', 'dino'], neighborhood: 20 },
    });
    assert.ok(states.some(({ progress }) => progress?.phase === 'Comparing encoders'));
    const { figures, name, inUse, usable, pair, neighbors, order, progress } = model.state;
    assert.deepEqual(
      [name, inUse, usable, pair, neighbors, order, progress],
      ['pets', 'pixels', ['pets_1', 'pixels'], [0, 1], 10, 'different', undefined],
    );
    assert.deepEqual(
      figures!.agreements.map((agreement) => agreement.pair),
      [
        [0, 1],
        [0, 2],
        [1, 2],
      ],
    );
    assert.deepEqual([figures!.queries, figures!.compared], [60, 10]);
    assert.ok(Math.abs(figures!.chance - 10 / 59) < 1e-12);
    for (const { overlap, classes } of figures!.agreements) {
      assert.ok(overlap > 0 && overlap < 1 && classes.length === 2);
    }
  });

  it('lists the queries that two encoders disagree on, in either order of the two', async () => {
    const { model } = start();
    await model.show(subject);
    const { version } = model.state;
    const ask = (pair: readonly [number, number], order: ComparisonState['order']) =>
      model.queries({ version, pair, neighbors: 5, order })!;
    const different = ask([0, 1], 'different');
    assert.equal(different.length, 60);
    const overlaps = different.map(({ overlap }) => overlap);
    assert.deepEqual(
      overlaps,
      overlaps.toSorted((a, b) => a - b),
    );
    const better = ask([0, 1], 'first');
    assert.ok(better.length > 30 && better.every(({ hits }) => hits[0] > hits[1]));
    const turned = ask([1, 0], 'second');
    assert.deepEqual(
      turned.map(({ path, hits }) => [path, hits.toReversed()]),
      better.map(({ path, hits }) => [path, hits]),
    );
    for (const { neighbors, hits, label } of better) {
      assert.deepEqual(
        neighbors.map((found) => found.filter((image) => image.label === label).length),
        [...hits],
      );
      assert.deepEqual([neighbors[0].length, neighbors[1].length], [5, 5]);
    }
    assert.equal(model.queries({ version: version - 1, pair: [0, 1], neighbors: 5, order: 'first' }), undefined);
    for (const pair of [
      [0, 0],
      [0, 3],
      [-1, 0],
      [0.5, 1],
    ] as const) {
      assert.equal(model.queries({ version, pair, neighbors: 5, order: 'different' }), undefined);
    }
  });

  it('follows its controls, and leaves alone what there is not', async () => {
    const { model, saved } = start();
    await model.show(subject);
    const before = model.state.figures!.agreements[0]!.overlap;
    model.change({ neighbors: 20 });
    assert.ok(model.state.figures!.agreements[0]!.overlap > before);
    model.change({ pair: [2, 0] });
    model.change({ order: 'second' });
    model.change({ pair: [0, 7] });
    model.change({ neighbors: 7 as never });
    model.change({ order: 'sideways' as never });
    const { pair, neighbors, order } = model.state;
    assert.deepEqual([pair, neighbors, order], [[2, 0], 20, 'second']);
    assert.deepEqual(saved.at(-1), { subject, neighbors: 20, order: 'second' });
  });

  it('says what is wrong, and comes back when it is mended', async () => {
    let isBroken = true;
    const { model } = start(() => {
      if (isBroken) throw missing;
      return comparedExample();
    });
    await model.show(subject);
    assert.deepEqual([model.state.failure?.message, model.state.figures], [missing.message, undefined]);
    isBroken = false;
    await model.refresh();
    assert.equal(model.state.failure, undefined);
    assert.ok(model.state.figures);
  });

  it('keeps what it shows when a comparison is stopped, or taken over by the next', async () => {
    const waiting: (() => void)[] = [];
    const release = () => {
      for (const go of waiting.splice(0)) go();
    };
    const { model } = start(async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return comparedExample();
    });
    const first = model.show(subject);
    const second = model.show({ ...subject, question: { encoders: ['dino'] } });
    release();
    await Promise.all([first, second]);
    const { version } = model.state;
    const third = model.refresh();
    model.cancel();
    assert.equal(model.state.progress, undefined);
    release();
    await third;
    assert.equal(model.state.version, version);
    assert.deepEqual(model.state.asked, ['dino']);
  });

  it('asks for nothing in a restricted workspace', async () => {
    const { model, engine, distrust } = start();
    distrust();
    await model.show(subject);
    assert.deepEqual([engine.asked.length, model.state.trusted], [0, false]);
  });

  it('remembers after a reload what was compared, and takes nothing that makes no sense', () => {
    const kept = { subject, neighbors: 5, order: 'first' } as const;
    assert.deepEqual(start(comparedExample, kept).model.state.asked, ['pets_1', 'dino']);
    const broken = { subject: { root: 3 }, neighbors: 4 } as unknown as SavedComparison;
    const { neighbors, order, asked } = start(comparedExample, broken).model.state;
    assert.deepEqual([neighbors, order, asked], [10, 'different', []]);
  });
});
