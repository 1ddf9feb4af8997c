import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncoderCard } from '../../../src/core/encoders/card.ts';
import type { DatasetState } from '../../../src/extension/datasets/datasets.ts';
import { NewerEncoderOffers, offerText } from '../../../src/extension/datasets/newerEncoderOffers.ts';
import type { DatasetSummary } from '../../../src/protocol/engine.ts';

function dataset(root: string, newer: string | undefined): DatasetState {
  const card = (id: string) => ({ id, name: `Encoder ${id}` }) as EncoderCard;
  const summary = { root, encoder: card('old'), newerEncoder: newer === undefined ? undefined : card(newer) };
  return { folder: root, name: root.slice(1), summary: summary as DatasetSummary, error: undefined };
}

test('each dataset with an older default is asked about once in a window, and never again once it was answered', () => {
  let answered: readonly string[] = [];
  const memory = { answered: () => answered, remember: (keys: readonly string[]) => (answered = keys) };
  const states = [dataset('/pets', 'new'), dataset('/cars', undefined)];
  const window = new NewerEncoderOffers(memory);
  assert.deepEqual(window.due(states), [states[0]]);
  assert.deepEqual(window.due(states), []);
  // Nobody answered: the next window asks again, and then no other does.
  const next = new NewerEncoderOffers(memory);
  assert.deepEqual(next.due(states), [states[0]]);
  next.answer(states[0]!);
  next.answer(states[1]!);
  assert.equal(answered.length, 1);
  assert.deepEqual(new NewerEncoderOffers(memory).due(states), []);
  // An even newer one is another question.
  assert.equal(new NewerEncoderOffers(memory).due([dataset('/pets', 'newest')]).length, 1);
});

test('the question says what the dataset has and what it could have', () => {
  assert.match(
    offerText(dataset('/pets', 'new')),
    /^pets was indexed with “Encoder old”. “Encoder new” is the default/,
  );
});
