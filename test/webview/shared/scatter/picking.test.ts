import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PointGrid } from '../../../../src/core/neighbors/pointGrid.ts';
import { RandomStream } from '../../../../src/core/random.ts';
import { nextTowards } from '../../../../webview/shared/scatter/directions.ts';
import { isInside, rowsInBox, rowsInPolygon } from '../../../../webview/shared/scatter/shapes.ts';

const COUNT = 3_000;
const random = new RandomStream(3);
/** Two crowds, strays, and some without a position. */
const positions = Float32Array.from({ length: 2 * COUNT }, (_, i) => {
  const row = i >> 1;
  if (row % 100 === 7) return NaN;
  return row % 10 === 0 ? 40 * random.uniform() - 20 : (row % 2 === 0 ? -5 : 6) + 2 * random.normal();
});
const grid = new PointGrid(positions);
const all = [...Array(COUNT).keys()];
const isOdd = (row: number) => row % 2 === 1;
const x = (row: number) => positions[2 * row]!;
const y = (row: number) => positions[2 * row + 1]!;

describe('picking points', () => {
  it('finds the nearest one that is accepted, as a plain search does, also from outside', () => {
    for (let trial = 0; trial < 400; trial++) {
      const [left, top] = [60 * random.uniform() - 30, 60 * random.uniform() - 30];
      const reach = trial % 3 === 0 ? Infinity : 3 * random.uniform();
      const accepts = trial % 2 === 0 ? () => true : isOdd;
      let [wanted, least] = [-1, reach];
      for (const row of all) {
        const distance = Math.hypot(x(row) - left, y(row) - top);
        if (accepts(row) && distance < least) [wanted, least] = [row, distance];
      }
      assert.equal(grid.nearestTo(left, top, reach, accepts), wanted);
    }
  });

  it('finds all in a box', () => {
    for (let trial = 0; trial < 100; trial++) {
      const [left, bottom] = [30 * random.uniform() - 20, 30 * random.uniform() - 20];
      const box = { left, bottom, right: left + 12 * random.uniform(), top: bottom + 12 * random.uniform() };
      const wanted = all.filter(
        (row) => x(row) >= box.left && x(row) <= box.right && y(row) >= box.bottom && y(row) <= box.top,
      );
      assert.deepEqual(
        [...rowsInBox(grid, box, () => true)].sort((a, b) => a - b),
        wanted,
      );
    }
  });

  it('finds all inside a lasso, however it winds', () => {
    for (let trial = 0; trial < 100; trial++) {
      const polygon = Float64Array.from({ length: 2 * (3 + (trial % 40)) }, () => 26 * random.uniform() - 13);
      const wanted = all.filter((row) => isOdd(row) && insideByUpwardRays(polygon, x(row), y(row)));
      const found = [...rowsInPolygon(grid, positions, polygon, isOdd)].sort((a, b) => a - b);
      assert.deepEqual(found, wanted);
    }
  });

  it('finds nothing among no points', () => {
    for (const empty of [new PointGrid(new Float32Array()), new PointGrid(Float32Array.of(NaN, NaN))]) {
      assert.equal(empty.nearestTo(0, 0, Infinity), -1);
      assert.deepEqual([...rowsInBox(empty, { left: -9, bottom: -9, right: 9, top: 9 }, () => true)], []);
    }
  });

  it('goes from point to point with the arrows', () => {
    const row = Float32Array.of(0, 0, 1, 0.1, 2, -0.1, 1, 5);
    const every = () => true;
    assert.equal(nextTowards(row, 0, [1, 0], every), 1);
    assert.equal(nextTowards(row, 1, [1, 0], every), 2);
    assert.equal(nextTowards(row, 2, [1, 0], every), 2, 'none is further to the right');
    assert.equal(nextTowards(row, 1, [0, -1], every), 3);
    assert.equal(
      nextTowards(row, 0, [1, 0], (other) => other !== 1),
      2,
    );
  });
});

/** By another ray, upwards. */
function insideByUpwardRays(polygon: Float64Array, left: number, top: number): boolean {
  let crossings = 0;
  const corners = polygon.length / 2;
  for (let i = 0; i < corners; i++) {
    const [ax, ay] = [polygon[2 * i]!, polygon[2 * i + 1]!];
    const next = (i + 1) % corners;
    const [bx, by] = [polygon[2 * next]!, polygon[2 * next + 1]!];
    if (Math.min(ax, bx) > left || Math.max(ax, bx) <= left) continue;
    if (ay + ((left - ax) / (bx - ax)) * (by - ay) > top) crossings++;
  }
  const odd = crossings % 2 === 1;
  assert.equal(odd, isInside(polygon, left, top));
  return odd;
}
