/** What can go wrong with trainings, and with what they begin with: images, a run, classes, a teacher. */
import { ErrorCode, LikenessError, messageOf } from '../likenessError.ts';

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

export const tooFewImages = (images: number, needed: number) =>
  new LikenessError(
    ErrorCode.TooFewImages,
    `There ${images === 1 ? 'is 1 image' : `are ${images} images`} to train on, and at least ${needed} are needed; add or select more images, or train on a larger folder.`,
  );
/** There is nothing in it that training could change: it was computed by hand, or holds no numbers. */
export const encoderNotTrained = (encoder: string) =>
  new LikenessError(
    ErrorCode.EncoderNotTrained,
    `The encoder ${encoder} has no weights that can be trained; name a network: the encoder of a pretraining run ("likeness train list" shows them) or an ONNX file.`,
  );
/** @param run that was named and has left no encoder */
export const nothingPretrained = (root: string, run?: string) =>
  new LikenessError(
    ErrorCode.NothingPretrained,
    run === undefined
      ? `${root} has no pretrained encoder to fine-tune; pretrain one first ("likeness train pretrain"), name another (--from), or start with nothing (--from scratch).`
      : `The run ${run} has left no encoder; resume it to its end ("likeness train resume ${run}"), or name another (--from).`,
  );
export const tooFewLabelledClasses = (root: string, classes: readonly string[]) =>
  new LikenessError(
    ErrorCode.Usage,
    `A classifier needs labelled images of at least two classes, and ${root} has ${classes.length === 0 ? 'none to train on' : `only "${classes[0]}"`}; put images into a folder for each class, or name a file of labels in .likeness/config.json.`,
  );
/** The supervised loss pulls the images of a class together: with one class it would be content with all of them in one point. */
export const tooFewClasses = (classes: number) =>
  new LikenessError(
    ErrorCode.Usage,
    `The supervised loss needs images of at least two classes, and there ${classes === 1 ? 'is one class' : 'are no classes'}; label images (a folder for each class, or "labels" in .likeness/config.json), or train without labels (loss nt-xent or dcl).`,
  );
export const runFinished = (run: string) =>
  new LikenessError(
    ErrorCode.Usage,
    `The run ${run} is finished and has left its encoder; there is nothing to resume. Start a new run to train longer.`,
  );
/** The message tells what happened and what to do. */
export const trainingFailed = (message: string) => new LikenessError(ErrorCode.TrainingFailed, message);
export const batchTooLarge = (neededBytes: number, availableBytes: number) =>
  new LikenessError(
    ErrorCode.OutOfMemory,
    `This batch would need about ${gigabytes(neededBytes)} GB of memory and ${gigabytes(availableBytes)} GB are free; choose a smaller batch, smaller views or a lighter network.`,
  );
/** The training process is gone. */
export const trainingStopped = (detail: string) =>
  new LikenessError(
    ErrorCode.TrainingStopped,
    `The training process stopped (${detail}); start it again, or resume the run, whose last checkpoint is kept.`,
  );
/** TensorFlow.js was asked for and isn't there. */
export const tensorFlowMissing = (folder: string) =>
  new LikenessError(
    ErrorCode.TensorFlowMissing,
    `There is no TensorFlow.js for Node in ${folder} or above it; run "npm install @tensorflow/tfjs-node-gpu" there (NVIDIA GPU with CUDA) or "npm install @tensorflow/tfjs-node" (CPU), name one that lies elsewhere (likeness.training.tensorflowModule, --tensorflow-module), or start a run with the built-in engine.`,
    { path: folder },
  );
/** The TensorFlow.js that was named isn't there. */
export const tensorFlowNotFound = (name: string, folder: string) =>
  new LikenessError(
    ErrorCode.TensorFlowMissing,
    `There is no package ${name} in ${folder} or above it; install it there, name the folder it lies in (likeness.training.tensorflowModule, --tensorflow-module), or start a run with the built-in engine.`,
    { path: folder },
  );
/** `cause` says why a run can't go on with TensorFlow.js; another engine would round otherwise. */
export const runNeedsTensorFlow = (run: string, cause: LikenessError) =>
  new LikenessError(
    cause.code,
    `Run "${run}" began with TensorFlow.js and goes on with nothing else. ${cause.message}`,
    {
      path: cause.path,
      cause,
    },
  );
/** TensorFlow.js is there and can't be loaded. */
export const tensorFlowBroken = (path: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.TensorFlowBroken,
    `${path} can't be loaded as TensorFlow.js (${messageOf(cause)}); install it again, name another one (likeness.training.tensorflowModule, --tensorflow-module), or start a run with the built-in engine.`,
    { path, cause },
  );
/** A part of a network that TensorFlow.js can't be made to compute. */
export const unsupportedOperator = (node: string, opType: string, detail = 'the operator is not known') =>
  new LikenessError(
    ErrorCode.UnsupportedOperator,
    `Node "${node}" (${opType}) can't be run on TensorFlow.js: ${detail}; train with the built-in engine, or choose another encoder.`,
  );
/** `detail` names the field that is wrong. */
export const invalidAugmentation = (detail: string) =>
  new LikenessError(
    ErrorCode.InvalidAugmentation,
    `The augmentation recipe is not valid: ${detail}; correct it or choose a preset.`,
  );
export const runNotFound = (id: string, root: string) =>
  new LikenessError(
    ErrorCode.RunNotFound,
    `${root} has no training run "${id}"; "likeness train list" shows those it has.`,
    { path: root },
  );
/** `holder` is the process that works on the run, undefined where it can't be told. */
export const runBusy = (id: string, holder: { readonly pid: number; readonly host: string } | undefined) =>
  new LikenessError(
    ErrorCode.RunBusy,
    `The training run "${id}" is in use by ${holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`}; wait until it has ended, or stop it first.`,
    { path: id },
  );
/** `detail` continues "It can't be used: …". */
export const invalidRun = (path: string, detail: string) =>
  new LikenessError(ErrorCode.InvalidRun, `${path} can't be used: ${detail}; correct it, or delete the run.`, { path });
export const checkpointCorrupt = (path: string, cause: unknown) =>
  new LikenessError(
    ErrorCode.CheckpointCorrupt,
    `The checkpoint ${path} is damaged (${messageOf(cause)}), and its run can't go on; restore the file, or delete the run and start a new one.`,
    { path, cause },
  );

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
