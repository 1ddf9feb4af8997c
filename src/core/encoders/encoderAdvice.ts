import type { EncoderCard } from './card.ts';

/** What a person should know of an encoder that was just added; undefined where there is nothing to say. */
export function encoderAdvice({ name, output }: Pick<EncoderCard, 'name' | 'output'>): string | undefined {
  if (!/logit/i.test(output.name)) return undefined;
  return `${name} was exported as a classifier: its vectors are the scores of its ${output.dim} classes, which tell less than the features behind them; an export for feature extraction compares better.`;
}
