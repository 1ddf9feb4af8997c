/** One factory for each failure that a person can see. */
import { ErrorCode, LikenessError, messageOf, systemCodeOf } from './likenessError.ts';

export * from './likenessError.ts';
export * from './training/trainingErrors.ts';

// ---- images -------------------------------------------------------------------------------------------------------

export const unreadableFile = (path: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.UnreadableFile,
    systemCodeOf(cause) === 'EISDIR'
      ? `${path} is a folder, where a file is wanted; name a file.`
      : `${path} can't be read (${systemCodeOf(cause) ?? messageOf(cause)}); check its permissions.`,
    { path, cause },
  );
export const undecodableName = (path: string) =>
  new LikenessError(
    ErrorCode.UnreadableFile,
    `${path} has a name that is not valid UTF-8 and can't be opened by it; rename it.`,
    { path },
  );
export const emptyFile = (path: string) =>
  new LikenessError(ErrorCode.EmptyFile, `${path} is empty; restore or remove it.`, { path });
export const corruptImage = (path: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.CorruptImage,
    `${path} can't be decoded (${messageOf(cause)}); it is damaged, restore or remove it.`,
    { path, cause },
  );
export const truncatedImage = (path: string, cause: unknown) =>
  new LikenessError(ErrorCode.TruncatedImage, `${path} ends too early; it is cut off, restore or remove it.`, {
    path,
    cause,
  });
export const unsupportedFormat = (path: string, detail: string) =>
  new LikenessError(
    ErrorCode.UnsupportedFormat,
    `${path} is not in a supported image format (${detail}); convert it to PNG or JPEG.`,
    { path },
  );
/** What git leaves in the place of a file that Git LFS keeps elsewhere. */
export const gitLfsPointer = (path: string) =>
  new LikenessError(
    ErrorCode.GitLfsPointer,
    `${path} is a Git LFS pointer instead of the picture itself; fetch the pictures with "git lfs pull" (in GitHub's checkout action: lfs: true).`,
    { path },
  );
export const imageTooLarge = (path: string, width: number, height: number, limitMegapixels: number) =>
  new LikenessError(
    ErrorCode.ImageTooLarge,
    `${path} is ${width} × ${height} pixels, above the limit of ${limitMegapixels} megapixels; scale it down, or raise the limit (likeness.index.maxMegapixels, --max-megapixels).`,
    { path },
  );
export const fileTooLarge = (path: string, bytes: number, limitBytes: number) =>
  new LikenessError(
    ErrorCode.FileTooLarge,
    `${path} holds ${Math.round(bytes / 2 ** 20)} MiB, above the limit of ${Math.round(limitBytes / 2 ** 20)} MiB for one image; exclude it or convert it.`,
    { path },
  );

// ---- folders and the index ----------------------------------------------------------------------------------------

export const folderNotFound = (path: string) =>
  new LikenessError(ErrorCode.FolderNotFound, `${path} is not a folder that can be opened; check the path.`, { path });
export const notAFolder = (path: string) =>
  new LikenessError(ErrorCode.FolderNotFound, `${path} is a file, not a folder; name the folder that it is in.`, {
    path,
  });
export const unreadableFolder = (path: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.UnreadableFolder,
    `The folder ${path} can't be read (${systemCodeOf(cause) ?? messageOf(cause)}); check its permissions.`,
    { path, cause },
  );
export const folderNotEmpty = (path: string) =>
  new LikenessError(
    ErrorCode.FolderNotEmpty,
    `${path} holds other files, and the sample data set is not written between them; name a new or an empty folder.`,
    { path },
  );
export const fileNotFound = (path: string) =>
  new LikenessError(ErrorCode.FileNotFound, `${path} doesn't exist; check the path.`, { path });
/** @param path what was to be written @param folder the one that it was to be written into */
export const outputFolderNotFound = (path: string, folder: string) =>
  new LikenessError(
    ErrorCode.FileNotFound,
    `${path} can't be written, since the folder ${folder} doesn't exist; create it, or check the path.`,
    { path },
  );
export const nestedRoot = (path: string, inner: string) =>
  new LikenessError(
    ErrorCode.NestedRoot,
    `${path} contains ${inner}, which is a dataset of its own; index that folder by itself, or delete its .likeness folder first.`,
    { path },
  );
export const pathOutsideRoot = (path: string, root: string) =>
  new LikenessError(ErrorCode.PathOutsideRoot, `${path} lies outside the dataset ${root} and is ignored.`, { path });
/** Of files that are asked about together. */
export const pathOutsideDataset = (path: string, root: string) =>
  new LikenessError(
    ErrorCode.PathOutsideRoot,
    `${path} lies outside the dataset ${root} of the first image; check the images of each dataset by themselves.`,
    { path },
  );
