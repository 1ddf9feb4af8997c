import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncoderOutput } from '../../../src/core/encoders/card.ts';
import { chooseOutput } from '../../../src/core/encoders/imageOutput.ts';
import { outputHints } from '../../../src/core/encoders/outputHints.ts';

const TOKENS = { last_hidden_state: [1, 197, 8], pooler_output: [1, 8] };

function choose(config: unknown, outputs: Record<string, readonly number[]>, wanted: Partial<EncoderOutput> = {}) {
  const run = Object.entries(outputs).map(([name, dims]) => ({ name, type: 'float32', dims }));
  const chosen = chooseOutput(run, 1, 'NCHW', wanted, outputHints(config));
  return 'reason' in chosen ? chosen.reason : `${chosen.name} ${chosen.pooling}`;
}

test('transformers with a class token give that, and not the pooling that nobody trained', () => {
  for (const type of ['vit', 'deit', 'dinov2', 'dinov2_with_registers', 'dinov3_vit', 'vit_mae', 'vit_msn']) {
    assert.equal(choose({ model_type: type }, TOKENS), 'last_hidden_state cls', type);
  }
  assert.equal(choose({ model_type: 'vit' }, { pooler_output: [1, 8] }), 'pooler_output none', 'there is nothing else');
  assert.equal(choose({ model_type: 'dinov2' }, { last_hidden_state: [1, 260, 8] }), 'last_hidden_state cls');
});

test('networks that pool themselves give what they pool, and two-sided ones the shared space', () => {
  assert.equal(choose({ model_type: 'siglip_vision_model' }, TOKENS), 'pooler_output none');
  assert.equal(choose({ model_type: 'swin' }, TOKENS), 'pooler_output none');
  const map = { last_hidden_state: [1, 8, 7, 7] };
  assert.equal(choose({ model_type: 'convnext' }, { ...map, pooler_output: [1, 8, 1, 1] }), 'pooler_output none');
  assert.equal(choose({ model_type: 'resnet' }, map), 'last_hidden_state gap');
  for (const type of ['clip', 'vit', 'anything']) {
    assert.equal(choose({ model_type: type }, { ...TOKENS, image_embeds: [1, 4] }), 'image_embeds none', type);
  }
});

test('a mean is taken where the configuration says so', () => {
  assert.equal(choose({ model_type: 'ijepa' }, { last_hidden_state: [1, 257, 8] }), 'last_hidden_state mean');
  assert.equal(choose({ architecture: 'vit', global_pool: 'avg' }, TOKENS), 'last_hidden_state mean');
  assert.equal(choose({ architecture: 'vit', global_pool: 'token' }, TOKENS), 'last_hidden_state cls');
});

test('a card goes before the configuration, and without either names and shapes tell', () => {
  assert.equal(choose({ model_type: 'vit' }, TOKENS, { name: 'pooler_output' }), 'pooler_output none');
  assert.equal(choose({ model_type: 'vit' }, TOKENS, { pooling: 'mean' }), 'last_hidden_state mean');
  assert.equal(choose(undefined, TOKENS), 'pooler_output none');
  assert.equal(choose({ model_type: 'vit' }, { logits: [1, 1000] }), 'logits none');
});
