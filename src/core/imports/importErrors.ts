/** Failures and notices of imports: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';
import { usage } from '../errors.ts';

/** @param fault the end of a sentence about the file */
export const cannotImport = (file: string, fault: string) => usage(`${file} can't be imported: ${fault}.`);
/** @param first what its first row names */
export const importNamesNothing = (file: string, root: string, first: string | undefined) =>
  usage(
    `${file} names no image of ${root}; ${first === undefined ? 'it has no rows' : `its first row names "${first}"`}.`,
  );
export const importedOnly = (encoder: string) =>
  new LikenessError(
    ErrorCode.EncoderMismatch,
    `The vectors "${encoder}" were imported, and nothing here can make more of them; import them for further images too, or name an encoder.`,
    { path: encoder },
  );
export const importedOutside = (encoder: string, image: string) =>
  new LikenessError(
    ErrorCode.EncoderMismatch,
    `${image} has no vector among the imported ones "${encoder}", and nothing here can make one; name an image that has, or an encoder.`,
    { path: image },
  );
export const builtInName = (name: string) =>
  usage(`"${name}" is the name of an encoder that is built in; give the vectors another one (--name).`);

// ---- notices ------------------------------------------------------------------------------------------------------

export const vectorsInvalid = (count: number, first: string) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `${count === 1 ? '1 vector is' : `${count} vectors are`} not finite or all zero (${count === 1 ? '' : 'the first of '}${first}), and left out.`,
  );
export const vectorsOfOtherLength = (count: number, first: string, own: number, expected: number) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `${count === 1 ? '1 vector has' : `${count} vectors have`} another length than the first, which has ${expected} (${first}: ${own}), and ${count === 1 ? 'is' : 'are'} left out.`,
  );
export const vectorsRepeated = (count: number, first: string) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `${count === 1 ? `${first} has` : `${count} images (the first is ${first}) have`} more than one vector that differ, also by copies of the same file; the last one counts.`,
  );
