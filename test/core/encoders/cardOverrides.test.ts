import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeCard, mergeOverrides, parseCardOverrides } from '../../../src/core/encoders/cardOverrides.ts';
import type { EncoderCard } from '../../../src/core/encoders/card.ts';

test('takes any part of a card', () => {
  const part = { name: 'My encoder', input: { mean: [0.5, 0.5, 0.5], size: [96, 128] }, output: { pooling: 'cls' } };
  assert.deepEqual(parseCardOverrides(part), part);
  assert.deepEqual(parseCardOverrides({}), {});
});

test('names the field that is wrong, and what it has to be', () => {
  const refusals: [card: unknown, message: RegExp][] = [
    [[], /it has to be an object/],
    [{ input: 3 }, /input has to be an object/],
    [{ input: { size: [224] } }, /input\.size has to be a list \[height, width\]/],
    [{ input: { size: [0, 224] } }, /input\.size/],
    [{ input: { std: [0.2, 0, 0.2] } }, /input\.std has to be a list of 1 or 3 positive numbers/],
    [{ input: { mean: [1, 2] } }, /input\.mean/],
    [{ input: { mean: [0], std: [1, 1, 1] } }, /different lengths/],
    [
      { input: { resize: 'stretch' } },
      /input\.resize has to be one of "shortest-edge", "squash", "squash-crop", "pad"/,
    ],
    [{ input: { crop: 1.2 } }, /input\.crop has to be a number above 0, at most 1/],
    [{ input: { range: [0, 0] } }, /input\.range/],
    [{ output: { pooling: 'max' } }, /output\.pooling/],
    [{ output: { dim: 1.5 } }, /output\.dim has to be a positive integer/],
    [{ batchIndependent: 'yes' }, /batchIndependent has to be true or false/],
    [{ input: { avg: [1] } }, /input\.avg is not a field of it/],
    [{ toString: 'x' }, /toString is not a field of it/],
  ];
  for (const [card, message] of refusals) assert.throws(() => parseCardOverrides(card), message);
});

test('a card is complete when nothing is missing', () => {
  const card: EncoderCard = {
    id: 'some-12345678',
    name: 'Some',
    source: 'a file',
    sha256: '00',
    input: {
      name: 'x',
      layout: 'NCHW',
      type: 'float32',
      size: [32, 32],
      resize: 'pad',
      crop: 1,
      interpolation: 'lanczos',
      mean: [0],
      std: [1],
      range: [0, 1],
    },
    output: { name: 'y', pooling: 'gap', dim: 8 },
    batchIndependent: false,
  };
  assert.equal(completeCard(parseCardOverrides(card)), card);
  const { mean: _mean, ...input } = card.input;
  assert.equal(completeCard({ ...card, input }), undefined);
  const { sha256: _sha256, ...rest } = card;
  assert.equal(completeCard(rest), undefined);
});

test('the winner decides field by field', () => {
  const merged = mergeOverrides(
    { name: 'a', input: { crop: 0.9, range: [0, 1] }, output: { pooling: 'cls' } },
    { input: { crop: 1 }, output: { name: 'x' } },
  );
  assert.deepEqual(merged, { name: 'a', input: { crop: 1, range: [0, 1] }, output: { pooling: 'cls', name: 'x' } });
});
