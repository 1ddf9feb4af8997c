import { createHash } from 'node:crypto';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { canonicalJson } from '../../core/json/canonicalJson.ts';

/** Raised when the middle of a picture is found in another way, so that vectors of before are not taken for those of now. */
const CROPPING = 2;

/** Hex SHA-256 over the model and everything in the card that shapes a vector. */
export function encoderIdentity({ sha256, input, output }: Pick<EncoderCard, 'sha256' | 'input' | 'output'>): string {
  const cropping = input.resize === 'shortest-edge' ? { cropping: CROPPING } : {};
  return createHash('sha256')
    .update(sha256)
    .update(canonicalJson({ input, output, ...cropping }))
    .digest('hex');
}

/** A readable name that is safe in a file name and on a command line, told apart by its encoder's identity. */
export function encoderId(name: string, identity: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 48);
  return `${slug || 'encoder'}-${identity.slice(0, 8)}`;
}
