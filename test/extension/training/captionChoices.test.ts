import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncoderCard } from '../../../src/core/encoders/card.ts';
import { readersFor, seersInOrder, settingsOfTowers } from '../../../src/extension/training/captionChoices.ts';
import { encoderCard } from '../../cards.ts';

const reading = (id: string): EncoderCard => ({
  ...encoderCard(id, 32),
  text: {
    file: 'text/model.onnx',
    tokenizer: 'text/tokenizer.json',
    sha256: id,
    contextLength: 77,
    output: { name: 'text', pooling: 'none', dim: 32 },
  },
});
const cards: readonly EncoderCard[] = [
  encoderCard('pixels', 12),
  encoderCard('own', 64),
  { ...encoderCard('from a file', 8), imported: true },
  reading('clip'),
  reading('siglip'),
];
const idsOf = (list: readonly EncoderCard[]) => list.map(({ id }) => id);

test('what is meant is offered first, then what reads texts too; vectors from a file see nothing', () => {
  assert.deepEqual(idsOf(seersInOrder(cards, 'own')), ['own', 'clip', 'siglip', 'pixels']);
  assert.deepEqual(idsOf(seersInOrder(cards, undefined)), ['clip', 'siglip', 'pixels', 'own']);
});

test('captions are read by what reads texts, the own half first', () => {
  assert.deepEqual(idsOf(readersFor(cards, 'siglip')), ['siglip', 'clip']);
  assert.deepEqual(idsOf(readersFor(cards, 'own')), ['clip', 'siglip']);
});

test('epochs are left to the engine where nobody named any', () => {
  const towers = { imageEncoder: 'own', textEncoder: 'clip' };
  assert.deepEqual(settingsOfTowers({ ...towers, epochs: 0 }), towers);
  assert.deepEqual(settingsOfTowers({ ...towers, epochs: 7 }), { ...towers, epochs: 7 });
});
