/** What can go wrong with trainings that begin with something: a run, classes, a teacher. */
import { ErrorCode, LikenessError } from '../likenessError.ts';

/** The run has taken steps, and its state isn't there any more. */
export const checkpointMissing = (run: string, epoch: number, path: string) =>
  new LikenessError(
    ErrorCode.CheckpointMissing,
    `The checkpoint of run "${run}" is gone (${path}), so that it can't go on after epoch ${epoch}; restore the file, or start a new run with the same settings and delete this one.`,
    { path },
  );

/** @param gained classes that are there now and weren't when the run began */
export const classesChanged = (run: string, gained: readonly string[], lost: readonly string[]) =>
  new LikenessError(
    ErrorCode.ClassesChanged,
    `The classes have changed since run "${run}" began (${changes(gained, lost)}), and it can't go on with others; start a new run.`,
  );

/** Nothing was named and nothing is there that could teach. */
export const noTeacher = (root: string) =>
  new LikenessError(
    ErrorCode.TeacherUnfit,
    `${root} has no encoder that could teach; name one (--teacher ID|RUN|FILE.onnx), or fine-tune one first ("likeness train finetune").`,
  );

/** @param run that was named and has left no encoder */
export const teacherUnfinished = (run: string) =>
  new LikenessError(
    ErrorCode.TeacherUnfit,
    `The run ${run} has left no encoder that could teach; resume it to its end ("likeness train resume ${run}"), or name another teacher (--teacher).`,
  );

/** Its card names no classes. */
export const teacherWithoutClasses = (teacher: string) =>
  new LikenessError(
    ErrorCode.TeacherUnfit,
    `The teacher ${teacher} knows no classes; let the student learn its embeddings (lesson embeddings or similarities), or fine-tune the teacher first ("likeness train finetune").`,
  );

/** Labels are to be learnt from that the teacher has no class for. */
export const teacherLacksClasses = (teacher: string, names: readonly string[]) =>
  new LikenessError(
    ErrorCode.TeacherUnfit,
    `The teacher ${teacher} doesn't know ${quoted(names)}, which images are labelled with; fine-tune it again with the classes as they are now, or leave the labels out (--teacher-share 1).`,
  );

/** Only a classifier can be taught labels. */
export const labelsNeedClasses = () =>
  new LikenessError(
    ErrorCode.TeacherUnfit,
    'Labels can be learnt from only beside the classes of a teacher (lesson classes); leave them out (--teacher-share 1).',
  );

/** Worth knowing, no failure. */
export const teacherOfOtherSize = (teacher: string, teacherSize: readonly number[], size: number) =>
  new LikenessError(
    ErrorCode.TeacherUnfit,
    `The teacher ${teacher} takes pictures of ${teacherSize.join(' × ')} pixels and the student those of ${size} × ${size}: each sees the same part of an image at its own size, and what only the teacher can make out can't be learnt; choose a larger size where that matters.`,
  );

/** Worth knowing, no failure. @param names of classes with a single labelled image to train on */
export const singleLabelClasses = (names: readonly string[]) =>
  new LikenessError(
    ErrorCode.NotEnoughLabels,
    `${quoted(names)} ${names.length === 1 ? 'has' : 'have'} a single labelled image to learn from: what is predicted for ${names.length === 1 ? 'it' : 'them'} is little more than a guess; label more images.`,
  );

function changes(gained: readonly string[], lost: readonly string[]): string {
  const parts = [
    ...(gained.length > 0 ? [`new: ${quoted(gained)}`] : []),
    ...(lost.length > 0 ? [`gone: ${quoted(lost)}`] : []),
  ];
  return parts.join('; ');
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `"${name}"`);
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}

/** @param named images and folders that were selected, none of which is an image of the dataset */
export const nothingSelected = (named: number, root: string) =>
  new LikenessError(
    ErrorCode.TooFewImages,
    named === 0
      ? `No image is selected; select some images of ${root}, or train on all of them.`
      : `${named === 1 ? 'What is selected is no image' : `None of the ${named} paths that are selected is an image`} of ${root}; they may have been moved or deleted, or be excluded in .likeness/config.json.`,
  );

/** What a person should know of a run on a selection. */
export const selectedMissing = (missing: number) =>
  new LikenessError(
    ErrorCode.ImagesChanged,
    missing === 1
      ? '1 of the selected paths is no image of the dataset any more, and the run goes without it.'
      : `${missing} of the selected paths are no images of the dataset any more, and the run goes without them.`,
  );

export const tooFewSelectedClasses = (classes: readonly string[]) =>
  new LikenessError(
    ErrorCode.Usage,
    `A classifier needs labelled images of at least two classes, and what is selected has ${classes.length === 0 ? 'none to train on' : `only "${classes[0]}"`}; select images of more classes, outside of the test split.`,
  );

/** Its results are rounded to few levels, so that small changes of its weights change nothing. */
export const encoderQuantised = (encoder: string, operator: string) =>
  new LikenessError(
    ErrorCode.EncoderNotTrainable,
    `The encoder ${encoder} is quantised (${operator}), and whole numbers can't be trained; name the model that it was made of, with float32 or float16 weights.`,
  );

export const encoderNotSquare = (encoder: string, height: number, width: number) =>
  new LikenessError(
    ErrorCode.EncoderNotTrainable,
    `The encoder ${encoder} takes pictures of ${height} × ${width} pixels, and views for training are square; export it for square pictures.`,
  );

/** What there is to do where an encoder can't be trained through one of its operators. */
const lessToTrain = {
  classifier: 'train fewer of its last stages, or a classifier alone (--stages 0)',
  stages: 'train fewer of its last stages',
  nothing: 'choose another encoder',
} as const;

export type LessToTrain = keyof typeof lessToTrain;

/**
 * @param operator without a rule for its gradient, or in a form that has none; with its domain where it is none of the
 *   standard ones
 */
export const encoderNotDifferentiable = (encoder: string, operator: string, less: LessToTrain) =>
  new LikenessError(
    ErrorCode.EncoderNotTrainable,
    `The encoder ${encoder} can't be trained through its operator ${operator}; ${operator.includes('.') ? 'take the export without ONNX Runtime’s optimisations (model.onnx rather than model_optimized.onnx), or ' : ''}${lessToTrain[less]}.`,
  );

/** Its weights are arranged for the vector units of the machine that saved it. @param operator one of these */
export const encoderOfOneMachine = (encoder: string, operator: string) =>
  new LikenessError(
    ErrorCode.EncoderNotTrainable,
    `The encoder ${encoder} was saved with its weights arranged for one kind of processor (${operator}), which can't be trained; take the export that it was made of, or save it again with ONNX Runtime's optimisations at "extended".`,
  );

/** @param reason follows a colon */
export const encoderNotImportable = (encoder: string, reason: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.EncoderNotTrainable,
    `The encoder ${encoder} can't be made a part of a training: ${reason} Export it again without that, with a batch of any size, or choose another encoder.`,
    { cause },
  );
