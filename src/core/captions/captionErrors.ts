/** Failures and notices about captions: one factory for each, as in `errors.ts`. */
import { shortened } from '../encoders/tokens.ts';
import { few } from '../labels/labelSourceErrors.ts';
import { ErrorCode, LikenessError, messageOf } from '../likenessError.ts';
import { formatCount, formatQuantity } from '../progressText.ts';

/** @param root of the dataset */
export const noCaptions = (root: string) =>
  new LikenessError(
    ErrorCode.CaptionsUnmatched,
    `No captions are known of the images of ${root}; name them in .likeness/config.json, such as "captions": {"source": "txt"} for a .txt file beside each image.`,
    { path: root },
  );
export const imageHasNoCaption = (path: string) =>
  new LikenessError(
    ErrorCode.CaptionsUnmatched,
    `${path} has no caption by now; check the dataset again for findings of today.`,
    { path },
  );
/** @param images that were to be compared @param captioned those of them that have a caption: none or one */
export const noneCaptioned = (root: string, images: number, captioned: number) =>
  new LikenessError(
    ErrorCode.CaptionsUnmatched,
    `Of these ${formatQuantity(images, 'image')} of ${root} ${captioned === 0 ? 'none has' : 'only one has'} a caption, and two are needed to compare images with captions; choose other images, or write captions for these.`,
    { path: root },
  );
/** @param detail continues "It can't be used for captions: …" */
export const invalidCaptions = (path: string, detail: string) =>
  new LikenessError(ErrorCode.InvalidCaptions, `${path} can't be used for captions: ${detail}; correct it.`, { path });
/** @param example what the first row names */
export const captionsUnmatched = (path: string, rows: number, example: string | undefined) =>
  new LikenessError(
    ErrorCode.CaptionsUnmatched,
    example === undefined
      ? `${path} holds no captions; add rows, or name another file in .likeness/config.json.`
      : `None of the ${rows} captions of ${path} is of an image of the dataset (the first is of "${example}"); write paths relative to the dataset's folder.`,
    { path },
  );
/** @param root of the dataset */
export const noCaptionFiles = (root: string) =>
  new LikenessError(
    ErrorCode.CaptionsUnmatched,
    `No image of ${root} has a .txt file of its name beside it; write captions there, or name another source of "captions" in .likeness/config.json.`,
    { path: root },
  );

/** @param encoder id of the one in use, which was trained without texts */
export const noCaptionEncoder = (root: string, encoder: string) =>
  new LikenessError(
    ErrorCode.EncoderWithoutText,
    `Nothing reads the captions of ${root}: the encoder ${encoder} has no text half; add a sentence encoder ("likeness encoders add hf:OWNER/NAME"), or index with an image–text encoder.`,
    { path: root },
  );
/** @param encoder named for captions, and trained without texts */
export const captionEncoderWithoutText = (encoder: string) =>
  new LikenessError(
    ErrorCode.EncoderWithoutText,
    `The encoder ${encoder} has no text half, so captions can't be read with it; name a sentence encoder, or an image–text encoder, as "captionEncoder" in .likeness/config.json.`,
  );
/** @param encoders ids of sentence encoders, none of which the configuration names */
export const severalCaptionEncoders = (root: string, encoders: readonly string[]) =>
  new LikenessError(
    ErrorCode.Usage,
    `There are several encoders of captions (${encoders.join(', ')}); name one as "captionEncoder" in .likeness/config.json.`,
    { path: root },
  );
/** @param path of an image that captions are to be compared with */
export const imageWithoutCaption = (path: string) =>
  new LikenessError(
    ErrorCode.CaptionsUnmatched,
    `${path} has no caption among those of the dataset; write one, or name an image that has.`,
    { path },
  );
/** Of one image in an index. @param file stands for its path */
export const captionGone = (file: string) =>
  new LikenessError(ErrorCode.CaptionsUnmatched, `${file} has no caption any more.`);

// ---- notices ------------------------------------------------------------------------------------------------------

/** @param path of the file that has them @param examples the first images that it names */
export const captionsWithoutImage = (path: string, captions: number, examples: readonly string[]) =>
  new LikenessError(
    ErrorCode.CaptionsUnmatched,
    `${formatQuantity(captions, 'caption')} of ${path} ${captions === 1 ? 'is' : 'are'} of no image of the dataset, or could be of several (${few(examples, captions)}), and ${captions === 1 ? 'is' : 'are'} passed over.`,
    { path },
  );
