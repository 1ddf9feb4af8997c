/** What can go wrong in a training, and with what it reads and writes. */
import { ErrorCode, LikenessError, messageOf } from './likenessError.ts';

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
