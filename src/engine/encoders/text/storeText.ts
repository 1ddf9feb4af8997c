import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EncoderCard } from '../../../core/encoders/card.ts';
import { addedWithoutText } from '../../../core/encoders/textErrors.ts';
import { STORED_TEXT } from '../../../core/encoders/textFiles.ts';
import type { LikenessError } from '../../../core/errors.ts';
import type { ResolvedEncoder } from '../encoder.ts';
import { readModel } from '../modelFiles.ts';
import { storeModel } from '../storeModel.ts';
import { openText } from './textEncoder.ts';
import type { TextSource } from './textSource.ts';

const TOKENIZER = 'tokenizer.json';
/** Where a stored encoder has its tokenizer. */
export const STORED_TOKENIZER = `${dirname(STORED_TEXT)}/${TOKENIZER}`;
/** While an encoder is added nobody waits for single texts. */
const THREADS = 2;

export interface CardWithText {
  readonly card: EncoderCard;
  /** Why the text half can't be used. */
  readonly problem?: LikenessError;
}

/**
 * The card with what is known of the text half once it was opened, with the places where `storeText` puts its files. One that
 * can't be used leaves the card as it is: its pictures can be searched all the same.
 */
export async function withText(resolved: ResolvedEncoder): Promise<CardWithText> {
  const { text: _, ...card } = resolved.card;
  if (resolved.text === undefined) return { card };
  try {
    const encoder = await openText(resolved, THREADS);
    await encoder.dispose();
    const text = { file: STORED_TEXT, tokenizer: STORED_TOKENIZER, ...encoder.described };
    return { card: { ...card, text } };
  } catch (error) {
    return { card, problem: addedWithoutText(card.name, error) };
  }
}

/** Copies a text half and what describes it into the folder of a stored encoder. */
export async function storeText(source: TextSource, folder: string): Promise<void> {
  const { model } = source;
  const target = join(folder, ...STORED_TEXT.split('/'));
  await storeModel(model, 'file' in model ? await weightsOf(model.file) : [], target);
  await storeDescribing(source, dirname(target));
}

/** Copies what describes a model of texts. */
export async function storeDescribing(
  { tokenizer, tokenizerConfig, config }: TextSource,
  folder: string,
): Promise<void> {
  const described = [
    [tokenizer, TOKENIZER],
    [tokenizerConfig, 'tokenizer_config.json'],
    [config, 'config.json'],
  ] as const;
  for (const [file, name] of described) {
    if (file !== undefined) await copyFile(file, join(folder, name));
  }
}

/** Files of weights, none where the model can't be read: what is wrong with it is told when a text is typed. */
async function weightsOf(file: string): Promise<readonly string[]> {
  try {
    return (await readModel(file)).externalData;
  } catch {
    return [];
  }
}
