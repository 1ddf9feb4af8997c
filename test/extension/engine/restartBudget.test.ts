import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RestartBudget } from '../../../src/extension/engine/restartBudget.ts';

test('the budget is spent by one crash more than there are restarts, and comes back as they grow old', () => {
  let now = 0;
  const budget = new RestartBudget(2, 1000, () => now);
  const spent = [0, 10, 20].map((time) => {
    now = time;
    budget.recordCrash();
    return budget.isSpent();
  });
  assert.deepEqual(spent, [false, false, true]);
  now = 999;
  assert.ok(budget.isSpent());
  now = 1000;
  assert.ok(!budget.isSpent());
});
