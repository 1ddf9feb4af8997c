import { hash } from 'node:crypto';
import type { EncoderText } from '../../core/encoders/card.ts';

/**
 * Hex SHA-256 that tells whether two text halves give a text the same vector: of the files, and of what they are filled up with.
 * Where they aren't filled up it is that of the files alone, by which all vectors were known before.
 */
export function textReading({
  sha256,
  contextLength,
  padding,
}: Pick<EncoderText, 'sha256' | 'contextLength' | 'padding'>): string {
  return padding === undefined ? sha256 : hash('sha256', `${sha256} ${contextLength} ${padding}`);
}