/** @param below names of the folders in it that are datasets */
export const notIndexed = (root: string, below: readonly string[] = []) =>
  new LikenessError(
    ErrorCode.NotIndexed,
    below.length === 0
      ? `${root} has no index yet; run "Likeness: Index Folder" or "likeness index".`
      : `${root} has no index, but ${below.slice(0, 3).join(', ')}${below.length > 3 ? ', …' : ''} in it ${below.length === 1 ? 'has' : 'have'} one; name ${below.length === 1 ? 'that folder' : 'one of those folders'}, or go there first.`,
    { path: root },
  );
/** @param whole a folder around the image that may be all of its dataset */
export const wholeNotIndexed = (path: string, whole: string | undefined) =>
  new LikenessError(
    ErrorCode.NotIndexed,
    `The dataset of ${path} has no index yet; run "likeness index" on all of its folder${whole === undefined ? '' : `, such as ${whole}`}, rather than on one in it.`,
    { path },
  );
export const imageNotIndexed = (path: string, reason: string) =>
  new LikenessError(ErrorCode.ImageNotIndexed, `${path} is not in the index: ${reason}`, { path });
export const invalidConfig = (path: string, detail: string) =>
  new LikenessError(ErrorCode.InvalidConfig, `${path} is not valid: ${detail}; correct it or delete it.`, { path });
/** A notice. @param range where the numbers lie that tell images apart, such as "from 0 on" */
export const thresholdOutOfRange = (path: string, kind: string, value: number, range: string) =>
  new LikenessError(
    ErrorCode.InvalidConfig,
    `"thresholds.${kind}" in ${path} is ${value}, by which nothing or everything is found; take a number ${range} if that isn't meant.`,
    { path },
  );
/** A notice. @param meant a key that there is */
export const unknownConfigKey = (path: string, key: string, meant: string | undefined) =>
  new LikenessError(
    ErrorCode.InvalidConfig,
    `"${key}" in ${path} means nothing and is passed over; ${meant === undefined ? 'correct it or take it out.' : `did you mean "${meant}"?`}`,
    { path },
  );
export const indexBusy = (path: string) =>
  new LikenessError(
    ErrorCode.IndexBusy,
    `The index ${path} has been locked by another process for too long; close other windows on this folder and try again.`,
    { path },
  );
export const indexTooNew = (path: string) =>
  new LikenessError(
    ErrorCode.IndexTooNew,
    `The index ${path} was written by a newer Likeness; update Likeness, or delete the file to rebuild it.`,
    { path },
  );
export const indexCorrupt = (path: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.IndexCorrupt,
    `The index ${path} is damaged (${messageOf(cause)}); index the folder again, and it is moved aside and rebuilt.`,
    { path, cause },
  );
export const indexReplaced = (path: string) =>
  new LikenessError(
    ErrorCode.IndexCorrupt,
    `The index ${path} was deleted or replaced while it was in use; index the folder again, and it is rebuilt.`,
    { path },
  );
export const indexInaccessible = (path: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.IndexInaccessible,
    `The index ${path} can't be read or written (${messageOf(cause)}); check the disk or the network drive that holds it.`,
    { path, cause },
  );
export const nodeTooOld = (version: string) =>
  new LikenessError(
    ErrorCode.NodeTooOld,
    `This is Node.js ${version}, and the command line needs 22.13 or later; install a current one from nodejs.org.`,
  );
export const diskFull = (path: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.DiskFull,
    `The disk that holds ${path} is full; free some space and run the command again, nothing already indexed is lost.`,
    { path, cause },
  );
export const readOnly = (path: string, cause: unknown) =>
  new LikenessError(ErrorCode.ReadOnly, `${path} can't be written (read-only); check its permissions.`, {
    path,
    cause,
  });

// ---- encoders -----------------------------------------------------------------------------------------------------

export const encoderNotFound = (reference: string) =>
  new LikenessError(
    ErrorCode.EncoderNotFound,
    `There is no encoder "${reference}"; "likeness encoders list" shows the known ones, or name an .onnx file.`,
    { path: reference },
  );
export const encoderInvalid = (path: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.EncoderInvalid,
    `${path} is not a usable ONNX model (${messageOf(cause)}); export it again.`,
    {
      path,
      cause,
    },
  );
/** `file` is the external data file as the model names it. */
export const encoderDataMissing = (path: string, file: string) =>
  new LikenessError(
    ErrorCode.EncoderInvalid,
    `${path} keeps its weights in the file "${file}", which is missing; put it next to the model.`,
    { path },
  );
export const encoderDataOutside = (path: string, file: string) =>
  new LikenessError(
    ErrorCode.EncoderInvalid,
    `${path} names "${file}" as the file of its weights, which lies outside the model's folder and is not read; export it again.`,
    { path },
  );
/** A folder without a model in any of the places where one is looked for. */
export const encoderWithoutModel = (path: string) =>
  new LikenessError(
    ErrorCode.EncoderInvalid,
    `${path} holds no ONNX model (looked for onnx/vision_model.onnx, onnx/model.onnx, model.onnx and a single .onnx file); add the weights, or name an .onnx file.`,
    { path },
  );
