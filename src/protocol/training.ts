import type { AugmentationRecipe } from '../core/augmentation/recipe.ts';
import type { ExecutionProvider, ProviderChoice } from '../core/encoders/executionProviders.ts';
import type { HistogramRows, MetricColumns } from '../core/training/runCurves.ts';
import type { Notice, ScanSettings } from './engine.ts';

export type RunKind = 'pretrain' | 'finetune' | 'distill' | 'autoencoder' | 'captions';

/** `interrupted`: its process is gone without having said why; `stopped`: a person stopped it. Both can be resumed. */
export type RunState = 'running' | 'interrupted' | 'stopped' | 'finished' | 'failed';

/** What computes the steps of a run: ONNX Runtime, which ships with Likeness, or a TensorFlow.js that people install. */
export type TrainingEngine = 'onnxruntime' | 'tensorflow';

/** What a person can set for trainings of all kinds; what is left out is chosen by the engine. */
export interface CommonTrainingSettings {
  /** Id of a network; see `NETWORKS`. What starts from an encoder has its network and size. */
  readonly network?: string;
  /** Height and width of a view in pixels: 32 to 128, a multiple of 8; of an encoder of others what it takes. */
  readonly size?: number;
  /** Images in a batch; in pretraining each gives two views. */
  readonly batchImages?: number;
  readonly epochs?: number;
  readonly optimizer?: 'sgd' | 'adamw' | 'lars';
  readonly learningRate?: number;
  readonly weightDecay?: number;
  readonly seed?: number;
  readonly engine?: TrainingEngine;
  /** What ONNX Runtime computes the steps on; default: the CPU. `auto`: the fastest that takes the steps of the CPU. */
  readonly provider?: ProviderChoice;
  readonly threads?: number;
  /** What the run and its encoder are called for people. */
  readonly name?: string;
}

/** Of trainings that need no labels. */
export interface UnlabelledTrainingSettings extends CommonTrainingSettings {
  /** Trains on the images of the test split too, which makes figures measured on them meaningless. */
  readonly includeTest?: boolean;
}

/** What a person can set for pretraining; what is left out is chosen by the engine. */
export interface PretrainSettings extends UnlabelledTrainingSettings {
  readonly loss?: 'nt-xent' | 'dcl' | 'supervised';
  readonly temperature?: number;
  /** Id of a preset of augmentations, or `custom`: those of `recipe`. */
  readonly augmentation?: string;
  /** With `custom`; absent: the dataset's own, as its config has it when the run begins. */
  readonly recipe?: AugmentationRecipe;
  readonly headLayers?: 2 | 3;
  /** What it goes on with, as in `FineTuneSettings`; empty or absent: with first weights. */
  readonly from?: string;
  /** How many of the last stages of an encoder of others train, 1 to 4; default 1. Ours train as a whole. */
  readonly trainedStages?: 'all' | number;
}

/** What a person can set for fine-tuning to classes; what is left out is chosen by the engine. */
export interface FineTuneSettings extends CommonTrainingSettings {
  /**
   * Id of the encoder to start from, or of the run that made it, or the path of any other ONNX encoder with weights; empty: from
   * scratch. Default: the newest pretraining.
   */
  readonly from?: string;
  /** What the classifier sees: the first layer of the projection head (SimCLRv2), or the representation (SimCLR). */
  readonly feature?: 'projection' | 'representation';
  /** `cosine` starts with the means of the classes. */
  readonly classifier?: 'linear' | 'cosine';
  /**
   * What a linear classifier starts with: nothing, or the linear probe of the labelled images, so that the encoder is not
   * pulled about by a classifier that knows nothing yet.
   */
  readonly classifierStart?: 'zero' | 'probe';
  /**
   * What trains besides the classifier: all, or so many of the last stages of the encoder. One of others has four, each a quarter
   * of its layers with weights as a picture passes them.
   */
  readonly trainedStages?: 'all' | number;
  /** Which normalisations keep the statistics of the pretraining: those of parts that don't train, or all. */
  readonly runningStatistics?: 'frozen' | 'all';
  /** What the learning rate is multiplied with from stage to stage, back from the classifier. */
  readonly stageRate?: number;
  /** What the learning rate is multiplied with for the classifier; 0 keeps it as it begins. */
  readonly classifierRate?: number;
  /** Share of what the encoder's weights began with in the mean of both that is kept; 0: what was learnt alone. */
  readonly startShare?: number;
  /** Uses so many labels of each class, chosen by the seed; 0: all. */
  readonly labelsPerClass?: number;
  /** Share of each target that is spread over all classes. */
  readonly labelSmoothing?: number;
  /** Images of rare classes count more, so that all classes weigh the same. */
  readonly balanced?: boolean;
  /** Ends after so many epochs without a better accuracy on the validation images; 0: never. The best epoch is kept. */
  readonly patience?: number;
}

