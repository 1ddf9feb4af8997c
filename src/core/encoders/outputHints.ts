import { asObject } from '../json/asObject.ts';
import type { EncoderOutput } from './card.ts';

/** An output that holds vectors, and how; without pooling, its shape tells. */
export interface OutputHint {
  readonly name: string;
  readonly pooling?: EncoderOutput['pooling'];
}

/** What an export calls the vector of the space that pictures share with texts. */
const SHARED_SPACE: OutputHint = { name: 'image_embeds' };
const POOLED: OutputHint = { name: 'pooler_output' };
const TOKENS = 'last_hidden_state';

/**
 * Transformers with a class token. Their own pooling comes second: for many (`vit` of DINO, `deit`, `vit_mae`, `vit_msn`) it
 * was never trained, and an export fills it with random weights.
 */
const WITH_CLASS_TOKEN = new Set([
  ...['vit', 'deit', 'vit_mae', 'vit_msn', 'dinov2', 'dinov2_with_registers', 'dinov3_vit'],
]);
/** Transformers that were trained without one. */
const MEAN_OF_TOKENS = new Set(['ijepa']);

/**
 * Where a model's `config.json` says that its vectors are, the best place first: the shared space of pictures and texts,
 * the class token, the mean of all tokens, or what the network pools itself. Empty where it says nothing.
 */
export function outputHints(config: unknown): OutputHint[] {
  const { model_type: type, global_pool: pool } = asObject(config);
  if (pool === 'token') return [SHARED_SPACE, { name: TOKENS, pooling: 'cls' }];
  if (pool === 'avg') return [SHARED_SPACE, { name: TOKENS, pooling: 'mean' }, { name: TOKENS }];
  if (typeof type !== 'string') return [];
  if (WITH_CLASS_TOKEN.has(type)) return [SHARED_SPACE, { name: TOKENS, pooling: 'cls' }, POOLED];
  if (MEAN_OF_TOKENS.has(type)) return [SHARED_SPACE, { name: TOKENS, pooling: 'mean' }];
  return [SHARED_SPACE, POOLED];
}
