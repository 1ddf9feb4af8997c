/**
 * Everything that can go wrong in a way a person sees. A code identifies the kind and survives process boundaries;
 * the sentence says what is wrong and what to do. One factory function per failure, so that wording lives here only.
 */
export const ErrorCode = {
  UnreadableFile: 'unreadable-file',
  EmptyFile: 'empty-file',
  CorruptImage: 'corrupt-image',
  TruncatedImage: 'truncated-image',
  UnsupportedFormat: 'unsupported-format',
  GitLfsPointer: 'git-lfs-pointer',
  NotAnImage: 'not-an-image',
  Excluded: 'excluded',
  SymbolicLink: 'symbolic-link',
  ImageTooLarge: 'image-too-large',
  FileTooLarge: 'file-too-large',
  UnreadableFolder: 'unreadable-folder',
  FolderNotFound: 'folder-not-found',
  FolderNotEmpty: 'folder-not-empty',
  FileNotFound: 'file-not-found',
  FileExists: 'file-exists',
  NestedRoot: 'nested-root',
  PathOutsideRoot: 'path-outside-root',
  NotIndexed: 'not-indexed',
  ImageNotIndexed: 'image-not-indexed',
  InvalidConfig: 'invalid-config',
  IndexBusy: 'index-busy',
  IndexCorrupt: 'index-corrupt',
  IndexTooNew: 'index-too-new',
  IndexInaccessible: 'index-inaccessible',
  DiskFull: 'disk-full',
  ReadOnly: 'read-only',
  NodeTooOld: 'node-too-old',
  EncoderNotFound: 'encoder-not-found',
  EncoderInvalid: 'encoder-invalid',
  EncoderNotImage: 'encoder-not-image',
  EncoderNotTrained: 'encoder-not-trained',
  EncoderNotTrainable: 'encoder-not-trainable',
  NothingPretrained: 'nothing-pretrained',
  EncoderWithoutClasses: 'encoder-without-classes',
  EncoderBadOutput: 'encoder-bad-output',
  EncoderWithoutText: 'encoder-without-text',
  TextEncoderInvalid: 'text-encoder-invalid',
  TextWithoutImage: 'text-without-image',
  TextMismatch: 'text-mismatch',
  TokenizerMissing: 'tokenizer-missing',
  TokenizerInvalid: 'tokenizer-invalid',
  TokenizerMismatch: 'tokenizer-mismatch',
  TextUnread: 'text-unread',
  InvalidGraph: 'invalid-graph',
  NoGradient: 'no-gradient',
  TooFewImages: 'too-few-images',
  ImagesIdentical: 'images-identical',
  NotEnoughLabels: 'not-enough-labels',
  NothingUnlabelled: 'nothing-unlabelled',
  InvalidLabels: 'invalid-labels',
  SeveralClasses: 'several-classes',
  LabelsUnmatched: 'labels-unmatched',
  ColumnReplaced: 'column-replaced',
  ValuesPassedOver: 'values-passed-over',
  InvalidCaptions: 'invalid-captions',
  CaptionsUnmatched: 'captions-unmatched',
  CaptionsCut: 'captions-cut',
  CaptionsUnread: 'captions-unread',
  CaptionsNotCompared: 'captions-not-compared',
  TooFewPairs: 'too-few-pairs',
  PrecisionNotShown: 'precision-not-shown',
  ClassesUnknown: 'classes-unknown',
  FiguresOfTraining: 'figures-of-training',
  ImagesChanged: 'images-changed',
  ChangesUnknown: 'changes-unknown',
  DecisionsChanged: 'decisions-changed',
  DecisionNotOffered: 'decision-not-offered',
  DecisionsBusy: 'decisions-busy',
  InvalidDecisions: 'invalid-decisions',
  LabelFilesStay: 'label-files-stay',
  TrainingFailed: 'training-failed',
  TrainingStopped: 'training-stopped',
  OutOfMemory: 'out-of-memory',
  TensorFlowMissing: 'tensorflow-missing',
  TensorFlowBroken: 'tensorflow-broken',
  UnsupportedOperator: 'unsupported-operator',
  EncoderMismatch: 'encoder-mismatch',
  InvalidCard: 'invalid-card',
  EmbeddingInvalid: 'embedding-invalid',
  RegionInvalid: 'region-invalid',
  RegionsNotIndexed: 'regions-not-indexed',
  InvalidAugmentation: 'invalid-augmentation',
  RunNotFound: 'run-not-found',
  RunBusy: 'run-busy',
  InvalidRun: 'invalid-run',
  CheckpointCorrupt: 'checkpoint-corrupt',
  CheckpointMissing: 'checkpoint-missing',
  ClassesChanged: 'classes-changed',
  TeacherUnfit: 'teacher-unfit',
  ProviderUnfit: 'provider-unfit',
  RepositoryNotFound: 'repository-not-found',
  RepositoryGated: 'repository-gated',
  RepositoryWithoutModel: 'repository-without-model',
  SeveralModels: 'several-models',
  HubUnreachable: 'hub-unreachable',
  HubBusy: 'hub-busy',
  HubAnswer: 'hub-answer',
  DownloadDamaged: 'download-damaged',
  Offline: 'offline',
  UnsupportedPlatform: 'unsupported-platform',
  UntrustedWorkspace: 'untrusted-workspace',
  VirtualWorkspace: 'virtual-workspace',
  EngineStopped: 'engine-stopped',
  EngineVersion: 'engine-version',
  Cancelled: 'cancelled',
  Usage: 'usage',
  Internal: 'internal',
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** A failure with a stable code and a sentence for a person. `path` names the file or folder concerned. */
export class LikenessError extends Error {
  readonly code: ErrorCode;
  readonly path: string | undefined;

  constructor(code: ErrorCode, message: string, options: { path?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LikenessError';
    this.code = code;
    this.path = options.path;
  }
}

/** True for errors raised because the caller asked to stop. */
export function isCancellation(error: unknown): boolean {
  return error instanceof LikenessError && error.code === ErrorCode.Cancelled;
}

/** The text of anything that was thrown, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Wraps what isn't ours already, so that every failure that leaves the engine has a code. */
export function asLikenessError(error: unknown): LikenessError {
  return error instanceof LikenessError
    ? error
    : new LikenessError(ErrorCode.Internal, `Unexpected failure: ${messageOf(error)}`, { cause: error });
}

/** The operating system's error code (`ENOENT`, `ENOSPC`, …) of a failed file operation, if it is one. */
export function systemCodeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
