import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../../../src/core/evaluation/similarityCodes.ts';
import {
  colourOf,
  colourTable,
  drawnTree,
  paintSquare,
  paintTriangle,
  scale,
} from '../../../webview/matrix/painting.ts';

test('the range of colours goes from one end of the scale to the other', () => {
  assert.deepEqual(colourOf(0.2, 0.2, 0.8), scale[0]);
  assert.deepEqual(colourOf(-1, 0.2, 0.8), scale[0]);
  assert.deepEqual(colourOf(0.8, 0.2, 0.8), scale.at(-1));
  assert.deepEqual(colourOf(0.5, 0, 1), scale[128]);
  assert.deepEqual(colourOf(Number.NaN, 0.2, 0.8), [128, 128, 128]);
});

test('a triangle is painted on both sides of the diagonal', () => {
  const codes = Uint16Array.from([1, 0.4, 0.2, 1, 0.8, 1].map(codeOf));
  const pixels = paintTriangle(codes, 3, colourTable(0, 1));
  const bytes = new Uint8Array(pixels.buffer);
  const at = (row: number, column: number) => [...bytes.subarray(4 * (3 * row + column), 4 * (3 * row + column) + 4)];
  for (const [row, column, value] of [
    [0, 0, 1],
    [0, 1, 0.4],
    [2, 0, 0.2],
    [1, 2, 0.8],
    [2, 1, 0.8],
  ] as const) {
    assert.deepEqual(at(row, column), [...colourOf(value, 0, 1), 255], `${row} ${column}`);
  }
});

test('a matrix that is not symmetric is painted as it is', () => {
  const codes = Uint16Array.from([1, 0.25, 0.75, 0].map(codeOf));
  const bytes = new Uint8Array(paintSquare(codes, colourTable(0, 1)).buffer);
  for (const [i, value] of [1, 0.25, 0.75, 0].entries()) {
    assert.deepEqual([...bytes.subarray(4 * i, 4 * i + 4)], [...colourOf(value, 0, 1), 255]);
  }
});

test('a dendrogram stands over its leaves', () => {
  // ((0 1) 2)
  const tree = drawnTree({
    left: Int32Array.of(0, 3),
    right: Int32Array.of(1, 2),
    similarities: Float32Array.of(0.75, 0.5),
  });
  assert.deepEqual([...tree.positions], [0.5, 1.5, 2.5, 1, 1.75]);
  assert.deepEqual([tree.starts[4], tree.ends[4], tree.starts[3], tree.ends[3]], [0, 3, 0, 2]);
  assert.deepEqual([...tree.similarities], [1, 1, 1, 0.75, 0.5]);
});

test('two thousand images are painted while one waits', () => {
  const cells = 2000;
  const codes = new Uint16Array((cells * (cells + 1)) / 2).fill(codeOf(0.5));
  const table = colourTable(0, 1);
  const start = performance.now();
  assert.equal(paintTriangle(codes, cells, table).length, cells * cells);
  assert.ok(performance.now() - start < 1000);
});
