/** What the command line tells of how far encoders agree on the nearest images. */
import {
  chanceOverlap,
  comparePair,
  disagreedQueries,
  pairsOf,
  type DisagreedQuery,
  type Neighborhoods,
} from '../core/evaluation/neighborhoods.ts';
import type { MeanAgreement } from '../core/evaluation/neighborhoodAgreement.ts';
import { formatCount } from '../core/progressText.ts';
import type { EncoderEvaluation } from '../protocol/evaluation.ts';
import { agreementTexts, percentText } from '../protocol/evaluationText.ts';

/** Queries that are told of each pair. */
const MOST_QUERIES = 10;
/** Of those, how many the text for a person names. */
const NAMED_QUERIES = 3;
/** And how many neighbours of each of them it lists: as many as a person compares at a glance. */
const LISTED_NEIGHBORS = 5;

/** The `agreement` of the JSON document. */
export interface AgreementDocument {
  /** Neighbours that were compared. */
  readonly k: number;
  readonly queries: number;
  /** The mean overlap of two encoders that order the images by chance. */
  readonly chance: number;
  readonly measures: string;
  readonly pairs: readonly PairDocument[];
}

interface PairDocument extends MeanAgreement {
  /** Ids. */
  readonly encoders: readonly [string, string];
  readonly classes: readonly (MeanAgreement & { readonly name: string })[];
  readonly disagreements: readonly DisagreedQuery[];
}

/** Of every two of the encoders. @param evaluations in the order of the neighbourhoods */
export function agreementDocument(
  neighborhoods: Neighborhoods,
  evaluations: readonly EncoderEvaluation[],
): AgreementDocument {
  const { count, queries, classes } = neighborhoods;
  return {
    k: count,
    queries: queries.length,
    chance: chanceOverlap(neighborhoods, count),
    measures: agreementTexts(neighborhoods, count).measures,
    pairs: pairsOf(neighborhoods).map((pair) => {
      const compared = comparePair(neighborhoods, pair, count);
      const { classes: means, ...mean } = compared.agreement;
      return {
        encoders: [evaluations[pair[0]]!.id, evaluations[pair[1]]!.id],
        ...mean,
        classes: classes.map((name, label) => ({ name, ...means[label]! })),
        disagreements: disagreedQueries(neighborhoods, compared, { count, order: 'different', most: MOST_QUERIES }),
      };
    }),
  };
}

/** The same for a person: the most alike encoders first, and after them what either finds for the queries that are named. */
export function agreementLines({ k, queries, chance, pairs }: AgreementDocument): string[] {
  const sorted = [...pairs].sort((a, b) => b.overlap - a.overlap);
  const names = sorted.map(({ encoders }) => encoders.join(' and '));
  const width = Math.max(...names.map(({ length }) => length));
  return [
    `How many of the ${k} nearest images two encoders share, in %, over ${formatCount(queries)} queries (by chance ${percentText(chance)}):`,
    ...sorted.flatMap(({ overlap, overlapError, jaccard, disagreements }, i) => [
      `${names[i]!.padEnd(width)}  ${percentText(overlap).padStart(5)} ±${percentText(overlapError)}  Jaccard ${jaccard.toFixed(2)}`,
      `  they disagree most on ${disagreements.slice(0, NAMED_QUERIES).map(nameOf).join(', ')}`,
    ]),
    '',
    `What either finds for these queries, the ${k > LISTED_NEIGHBORS ? `first ${LISTED_NEIGHBORS} of the ${k}` : k} nearest; = is among the ${k} nearest of both, a class is named where it is another one:`,
    ...sorted.flatMap(({ encoders, disagreements }) =>
      disagreements.slice(0, NAMED_QUERIES).flatMap((query) => sideBySide(encoders, query)),
    ),
  ];
}

/** The lists of two encoders for one query, in columns. */
function sideBySide(encoders: readonly [string, string], { path, label, neighbors }: DisagreedQuery): string[] {
  const columns = neighbors.map((found, i) => [
    encoders[i]!,
    ...found.slice(0, LISTED_NEIGHBORS).map((image) => {
      const otherClass = image.label === label ? '' : ` (${image.label})`;
      return `${image.shared ? '=' : ' '} ${image.similarity.toFixed(2)} ${image.path}${otherClass}`;
    }),
  ]);
  const [left, right] = columns as [string[], string[]];
  const width = Math.max(...left.map(({ length }) => length));
  return [`${path} (${label})`, ...left.map((cell, i) => `  ${cell.padEnd(width)}  ${right[i] ?? ''}`.trimEnd())];
}

function nameOf({ path, hits: [first, second] }: DisagreedQuery): string {
  return `${path} (${first} and ${second} of its class)`;
}