/** @param examples the first of them */
export const textsWithoutImage = (root: string, files: number, examples: readonly string[]) =>
  new LikenessError(
    ErrorCode.CaptionsUnmatched,
    `${formatQuantity(files, '.txt file')} of ${root} ${files === 1 ? 'lies' : 'lie'} beside no image of the same name (${few(examples, files)}), and ${files === 1 ? 'is' : 'are'} passed over.`,
    { path: root },
  );
/** @param limit of bytes */
export const captionFilesTooLarge = (root: string, files: number, limit: number, examples: readonly string[]) =>
  new LikenessError(
    ErrorCode.InvalidCaptions,
    `${formatQuantity(files, '.txt file')} of ${root} ${files === 1 ? 'has' : 'have'} more than ${limit >> 10} KiB, too much for a caption (${few(examples, files)}), and ${files === 1 ? 'is' : 'are'} passed over.`,
    { path: root },
  );
/** @param examples the first of them */
export const captionFilesUndecodable = (root: string, files: number, examples: readonly string[]) =>
  new LikenessError(
    ErrorCode.InvalidCaptions,
    `${formatQuantity(files, '.txt file')} of ${root} ${files === 1 ? 'is' : 'are'} written in neither UTF-8 nor UTF-16 (${few(examples, files)}), and ${files === 1 ? 'is' : 'are'} passed over; save ${files === 1 ? 'it' : 'them'} as UTF-8.`,
    { path: root },
  );
/** @param examples the first of them @param why what the system says of the first one */
export const captionFilesUnreadable = (root: string, files: number, examples: readonly string[], why: string) =>
  new LikenessError(
    ErrorCode.UnreadableFile,
    `${formatQuantity(files, '.txt file')} of ${root} can't be read (${few(examples, files)}: ${why}), and ${files === 1 ? 'is' : 'are'} passed over; ${files === 1 ? 'it has to be a file' : 'they have to be files'} that you may read.`,
    { path: root },
  );
/** @param images that have none, of those that are looked at */
export const imagesWithoutCaption = (root: string, images: number, examples: readonly string[]) =>
  new LikenessError(
    ErrorCode.CaptionsUnmatched,
    `${formatQuantity(images, 'image')} of ${root} ${images === 1 ? 'has' : 'have'} no caption (${few(examples, images)}), and ${images === 1 ? 'is' : 'are'} left out where captions are looked at.`,
    { path: root },
  );
/** @param images that have several */
export const severalCaptions = (images: number) =>
  new LikenessError(
    ErrorCode.CaptionsNotCompared,
    `${formatQuantity(images, 'image')} ${images === 1 ? 'has' : 'have'} several captions, of which the first one is compared here; "likeness evaluate" compares all.`,
  );
/** @param captioned images that have a caption @param shown those of them that are compared */
export const captionsDrawn = (captioned: number, shown: number) =>
  new LikenessError(
    ErrorCode.CaptionsNotCompared,
    `${formatQuantity(shown, 'image')} drawn at random are compared here, of ${formatCount(captioned)} with a caption; choose fewer to see all of them.`,
  );
/** @param example one of them @param tokens that it has @param read those that are read */
export const captionsCut = (encoder: string, captions: number, example: string, tokens: number, read: number) =>
  new LikenessError(
    ErrorCode.CaptionsCut,
    `${formatQuantity(captions, 'caption')} ${captions === 1 ? 'is' : 'are'} longer than the ${read} tokens that ${encoder} reads, and only ${captions === 1 ? 'its beginning counts' : 'their beginnings count'} ("${shortened(example)}" has ${tokens}).`,
  );
/** @param captions that say nothing to the encoder @param of so many that were read @param example one of them */
export const captionsUnread = (encoder: string, captions: number, of: number, example: string) =>
  new LikenessError(
    ErrorCode.CaptionsUnread,
    `${formatQuantity(captions, 'caption')} of ${of} ${captions === 1 ? 'holds' : 'hold'} no word that ${encoder} knows ("${shortened(example)}"), so that nothing tells what ${captions === 1 ? 'it says' : 'they say'}; ${captions === of ? 'use an encoder of their language, or, if it should know them, add it again with the tokenizer.json of its own repository' : 'write words that it knows, or use an encoder of their language'}.`,
  );
