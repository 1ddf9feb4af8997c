import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestOf, differingSettings, sortedBy } from '../../../src/core/training/runComparison.ts';

test('settings differ where a run lacks one or has another value', () => {
  const first = [
    ['Network', 'ResNet-10'],
    ['Epochs', '20'],
    ['Seed', '0'],
  ] as const;
  const second = [
    ['Network', 'ResNet-10'],
    ['Epochs', '30'],
    ['Teacher', 'x'],
    ['Seed', '0'],
  ] as const;
  assert.deepEqual(differingSettings([first, second]), ['Epochs', 'Teacher']);
  assert.deepEqual(differingSettings([first, first]), []);
  assert.deepEqual(differingSettings([first]), []);
  assert.deepEqual(differingSettings([]), []);
});

test('the best are all that share the best value, and nobody where there is nothing to compare', () => {
  assert.deepEqual(bestOf([0.5, undefined, 0.7, 0.7, 0.1], 'high'), [2, 3]);
  assert.deepEqual(bestOf([0.5, undefined, 0.7], 'low'), [0]);
  assert.deepEqual(bestOf([undefined, 0.7], 'high'), []);
  assert.deepEqual(bestOf([0.7, 0.7], 'high'), []);
  assert.deepEqual(bestOf([], 'low'), []);
});

test('rows are sorted by number or text; those without a value are last both ways, equal ones stay as they were', () => {
  const rows = [
    ['a', 2],
    ['b', undefined],
    ['c', 10],
    ['d', 2],
  ] as const;
  const names = (direction: 'ascending' | 'descending') =>
    sortedBy(rows, ([, value]) => value, direction).map(([name]) => name);
  assert.deepEqual(names('ascending'), ['a', 'd', 'c', 'b']);
  assert.deepEqual(names('descending'), ['c', 'a', 'd', 'b']);
  assert.deepEqual(
    sortedBy(['run-10', 'run-9', 'Run-1'], (name) => name, 'ascending'),
    ['Run-1', 'run-9', 'run-10'],
  );
});
