import type { EncoderCard } from '../../core/encoders/card.ts';
import type { CaptionTrainingSettings } from '../../protocol/training.ts';

/** Stands for a folder that is asked for. */
export const CHOOSE_FOLDER = '';

/** `epochs` is 0 where the engine chooses. */
export interface CaptionAnswers {
  /** Id of an encoder, or the absolute path of a folder. */
  readonly imageEncoder: string;
  /** Likewise; '' before it is asked for. */
  readonly textEncoder: string;
  readonly epochs: number;
}

/** What can see the images, the likeliest first: the one that is meant, those that read texts too, all others. */
export function seersInOrder(cards: readonly EncoderCard[], meant: string | undefined): EncoderCard[] {
  const rank = ({ id, text }: EncoderCard): number => (id === meant ? 0 : text === undefined ? 2 : 1);
  return cards.filter(({ imported }) => imported !== true).toSorted((a, b) => rank(a) - rank(b));
}

/** What can read captions, the text half of the image encoder first where it has one. */
export function readersFor(cards: readonly EncoderCard[], imageEncoder: string): EncoderCard[] {
  const readers = cards.filter(({ text }) => text !== undefined);
  return readers.toSorted((a, b) => Number(b.id === imageEncoder) - Number(a.id === imageEncoder));
}

/** The settings that the answers stand for; what they leave open is the engine's to choose. */
export function settingsOfTowers({ imageEncoder, textEncoder, epochs }: CaptionAnswers): CaptionTrainingSettings {
  return { imageEncoder, textEncoder, ...(epochs > 0 && { epochs }) };
}