/** What a person can set for distillation into a smaller student; what is left out is chosen by the engine. */
export interface DistillSettings extends UnlabelledTrainingSettings {
  /**
   * Id of the encoder that teaches, of the run that made it, or the path of an ONNX file. Default: the newest fine-tuned one,
   * else the dataset's own.
   */
  readonly teacher?: string;
  /** What the student learns: the teacher's classes (default where it has some), similarities (SEED), or embeddings. */
  readonly lesson?: 'classes' | 'similarities' | 'embeddings';
  /** As for fine-tuning, what the student starts as; empty: with first weights. */
  readonly from?: string;
  /**
   * How many of the last stages of a student that is an encoder of others train: all (default) or 1 to 4; 0 where classes are
   * learnt, by its classifier alone. Ours train as a whole.
   */
  readonly trainedStages?: 'all' | number;
  /** Of the classes' probabilities, or of the student's similarities. */
  readonly temperature?: number;
  /** Of the teacher's similarities: the lower, the more a picture's own counts against those to others. */
  readonly teacherTemperature?: number;
  /** Share of the teacher in the loss; the rest are the images' own labels. 1: no label is looked at. */
  readonly teacherShare?: number;
  /** Uses so many labels of each class, the same as fine-tuning by the same seed; 0: all. */
  readonly labelsPerClass?: number;
  /** The teacher looks at so many views of each image, which then come again; 0: at new ones in every epoch. */
  readonly teacherViews?: number;
  /**
   * What the teacher says of all pictures together is taken off what it says of each, where similarities or embeddings are
   * learnt (default); with classes it means nothing.
   */
  readonly centredTeacher?: boolean;
  /** Share of the views that are blended with that of another image before both see them (mixup); 0 by default. */
  readonly mixup?: number;
  /** What is done to the images before both see them: as for pretraining, or `crops`, crops and mirror images (default). */
  readonly augmentation?: string;
  /** With `custom`, as for pretraining. */
  readonly recipe?: AugmentationRecipe;
}

/** What a person can set for an autoencoder. */
export type AutoencoderSettings = UnlabelledTrainingSettings;

/** What a person can set for teaching images and captions to find each other; what is left out is chosen by the engine. */
export interface CaptionTrainingSettings extends Omit<CommonTrainingSettings, 'network' | 'size'> {
  /** Id or path of the encoder that sees the images, as it is. Default: the dataset's own. */
  readonly imageEncoder?: string;
  /** Id or path of an encoder with a text half, or of a text encoder, that reads the captions. Default: the other's text half. */
  readonly textEncoder?: string;
  /** Numbers of the vectors that images and texts get. Default: as many as the encoder has where both halves are its own. */
  readonly outputs?: number;
  /** How far vectors are moved about at random, as a share of their length, so that few pairs are not learnt by heart. */
  readonly noise?: number;
  /** Ends after so many epochs without a better recall on the validation pairs; 0: never. The best epoch is kept. */
  readonly patience?: number;
}

/** What a person can set, by the kind of the run. */
export interface SettingsOf {
  readonly pretrain: PretrainSettings;
  readonly finetune: FineTuneSettings;
  readonly distill: DistillSettings;
  readonly autoencoder: AutoencoderSettings;
  readonly captions: CaptionTrainingSettings;
}

/** The settings of a run, with all that was left out. */
export type RunSettingsOf = { readonly [Kind in RunKind]: Complete<SettingsOf[Kind]> };
/** A recipe is there only where the augmentation is `custom`. */
type Complete<Settings> = Required<Omit<Settings, 'recipe'>> & Pick<Settings, Extract<keyof Settings, 'recipe'>>;
export type RunSettings = RunSettingsOf[RunKind];

export interface TrainRequest<Kind extends RunKind> {
  /** Absolute; the dataset is the nearest ancestor that has one, else this folder. */
  readonly folder: string;
  readonly settings: SettingsOf[Kind];
  readonly scan?: ScanSettings;
  /**
   * Images to train on alone, relative to the root, with `/`; a folder stands for all images below it. Splits and labels hold
   * within them, and the run goes on with them when it is resumed. Absent: the whole dataset.
   */
  readonly images?: readonly string[];
  /** Where TensorFlow.js is, for runs on it; see `TensorFlowRequest.module`. */
  readonly tensorFlowModule?: string;
}
export type PretrainRequest = TrainRequest<'pretrain'>;
export type FineTuneRequest = TrainRequest<'finetune'>;
export type DistillRequest = TrainRequest<'distill'>;
export type AutoencoderRequest = TrainRequest<'autoencoder'>;
export type CaptionTrainingRequest = TrainRequest<'captions'>;

/** A run before it starts: what it would do and cost. */
export interface PretrainPlan {
  readonly root: string;
  /** Images that would be trained on. */
  readonly images: number;
  /** Images of the test split, which are left out. */
  readonly heldOut: number;
  /** Of a run on a selection: the images that are selected, of so many in the dataset. */
  readonly selected?: { readonly images: number; readonly of: number };
  readonly settings: RunSettingsOf['pretrain'];
  /** Whether the dataset has an augmentation of its own, which `custom` stands for. */
  readonly ownAugmentation?: boolean;
  readonly stepsPerEpoch: number;
  /** Measured on this machine over a few steps with the given settings, augmentation included. */
  readonly secondsPerStep: number;
  /** Of the whole run, decoding and evaluation included. */
  readonly seconds: number;
  /** Peak of the training process, estimated. */
  readonly memoryBytes: number;
  readonly notices: readonly Notice[];
}

