/** Failures and notices of exports: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';
import { usage } from '../errors.ts';
import type { RenamedFolder } from './folderPlans.ts';

export const unknownFormat = (format: string, known: readonly string[]) =>
  usage(`There is no format "${format}" to export to; choose one of ${known.join(', ')}.`);
/** @param option as it is typed; `formats` are those that it is for */
export const optionNotOfFormat = (option: string, format: string, formats: readonly string[]) =>
  usage(`${option} means nothing to ${format}, but only to ${formats.join(' and ')}; leave it out.`);
export const outIsFile = (path: string) =>
  new LikenessError(
    ErrorCode.FileExists,
    `${path} is a file, and this format is written to a folder of its own; name a new or an empty folder.`,
    { path },
  );
export const outNotEmpty = (path: string) =>
  new LikenessError(
    ErrorCode.FolderNotEmpty,
    `${path} holds files already, and nothing is exported between them, nor are they deleted; name a new or an empty folder.`,
    { path },
  );
export const outInDataset = (path: string, root: string) =>
  new LikenessError(
    ErrorCode.FileExists,
    `${path} lies in the dataset ${root}, which would hold every image twice then; name a folder outside of it.`,
    { path },
  );
/** The folder can't be made elsewhere and put in its place. */
export const outIsMount = (path: string) =>
  new LikenessError(
    ErrorCode.FolderNotEmpty,
    `${path} is a disk or a mounted folder of its own, whose place nothing else can take; name a new folder in it.`,
    { path },
  );
/** What an export that was stopped has left, or what is called so. */
export const stagingNotOurs = (path: string, out: string) =>
  new LikenessError(
    ErrorCode.FolderNotEmpty,
    `${path} is in the way of the export to ${out} and was not left by one; move it, or name another folder.`,
    { path },
  );
export const stagingInUse = (path: string, pid: number, host: string) =>
  new LikenessError(
    ErrorCode.FileExists,
    `${path} is being written by an export of process ${pid} on ${host}; wait until it has ended, or delete that folder if it is over.`,
    { path },
  );
export const nothingToExport = (folder: string, wanted: string) =>
  new LikenessError(
    ErrorCode.TooFewImages,
    `${folder} has no indexed image ${wanted === '' ? 'that is not excluded' : `${wanted}, or they are all excluded`}; nothing is exported.`,
    { path: folder },
  );
/** @param how the format is called */
export const nothingLabelledToExport = (folder: string, format: string) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `None of the images of ${folder} has a label, and ${format} is a format for labels; label some, or choose another format.`,
    { path: folder },
  );
export const noVectors = (folder: string, encoder: string) =>
  new LikenessError(
    ErrorCode.EncoderMismatch,
    `No image of ${folder} that is to be exported has a vector of the encoder ${encoder}; index the folder with it first.`,
    { path: folder },
  );
export const lineBreakInPath = (path: string) =>
  new LikenessError(
    ErrorCode.UnreadableFile,
    `${JSON.stringify(path)} has a line break in its name, which a list of a path a line can't hold; rename it, or choose jsonl or parquet.`,
    { path },
  );

// ---- notices ------------------------------------------------------------------------------------------------------

export const namedMissing = (missing: number) =>
  new LikenessError(
    ErrorCode.ImageNotIndexed,
    `${missing === 1 ? '1 of the paths that were named is' : `${missing} of the paths that were named are`} no indexed image here, or excluded, and ${missing === 1 ? 'is' : 'are'} passed over.`,
  );
export const filesGone = (count: number, first: string) =>
  new LikenessError(
    ErrorCode.FileNotFound,
    `${count === 1 ? '1 image is' : `${count} images are`} gone or changed since the folder was indexed (${count === 1 ? '' : 'the first is '}${first}) and left out; index the folder again.`,
    { path: first },
  );
/** @param listed whether they are in the export all the same */
export const withoutLabel = (count: number, listed: boolean) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `${count === 1 ? '1 image has' : `${count} images have`} no label, and ${count === 1 ? 'is' : 'are'} ${listed ? 'listed without an annotation' : 'left out'}.`,
  );
export const withoutVectors = (count: number, encoder: string, listed: boolean) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `${count === 1 ? '1 image has' : `${count} images have`} no vector of the encoder ${encoder}, and ${count === 1 ? 'is' : 'are'} ${listed ? 'listed without one' : 'left out'}.`,
  );
export const copiedNotLinked = (count: number) =>
  new LikenessError(
    ErrorCode.ReadOnly,
    `${count === 1 ? '1 image was' : `${count} images were`} copied, as no hard link can be made from where ${count === 1 ? 'it lies' : 'they lie'} to the exported folder.`,
  );
/** @param renamed all of classes, or all of splits; one at least */
export const foldersRenamed = (renamed: readonly RenamedFolder[]) => {
  const [{ of, name, folder }] = renamed as [RenamedFolder];
  const [one, many] = of === 'class' ? ['class', 'classes'] : ['split', 'splits'];
  const [own, other] = [JSON.stringify(name), JSON.stringify(folder)];
  return new LikenessError(
    ErrorCode.InvalidLabels,
    renamed.length === 1
      ? `The ${one} ${own} is in a folder called ${other}, as none can have its name; what takes folders for ${many} will call it so, rename it to have one name.`
      : `${renamed.length} ${many} are in folders of other names, as none can have theirs (${own} in ${other} for one); what takes folders for ${many} will call them so, rename them to have one name each.`,
  );
};
export const splitsMissing = (names: readonly string[]) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `The export has no image of the split ${names.join(' and none of ')}, without which YOLO doesn't train; name splits in .likeness/config.json, or edit data.yaml.`,
  );
