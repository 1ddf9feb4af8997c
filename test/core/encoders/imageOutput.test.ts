import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseOutput } from '../../../src/core/encoders/imageOutput.ts';
import type { EncoderOutput } from '../../../src/core/encoders/card.ts';

function choose(outputs: Record<string, readonly number[]>, wanted: Partial<EncoderOutput> = {}, batch = 1) {
  const run = Object.entries(outputs).map(([name, dims]) => ({ name, type: 'float32', dims }));
  return chooseOutput(run, batch, 'NCHW', wanted);
}

test('prefers embeddings to features, features to what has no telling name, and that to logits', () => {
  const dims = [1, 8];
  const nameOf = (...names: string[]) => {
    const chosen = choose(Object.fromEntries(names.map((name) => [name, dims])));
    return 'reason' in chosen ? undefined : chosen.name;
  };
  assert.equal(nameOf('logits', 'image_embeds', 'last_hidden_state'), 'image_embeds');
  assert.equal(nameOf('text_embeds', 'image_embeds'), 'image_embeds');
  assert.equal(nameOf('last_hidden_state', 'pooler_output'), 'pooler_output');
  assert.equal(nameOf('logits', 'last_hidden_state'), 'last_hidden_state');
  assert.equal(nameOf('logits', '1234'), '1234');
  assert.equal(nameOf('logits'), 'logits');
  assert.equal(nameOf('log_var', 'mu'), 'mu');
});

test('chooses pooling by the shape', () => {
  const poolingOf = (...dims: number[]) => choose({ out: dims });
  assert.deepEqual(poolingOf(1, 576), { name: 'out', pooling: 'none', dim: 576 });
  assert.deepEqual(poolingOf(1, 576, 1, 1), { name: 'out', pooling: 'none', dim: 576 });
  assert.deepEqual(poolingOf(1, 1, 1, 576), { name: 'out', pooling: 'none', dim: 576 });
  assert.deepEqual(poolingOf(1, 576, 7, 7), { name: 'out', pooling: 'gap', dim: 576 });
  assert.deepEqual(poolingOf(1, 7, 7, 768), { name: 'out', pooling: 'gap', dim: 768 });
  assert.deepEqual(poolingOf(1, 197, 768), { name: 'out', pooling: 'cls', dim: 768 });
  assert.deepEqual(poolingOf(1, 201, 384), { name: 'out', pooling: 'cls', dim: 384 });
  assert.deepEqual(poolingOf(1, 49, 768), { name: 'out', pooling: 'mean', dim: 768 });
});

test('follows the card', () => {
  assert.deepEqual(choose({ a: [1, 50, 8], b: [1, 8] }, { name: 'a', pooling: 'mean' }), {
    name: 'a',
    pooling: 'mean',
    dim: 8,
  });
});

test('says what it found where nothing holds a vector for each image', () => {
  assert.deepEqual(choose({ score: [1, 1], count: [3] }, {}, 2), {
    reason: 'no output holds a vector for each image, only "score" (float32 [1, 1]), "count" (float32 [3])',
  });
  assert.match(JSON.stringify(choose({ a: [1, 8] }, { name: 'z' })), /only nothing/);
});
