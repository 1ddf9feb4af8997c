/** Failures and notices of the encoder that ships, and of those that did before: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';

/** An encoder that shipped with another version, whose file nobody has kept. @param today id of the one that ships now */
export const otherDefaultGone = (id: string, today: string) =>
  new LikenessError(
    ErrorCode.EncoderNotFound,
    `The encoder "${id}" came with another version of Likeness, and its file is not kept here; index with ${today}, which comes with this one: "likeness index FOLDER --encoder ${today}", or Choose Encoder in VS Code.`,
    { path: id },
  );

// ---- notices ------------------------------------------------------------------------------------------------------

/** The config follows where a person indexes with the default of today: its next run would go back otherwise. */
export const configNamesNewer = (older: string, newer: string) =>
  new LikenessError(ErrorCode.Usage, `.likeness/config.json named ${older}, and names ${newer} from now on.`);

/** The same where it can't be written. @param cause why */
export const configNamesOlder = (older: string, newer: string, cause: LikenessError) =>
  new LikenessError(
    cause.code,
    `.likeness/config.json still names ${older}, so that the next run goes back to it; write ${newer} there. ${cause.message}`,
    { path: cause.path },
  );

/** @param path of the folder that should have taken it */
export const defaultNotKept = (id: string, path: string, reason: string) =>
  new LikenessError(
    ErrorCode.ReadOnly,
    `The encoder ${id} can't be kept in ${path} (${reason}), so that this index has to be made again once Likeness comes with another one; make room there, or make it writable, and index again.`,
    { path },
  );
