import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cellAt,
  clamped,
  nextCell,
  panned,
  rangesOf,
  revealing,
  showing,
  WHOLE,
  zoomed,
} from '../../../webview/matrix/viewport.ts';

const close = (actual: number, expected: number) => {
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} instead of ${expected}`);
};

test('zooming keeps the point where it is, and what is seen inside the matrix', () => {
  const near = zoomed(WHOLE, 4, 0.25, 0.75, 1000);
  close(near.size, 0.25);
  close(near.x + 0.25 * near.size, 0.25);
  close(near.y + 0.75 * near.size, 0.75);
  assert.deepEqual(zoomed(near, 0.01, 0.5, 0.5, 1000), WHOLE);
  // A few cells stay in sight, and a matrix of fewer can't be zoomed.
  close(zoomed(WHOLE, 1e9, 0.5, 0.5, 1000).size, 0.004);
  assert.deepEqual(zoomed(WHOLE, 8, 0.5, 0.5, 2), WHOLE);
});

test('moving stops at the edges', () => {
  const view = { x: 0.5, y: 0.5, size: 0.25 };
  assert.deepEqual(panned(view, 1, -1, 100), { x: 0.75, y: 0.25, size: 0.25 });
  assert.deepEqual(panned(view, 9, -9, 100), { x: 0.75, y: 0, size: 0.25 });
  assert.deepEqual(clamped({ x: -1, y: 2, size: 3 }, 100), WHOLE);
});

test('the cell at a place is the one that is drawn there', () => {
  assert.deepEqual(cellAt(WHOLE, 0.999, 0, 10), { row: 0, column: 9 });
  assert.deepEqual(cellAt({ x: 0.5, y: 0, size: 0.5 }, 0, 0.5, 10), { row: 2, column: 5 });
  assert.equal(cellAt(WHOLE, 1, 0.5, 10), undefined);
  assert.equal(cellAt(WHOLE, -0.1, 0.5, 10), undefined);
  assert.equal(cellAt(WHOLE, 0.5, 0.5, 0), undefined);
});

test('a block is shown whole, in the middle', () => {
  const view = showing({ start: 10, end: 20 }, { start: 50, end: 90 }, 100);
  assert.ok(view.size >= 0.4 && view.size < 0.45);
  close(view.x + view.size / 2, 0.7);
  // At the edge it can't be in the middle.
  close(view.y, 0);
});

test('the keyboard moves no farther than it must', () => {
  const view = { x: 0.2, y: 0.2, size: 0.2 };
  assert.deepEqual(revealing(view, 25, 25, 100), view);
  const moved = revealing(view, 40, 10, 100);
  close(moved.y, 0.21);
  close(moved.x, 0.1);
});

test('keys lead to neighbours, ends and groups', () => {
  const bands = [
    { start: 0, end: 3 },
    { start: 3, end: 8 },
  ];
  const from = { row: 4, column: 1 };
  assert.deepEqual(nextCell('ArrowLeft', { row: 0, column: 0 }, 8, bands), { row: 0, column: 0 });
  assert.deepEqual(nextCell('ArrowDown', from, 8, bands), { row: 5, column: 1 });
  assert.deepEqual(nextCell('End', from, 8, bands), { row: 4, column: 7 });
  assert.deepEqual(nextCell('PageUp', from, 8, bands), { row: 3, column: 1 });
  assert.deepEqual(nextCell('PageDown', from, 8, bands), { row: 7, column: 1 });
  assert.deepEqual(nextCell('PageDown', { row: 1, column: 1 }, 8, bands), { row: 3, column: 1 });
  assert.equal(nextCell('a', from, 8, bands), undefined);
});

test('a rectangle has both of its corners in it', () => {
  assert.deepEqual(rangesOf({ row: 5, column: 1 }, { row: 2, column: 3 }), {
    rows: { start: 2, end: 6 },
    columns: { start: 1, end: 4 },
  });
});
