/** Failures and notices about an index that was made with another encoder than is had now: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';

/** The same encoder, whose pictures were cut out in another way then. @param encoder its id */
export const croppedOtherwise = (encoder: string, root: string) =>
  new LikenessError(
    ErrorCode.EncoderMismatch,
    `Pictures are cropped more exactly for ${encoder} now than when ${root} was indexed; index the whole folder again.`,
  );

// ---- notices ------------------------------------------------------------------------------------------------------

/** Of a run over a part of a folder. @param reason why no vectors of the encoder in use are to be had */
export const viewLacksChanged = (used: string, reason: LikenessError) =>
  new LikenessError(
    ErrorCode.EncoderMismatch,
    `Images that have changed are not among those that are looked at with ${used}: ${reason.message}`,
  );
