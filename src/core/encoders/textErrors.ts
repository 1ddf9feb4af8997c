/** What can go wrong with the text half of an image–text encoder. */
import { asLikenessError, ErrorCode, LikenessError, messageOf } from '../errors.ts';
import { few } from '../labels/labelSourceErrors.ts';
import { shortened } from './tokens.ts';

/** Wherever images meet texts. @param encoder name of one that was trained without texts, or came without its text half */
export const encoderWithoutText = (encoder: string) =>
  new LikenessError(
    ErrorCode.EncoderWithoutText,
    `The encoder ${encoder} has no text half, so it can't compare images with words or captions; choose an encoder that has one (CLIP, SigLIP or MobileCLIP in the list of recommended encoders) and index the folder with it.`,
  );
/** @param encoder id or name of one that was named where pictures are to be encoded */
export const encoderOfTexts = (encoder: string) =>
  new LikenessError(
    ErrorCode.EncoderNotImage,
    `The encoder ${encoder} encodes texts, not pictures; name it as "captionEncoder" in .likeness/config.json, and another one for the images.`,
  );
export const textWithoutImage = (path: string) =>
  new LikenessError(
    ErrorCode.TextWithoutImage,
    `${path} is the text half of an image–text encoder, and the image half is missing; name the folder that holds both, or the image half (vision_model.onnx) with this file beside it; a sentence encoder needs the config.json of its repository.`,
    { path },
  );
/** @param detail continues "is not a usable text encoder: " */
export const textEncoderInvalid = (path: string, detail: unknown) =>
  new LikenessError(
    ErrorCode.TextEncoderInvalid,
    `${path} is not a usable text encoder: ${messageOf(detail)}; take it from the same export as the image half.`,
    { path, cause: detail },
  );
/** @param detail continues "is not a usable sentence encoder: " */
export const sentenceEncoderInvalid = (path: string, detail: string) =>
  new LikenessError(
    ErrorCode.TextEncoderInvalid,
    `${path} is not a usable sentence encoder: ${detail}; take an export with an output sentence_embedding, or a model that pools by the mean of its tokens or by the first.`,
    { path },
  );
/** Halves of different models. */
export const textMismatch = (path: string, textDim: number, encoder: string, imageDim: number) =>
  new LikenessError(
    ErrorCode.TextMismatch,
    `${path} gives texts ${textDim} numbers, and the image half ${encoder} gives pictures ${imageDim}: they are halves of different models; put halves of one model together.`,
    { path },
  );
/** @param path of the text half */
export const tokenizerMissing = (path: string) =>
  new LikenessError(
    ErrorCode.TokenizerMissing,
    `${path} has no tokenizer.json beside it or in the folder above, and without it no text can be read; put the tokenizer.json of the model's repository there.`,
    { path },
  );
export const tokenizerInvalid = (path: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.TokenizerInvalid,
    `The tokenizer ${path} can't be used (${messageOf(cause)}); take the tokenizer.json of the model's repository again.`,
    { path, cause },
  );
/** @param tokens in the tokenizer @param rows that the model has vectors for */
export const tokenizerMismatch = (path: string, tokens: number, model: string, rows: number) =>
  new LikenessError(
    ErrorCode.TokenizerMismatch,
    `The tokenizer ${path} has ${tokens} tokens, and ${model} was trained with ${rows}: it is another model's; put the tokenizer.json of the model's own repository there.`,
    { path },
  );
/** A notice: it is added all the same. @param encoder its name @param cause why the text half that came with it can't be used */
export const addedWithoutText = (encoder: string, cause: unknown) =>
  new LikenessError(
    asLikenessError(cause).code,
    `${encoder} is added without its text half, so that nothing can be searched in words with it: ${messageOf(cause)}`,
    { cause },
  );
/** What nothing can be found by. @param encoder its name */
export const textUnread = (text: string, encoder: string) =>
  new LikenessError(
    ErrorCode.TextUnread,
    `"${shortened(text)}" holds no word that ${encoder} knows, so nothing can be found or named by it; say it in a language that the encoder was trained on, or use one that was trained on this language.`,
  );
/** Names that no image can be told by. @param encoder its name */
export const namesAlike = (names: readonly [string, string], encoder: string) =>
  new LikenessError(
    ErrorCode.TextUnread,
    `"${names[0]}" and "${names[1]}" are the same words to ${encoder}, which can't tell images of one from images of the other; leave one of them out, or name it in words that the encoder knows.`,
  );
/** A notice: the others name clusters. @param words that were given @param unread those of them that aren't known */
export const wordsUnread = (words: number, unread: readonly string[], encoder: string) =>
  new LikenessError(
    ErrorCode.TextUnread,
    `${unread.length} of the ${words} words ${unread.length === 1 ? 'is' : 'are'} unknown to ${encoder} (${few(unread.slice(0, 3), unread.length)}), and ${unread.length === 1 ? 'names' : 'name'} no cluster; give words of a language that it was trained on.`,
  );