export const encoderNotImage = (path: string, detail: string) =>
  new LikenessError(ErrorCode.EncoderNotImage, `${path} is not an image encoder: ${detail}.`, { path });
export const encoderBadOutput = (path: string, detail: string) =>
  new LikenessError(
    ErrorCode.EncoderBadOutput,
    `${path} gives no usable embeddings: ${detail}; check its card (mean, std, range, output) or choose another encoder.`,
    { path },
  );
export const unknownNetwork = (id: string, known: readonly string[]) =>
  new LikenessError(ErrorCode.Usage, `There is no network "${id}"; choose one of ${known.join(', ')}.`);
/** A computation that can't be built: a mistake in a network, or a model with parts that don't fit together. */
export const invalidGraph = (node: string, opType: string, detail: string) =>
  new LikenessError(ErrorCode.InvalidGraph, `Node "${node}" (${opType}) can't be built: ${detail}.`);
/** For callers that can say more of the network that the operator is a part of. */
export class NoGradientError extends LikenessError {
  readonly operator: string;

  constructor(operator: string, message: string) {
    super(ErrorCode.NoGradient, message);
    this.operator = operator;
  }
}
/** A part of a network that can't be trained through. */
export const noGradient = (
  node: string,
  opType: string,
  detail = 'the gradient of this operator is not known',
): NoGradientError =>
  new NoGradientError(
    opType,
    `Node "${node}" (${opType}) can't be trained through: ${detail}; freeze the layers before it, or choose another encoder.`,
  );
export const encoderMismatch = (detail: string) =>
  new LikenessError(
    ErrorCode.EncoderMismatch,
    `${detail}; index the folder with that encoder first, or leave the encoder out.`,
  );
/** Of an encoder that nothing but its vectors is left of. */
export const vectorsInUse = (encoder: string, root: string) =>
  usage(
    `${root} is looked at with its vectors of the encoder ${encoder}, which therefore stay; index it with another encoder first.`,
  );
export const invalidCard = (path: string, detail: string) =>
  new LikenessError(
    ErrorCode.InvalidCard,
    `The encoder card ${path} is not valid: ${detail}; correct it or delete it.`,
    {
      path,
    },
  );
export const embeddingInvalid = (path: string, encoder: string) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `${path} has no embedding: the encoder ${encoder} gave numbers that are not finite, or all zero, for it.`,
    { path },
  );

// ---- evaluation ---------------------------------------------------------------------------------------------------

export const noLabels = (folder: string) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `No image of ${folder} has a label, and encoders are compared by how well they tell classes; put the images of each class in a folder of its own, or name a source of labels in .likeness/config.json.`,
    { path: folder },
  );
export const onlyOneClass = (folder: string, name: string) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `All labelled images of ${folder} are of one class (${name}), and encoders are compared by how well they tell classes; name a folder that holds two classes at least.`,
    { path: folder },
  );
/** `names` are the classes that there are. */
export const singleImageClasses = (folder: string, names: readonly string[]) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `${folder} has fewer than two classes with two different pictures each to compare (too small: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}); add images to them, as copies of an image don't count.`,
    { path: folder },
  );

// ---- processes ----------------------------------------------------------------------------------------------------

export const unsupportedPlatform = (platform: string) =>
  new LikenessError(
    ErrorCode.UnsupportedPlatform,
    `Likeness needs ONNX Runtime, which has no build for ${platform}; use Linux or Windows (x64, arm64) or macOS on Apple silicon, for example over SSH or in a container.`,
  );
export const untrustedWorkspace = () =>
  new LikenessError(
    ErrorCode.UntrustedWorkspace,
    'Likeness opens no index and loads no model in a restricted workspace; trust the workspace to use it.',
  );
export const virtualWorkspace = (folder: string) =>
  new LikenessError(
    ErrorCode.VirtualWorkspace,
    `${folder} lies in a virtual workspace; Likeness needs images on a disk, open the folder on this machine, in a container, or over SSH.`,
    { path: folder },
  );
export const engineStopped = (detail: string) =>
  new LikenessError(
    ErrorCode.EngineStopped,
    `The Likeness engine stopped (${detail}); run the command again, what was finished is kept.`,
  );
export const engineVersion = (expected: string, actual: string) =>
  new LikenessError(
    ErrorCode.EngineVersion,
    `The Likeness engine speaks version ${actual} and the window ${expected}; reload the window.`,
  );
export const cancelled = () => new LikenessError(ErrorCode.Cancelled, 'Stopped; what was finished is kept.');
export const emptyDecisionValue = (action: 'relabel' | 'tag') =>
  usage(action === 'tag' ? 'A tag needs a name.' : 'An image is given a class by its name, which is empty here.');

export const emptyFindingId = () => usage('What is no issue is named by the id of the finding, which is empty here.');
export const unknownFinding = (id: string, root: string) =>
  usage(`The last check of ${root} found nothing of the id "${id}"; run "likeness check" for what there is now.`);

export const usage = (message: string) => new LikenessError(ErrorCode.Usage, message);
