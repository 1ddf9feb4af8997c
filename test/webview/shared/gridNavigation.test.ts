import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextCell } from '../../../webview/shared/gridNavigation.ts';

// 0 1 2
// 3 4 5
// 6 7
const press = (key: string, from: number): number | undefined => nextCell(key, from, 8, 3);

test('arrows move within the grid and stop at its ends', () => {
  assert.deepEqual(
    [press('ArrowRight', 2), press('ArrowRight', 7), press('ArrowLeft', 3), press('ArrowLeft', 0)],
    [3, 7, 2, 0],
  );
  assert.deepEqual(
    [press('ArrowDown', 1), press('ArrowUp', 4), press('ArrowUp', 1), press('ArrowDown', 6)],
    [4, 1, 1, 6],
  );
});

test('down from above a shorter last row leads to its end', () => {
  assert.equal(press('ArrowDown', 5), 7);
});

test('Home and End lead to the first and the last, other keys nowhere', () => {
  assert.deepEqual([press('Home', 5), press('End', 1), press('a', 1), press('Enter', 1)], [0, 7, undefined, undefined]);
});
