/** Everything that `package.json` also declares, once; a test holds the manifest to it. */

export const CATEGORY = 'Likeness';

/** Commands a person finds in the palette or a menu. */
export const commands = {
  indexFolder: 'likeness.indexFolder',
  indexRegions: 'likeness.indexRegions',
  stopIndexing: 'likeness.stopIndexing',
  findSimilar: 'likeness.findSimilar',
  openImageViewer: 'likeness.openImageViewer',
  searchByText: 'likeness.searchByText',
  chooseEncoder: 'likeness.chooseEncoder',
  setHubToken: 'likeness.setHubToken',
  pretrainEncoder: 'likeness.pretrainEncoder',
  fineTuneEncoder: 'likeness.fineTuneEncoder',
  distillEncoder: 'likeness.distillEncoder',
  trainAutoencoder: 'likeness.trainAutoencoder',
  trainWithCaptions: 'likeness.trainWithCaptions',
  compareEncoders: 'likeness.compareEncoders',
  labelAutomatically: 'likeness.labelAutomatically',
  predictClasses: 'likeness.predictClasses',
  showTraining: 'likeness.showTraining',
  pretrainOnSelection: 'likeness.pretrainOnSelection',
  fineTuneOnSelection: 'likeness.fineTuneOnSelection',
  stopTraining: 'likeness.training.stop',
  refresh: 'likeness.refresh',
  showLog: 'likeness.showLog',
  doctor: 'likeness.doctor',
  pinSimilar: 'likeness.similar.pin',
  followSimilar: 'likeness.similar.follow',
  filterSimilar: 'likeness.similar.filter',
  countSimilar: 'likeness.similar.setCount',
  openAugmentationPairs: 'likeness.openAugmentationPairs',
  openEmbeddingMap: 'likeness.openEmbeddingMap',
  showInMap: 'likeness.showInMap',
  openSimilarityMatrix: 'likeness.openSimilarityMatrix',
  checkDataset: 'likeness.checkDataset',
  selectDiverse: 'likeness.selectDiverse',
  splitDataset: 'likeness.splitDataset',
  exportImages: 'likeness.export',
  importData: 'likeness.import',
  writeLabels: 'likeness.writeLabels',
  undoDecision: 'likeness.undoDecision',
  redoDecision: 'likeness.redoDecision',
  showQuarantine: 'likeness.showQuarantine',
  reviewFindings: 'likeness.reviewFindings',
  filterImages: 'likeness.filterImages',
} as const;

/** Commands of rows and results: they need an argument and are hidden from the palette. */
export const internalCommands = {
  findSimilarToResult: 'likeness.result.findSimilar',
  openResult: 'likeness.result.open',
  revealResult: 'likeness.result.reveal',
  openResultInViewer: 'likeness.result.openInViewer',
  compareResult: 'likeness.result.compare',
  copyResultPath: 'likeness.result.copyPath',
  openResultAugmentations: 'likeness.result.openAugmentationPairs',
  showResultInMap: 'likeness.result.showInMap',
  openFile: 'likeness.explorer.openFile',
  revealFile: 'likeness.explorer.revealFile',
  copyFilePath: 'likeness.explorer.copyPath',
  resumeRun: 'likeness.training.resume',
  useRunEncoder: 'likeness.training.useEncoder',
  revealRun: 'likeness.training.reveal',
  openRunMetrics: 'likeness.training.openMetrics',
  showReconstructions: 'likeness.training.showReconstructions',
  copyRunName: 'likeness.training.copyName',
  showRunCurves: 'likeness.training.showCurves',
  deleteRun: 'likeness.training.delete',
  openFinding: 'likeness.finding.open',
  findSimilarToFinding: 'likeness.finding.findSimilar',
  excludeFinding: 'likeness.finding.exclude',
  ignoreFinding: 'likeness.finding.ignore',
  reviewFinding: 'likeness.finding.review',
  selectSubset: 'likeness.subset.select',
  exportSubset: 'likeness.subset.export',
  pretrainOnSubset: 'likeness.subset.pretrain',
  fineTuneOnSubset: 'likeness.subset.fineTune',
  compareSubset: 'likeness.subset.compare',
  removeTag: 'likeness.tag.remove',
  renameView: 'likeness.view.rename',
  removeView: 'likeness.view.remove',
} as const;

