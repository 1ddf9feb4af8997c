/** Failures and notices of imports: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';
import { usage } from '../errors.ts';
import { formatCount, formatQuantity } from '../progressText.ts';

/** @param fault the end of a sentence about the file */
export const cannotImport = (file: string, fault: string) => usage(`${file} can't be imported: ${fault}.`);
/** @param first what its first row names */
export const importNamesNothing = (file: string, root: string, first: string | undefined) =>
  usage(
    `${file} names no image of ${root}; ${first === undefined ? 'it has no rows' : `its first row names "${first}"`}.`,
  );
/** @param length that most of the first vectors have, and `own` how many of all */
export const vectorsWithoutLength = (file: string, length: number, own: number, others: number) =>
  cannotImport(
    file,
    `${formatQuantity(others, 'vector')} ${others === 1 ? 'has' : 'have'} another length than the first ones, and only ${formatCount(own)} ${own === 1 ? 'is' : 'are'} of their ${length} numbers; write vectors of one length`,
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

/** @param before images that had the first of them, `now` those that have it */
export const columnsReplaced = (columns: number, first: string, before: number, now: number) =>
  new LikenessError(
    ErrorCode.ColumnReplaced,
    `${columns === 1 ? `The column "${first}" is replaced` : `${columns} columns are replaced, "${first}" among them`}: ${formatQuantity(before, 'image')} had it, and ${formatQuantity(now, 'image')} ${now === 1 ? 'has' : 'have'} it now.`,
  );
export const rowsRepeated = (file: string, count: number, first: string) =>
  new LikenessError(
    ErrorCode.ValuesPassedOver,
    `${count === 1 ? `${first} has` : `${count} images (the first is ${first}) have`} more than one row in ${file}; the last one counts.`,
  );
export const infinitePassedOver = (count: number, first: string) =>
  new LikenessError(
    ErrorCode.ValuesPassedOver,
    `${count === 1 ? '1 value' : `${count} values`} (${count === 1 ? '' : 'the first '}of "${first}") ${count === 1 ? 'is' : 'are'} infinite, and taken for missing.`,
  );
export const vectorsInvalid = (count: number, first: string) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `${count === 1 ? '1 vector is' : `${count} vectors are`} not finite or all zero (${count === 1 ? '' : 'the first of '}${first}), and left out.`,
  );
export const vectorsOfOtherLength = (count: number, first: string, own: number, expected: number) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `${count === 1 ? '1 vector has' : `${count} vectors have`} another length than most, which have ${expected} numbers (${first}: ${own}), and ${count === 1 ? 'is' : 'are'} left out.`,
  );
export const vectorsRepeated = (count: number, first: string) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `${count === 1 ? `${first} has` : `${count} images (the first is ${first}) have`} more than one vector that differ, also by copies of the same file; the last one counts.`,
  );
