import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { shippedEncoders } from '../entryPoints.ts';
import type { ResolvedEncoder } from './encoder.ts';
import { encoderIdentity } from './identity.ts';

/** The encoder that Likeness brings: small, trained by its own commands. The number rises whenever another one is shipped. */
export const SHIPPED_ENCODER_ID = 'likeness-1';

let shipped: ResolvedEncoder | undefined;

/** Its card is as it was written when it was trained: it isn't inspected, as its file is ours. */
export function shippedEncoder(): ResolvedEncoder {
  if (shipped === undefined) {
    const folder = new URL(`${SHIPPED_ENCODER_ID}/`, shippedEncoders());
    const card = JSON.parse(readFileSync(new URL('card.json', folder), 'utf8')) as EncoderCard;
    const file = fileURLToPath(new URL('encoder.onnx', folder));
    shipped = { card, identity: encoderIdentity(card), model: { file } };
  }
  return shipped;
}
