/** What a check can't do, and what it can't tell: one factory for each, as in `errors.ts`. */
import { usage } from '../errors.ts';
import { few } from '../labels/labelSourceErrors.ts';
import { ErrorCode, LikenessError } from '../likenessError.ts';

export const unknownRevision = (root: string, revision: string) =>
  usage(
    `git knows no revision "${revision}" in ${root}; name a branch, tag or commit that is there, and fetch the whole history first where only a part of it is.`,
  );

export const gitMissing = () => usage('git is not installed, which --since asks what has changed.');
export const noRepository = (folder: string) =>
  usage(`${folder} is in no git repository, so that nothing tells what has changed.`);
/** @param said by git */
export const gitRefused = (folder: string, said: string) =>
  usage(`git can't tell what has changed in ${folder}: ${said}`);
/** @param place as git names the repository */
export const repositoryNotTrusted = (folder: string, place: string) =>
  usage(
    `git tells nothing of ${folder}, as its repository belongs to another user; if you trust it, run: git config --global --add safe.directory ${place}`,
  );

export const baselineOfPart = () =>
  usage(
    '--write-baseline accepts all that is found in a whole data set, whatever matches or has changed; leave --where, --view and --since out, and name the folder of the data set, neither one in it nor images.',
  );

// ---- notices ------------------------------------------------------------------------------------------------------

/** @param examples the first of them, relative to the root */
export const namedNotChecked = (root: string, images: number, examples: readonly string[]) =>
  new LikenessError(
    ErrorCode.ImageNotIndexed,
    `${images === 1 ? '1 of the named files is no image' : `${images} of the named files are no images`} of ${root} (${few(examples, images)}), and nothing is known of ${images === 1 ? 'it; it' : 'them; they'} may be excluded, or of a kind that is not read.`,
    { path: root },
  );
/** @param examples the first of them, relative to the root */
export const imagesIgnored = (root: string, revision: string, images: number, examples: readonly string[]) =>
  new LikenessError(
    ErrorCode.ChangesUnknown,
    `git ignores ${images === 1 ? '1 image' : `${images} images`} of ${root} (${few(examples, images)}), so that nothing tells whether ${images === 1 ? 'it has' : 'they have'} changed since ${revision}, and what only ${images === 1 ? 'it has' : 'they have'} a part in is not listed; check without --since, with a baseline.`,
    { path: root },
  );
/**
 * @param folder that is a repository of its own, relative to the root
 * @param images in it
 */
export const repositoryNotCompared = (root: string, revision: string, folder: string, images: number) =>
  new LikenessError(
    ErrorCode.ChangesUnknown,
    `${folder} of ${root} is a git repository of its own, and nothing tells what of it has changed since ${revision}, so that ${images === 1 ? 'its image counts' : `all ${images} images in it count`} as changed; make it a submodule, and fetch its whole history.`,
    { path: root },
  );
/** @param why a sentence */
export const placesUnknown = (file: string, root: string, why: string) =>
  new LikenessError(
    ErrorCode.ChangesUnknown,
    `The paths in ${file} begin at ${root} and not at its repository, so that code scanning may not find the files: ${why}`,
    { path: file },
  );
/** @param file relative to the root */
export const labelsIgnored = (root: string, revision: string, file: string) =>
  new LikenessError(
    ErrorCode.ChangesUnknown,
    `git ignores ${file} of ${root}, so that nothing tells which labels and splits have changed since ${revision}; have git track it.`,
    { path: root },
  );
/** @param file relative to the root */
export const labelsElsewhere = (root: string, revision: string, file: string) =>
  new LikenessError(
    ErrorCode.ChangesUnknown,
    `${file} of ${root} leads to a file outside of the dataset by a link, so that nothing tells which labels and splits have changed since ${revision}; put the file itself there, and have git track it.`,
    { path: root },
  );
/** @param file relative to the root, or what else can't be compared */
export const labelsNotCompared = (root: string, revision: string, file: string) =>
  new LikenessError(
    ErrorCode.ChangesUnknown,
    `${file} of ${root} is another one than at ${revision}, and its labels and splits can't be compared with those of then, so that all images count as changed.`,
    { path: root },
  );
