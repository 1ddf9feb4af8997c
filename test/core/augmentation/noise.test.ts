import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noiseLength, NoiseSource } from '../../../src/core/augmentation/noise.ts';
import { planesOf } from './reference.ts';

const noise = new NoiseSource();

function noisyPlanes(edge: number, deviation: number, seed: number, monochrome = false, value = 0.5): Float32Array {
  const view = planesOf(Array.from({ length: edge }, () => new Array(edge).fill([value, value, value]) as number[][]));
  noise.addNoise(view, { deviation, monochrome, seed }, new Float32Array(noiseLength(edge * edge)));
  return view.data;
}

/** The noise alone, scaled to a deviation of 1. */
const drawn = (edge: number, seed: number, monochrome = false): number[] =>
  Array.from(noisyPlanes(edge, 0.01, seed, monochrome), (value) => (value - 0.5) / 0.01);

function correlation(first: readonly number[], second: readonly number[]): number {
  return first.reduce((sum, value, i) => sum + value * second[i]!, 0) / first.length;
}

test('has the moments and tails of the normal distribution', () => {
  const values = drawn(200, 1);
  const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
  const error = 4 / Math.sqrt(values.length);
  assert.ok(Math.abs(moment(1)) < error);
  assert.ok(Math.abs(moment(2) - 1) < error * Math.sqrt(2));
  assert.ok(Math.abs(moment(3)) < error * Math.sqrt(15));
  assert.ok(Math.abs(moment(4) - 3) < error * Math.sqrt(96));
  const outside = values.filter((value) => Math.abs(value) > 1.959964).length / values.length;
  assert.ok(Math.abs(outside - 0.05) < error * Math.sqrt(0.05 * 0.95));
});

test('pixels, channels and seeds are uncorrelated', () => {
  const values = drawn(100, 2);
  const limit = 4 / 100;
  const [red, green] = [values.slice(0, 10_000), values.slice(10_000, 20_000)];
  assert.ok(Math.abs(correlation(red, green)) < limit);
  for (const lag of [1, 2, 3, 4, 7, 8, 100])
    assert.ok(Math.abs(correlation(red.slice(0, -lag), red.slice(lag))) < limit);
  assert.ok(Math.abs(correlation(red, drawn(100, 3))) < limit);
});

test('depends on the seed alone, and its deviation only scales it', () => {
  assert.deepEqual(noisyPlanes(13, 0.1, 5), noisyPlanes(13, 0.1, 5));
  assert.notDeepEqual(noisyPlanes(13, 0.1, 5), noisyPlanes(13, 0.1, 6));
  const [weak, strong] = [noisyPlanes(13, 0.01, 5), noisyPlanes(13, 0.04, 5)];
  assert.ok(weak.every((value, i) => Math.abs(4 * (value - 0.5) - (strong[i]! - 0.5)) < 1e-6));
  assert.deepEqual(noisyPlanes(13, 0, 5), new Float32Array(507).fill(0.5));
});

test('monochrome noise is the same in the three channels', () => {
  const values = noisyPlanes(9, 0.1, 7, true);
  assert.deepEqual(values.subarray(81, 162), values.subarray(0, 81));
  assert.deepEqual(values.subarray(162), values.subarray(0, 81));
  assert.notEqual(values[0], values[1]);
});

test('values are clipped', () => {
  for (const value of [0, 1]) {
    const values = noisyPlanes(20, 0.5, 8, false, value);
    assert.ok(values.every((result) => result >= 0 && result <= 1));
    assert.ok(values.some((result) => result === value) && values.some((result) => result !== value));
  }
});
