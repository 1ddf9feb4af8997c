/** What can go wrong when decisions are written down, taken back, or files set aside. */
import { ErrorCode, LikenessError, messageOf, systemCodeOf } from '../likenessError.ts';
import { formatQuantity } from '../progressText.ts';

export const folderToDecide = (path: string) =>
  new LikenessError(
    ErrorCode.Usage,
    `${path} is a folder, and decisions are about single images; name the images in it, or filter by it (--where path:FOLDER).`,
    { path },
  );
export const samePairTwice = (path: string) =>
  new LikenessError(ErrorCode.Usage, `${path} is named twice; a pair is of two different images.`, { path });
export const notExact = (verb: 'undone' | 'done again', title: string, file: string) =>
  new LikenessError(
    ErrorCode.DecisionsChanged,
    `"${title}" can't be ${verb}, since its lines in ${file} were changed by hand or by a merge; nothing was changed, decide anew or edit the lines.`,
    { path: file },
  );
/** Undo or redo was asked for a step that isn't the next one any more. */
export const stepNotOffered = (direction: 'undo' | 'redo', title: string) =>
  new LikenessError(
    ErrorCode.DecisionNotOffered,
    direction === 'undo'
      ? `"${title}" isn't the last decision any more; Undo Last Decision takes back the newest.`
      : `"${title}" isn't the decision that was undone last any more; Redo Decision takes the one that is again.`,
  );
export const movedFileGone = (verb: 'undone' | 'done again', title: string, path: string) =>
  new LikenessError(
    ErrorCode.FileNotFound,
    `"${title}" can't be ${verb}, since ${path} is gone; nothing was changed. Put the file back there and try again; tried again without, this step is passed over.`,
    { path },
  );
/** The second time. */
export const movedFilePassedOver = (verb: 'undone' | 'done again', title: string, path: string) =>
  new LikenessError(
    ErrorCode.FileNotFound,
    `"${title}" can't be ${verb}, since ${path} is gone, and is passed over; nothing was changed, decide anew once the file is back.`,
    { path },
  );
export const editedFileChanged = (verb: 'undone' | 'done again', title: string, path: string) =>
  new LikenessError(
    ErrorCode.DecisionsChanged,
    `"${title}" can't be ${verb}, since ${path} was changed or removed since; nothing was changed. Put the file back as it was and try again; tried again without, this step is passed over.`,
    { path },
  );
/** The second time. */
export const editedFilePassedOver = (verb: 'undone' | 'done again', title: string, path: string) =>
  new LikenessError(
    ErrorCode.DecisionsChanged,
    `"${title}" can't be ${verb}, since ${path} was changed or removed since, and is passed over; nothing was changed, edit the file by hand.`,
    { path },
  );
export const decisionsBusy = (file: string) =>
  new LikenessError(
    ErrorCode.DecisionsBusy,
    `${file} has been written by another window or command for too long; close the others and try again.`,
    { path: file },
  );
export const placeTaken = (path: string, from: string) =>
  new LikenessError(
    ErrorCode.FileExists,
    `${path} exists already, so ${from} can't be moved there; rename or move one of the two and try again.`,
    { path },
  );
export const cannotMove = (path: string, to: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.ReadOnly,
    `${path} can't be moved to ${to} (${systemCodeOf(cause) ?? messageOf(cause)}); it is where it was, check the permissions of both folders.`,
    { path, cause },
  );
export const copyDiffers = (path: string, to: string) =>
  new LikenessError(
    ErrorCode.UnreadableFile,
    `${path} was copied to ${to} with other bytes, so it stays where it is; check the disks and try again.`,
    { path },
  );
export const behindLink = (path: string) =>
  new LikenessError(
    ErrorCode.PathOutsideRoot,
    `${path} lies behind a link that leads out of the dataset and is not moved; exclude it instead.`,
    { path },
  );
export const ownFile = (path: string) =>
  new LikenessError(ErrorCode.PathOutsideRoot, `${path} is one of Likeness's own files, of which nothing is decided.`, {
    path,
  });
export const notSetAside = (path: string) =>
  new LikenessError(
    ErrorCode.FileNotFound,
    `No file of the path ${path} is set aside; "likeness quarantine list" shows those that are.`,
    { path },
  );
/** @param place of the file, absolute; `file` holds the decisions */
export const asideGone = (place: string, file: string) =>
  new LikenessError(
    ErrorCode.FileNotFound,
    `${place} can't be restored, since it is neither in quarantine nor at its place; bring the file back from elsewhere, or remove its line from ${file}.`,
    { path: place },
  );
/** A line that was passed over, or that says something that can't be so. */
export const decisionProblem = (file: string, line: number, message: string) =>
  new LikenessError(ErrorCode.InvalidDecisions, `${file}, line ${line}: ${message}`, { path: file });
export const moreDecisionProblems = (file: string, count: number) =>
  new LikenessError(
    ErrorCode.InvalidDecisions,
    `${file} has ${formatQuantity(count, 'more problem')}; "likeness decide check" lists them all.`,
    { path: file },
  );
export const labelFilesStay = (count: number, example: string) =>
  new LikenessError(
    ErrorCode.LabelFilesStay,
    count === 1
      ? `The label file ${example} of an image that was moved stays where it is.`
      : `${formatQuantity(count, 'label file')} of images that were moved stay where they are, ${example} among them.`,
    { path: example },
  );
