import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  scaledLearningRate,
  warmupConstantSchedule,
  warmupCosineSchedule,
} from '../../../src/core/training/schedule.ts';
import { testVectors, unlessVectors } from '../../shared.ts';

interface ScheduleVectors {
  readonly base: number;
  readonly bs: number;
  readonly warmup_steps: number;
  readonly total_steps: number;
  readonly lr: Readonly<Record<string, number>>;
}

suite('warmupCosineSchedule', () => {
  test('equals the reference vectors', { skip: unlessVectors }, () => {
    const { base, bs, warmup_steps, total_steps, lr } = testVectors('schedule_warmup_cosine') as ScheduleVectors;
    const peak = scaledLearningRate(base, bs, 'square-root');
    const schedule = warmupCosineSchedule({ peak, warmupSteps: warmup_steps, totalSteps: total_steps });
    for (const [step, rate] of Object.entries(lr)) {
      assert.ok(
        Math.abs(schedule(Number(step)) - rate) < 1e-14,
        `step ${step}: ${schedule(Number(step))}, not ${rate}`,
      );
    }
  });

  test('rises, peaks once, falls to 0 and stays there', () => {
    const schedule = warmupCosineSchedule({ peak: 2, warmupSteps: 5, totalSteps: 25 });
    const rates = Array.from({ length: 30 }, (_, step) => schedule(step));
    assert.equal(Math.max(...rates), 2);
    assert.equal(rates.indexOf(2), 5);
    for (let step = 1; step <= 25; step++) {
      assert.equal(Math.sign(rates[step]! - rates[step - 1]!), step <= 5 ? 1 : -1, `step ${step}`);
    }
    assert.equal(rates[15], 1, 'halfway down at half of the time');
    assert.deepEqual(rates.slice(25), [0, 0, 0, 0, 0]);
  });

  test('starts at the peak without a warm-up, and copes with nothing but one', () => {
    assert.equal(warmupCosineSchedule({ peak: 3, warmupSteps: 0, totalSteps: 10 })(0), 3);
    const short = warmupCosineSchedule({ peak: 3, warmupSteps: 4, totalSteps: 4 });
    assert.deepEqual([0, 1, 2, 3, 4].map(short), [0, 0.75, 1.5, 2.25, 0]);
  });
});

test('warmupConstantSchedule stays where it arrives', () => {
  assert.deepEqual([0, 1, 2, 1000].map(warmupConstantSchedule({ peak: 1, warmupSteps: 2 })), [0, 0.5, 1, 1]);
  assert.equal(warmupConstantSchedule({ peak: 1, warmupSteps: 0 })(0), 1);
});

test('scaling: 0.3 for 256 images is 4.8 for 4096, and 0.075 · √4096 is the same', () => {
  assert.equal(scaledLearningRate(0.3, 256, 'linear'), 0.3);
  assert.ok(Math.abs(scaledLearningRate(0.3, 4096, 'linear') - 4.8) < 1e-15);
  assert.ok(Math.abs(scaledLearningRate(0.075, 4096, 'square-root') - 4.8) < 1e-15);
  assert.equal(scaledLearningRate(0.3, 4096, 'none'), 0.3);
});
