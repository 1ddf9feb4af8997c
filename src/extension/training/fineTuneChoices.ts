import type { EncoderCard, ListedEncoder } from '../../core/encoders/card.ts';
import { isOfRun, isStartOfOthers } from '../../core/encoders/trainingStart.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { DatasetSummary } from '../../protocol/engine.ts';
import type { FineTuneSettings, RunKind, RunSummary } from '../../protocol/training.ts';
import type { Choice } from './choices.ts';
import { accuracyText, formatDay, networkName } from './trainingText.ts';

/** What `FineTuneSettings.from` says for a run that starts with nothing. */
export const SCRATCH = 'scratch';

const BUILT_IN_SOURCE = 'built-in';

/** How much of an encoder goes on learning, and what its classifier sees. */
export type FineTuneWay = 'projection' | 'representation' | 'whole' | 'lastLayers' | 'classifier';

/** What a person is asked; numbers are 0 where the engine chooses, or where there is no limit. */
export interface FineTuneAnswers {
  /** Id of an encoder, or `SCRATCH`. */
  readonly from: string;
  readonly way: FineTuneWay;
  /** 0: all. */
  readonly labelsPerClass: number;
  /** 0: by the number of images. */
  readonly epochs: number;
  /** `probe`: a linear one that starts as the linear probe. */
  readonly classifier: NonNullable<FineTuneSettings['classifier']> | 'probe';
  /** Of runs from scratch; others have those of the encoder. */
  readonly network: string;
  readonly size: number;
}

export interface FineTuneStart extends Choice<string> {
  /** Whether its projection head was kept: as far as is known, only pretraining of our networks has one. */
  readonly hasHead: boolean;
  /** Whether others have made it, whoever has trained it since. */
  readonly isImported: boolean;
}

/**
 * What fine-tuning can start from: the newest pretraining, other trained encoders of the dataset, the default and those that others
 * have made, nothing.
 */
export function fineTuneStarts(cards: readonly ListedEncoder[], runs: readonly RunSummary[]): FineTuneStart[] {
  const trained = cards.filter(isOfRun);
  const newestFirst = runs.toSorted((a, b) => b.startedAt - a.startedAt);
  const runOf = ({ id }: EncoderCard): RunSummary | undefined => newestFirst.find(({ encoder }) => encoder === id);
  const isPretrained = (card: EncoderCard): boolean => runOf(card)?.kind === 'pretrain';
  const rank = (card: EncoderCard): number => {
    const run = runOf(card);
    return run === undefined ? Infinity : newestFirst.indexOf(run) + (run.kind === 'pretrain' ? 0 : newestFirst.length);
  };
  const sorted = trained.toSorted((a, b) => rank(a) - rank(b));
  const starts = sorted.map((card, position): FineTuneStart => {
    const run = runOf(card);
    const accuracy = run && accuracyText(run.metrics);
    const when = run ? formatDay(run.startedAt) : undefined;
    const isNewest = position === 0 && isPretrained(card);
    const isImported = card.ofOthers === true;
    return {
      title: card.name,
      icon: card.classes === undefined ? 'symbol-misc' : 'mortar-board',
      description: [card.id, isNewest ? 'newest pretraining' : ''].filter((part) => part !== '').join(' · '),
      detail: [kindText(card, run), accuracy, when].filter((part) => part !== undefined).join(', '),
      value: card.id,
      // Where the run is gone nobody knows; the engine says so in a sentence if it is missing.
      hasHead: !isImported && (run === undefined ? card.classes === undefined : isPretrained(card)),
      isImported,
    };
  });
  const imported = cards.filter(isStartOfOthers).map((card): FineTuneStart => {
    return {
      title: card.name,
      icon: 'package',
      description: card.id,
      detail: `${card.source === BUILT_IN_SOURCE ? 'built in' : 'imported'}, pictures of ${card.input.size.join(' × ')} pixels`,
      value: card.id,
      hasHead: false,
      isImported: true,
    };
  });
  return [
    ...starts,
    ...imported,
    {
      title: 'From scratch',
      icon: 'circle-large-outline',
      detail: 'A network with its first weights: what pretraining is measured against',
      value: SCRATCH,
      hasHead: false,
      isImported: false,
    },
  ];
}

const trainedKinds: Readonly<Record<RunKind, string>> = {
  pretrain: 'pretrained',
  finetune: 'fine-tuned',
  distill: 'distilled',
  autoencoder: 'autoencoder',
  captions: 'trained with captions',
};

function kindText({ classes }: EncoderCard, run: RunSummary | undefined): string {
  if (classes !== undefined) return `knows ${formatCount(classes.length)} classes`;
  return trainedKinds[run?.kind ?? 'pretrain'];
}

