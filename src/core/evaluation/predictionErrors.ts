/** Failures and notices about predicted classes: one factory for each, as in `errors.ts`. */
import { ErrorCode, LikenessError } from '../likenessError.ts';

/** @param isTrained whether a run of ours has made the encoder, which fine-tuning can then start from */
export const encoderWithoutClasses = (encoder: string, isTrained: boolean) =>
  new LikenessError(
    ErrorCode.EncoderWithoutClasses,
    `The encoder ${encoder} knows no classes; fine-tune ${isTrained ? `it first ("likeness train finetune FOLDER --from ${encoder}")` : 'another first ("likeness train finetune FOLDER")'}, or name one that was fine-tuned (--encoder).`,
    { path: encoder },
  );
export const noFineTunedEncoder = (root: string) =>
  new LikenessError(
    ErrorCode.EncoderWithoutClasses,
    `${root} has no encoder that knows classes; fine-tune one first ("likeness train finetune ${root}"), or name the .onnx file of another (--encoder).`,
    { path: root },
  );
export const runWithoutEncoder = (run: string) =>
  new LikenessError(
    ErrorCode.EncoderNotFound,
    `The run ${run} has left no encoder; resume it to its end ("likeness train resume ${run}"), or name another (--encoder).`,
    { path: run },
  );
/** The run's encoder was deleted. */
export const encoderOfRunGone = (run: string, encoder: string) =>
  new LikenessError(
    ErrorCode.EncoderNotFound,
    `The encoder ${encoder} of the run ${run} is gone; fine-tune again, or name another (--encoder).`,
    { path: encoder },
  );
/** The card lists classes, and the model gives no probabilities for them. */
export const noClassOutput = (file: string) =>
  new LikenessError(
    ErrorCode.EncoderWithoutClasses,
    `The card of ${file} names classes, and the model has no float32 output "probabilities" or "logits" to tell them by; export it with one, or fine-tune an encoder ("likeness train finetune FOLDER").`,
    { path: file },
  );
/** @param named classes in the card @param given numbers for each image */
export const classCountMismatch = (file: string, named: number, output: string, given: string) =>
  new LikenessError(
    ErrorCode.InvalidCard,
    `The card of ${file} names ${named} ${named === 1 ? 'class' : 'classes'}, and the model's output "${output}" ${given}; correct "classes" in the card, or fine-tune again.`,
    { path: file },
  );
export const noImagesToPredict = (folder: string) =>
  new LikenessError(
    ErrorCode.TooFewImages,
    `${folder} holds no images to predict; name a folder with images below it.`,
    { path: folder },
  );
export const predictionInvalid = (path: string, encoder: string) =>
  new LikenessError(
    ErrorCode.EmbeddingInvalid,
    `${path} has no prediction: the encoder ${encoder} gave numbers that are not finite for it.`,
    { path },
  );

// ---- notices ------------------------------------------------------------------------------------------------------

export const imagesWithoutPrediction = (failed: number, images: number) =>
  new LikenessError(
    ErrorCode.UnreadableFile,
    `${failed} of ${images} ${images === 1 ? 'file' : 'files'} can't be read and ${failed === 1 ? 'has' : 'have'} no prediction.`,
  );
/** @param images how many are of these classes */
export const classesUnknown = (names: readonly string[], images: number, encoder: string) =>
  new LikenessError(
    ErrorCode.ClassesUnknown,
    `${listed(names)} ${names.length === 1 ? 'is no class' : 'are no classes'} that the encoder ${encoder} was fine-tuned to, and ${images === 1 ? 'the 1 image' : `the ${images} images`} of ${names.length === 1 ? 'it' : 'them'} ${images === 1 ? 'counts' : 'count'} in no figure; fine-tune again to teach ${names.length === 1 ? 'it' : 'them'}.`,
  );
export const noClassShared = (names: readonly string[], encoder: string) =>
  new LikenessError(
    ErrorCode.ClassesUnknown,
    `No image has a label of a class that the encoder ${encoder} knows (labels are ${listed(names)}), so that nothing shows how good the predictions are.`,
  );
/** All that is measured with is, or may be, what the encoder was trained on. */
export const figuresOfTraining = (isKnown: boolean) =>
  new LikenessError(
    ErrorCode.FiguresOfTraining,
    isKnown
      ? 'The encoder was trained on all of these labelled images, and figures of such images say little about new ones; put some into a folder called "test" and fine-tune again.'
      : 'There is no test split, and some of these images may be what the encoder was trained on: figures of such images say little about new ones.',
  );
/** The best epoch and the temperature were chosen by these images. */
export const figuresOfValidation = () =>
  new LikenessError(
    ErrorCode.FiguresOfTraining,
    'There are no labelled test images, and the figures are of the validation split; an encoder that was fine-tuned in this dataset had its best epoch chosen by it, and may do a little worse on new images.',
  );

/** `"a", "b", "c" and 4 more`. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  const rest = names.length - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)!}`;
}
