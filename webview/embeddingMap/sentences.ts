import { formatCount, formatQuantity } from '../../src/core/progressText.ts';
import type {
  MapColumn,
  MapColumnInfo,
  MapComparison,
  MapSettings,
  ShownMap,
} from '../../src/protocol/embeddingMap.ts';
import type { MapSubject } from '../../src/protocol/maps.ts';

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** A value of a column for a person; undefined for none. */
export function valueText(column: MapColumn, info: MapColumnInfo, row: number): string | undefined {
  if (column.kind === 'category') return column.names[column.codes[row] ?? -1];
  const value = column.values[row];
  return value === undefined || Number.isNaN(value) ? undefined : numberText(value, info.unit);
}

/** As many digits as tell something. */
export function numberText(value: number, unit = ''): string {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  const text = value.toLocaleString('en', { maximumFractionDigits: digits });
  return unit === '' ? text : `${text} ${unit}`;
}

/** How far a map can be trusted, in a line: from the shares that were measured. */
export function trustLine({ figures }: ShownMap): string | undefined {
  if (!figures) return undefined;
  const { trustworthiness, neighborsKept, judged, explained } = figures;
  const kept = `${percent(neighborsKept)} of the ${judged.neighbors} nearest neighbours are near on the map`;
  const trust = `trustworthiness ${trustworthiness.toFixed(2)}`;
  if (!explained) return `${kept} · ${trust}`;
  return `the two axes show ${percent(explained[0] + explained[1])} of the variance · ${kept} · ${trust}`;
}

/** What it says of a map that can or can't be trusted. */
export function trustGrade({ figures }: ShownMap): 'good' | 'fair' | 'poor' | undefined {
  if (!figures) return undefined;
  const { trustworthiness, neighborsKept } = figures;
  if (trustworthiness >= 0.9 && neighborsKept >= 0.4) return 'good';
  return trustworthiness >= 0.8 && neighborsKept >= 0.2 ? 'fair' : 'poor';
}

export const gradeWords = {
  good: 'Neighbourhoods can be trusted',
  fair: 'Neighbourhoods are roughly right',
  poor: 'Neighbourhoods are mostly wrong',
} as const;

/** Of how many true neighbours a map was made. */
export function recallText(recall: number): string {
  return `made from ${(100 * recall).toFixed(1)} % of the true nearest neighbours`;
}

/** What distances mean, in a line. */
export function meaningLine({ method }: MapSettings): string {
  return method === 'umap'
    ? 'Near means alike; distances between groups mean nothing.'
    : 'Far apart means different; what lies together may still differ.';
}

/** The same at length. */
export function meaning({ method }: MapSettings): readonly string[] {
  if (method === 'pca') {
    return [
      'PCA looks at all embeddings from the side where they differ most. Whatever lies apart here is apart; whatever lies together may be apart in a direction that can’t be seen.',
      'Switch to UMAP to see which images are neighbours.',
    ];
  }
  return [
    'UMAP keeps neighbours together. Distances between groups, sizes of groups, empty space and the two axes mean nothing.',
    'Lines from an image lead to those that the encoder finds most alike: long lines show where the map had to tear neighbours apart.',
    'Groups that come back with another seed or more neighbours are real; others are chance.',
  ];
}

export function agreementLine({ meanAgreement, neighbors }: MapComparison): string | undefined {
  if (Number.isNaN(meanAgreement)) return undefined;
  return `Both encoders agree on ${percent(meanAgreement)} of an image’s ${neighbors} nearest neighbours.`;
}

/** What isn't as it was when the map was laid out; empty where all is. Laying it out anew gives no image a caption. */
export function changesLine({ placed, removed, missing }: ShownMap, of: MapSubject = 'images'): string {
  return [
    ...(placed > 0 ? [`${formatQuantity(placed, 'new image')} placed among the others`] : []),
    ...(removed > 0 ? [`${formatQuantity(removed, 'image')} gone`] : []),
    ...(missing > 0 && of === 'images' ? [`${formatQuantity(missing, 'image')} without an embedding`] : []),
  ].join(' · ');
}

/** What a screen reader is told of an image. */
export function spokenImage(
  path: string,
  facts: readonly (string | undefined)[],
  isSelected: boolean,
  selected: number,
): string {
  const known = facts.filter((fact) => fact !== undefined).join(', ');
  const chosen = isSelected ? `selected, ${formatCount(selected)} in all` : '';
  return [path, known, chosen].filter((part) => part !== '').join('. ');
}
