import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignMap } from '../../../src/core/projection/alignment.ts';
import { RandomStream } from '../../../src/core/random.ts';

const random = new RandomStream(3);
const staying = Float32Array.from({ length: 40 }, () => random.uniform(-5, 5));
const all = Array.from({ length: 20 }, (_, row) => [row, row] as const);

function turned(map: Float32Array, angle: number, mirrored: boolean): Float32Array {
  const result = map.slice();
  for (let i = 0; i < map.length; i += 2) {
    const [x, y] = [map[i]!, map[i + 1]! * (mirrored ? -1 : 1)];
    result[i] = x * Math.cos(angle) - y * Math.sin(angle) + 7;
    result[i + 1] = x * Math.sin(angle) + y * Math.cos(angle) - 2;
  }
  return result;
}

for (const mirrored of [false, true]) {
  test(`a map that was turned, moved ${mirrored ? 'and mirrored ' : ''}is laid back upon itself`, () => {
    const result = alignMap(turned(staying, 2.2, mirrored), staying, { common: all });
    assert.equal(result.mirrored, mirrored);
    assert.ok(result.distance < 1e-5);
    result.positions.forEach((value, i) => {
      assert.ok(Math.abs(value - staying[i]!) < 1e-5);
    });
  });
}

test('a mirrored map stays so where it may not be turned over', () => {
  const result = alignMap(turned(staying, 1, true), staying, { common: all, mayMirror: false });
  assert.equal(result.mirrored, false);
  assert.ok(result.distance > 1);
});

test('points that are new go along with those that are common', () => {
  const moving = turned(staying, -0.7, false);
  const { positions } = alignMap(moving, staying, { common: all.slice(4, 9) });
  assert.ok(Math.abs(positions[38]! - staying[38]!) < 1e-4);
});

test('no angle is better than the one that is found', () => {
  const noisy = turned(staying, 0.4, false).map((value) => value + random.normal());
  const { distance, positions } = alignMap(noisy, staying, { common: all });
  let [x, y] = [0, 0];
  for (let i = 0; i < 40; i += 2) [x, y] = [x + staying[i]! / 20, y + staying[i + 1]! / 20];
  for (const angle of [-0.02, 0.02]) {
    let squares = 0;
    for (let i = 0; i < 40; i += 2) {
      const [dx, dy] = [positions[i]! - x, positions[i + 1]! - y];
      squares += (dx * Math.cos(angle) - dy * Math.sin(angle) + x - staying[i]!) ** 2;
      squares += (dx * Math.sin(angle) + dy * Math.cos(angle) + y - staying[i + 1]!) ** 2;
    }
    assert.ok(Math.sqrt(squares / 20) > distance);
  }
});

test('without common points, or with one, nothing is turned', () => {
  assert.deepEqual(alignMap(staying, staying, { common: [] }).positions, staying);
  const { positions } = alignMap(
    staying,
    staying.map((value) => value + 1),
    { common: [[0, 0]] },
  );
  assert.ok(Math.abs(positions[2]! - staying[2]! - 1) < 1e-5);
});
