import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as tick } from 'node:timers/promises';
import { PixelBudget } from '../../../src/engine/images/pixelBudget.ts';

describe('PixelBudget', () => {
  it('never lets more in than it holds, and lets everything in at last', async () => {
    const budget = new PixelBudget(100);
    let used = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const amount = 1 + ((i * 37) % 90);
        const release = await budget.take(amount);
        used += amount;
        most = Math.max(most, used);
        await tick();
        used -= amount;
        release();
        release();
      }),
    );
    assert.equal(used, 0);
    assert.ok(most <= 100 && most > 50, `most ${most}`);
  });

  it('lets a picture above the whole budget in alone', async () => {
    const budget = new PixelBudget(10);
    const first = await budget.take(5);
    let entered = false;
    const large = budget.take(1000).then((release) => {
      entered = true;
      return release;
    });
    await tick();
    assert.equal(entered, false);
    first();
    (await large)();
    (await budget.take(10))();
  });
});