/** Registered but not declared: reachable from the status bar, from a message or from a line of a document only. */
export const undeclaredCommands = {
  showIndexing: 'likeness.showIndexing',
  showUnreadable: 'likeness.showUnreadable',
  openDecided: 'likeness.decision.open',
  findSimilarToDecided: 'likeness.decision.findSimilar',
  takeBackDecision: 'likeness.decision.takeBack',
  /** From a problem's link. */
  reviewProblem: 'likeness.reviewProblem',
} as const;

export const views = {
  container: 'likeness',
  explorer: 'likeness.explorer',
  similar: 'likeness.similar',
  training: 'likeness.training',
} as const;

/** Panels of the editor area, by the type that VS Code restores them by. */
export const panels = {
  augmentations: 'likeness.augmentationPairs',
  embeddingMap: 'likeness.embeddingMap',
  similarityMatrix: 'likeness.similarityMatrix',
  comparison: 'likeness.encoderComparison',
  training: 'likeness.trainingPanel',
  review: 'likeness.review',
} as const;

/** Editors of files, by the type that VS Code and `workbench.editorAssociations` know them by. */
export const customEditors = {
  imageViewer: 'likeness.imageViewer',
} as const;

/** Settings by key, with the default that the manifest declares. */
export const settings = {
  'likeness.index.exclude': [] as readonly string[],
  'likeness.index.followSymlinks': false as boolean,
  'likeness.index.maxMegapixels': 200 as number,
  'likeness.index.watch': true as boolean,
  'likeness.index.regions': false as boolean,
  'likeness.similar.count': 24 as number,
  'likeness.similar.followActiveEditor': true as boolean,
  'likeness.map.layout': 'likeness' as string,
  'likeness.check.problems': 'visible' as string,
  'likeness.check.decorations': true as boolean,
  'likeness.encoders.provider': 'auto' as string,
  'likeness.encoders.threads': 0 as number,
  'likeness.hub.endpoint': '' as string,
  'likeness.hub.offline': false as boolean,
  'likeness.training.threads': 0 as number,
  'likeness.training.engine': 'onnxruntime' as string,
  'likeness.training.provider': 'cpu' as string,
  'likeness.training.tensorflowModule': '' as string,
} as const;
export type SettingKey = keyof typeof settings;

/** Context keys that `when` clauses of the manifest read. */
export const contextKeys = {
  /** An indexing job of this window is running. */
  indexing: 'likeness.indexing',
  /** The Similar view has a query. */
  hasQuery: 'likeness.hasQuery',
  /** This window trains an encoder. */
  isTraining: 'likeness.isTraining',
  /** Images of this window are selected; see `ImageSelection`. */
  hasSelection: 'likeness.hasSelection',
} as const;

/** `contextValue` of the rows of the Embedding Explorer and of the Training view, one per kind. */
export const rowContexts = {
  dataset: 'likeness.dataset',
  folder: 'likeness.folder',
  job: 'likeness.job',
  encoder: 'likeness.encoder',
  /** What would know more than the encoder: another one, and itself after it was taught. */
  strongerEncoder: 'likeness.strongerEncoder',
  tunedEncoder: 'likeness.tunedEncoder',
  group: 'likeness.group',
  count: 'likeness.count',
  tag: 'likeness.tag',
  /** A saved view. */
  view: 'likeness.view',
  /** One whose filter can't be understood. */
  brokenView: 'likeness.brokenView',
  failure: 'likeness.failure',
  /** A finding of images. */
  finding: 'likeness.finding',
  /** A finding about a class as a whole. */
  classFinding: 'likeness.classFinding',
  /** What a check found in a dataset, or all of one kind of it. */
  findings: 'likeness.findings',
  /** A run that this window trains. */
  runActive: 'likeness.runActive',
  /** A run that another process trains. */
  runElsewhere: 'likeness.runElsewhere',
  /** A run with an encoder that knows no classes. */
  runPretrained: 'likeness.runPretrained',
  /** The same of an autoencoder, which has left a picture of what it reconstructs. */
  runAutoencoder: 'likeness.runAutoencoder',
  /** A run with an encoder that tells classes apart. */
  runClassifier: 'likeness.runClassifier',
  /** A run that can go on from its checkpoint. */
  runResumable: 'likeness.runResumable',
  runEnded: 'likeness.runEnded',
  runDetail: 'likeness.runDetail',
} as const;

/** The section of a result's native context menu in the Similar view. */
export const RESULT_SECTION = 'result';
