import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { minimize, type Evaluated } from '../../../src/core/evaluation/minimize.ts';
import { assertAllClose } from './matrices.ts';

/** ½ Σ curvatureᵢ (xᵢ − targetᵢ)² + ¼ Σ (xᵢ − targetᵢ)⁴, with neighbours coupled. */
function bowl(curvatures: readonly number[], target: readonly number[]) {
  return (point: Float64Array): Promise<Evaluated> => {
    const away = Array.from(point, (x, i) => x - target[i]!);
    const gradient = Float64Array.from(away, (x, i) => curvatures[i]! * x + x ** 3);
    let value = away.reduce((sum, x, i) => sum + (curvatures[i]! * x * x) / 2 + x ** 4 / 4, 0);
    for (let i = 1; i < away.length; i++) {
      const gap = away[i]! - away[i - 1]!;
      value += (gap * gap) / 2;
      gradient[i]! += gap;
      gradient[i - 1]! -= gap;
    }
    return Promise.resolve({ value, gradient });
  };
}

suite('minimising', () => {
  const curvatures = [1e-3, 1, 50, 1e4];
  const target = [3, -2, 0.5, 10];

  test('finds the minimum of a badly scaled function, faster with a good guess', async () => {
    const evaluate = bowl(curvatures, target);
    const start = new Float64Array(4);
    const guided = await minimize(evaluate, {
      start,
      diagonal: Float64Array.from(curvatures, (c) => c + 1),
      tolerance: 1e-14,
    });
    const blind = await minimize(evaluate, { start, diagonal: new Float64Array(4).fill(1), tolerance: 1e-14 });
    for (const found of [guided, blind]) {
      assertAllClose(found.point, target, 1e-5);
      assert.ok(found.converged && found.value < 1e-10);
    }
    assert.ok(guided.evaluations < blind.evaluations, `${guided.evaluations} and ${blind.evaluations}`);
    assert.deepEqual(start, new Float64Array(4), 'the start is left alone');
  });

  test('says when it ran out of steps, and stays where nothing can be gained', async () => {
    const evaluate = bowl(curvatures, target);
    const options = { diagonal: new Float64Array(4).fill(1), tolerance: 1e-14 };
    assert.equal(
      (await minimize(evaluate, { ...options, start: new Float64Array(4), iterations: 2 })).converged,
      false,
    );
    const there = await minimize(evaluate, { ...options, start: Float64Array.from(target) });
    assert.deepEqual([there.evaluations, there.value], [1, 0]);
  });

  test('is ended by what the function throws', async () => {
    const evaluate = () => Promise.reject(new Error('stopped'));
    const options = { start: new Float64Array(1), diagonal: Float64Array.of(1), tolerance: 1e-6 };
    await assert.rejects(minimize(evaluate, options), /stopped/);
  });
});