/** The images can be looked at all the same. @param cause what a person can do */
export const captionsNotCompared = (cause: unknown) =>
  new LikenessError(ErrorCode.CaptionsNotCompared, `Captions are not compared with their images: ${messageOf(cause)}`, {
    cause,
  });
/** Nothing tells what they mean. @param cause what a person can do */
export const captionsComparedByWords = (cause: unknown) =>
  new LikenessError(
    ErrorCode.CaptionsNotCompared,
    `Captions are compared with each other word by word, not by what they mean: ${messageOf(cause)}`,
    { cause },
  );
/** @param read different ones that the encoder reads @param fewest that are needed @param of so many different ones */
export const tooFewForMeaning = (read: number, fewest: number, of = read) =>
  new LikenessError(
    ErrorCode.CaptionsNotCompared,
    `Captions are compared with each other word by word, not by what they mean: ${tooFew(read, fewest, of)}.`,
  );
/** @param read different ones that the encoder reads @param fewest that are needed @param of so many different ones */
export const tooFewCaptions = (read: number, fewest: number, of = read) =>
  new LikenessError(
    ErrorCode.CaptionsNotCompared,
    `Captions are not compared with their images: ${tooFew(read, fewest, of)}.`,
  );

function tooFew(read: number, fewest: number, of: number): string {
  const found =
    read === of
      ? `there ${of === 1 ? 'is only 1' : `are ${of} different ones`}`
      : `of ${of} different ones only ${read} can be read`;
  return `${found}, and ${fewest} are needed to tell what is usual`;
}

// ---- training -----------------------------------------------------------------------------------------------------

/** @param pairs images with a caption that can be trained on */
export const tooFewPairs = (pairs: number, needed: number) =>
  new LikenessError(
    ErrorCode.TooFewPairs,
    `There ${pairs === 1 ? 'is 1 image' : `are ${pairs} images`} with a caption to train on, outside of what is held out, and at least ${needed} are needed; write more captions, or train on more images.`,
  );
/** Of a training that was told of one tower only. @param encoder that has no text half */
export const noTextTower = (encoder: string) =>
  new LikenessError(
    ErrorCode.EncoderWithoutText,
    `The encoder ${encoder} has no text half that could read captions; name an encoder that reads texts too (--text-encoder ID|FILE.onnx|FOLDER).`,
  );
/** What was named as one has no image half. @param path of the text encoder */
export const noImageTower = (path: string) =>
  new LikenessError(
    ErrorCode.TextWithoutImage,
    `${path} reads texts and sees no images; name it as the text encoder (--text-encoder) beside one that sees images (--image-encoder).`,
    { path },
  );
/** Worth knowing, no failure. @param pairs images with captions that were trained on */
export const captionsNotMeasured = (pairs: number) =>
  new LikenessError(
    ErrorCode.TooFewPairs,
    `Nothing was held out of ${formatQuantity(pairs, 'image')} with captions, which are too few to spare any: how well images and captions that were not learnt from find each other is not known.`,
  );
/** Worth knowing, no failure. @param learnt images of the dataset's own test split that have a caption of one that was trained on */
export const testCaptionsLearnt = (learnt: number, tested: number) =>
  new LikenessError(
    ErrorCode.FiguresOfTraining,
    `${formatCount(learnt)} of the ${formatQuantity(tested, 'image')} of the test split ${learnt === 1 ? 'has' : 'have'} a caption that was learnt from with another image, so that recall on the test split may say too much; give images with the same caption the same split.`,
  );
/**
 * Worth knowing, no failure. Of a pair of towers that no epoch made better.
 *
 * @param pairs that it was judged by @param recallAt1 of these without heads; undefined where it isn't known
 */
export const towersKept = (pairs: number, recallAt1: number | undefined) =>
  new LikenessError(
    ErrorCode.TooFewPairs,
    `Images and captions of the ${formatQuantity(pairs, 'validation image')} find each other no better with what was learnt than by the encoder as it was${recallAt1 === undefined ? '' : ` (recall@1 ${(100 * recallAt1).toFixed(1)} %)`}, so that it is kept: the encoder of this run sees and reads as before. More captions, or a lower learning rate, may teach it something.`,
  );
