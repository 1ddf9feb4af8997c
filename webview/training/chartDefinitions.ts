/** Which curves there are, and what to look for in them. */

export interface ChartMetric {
  readonly key: string;
  /** What it is beside the name of the run; absent where a chart has one metric only. */
  readonly part?: string;
  readonly dash?: readonly number[];
}

export interface ChartDefinition {
  readonly id: string;
  readonly title: string;
  /** What it is and what a person can see in it. */
  readonly look: string;
  readonly metrics: readonly ChartMetric[];
  readonly format: 'share' | 'number';
  /** Values that are to be seen whatever the curves do. */
  readonly include?: readonly number[];
  /** Metrics of a run that stay as they are, drawn as lines to compare with. */
  readonly baselines?: readonly { readonly key: string; readonly label: string }[];
  /** Values to compare with that are the same for all runs. */
  readonly references?: readonly { readonly value: number; readonly label: string }[];
  /** Draws the loss of guessing where it is known. */
  readonly guessing?: boolean;
  /** Of interest only where something is wrong. */
  readonly isDetail?: boolean;
}

const DASH = [5, 3] as const;

export const chartDefinitions: readonly ChartDefinition[] = [
  {
    id: 'relativeLoss',
    title: 'Loss relative to guessing',
    look: 'The loss as a share of ln(2N − 1), what guessing among the views of N images costs. It should fall below 100 %: a curve that stays there has learnt nothing, one that comes back to it has collapsed.',
    metrics: [{ key: 'relativeLoss' }],
    format: 'share',
    references: [{ value: 1, label: 'guessing' }],
  },
  {
    id: 'loss',
    title: 'Loss',
    look: 'It should fall fast at first, then slowly. Only runs with the same loss, batch and temperature can be compared by it. Guessing costs ln(2N − 1) where the loss is contrastive.',
    metrics: [{ key: 'loss' }, { key: 'validationLoss', part: 'validation', dash: DASH }],
    format: 'number',
    guessing: true,
  },
  {
    id: 'contrastiveAccuracy',
    title: 'Contrastive accuracy',
    look: 'How often a view finds the other view of its own image among all of the batch. Near 100 % while kNN accuracy stays low, the run has found a shortcut such as a border or a colour.',
    metrics: [{ key: 'contrastiveAccuracy' }],
    format: 'share',
  },
  {
    id: 'knn',
    title: 'kNN accuracy',
    look: 'How often the nearest images have the same class, the mean over classes. What is above the dotted line of the same colour has been learnt: that is the network untrained.',
    metrics: [{ key: 'knnMacro' }],
    format: 'share',
    baselines: [{ key: 'knnMacroUntrained', label: 'untrained' }],
  },
  {
    id: 'accuracy',
    title: 'Accuracy',
    look: 'Classes told right. Where the last batch gets better and the validation images get worse, the run learns by heart; the best epoch is kept.',
    metrics: [
      { key: 'accuracy', part: 'last batch' },
      { key: 'validationMacro', part: 'validation', dash: DASH },
    ],
    format: 'share',
  },
  {
    id: 'captionRecall',
    title: 'Pairs that find each other',
    look: 'How often the nearest caption of an image is its own, and the nearest image of a caption, among validation pairs that are not learnt from. Where it falls while the loss falls, the run learns by heart; the best epoch is kept.',
    metrics: [
      { key: 'validationRecallAt1', part: 'the nearest' },
      { key: 'validationRecall', part: 'mean of the nearest one to ten', dash: DASH },
    ],
    format: 'share',
    baselines: [{ key: 'validationRecallBefore', label: 'before, one to ten' }],
  },
  {
    id: 'agreement',
    title: 'Agreement with the teacher',
    look: 'How often the student names the class that its teacher names for the same view. It should rise until the student is too small for more.',
    metrics: [{ key: 'agreement' }],
    format: 'share',
  },
  {
    id: 'reconstruction',
    title: 'Reconstruction, dB',
    look: 'Peak signal to noise of the reconstructed pictures. Better pictures needn’t mean better vectors: compare kNN accuracy.',
    metrics: [{ key: 'peakSignalToNoise' }],
    format: 'number',
  },
  {
    id: 'similarities',
    title: 'Similarity of pairs',
    look: 'Two views of an image should stay alike while different images come apart. Lines that meet mean that the run tells nothing apart.',
    metrics: [
      { key: 'positiveSimilarity', part: 'same image' },
      { key: 'negativeSimilarity', part: 'different images', dash: DASH },
    ],
    format: 'number',
  },
  {
    id: 'effectiveRank',
    title: 'Effective rank',
    look: 'How many directions the representation uses. Near 1 every image gets the same vector: the run has collapsed.',
    metrics: [{ key: 'effectiveRank' }],
    format: 'number',
    include: [1],
  },
  {
    id: 'standardDeviation',
    title: 'Spread of the embeddings',
    look: '100 % where they point evenly in all directions. Towards 0 % they all become the same.',
    metrics: [{ key: 'standardDeviation' }],
    format: 'share',
    include: [0],
    isDetail: true,
  },
  {
    id: 'imagesPerSecond',
    title: 'Images per second',
    look: 'A drop means that something else uses the machine.',
    metrics: [{ key: 'imagesPerSecond' }],
    format: 'number',
    include: [0],
    isDetail: true,
  },
  {
    id: 'learningRate',
    title: 'Learning rate',
    look: 'It rises during the first twentieth of the run, then falls along a cosine.',
    metrics: [{ key: 'learningRate' }],
    format: 'number',
    include: [0],
    isDetail: true,
  },
  {
    id: 'gradientNorm',
    title: 'Length of the gradient',
    look: 'Peaks far above the rest come before a loss that rises: choose a lower learning rate then.',
    metrics: [{ key: 'gradientNorm' }],
    format: 'number',
    include: [0],
    isDetail: true,
  },
];
