/** What can go wrong with the files of an ONNX model before it runs. */
import { ErrorCode, LikenessError } from '../likenessError.ts';

/** @param file the model, or a file of its weights as the model names it, which Git LFS left a pointer in place of */
export const modelIsPointer = (path: string, file: string) =>
  new LikenessError(
    ErrorCode.EncoderInvalid,
    `${path} can't be used, as ${file === path ? 'it' : `its file of weights "${file}"`} is only a pointer of Git LFS to what was never fetched; run "git lfs pull" in its repository, or download the file itself.`,
    { path },
  );
export const modelDamaged = (path: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.EncoderInvalid,
    `${path} is not an ONNX model, or a damaged or incomplete one; download or export it again.`,
    { path, cause },
  );
/** @param needed bytes that the model reads of the file @param found bytes that it holds */
export const modelDataCut = (path: string, file: string, needed: number, found: number) =>
  new LikenessError(
    ErrorCode.EncoderInvalid,
    `${path} reads ${needed} bytes of its weights from the file "${file}", which ends after ${found}: it is cut off, or another model's; download or copy it again.`,
    { path },
  );
export const modelOperatorUnknown = (path: string, operator: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.EncoderInvalid,
    `${path} uses the operator ${operator}, which is not known here; update Likeness, or export it with a standard opset and standard operators.`,
    { path, cause },
  );
/** @param what "IR version 14" */
export const modelTooNew = (path: string, what: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.EncoderInvalid,
    `${path} is written in ${what} of ONNX, which is newer than what is known here; update Likeness, or export it with an older one.`,
    { path, cause },
  );