const ways: Readonly<Record<FineTuneWay, Choice<FineTuneWay>>> = {
  projection: {
    title: 'Encoder and first layer of the projection head',
    description: 'SimCLRv2',
    detail: 'Keeps most of what the pretraining has learnt; best where few images have labels',
    value: 'projection',
  },
  representation: {
    title: 'Encoder alone',
    description: 'SimCLR',
    detail: 'The projection head is dropped; the classifier sees the representation',
    value: 'representation',
  },
  whole: {
    title: 'Whole encoder',
    detail: 'All layers, the first ones least',
    value: 'whole',
  },
  lastLayers: {
    title: 'Last layers',
    description: 'the half before the vector',
    detail: 'Takes less time and memory; the layers before them stay as they are',
    value: 'lastLayers',
  },
  classifier: {
    title: 'Classifier alone',
    description: 'the encoder stays as it is',
    detail: 'Tells how much of the classes is in the encoder already',
    value: 'classifier',
  },
};

/** The ways there are from a start, the recommended one first. */
export function fineTuneWays({
  hasHead,
  isImported,
}: Pick<FineTuneStart, 'hasHead' | 'isImported'>): Choice<FineTuneWay>[] {
  const offered = isImported
    ? [ways.lastLayers, ways.whole, ways.classifier]
    : hasHead
      ? [ways.projection, ways.representation, ways.classifier]
      : [ways.representation, ways.classifier];
  return offered.map((way, i) => {
    const description = [way.description ?? '', 'recommended'].filter((part) => part !== '').join(' · ');
    return i === 0 ? { ...way, description } : way;
  });
}

export const classifierChoices: readonly Choice<FineTuneAnswers['classifier']>[] = [
  { title: 'Linear', detail: 'The usual one', value: 'linear' },
  {
    title: 'Linear, from the linear probe',
    description: 'LP-FT',
    detail: 'Knows something at the start, so that it pulls the encoder about less',
    value: 'probe',
  },
  { title: 'Cosine', detail: 'Starts with the means of the classes; for very few labels', value: 'cosine' },
];

/** Labels per class that are offered, where classes have as many; what isn't among them can be entered. */
const LABELS_OFFERED = [1, 5, 10, 25, 100];

/** @param summary undefined where the folder isn't indexed */
export function labelChoices(summary: DatasetSummary | undefined): Choice<number>[] {
  const most = Math.max(0, ...(summary?.classes ?? []).map(({ count }) => count));
  const offered = summary === undefined ? LABELS_OFFERED : LABELS_OFFERED.filter((count) => count < most);
  return [
    { title: 'All labels', description: labelsText(summary), value: 0 },
    ...offered.map((count) => ({
      title: `${formatQuantity(count, 'label')} per class`,
      ...(count === offered[0] && { description: 'chosen by the seed; tells what few labels are worth' }),
      value: count,
    })),
  ];
}

/** "1,616 images of 10 classes, those of the test split left out". */
function labelsText(summary: DatasetSummary | undefined): string {
  if (summary === undefined || summary.classes.length === 0) return 'those of the test split are only tested on';
  const images = summary.classes.reduce((sum, { count }) => sum + count, 0);
  const hasTest = summary.splits.some(({ name }) => name === 'test');
  const text = `${formatQuantity(images, 'image')} of ${formatCount(summary.classes.length)} classes`;
  return hasTest ? `${text}; those of the test split are only tested on` : text;
}

/** What a run with these answers does: "Classifier alone · linear · 10 labels per class · 50 epochs". */
export function answersText({ from, way, labelsPerClass, epochs, classifier, network, size }: FineTuneAnswers): string {
  const parts = [
    from === SCRATCH ? `${networkName(network)} at ${size} px` : ways[way].title,
    { linear: 'linear classifier', probe: 'linear classifier from the probe', cosine: 'cosine classifier' }[classifier],
    labelsPerClass === 0 ? 'all labels' : `${formatQuantity(labelsPerClass, 'label')} per class`,
    epochs === 0 ? 'epochs as needed' : formatQuantity(epochs, 'epoch'),
  ];
  return parts.join(' · ');
}

function wayOf(way: FineTuneWay): FineTuneSettings {
  switch (way) {
    case 'projection':
    case 'representation':
      return { feature: way };
    case 'whole':
      return { trainedStages: 'all' };
    case 'lastLayers':
      return { trainedStages: 2 };
    case 'classifier':
      return { trainedStages: 0 };
  }
}

/** The settings that the answers stand for; what they leave open is the engine's to choose. */
export function settingsOfAnswers(answers: FineTuneAnswers): FineTuneSettings {
  const { from, way, labelsPerClass, epochs, classifier, network, size } = answers;
  return {
    from,
    ...(from === SCRATCH && { network, size }),
    ...(from !== SCRATCH && wayOf(way)),
    ...(labelsPerClass > 0 && { labelsPerClass }),
    ...(epochs > 0 && { epochs }),
    ...(classifier === 'cosine' && { classifier }),
    ...(classifier === 'probe' && { classifierStart: 'probe' }),
  };
}
