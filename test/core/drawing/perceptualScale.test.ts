import assert from 'node:assert/strict';
import { test } from 'node:test';
import { perceptualScale, toOkLab } from '../../../src/core/drawing/perceptualScale.ts';

const distances = (count: number): number[] => {
  const colours = perceptualScale(count).map(toOkLab);
  return colours.slice(1).map((colour, i) => Math.hypot(...colour.map((value, axis) => value - colours[i]![axis]!)));
};

test('all steps of the scale look equally large', () => {
  // With few steps, so that rounding to whole numbers of red, green and blue is small beside them.
  const steps = distances(17);
  const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
  // What is measured is the chord of a curve.
  for (const step of steps) assert.ok(Math.abs(step - mean) < 0.06 * mean, `${step} instead of ${mean}`);
});

test('lightness rises with every step, over most of what there is', () => {
  const lightness = perceptualScale(64).map((colour) => toOkLab(colour)[0]);
  lightness.slice(1).forEach((value, i) => {
    assert.ok(value > lightness[i]!, `step ${i}`);
  });
  assert.ok(lightness[0]! < 0.25 && lightness.at(-1)! > 0.9);
});

test('grey has no hue, and colours are whole numbers that screens show', () => {
  const [lightness, a, b] = toOkLab([255, 255, 255]);
  assert.ok(Math.abs(lightness - 1) < 1e-6 && Math.abs(a) < 1e-6 && Math.abs(b) < 1e-6);
  for (const colour of perceptualScale(256)) {
    for (const value of colour) assert.ok(Number.isInteger(value) && value >= 0 && value <= 255);
  }
});
