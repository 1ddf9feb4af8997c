import type { EncoderCard } from '../encoders/card.ts';

/** What reads captions, for people: an encoder of texts alone, or half of one that sees images too. */
export function captionReaderText({ name, encodes }: Pick<EncoderCard, 'name' | 'encodes'>): string {
  return encodes === 'texts' ? `the sentence encoder ${name}` : `the text half of ${name}`;
}
