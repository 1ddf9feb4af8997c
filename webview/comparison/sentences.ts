import { formatCount } from '../../src/core/progressText.ts';
import type { DisagreementOrder } from '../../src/core/evaluation/neighborhoodAgreement.ts';
import type { ComparisonFigures, PairAgreement } from '../../src/protocol/comparisonView.ts';

export function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${Math.round(100 * share)} %`;
}

/** What two encoders have in common, in a sentence. */
export function agreementSentence(
  { overlap, overlapError, jaccard, queries }: PairAgreement,
  { compared, chance }: Pick<ComparisonFigures, 'compared' | 'chance'>,
): string {
  if (queries === 0) return 'Neither encoder has found an image for any query.';
  const error = Number.isNaN(overlapError) ? '' : ` ± ${(100 * overlapError).toFixed(1)}`;
  return `Of the ${compared} images nearest to a query, both have ${(compared * overlap).toFixed(1)} in the mean: ${(100 * overlap).toFixed(1)}${error} %, over ${queriesText(queries)}. By chance it would be ${(100 * chance).toFixed(1)} %. Jaccard index ${jaccard.toFixed(2)}.`;
}

export function queriesText(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'query' : 'queries'}`;
}

/** What that means. */
export function agreementMeaning({ overlap }: Pick<PairAgreement, 'overlap'>, chance: number): string {
  if (Number.isNaN(overlap)) return '';
  // 0 by chance, 1 where all neighbours are the same.
  const beyondChance = (overlap - chance) / (1 - chance);
  if (beyondChance >= 0.65) return 'They consider nearly the same images alike: choose by speed and size.';
  if (beyondChance >= 0.35) return 'They agree on much, and each sees something of its own: look below at what.';
  if (beyondChance >= 0.05) return 'They consider different things alike: which of them is right shows below.';
  return 'They have hardly more in common than chance: one of them may see little in these images.';
}

/** The choices of what to look at. */
export function orderTitle(order: DisagreementOrder, first: string, second: string): string {
  if (order === 'different') return 'Least in common first';
  return `${order === 'first' ? first : second} finds more of the class`;
}

/** What an encoder has found for a query. */
export function foundSentence(hits: number, found: number, shared: number): string {
  return `${hits} of ${found} of its class · ${shared} in both`;
}

export function emptySentence(order: DisagreementOrder, name: string): string {
  return order === 'different' ? 'There is no query with neighbours.' : `${name} finds more of the class for no query.`;
}
