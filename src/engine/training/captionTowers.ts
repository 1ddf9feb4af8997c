import { basename } from 'node:path';
import { noImageTower, noTextTower } from '../../core/captions/captionErrors.ts';
import { asLikenessError, ErrorCode } from '../../core/errors.ts';
import { sentenceEncoderInvalid } from '../../core/encoders/textErrors.ts';
import { importedOnly } from '../../core/imports/importErrors.ts';
import type { Dataset } from '../dataset.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import { encoderReference } from '../encoders/encoderChoice.ts';
import { importedEncoder } from '../encoders/importedEncoders.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { openTextModel, type DescribedText, type TextEncoder } from '../encoders/text/textEncoder.ts';
import { describedText, type TextSource } from '../encoders/text/textSource.ts';

/** What reads captions: the text half of an encoder, or a text encoder by itself. */
export interface TextTower {
  /** How it is named again: an id or a path. */
  readonly reference: string;
  /** For people. */
  readonly name: string;
  readonly source: TextSource;
  /** As far as is known without running it. */
  readonly described: DescribedText;
  readonly licence: string | undefined;
}

/** What sees images, and what reads captions. */
export interface Towers {
  readonly image: { readonly reference: string; readonly encoder: ResolvedEncoder };
  readonly text: TextTower;
  /** Whether they are halves of one encoder, whose vectors can be compared as they are. */
  readonly isPair: boolean;
}

export interface TowerChoice {
  readonly imageEncoder?: string;
  readonly textEncoder?: string;
}

/**
 * The towers that are named: by default the dataset's own encoder, and its text half. Rejects with encoder-without-text or
 * text-without-image where one is missing, with the codes of `EncoderRegistry.resolve` and of `openTextModel`.
 *
 * @param threads to find out about a text tower of which nothing is known
 */
export async function resolveTowers(
  { imageEncoder, textEncoder }: TowerChoice,
  dataset: Dataset,
  registry: EncoderRegistry,
  threads: number,
): Promise<Towers> {
  const { root, store } = dataset;
  const image = imageEncoder ?? encoderReference(dataset, undefined);
  if (importedEncoder(store, image) !== undefined) throw importedOnly(image);
  const encoder = await registry.resolveAny(image, root).catch((error: unknown) => {
    const { code, path, message } = asLikenessError(error);
    if (code === ErrorCode.TextWithoutImage) throw noImageTower(path ?? message);
    throw error;
  });
  if (encoder.card.encodes === 'texts') throw noImageTower(image);
  const isPair = textEncoder === undefined || textEncoder === image;
  const text = isPair ? textHalf(image, encoder) : await namedText(textEncoder, registry, root);
  const described = text.source.known ?? (await describe(text, isPair ? encoder.card.output.dim : undefined, threads));
  // A head behind such a tower would take the mean over what fills a text up, too.
  if (described.padding !== undefined && described.output.pooling === 'mean') {
    throw sentenceEncoderInvalid(text.source.file, 'it takes texts of one length, and what fills them up would count');
  }
  return { image: { reference: image, encoder }, text: { ...text, described }, isPair };
}

/** The tower, loaded; the caller disposes it. Rejects with the codes of `openTextModel`. */
export function openTower({ source, name, described }: TextTower, threads: number): Promise<TextEncoder> {
  return openTextModel(source, { name, dim: described.output.dim }, threads);
}

type UndescribedText = Omit<TextTower, 'described'>;

function textHalf(reference: string, { card, text }: ResolvedEncoder): UndescribedText {
  if (text === undefined) throw noTextTower(card.name);
  return { reference, name: card.name, source: text, licence: card.licence };
}

async function namedText(reference: string, registry: EncoderRegistry, root: string): Promise<UndescribedText> {
  try {
    return textHalf(reference, await registry.resolveAny(reference, root));
  } catch (error) {
    const { code, path } = asLikenessError(error);
    // Which is just what is wanted here.
    if (code !== ErrorCode.TextWithoutImage || path === undefined) throw error;
    const source = await describedText(path, { file: path }, path, undefined);
    return { reference, name: basename(reference), source, licence: undefined };
  }
}

async function describe({ source, name }: UndescribedText, dim: number | undefined, threads: number) {
  const encoder = await openTextModel(source, { name, dim }, threads);
  await encoder.dispose();
  return encoder.described;
}