/** What ONNX Runtime has computed the steps of a run on. */
export interface RunComputing {
  readonly provider: ExecutionProvider;
  /** Why it isn't what was asked for: "webgpu can't run it: no adapter". */
  readonly reason?: string;
}

export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly kind: RunKind;
  readonly root: string;
  readonly state: RunState;
  /** Those of its kind. */
  readonly settings: RunSettings;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** Of computing, all sessions of a resumed run together. */
  readonly seconds: number;
  readonly epoch: number;
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** The newest value of each metric. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Why it failed, or what a person should know. */
  readonly message: string | undefined;
  /** Id of the encoder it made; undefined until it is finished. */
  readonly encoder: string | undefined;
  /** Images that were selected to train on; undefined where it was the whole dataset. */
  readonly selected?: number;
  /** What computes its steps, as far as that is known; undefined of runs on TensorFlow.js. */
  readonly computing?: RunComputing;
  /** On disk, checkpoint and encoder included. */
  readonly bytes: number;
  readonly resumable: boolean;
}

export interface RunRequest {
  /** Absolute path in the dataset. */
  readonly folder: string;
  readonly run: string;
}

export interface ResumeRequest extends RunRequest {
  /** As in `PretrainRequest`. */
  readonly tensorFlowModule?: string;
}

export interface TrainingReport {
  readonly run: RunSummary;
  readonly notices: readonly Notice[];
}

/** Raised when anything below changes; window and training process refuse each other when it differs. */
export const TRAINING_PROTOCOL_VERSION = 7;

/** Requests a window makes of a training process: name → parameters and result. Cancelling a training stops the run. */
export interface TrainingRequests {
  'training/handshake': {
    params: { readonly protocol: number };
    result: { readonly protocol: number; readonly pid: number };
  };
  'training/plan': { params: PretrainRequest; result: PretrainPlan };
  'training/pretrain': { params: PretrainRequest; result: TrainingReport };
  'training/finetune': { params: FineTuneRequest; result: TrainingReport };
  'training/distill': { params: DistillRequest; result: TrainingReport };
  'training/autoencoder': { params: AutoencoderRequest; result: TrainingReport };
  'training/captions': { params: CaptionTrainingRequest; result: TrainingReport };
  'training/resume': { params: ResumeRequest; result: TrainingReport };
}
export type TrainingMethod = keyof TrainingRequests;

/** Where reading a file that grows has ended. */
export interface FilePosition {
  readonly bytes: number;
  /** Tells whether what was read is still there: a run that goes on from a checkpoint writes its later steps anew. */
  readonly tail: string;
}

export interface RunMetricsRequest extends RunRequest {
  /** Where the last answer ended; absent: from the beginning. */
  readonly after?: RunMetricsReport['ends'];
}

export interface RunMetricsReport {
  readonly metrics: MetricColumns;
  readonly histograms: HistogramRows;
  /** Whether they go on from where the last answer ended; false where the files are new or have been written anew. */
  readonly continues: boolean;
  readonly ends: { readonly metrics: FilePosition; readonly histograms: FilePosition };
  /** There is more to read than one answer takes. */
  readonly more: boolean;
}

/** The images of a dataset as an encoder sees them. */
export interface RunMap {
  readonly encoder: { readonly id: string; readonly name: string };
  readonly x: Float32Array;
  /** Upwards. */
  readonly y: Float32Array;
  /** Share of images whose nearest neighbours know their class, the mean over classes; undefined where there are no two. */
  readonly knn: number | undefined;
}

/** The same images before and after a training; one entry per image. */
export interface RunMapsReport {
  readonly before: RunMap;
  /** Turned, moved and mirrored to lie upon the other as well as it can. */
  readonly after: RunMap;
  readonly classes: readonly string[];
  /** −1: without a class. */
  readonly classOf: Int32Array;
  /** Images of the dataset, of which some are shown. */
  readonly of: number;
  /** Which images are classified by their neighbours: those of the test split where there is one. */
  readonly judged: 'test' | 'all';
  readonly notices: readonly Notice[];
}

/** Requests about past runs, which the engine answers. */
export interface RunRequests {
  /** Newest first; empty where nothing has been trained. */
  'runs/list': { params: { readonly folder: string }; result: readonly RunSummary[] };
  /** What a run has measured so far, whichever process trains it. */
  'runs/metrics': { params: RunMetricsRequest; result: RunMetricsReport };
  /** Maps by the encoder that the run started from, or its network with first weights, and by the one that it made. */
  'runs/maps': { params: RunRequest & { readonly scan?: ScanSettings }; result: RunMapsReport };
  /** Deletes the run and, if wanted, the encoder it made; gives the bytes freed. */
  'runs/delete': { params: RunRequest & { readonly encoder: boolean }; result: { readonly bytes: number } };
}
